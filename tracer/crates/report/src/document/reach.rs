//! Maximum number of tasks of each model, and what stopped it.

use taskweight_core::format::count;
use taskweight_core::report::{Failure, LedgerRow, Report, Run};

use super::context::{Context, gather, models};
use super::memory::scene;
use super::number::Number;
use super::table::{Cell, Column, Table};
use super::{Block, Section};

const COLUMNS: [Column; 3] = [Column::shown("stopped by"), Column::shown("tasks"), Column::shown("models")];

const NO_LIMIT: &str = "no limit hit";

/// How far a model got.
struct Reached<'a> {
    /// With the circumstances where they are not those of all.
    model: String,
    tasks: Number,
    stopped_by: Option<&'a str>,
    /// Why nothing is known to have stopped it.
    not_stopped: String,
}

/// Models that got as far and were stopped by the same share a row.
pub(super) fn section(context: &Context<'_>) -> Section {
    let section = Section::new("reach", "Maximum tasks reached", "Limits");
    let report = context.report;
    let all = if report.ledger.is_empty() { of_runs(report) } else { of_ledger(report) };
    if all.is_empty() {
        return section.absent("taskweight compare --scenarios idle");
    }
    let mut table = Table::new("Maximum tasks reached", &COLUMNS);
    for alike in gather(&all, |one| (one.stopped_by.unwrap_or(&one.not_stopped), &one.tasks.value)) {
        let Some(first) = alike.first() else { continue };
        let models: Vec<&str> = alike.iter().map(|one| one.model.as_str()).collect();
        let stopped_by = Cell::name(first.stopped_by.unwrap_or(&first.not_stopped));
        table.rows.push(vec![stopped_by, first.tasks.clone().into(), Cell::text(models.join(", "))]);
    }
    // Beside a comparison, a limit is worth a word where one was hit.
    let is_asked_for = report.runs.iter().all(|run| run.case.only_parks());
    let is_shown = is_asked_for || all.iter().any(|one| one.stopped_by.is_some());
    section.blocks(vec![if is_shown { Block::Table(table) } else { Block::Detail(vec![Block::Table(table)]) }])
}

fn of_ledger(report: &Report) -> Vec<Reached<'_>> {
    let is_shown = |(_, row): &(usize, &LedgerRow)| row.depth_bytes.is_none() || row.stopped_by.is_some();
    let rows = report.ledger.iter().enumerate().filter(is_shown);
    rows.map(|(index, row)| {
        let circumstances = row.depth_bytes.map_or(String::new(), |_| format!(" ({})", scene(row)));
        Reached {
            model: format!("{}{circumstances}", row.model),
            tasks: Number::count(row.tasks_reached, format!("ledger[{index}].tasks_reached")),
            stopped_by: row.stopped_by.as_deref(),
            not_stopped: not_stopped(row, &report.failures),
        }
    })
    .collect()
}

/// Where memory was not measured: the run of each model with the most tasks.
fn of_runs(report: &Report) -> Vec<Reached<'_>> {
    let idle: Vec<_> = report.runs.iter().filter(|run| run.case.only_parks() && run.own.is_some()).collect();
    let most = models(&idle).into_iter().filter_map(|runs| runs.into_iter().max_by_key(|run| run.case.tasks));
    let reached = |run: &'_ Run| -> Option<(usize, u64)> {
        let index = report.runs.iter().position(|one| std::ptr::eq(one, run))?;
        Some((index, run.own.as_ref()?.tasks_reached))
    };
    most.filter_map(|run| {
        let (index, tasks) = reached(run)?;
        Some(Reached {
            model: run.case.model.clone(),
            tasks: Number::count(tasks, format!("runs[{index}].own.tasks_reached")),
            stopped_by: run.own.as_ref()?.stopped_by.as_deref(),
            not_stopped: NO_LIMIT.to_owned(),
        })
    })
    .collect()
}

/// Where a run with more tasks failed, the limit is unknown.
fn not_stopped(row: &LedgerRow, failures: &[Failure]) -> String {
    let failed =
        failures.iter().filter(|one| one.case.model == row.model && one.case.scenario.as_ref() == Some(&row.scenario));
    match failed.filter_map(|one| one.case.tasks).filter(|tasks| *tasks > row.tasks_reached).max() {
        Some(tasks) => format!("unknown: a run with {} tasks failed", count(tasks)),
        None => NO_LIMIT.to_owned(),
    }
}

//! Maximum number of tasks of each model, and what stopped it.

use taskweight_core::format::count;
use taskweight_core::report::{Failure, LedgerRow};

use super::context::{Context, gather};
use super::memory::scene;
use super::number::Number;
use super::table::{Cell, Column, Table};
use super::{Block, Section};

const COLUMNS: [Column; 3] = [Column::shown("stopped by"), Column::shown("tasks"), Column::shown("models")];

/// Models that got as far and were stopped by the same share a row.
pub(super) fn section(context: &Context<'_>) -> Section {
    let section = Section::new("reach", "Maximum tasks reached", "Limits");
    let report = context.report;
    if report.ledger.is_empty() {
        return section.absent("taskweight compare --scenarios idle");
    }
    let mut table = Table::new("Maximum tasks reached", &COLUMNS);
    let is_shown = |(_, row): &(usize, &LedgerRow)| row.depth_bytes.is_none() || row.stopped_by.is_some();
    let rows: Vec<(usize, &LedgerRow)> = report.ledger.iter().enumerate().filter(is_shown).collect();
    let stopped_by = |row: &LedgerRow| row.stopped_by.clone().unwrap_or_else(|| not_stopped(row, &report.failures));
    for alike in gather(&rows, |(_, row)| (stopped_by(row), row.tasks_reached)) {
        let Some((index, first)) = alike.first() else { continue };
        let model = |(_, row): &&(usize, &LedgerRow)| match row.depth_bytes {
            Some(_) => format!("{} ({})", row.model, scene(row)),
            None => row.model.clone(),
        };
        let models: Vec<String> = alike.iter().map(model).collect();
        table.rows.push(vec![
            Cell::name(stopped_by(first)),
            Number::count(first.tasks_reached, format!("ledger[{index}].tasks_reached")).into(),
            Cell::text(models.join(", ")),
        ]);
    }
    section.blocks(vec![Block::Table(table)])
}

/// Where a run with more tasks failed, the limit is unknown.
fn not_stopped(row: &LedgerRow, failures: &[Failure]) -> String {
    let failed = failures.iter().filter(|one| one.model == row.model && one.scenario.as_ref() == Some(&row.scenario));
    match failed.filter_map(|one| one.tasks).filter(|tasks| *tasks > row.tasks_reached).max() {
        Some(tasks) => format!("unknown: a run with {} tasks failed", count(tasks)),
        None => "no limit hit".to_owned(),
    }
}

//! Models beside each other, one group of tables for each scenario, number of tasks and placement.

mod cells;
mod cpu;
mod echo;
mod general;
mod hand_over;
mod hog;
mod idle;

use taskweight_core::case::group;
use taskweight_core::report::{Report, Run};
use taskweight_core::stats::summary::{Summary, summarise};

use super::grid::Grid;
use super::text::Page;
use cells::Cells;
pub(super) use cpu::differing_checksums;
use taskweight_core::format::{bytes, count};

/// A table of one group: the cells after the model's name; `None` leaves the model out, and a table without rows is
/// not printed.
struct Table {
    head: &'static [&'static str],
    row: fn(&mut Cells<'_>, &[&Run]) -> Option<Vec<String>>,
}

/// How the groups of some scenarios are shown.
struct Layout {
    tables: &'static [Table],
    /// Whether the last column is text.
    ends_in_text: bool,
    legend: &'static str,
    /// What there is to say about all groups together.
    remark: Option<fn(&[&Run]) -> String>,
}

fn layout(run: &Run) -> &'static Layout {
    match run.case.scenario.as_deref() {
        Some("idle" | "deep") => &idle::LAYOUT,
        Some("echo") => &echo::LAYOUT,
        Some("cpu") => &cpu::LAYOUT,
        Some("hog") => &hog::LAYOUT,
        _ => &general::LAYOUT,
    }
}

/// In `idle` and `deep` every number of tasks stands in one table: how far a model gets is what it shows.
pub(crate) fn is_idle(run: &Run) -> bool {
    run.case.only_parks()
}

/// Runs that can be compared: of the same scenario, tasks, placement, depth and memory touched.
pub(crate) fn groups<'a>(runs: &[&'a Run]) -> Vec<Vec<&'a Run>> {
    members(runs, |run| run.case.circumstances())
}

/// The repetitions of each model, in the order in which models first ran.
pub(crate) fn models<'a>(runs: &[&'a Run]) -> Vec<Vec<&'a Run>> {
    members(runs, |run| run.case.model.clone())
}

/// Elapsed time with probes as a multiple of that without; `None` without a twin.
pub(super) fn traced_to_twin(runs: &[&Run]) -> Option<f64> {
    let ratio = |run: &Run| run.elapsed_ns.twin.map(|twin| run.elapsed_ns.traced as f64 / twin as f64);
    figure(runs, ratio).map(|summary| summary.median)
}

/// Time per operation of the repetitions.
pub(super) fn time_per_operation(runs: &[&Run]) -> Option<Summary> {
    figure(runs, |run| Some(run.per_operation?.elapsed_ns))
}

/// Such as `switch: 2 tasks, pinned to CPU 1`.
pub(crate) fn name(run: &Run) -> String {
    let tasks = match run.case.tasks.filter(|_| !is_idle(run)) {
        Some(1) => ": 1 task".to_owned(),
        Some(tasks) => format!(": {} tasks", count(tasks)),
        None => String::new(),
    };
    let pinned = run.case.pinned.map_or(", unpinned".to_owned(), |cpu| format!(", pinned to CPU {cpu}"));
    let touching =
        run.case.touch_bytes.map_or(String::new(), |touched| format!(", touching {}", bytes(touched as f64)));
    format!("{}{tasks}{touching}{pinned}", run.case.scenario.as_deref().unwrap_or(&run.case.model))
}

/// Runs that have their part in the ledger are shown there.
pub(super) fn render(report: &Report, runs: &[&Run], page: &mut Page) {
    let runs: Vec<&Run> = runs.iter().copied().filter(|run| !is_idle(run) || report.ledger.is_empty()).collect();
    for alike in members(&runs, |run| std::ptr::from_ref(layout(run))) {
        let Some(layout) = alike.first().map(|run| layout(run)) else { continue };
        for group in groups(&alike) {
            print(report, &alike, &group, layout, page);
        }
        if let Some(remark) = layout.remark {
            page.paragraph(&remark(&alike));
            page.blank();
        }
        page.paragraph(layout.legend);
        page.blank();
    }
}

fn print(report: &Report, alike: &[&Run], group: &[&Run], layout: &Layout, page: &mut Page) {
    let Some(first) = group.first() else { return };
    let operation = first.operation.as_ref().map(|operation| format!(" - operation: {operation}"));
    page.heading(&format!("{}{}", name(first), operation.unwrap_or_default()));
    let mut cells = Cells::new(report, alike);
    for table in layout.tables {
        let mut grid = Grid::new(table.head);
        rows(table, group, &mut cells).into_iter().for_each(|row| grid.row(row));
        if !grid.is_empty() {
            if layout.ends_in_text { grid.print_ending_in_text(page) } else { grid.print(page) }
        }
    }
    page.footnotes(&cells.footnotes);
    page.blank();
}

/// The rows of a group, one for each number of tasks; a model's name stands in its first row only.
fn rows(table: &Table, group: &[&Run], cells: &mut Cells<'_>) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for runs in models(group) {
        let mut name = runs.first().map_or(String::new(), |run| run.case.model.clone());
        cells.footnotes.start_row(&name);
        for repetitions in members(&runs, |run| run.case.tasks) {
            if let Some(figures) = (table.row)(cells, &repetitions) {
                rows.push([vec![std::mem::take(&mut name)], figures].concat());
            }
        }
    }
    rows
}

/// A figure over the repetitions; `None` when one of them lacks it.
fn figure(runs: &[&Run], value: impl Fn(&Run) -> Option<f64>) -> Option<Summary> {
    let values: Option<Vec<f64>> = runs.iter().map(|run| value(run)).collect();
    summarise(&values?)
}

/// Runs with the same key, in the order in which keys first appear.
fn members<'a, Key: PartialEq>(runs: &[&'a Run], key: impl Fn(&Run) -> Key) -> Vec<Vec<&'a Run>> {
    group(runs.iter().copied(), key).into_iter().map(|(_, members)| members).collect()
}

//! The ledger: what one task weighs, column by column, and how many there can be.

use crate::report::model::{LedgerRow, PerTask, Report};

use super::figure::{ABSENT, bytes, count};
use super::grid::Grid;
use super::text::{Footnotes, Page};

/// Columns of the table: head, and name in the report.
const COLUMNS: [(&str, &str); 8] = [
    ("addr.\nspace", "reserved_bytes"),
    ("of it\nstack", "stack_reserved_bytes"),
    ("\nstack", "stack_resident_bytes"),
    ("\nother", "other_resident_bytes"),
    ("page\ntabl.", "page_tables_bytes"),
    ("kern.\nstack", "kernel_stack_bytes"),
    ("\nslab", "slab_bytes"),
    ("\ntotal", "total_bytes"),
];

const LEGEND: &str = "Bytes that one more task adds: the slope of a line through runs with different numbers of tasks, each in a \
     fresh process (K = 1024 bytes). addr. space: reserved, resident or not; of it stack: that of stacks. stack: resident pages of stacks. \
     other: all other resident memory, such as futures and heaps. page tables, kernel stack, slab: what the kernel needs. total: \
     the sum from stack to slab; 95 %: half of its interval. witness: the same by the cgroup's own counter. A figure that is no line \
     over the number of tasks is `-`, and its points stand below.";

/// All rows of the report, by scenario and depth.
pub(super) fn render(report: &Report, page: &mut Page) {
    let mut scenes: Vec<Vec<&LedgerRow>> = Vec::new();
    for row in &report.ledger {
        match scenes.iter_mut().find(|rows| scene(rows[0]) == scene(row)) {
            Some(rows) => rows.push(row),
            None => scenes.push(vec![row]),
        }
    }
    for rows in &scenes {
        page.heading(&format!("{}: bytes for each task", scene(rows[0])));
        weights(rows, page);
        page.blank();
    }
    if !scenes.is_empty() {
        page.paragraph(LEGEND);
        page.blank();
        reach(&report.ledger, page);
    }
}

/// Such as `idle` and `deep, 8.00K, held`.
fn scene(row: &LedgerRow) -> String {
    let depth = row.depth_bytes.map_or(String::new(), |depth| format!(", {}", bytes(depth as f64)));
    let form = row.held.map_or("", |held| if held { ", held" } else { ", returned" });
    format!("{}{depth}{form}", row.scenario)
}

fn weights(rows: &[&LedgerRow], page: &mut Page) {
    let heads = COLUMNS.map(|(head, _)| head);
    let head: Vec<&str> = ["\nmodel"].into_iter().chain(heads).chain(["\n95 %", "wit-\nness"]).collect();
    let mut grid = Grid::new(&head);
    let mut footnotes = Footnotes::default();
    for row in rows {
        grid.row(cells(row, &mut footnotes));
    }
    grid.print(page);
    page.footnotes(&footnotes);
}

fn cells(row: &LedgerRow, footnotes: &mut Footnotes) -> Vec<String> {
    let mut cells = vec![row.model.clone()];
    cells.extend(COLUMNS.map(|(_, name)| cell(row, name, footnotes)));
    cells.push(line(row, "total_bytes").map_or(ABSENT.to_owned(), spread));
    cells.push(cell(row, "witness_bytes", footnotes));
    cells
}

fn cell(row: &LedgerRow, name: &str, footnotes: &mut Footnotes) -> String {
    let weight = line(row, name).map(|weight| bytes(weight.slope));
    footnotes.or_absent(
        weight,
        &format!("{} of {}", name.trim_end_matches("_bytes").replace('_', " "), row.model),
        &why_not(row, name),
    )
}

/// Half of the interval as a share of the slope: `±0.4%`, `±12%`.
fn spread(weight: &PerTask) -> String {
    let share = (weight.high - weight.low) / 2.0 / weight.slope.abs() * 100.0;
    if share < 9.95 { format!("±{share:.1}%") } else { format!("±{share:.0}%") }
}

fn line<'a>(row: &'a LedgerRow, name: &str) -> Option<&'a PerTask> {
    row.per_task.get(name).filter(|weight| weight.is_line)
}

/// Without a line there are points; without enough points there is a reason in the runs.
fn why_not(row: &LedgerRow, name: &str) -> String {
    if !row.per_task.contains_key(name) {
        return "not to be had: runs[].memory.ready.sources of the JSON report says why".to_owned();
    }
    let value = |point: &crate::report::model::LedgerPoint| {
        point.figures.columns().iter().find(|(column, _)| *column == name).and_then(|(_, value)| *value)
    };
    let points: Vec<String> = row
        .points
        .iter()
        .filter_map(|point| Some(format!("{} {}", count(point.tasks), bytes(value(point)? as f64))))
        .collect();
    format!("no line over the number of tasks: {}", points.join(", "))
}

/// How many tasks each model had at rest, and what stopped it there or elsewhere.
fn reach(rows: &[LedgerRow], page: &mut Page) {
    let mut grid = Grid::new(&["model", "tasks", "stopped by"]);
    for row in rows.iter().filter(|row| row.depth_bytes.is_none() || row.stopped_by.is_some()) {
        let model =
            if row.depth_bytes.is_some() { format!("{} ({})", row.model, scene(row)) } else { row.model.clone() };
        let stopped_by = row.stopped_by.clone().unwrap_or_else(|| "nothing, as many as were asked for".to_owned());
        grid.row([model, count(row.tasks_reached), stopped_by]);
    }
    if !grid.is_empty() {
        page.heading("Most tasks that there were");
        grid.print_ending_in_text(page);
        page.blank();
    }
}

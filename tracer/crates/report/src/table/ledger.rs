//! Memory per task, column by column, and the maximum number of tasks.

use taskweight_core::report::{Failure, LedgerRow, PerTask, Report};

use super::grid::Grid;
use super::text::{Footnotes, Page};
use taskweight_core::format::{ABSENT, bytes, count};

/// Columns of the table: head, and name in the report.
const COLUMNS: [(&str, &str); 8] = [
    ("address\nspace", "reserved_bytes"),
    ("stack\nspace", "stack_reserved_bytes"),
    ("user\nstack", "stack_resident_bytes"),
    ("\nother", "other_resident_bytes"),
    ("page\ntables", "page_tables_bytes"),
    ("kernel\nstack", "kernel_stack_bytes"),
    ("\nslab", "slab_bytes"),
    ("\ntotal", "total_bytes"),
];

/// What is said where memory does not grow in proportion to the tasks.
pub(crate) const NOT_LINEAR: &str = "not linear in the number of tasks";

const LEGEND: &str = "Memory per task: bytes that one more task adds, the slope of a line through runs with different numbers of \
     tasks, each in a fresh process (K = 1024 bytes). address space: reserved, resident or not; stack space: the part reserved for stacks. \
     user stack: resident stack pages. other: all other resident memory, such as futures and heaps. page tables, kernel stack, slab: \
     kernel memory. total: all resident memory, user stack to slab; 95 % CI: half the width of its confidence interval. cgroup: the \
     same total from the cgroup's own counter. -: not linear in the number of tasks, or not available.";

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
        page.heading(&format!("{}: bytes per task", scene(rows[0])));
        weights(rows, page);
        page.blank();
    }
    if !scenes.is_empty() {
        page.paragraph(LEGEND);
        page.blank();
        reach(&report.ledger, &report.failures, page);
    }
}

/// Such as `idle` and `deep, 8.00K, held`.
pub(crate) fn scene(row: &LedgerRow) -> String {
    let depth = row.depth_bytes.map_or(String::new(), |depth| format!(", {}", bytes(depth as f64)));
    let form = row.held.map_or("", |held| if held { ", held" } else { ", returned" });
    format!("{}{depth}{form}", row.scenario)
}

fn weights(rows: &[&LedgerRow], page: &mut Page) {
    let heads = COLUMNS.map(|(head, _)| head);
    let head: Vec<&str> = ["\nmodel"].into_iter().chain(heads).chain(["95 %\nCI", "\ncgroup"]).collect();
    let mut grid = Grid::new(&head);
    let mut footnotes = Footnotes::default();
    for row in rows {
        footnotes.start_row(&row.model);
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
    match line(row, name) {
        Some(weight) => bytes(weight.slope),
        None => absent(row, name, footnotes),
    }
}

/// Why there is no slope. The points are listed where it is the total that is not linear.
fn absent(row: &LedgerRow, name: &str, footnotes: &mut Footnotes) -> String {
    let head = COLUMNS.iter().find(|(_, column)| *column == name).map_or("cgroup", |(head, _)| head);
    let column = head.trim().replace('\n', " ");
    match row.per_task.contains_key(name) {
        false => footnotes.absent(&column, "not available: see runs[].memory.ready.sources in the JSON report"),
        true if name == "total_bytes" => footnotes.absent(&column, &points(row)),
        true => footnotes.absent(&column, &format!("{NOT_LINEAR}: see ledger[].points in the JSON report")),
    }
}

fn points(row: &LedgerRow) -> String {
    let totals = row.points.iter().filter_map(|point| Some((point.tasks, point.figures.total_bytes?)));
    let points: Vec<String> =
        totals.map(|(tasks, total)| format!("{} tasks {}", count(tasks), bytes(total as f64))).collect();
    format!("{NOT_LINEAR}: {}", points.join(", "))
}

/// Half of the interval as a share of the slope: `±0.4%`, `±12%`.
fn spread(weight: &PerTask) -> String {
    let share = (weight.high - weight.low) / 2.0 / weight.slope.abs() * 100.0;
    if share < 9.95 { format!("±{share:.1}%") } else { format!("±{share:.0}%") }
}

fn line<'a>(row: &'a LedgerRow, name: &str) -> Option<&'a PerTask> {
    row.per_task.get(name).filter(|weight| weight.is_line)
}

/// How many tasks each model had at rest, and what stopped it there or elsewhere.
fn reach(rows: &[LedgerRow], failures: &[Failure], page: &mut Page) {
    let mut grid = Grid::new(&["model", "tasks", "stopped by"]);
    for row in rows.iter().filter(|row| row.depth_bytes.is_none() || row.stopped_by.is_some()) {
        let model =
            if row.depth_bytes.is_some() { format!("{} ({})", row.model, scene(row)) } else { row.model.clone() };
        let stopped_by = row.stopped_by.clone().unwrap_or_else(|| not_stopped(row, failures));
        grid.row([model, count(row.tasks_reached), stopped_by]);
    }
    if !grid.is_empty() {
        page.heading("Maximum tasks reached");
        grid.print_ending_in_text(page);
        page.blank();
    }
}

/// Where a run with more tasks failed, the limit is unknown.
pub(crate) fn not_stopped(row: &LedgerRow, failures: &[Failure]) -> String {
    let failed =
        failures.iter().filter(|one| one.case.model == row.model && one.case.scenario.as_ref() == Some(&row.scenario));
    match failed.filter_map(|one| one.case.tasks).filter(|tasks| *tasks > row.tasks_reached).max() {
        Some(tasks) => format!("unknown: a run with {} tasks failed", count(tasks)),
        None => "no limit hit".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use taskweight_core::case::Case;
    use taskweight_core::report::{LedgerPoint, MemoryFigures};

    fn weight(slope: f64, is_line: bool) -> PerTask {
        PerTask { slope, low: slope * 0.996, high: slope * 1.004, r2: 1.0, is_line }
    }

    fn row(model: &str, weights: &[(&str, PerTask)]) -> LedgerRow {
        let point = |tasks, total| LedgerPoint {
            tasks,
            figures: MemoryFigures { total_bytes: Some(total), ..MemoryFigures::default() },
        };
        LedgerRow {
            model: model.to_owned(),
            scenario: "idle".to_owned(),
            points: vec![point(100, 4096), point(1000, 4096)],
            tasks_reached: 1000,
            per_task: weights.iter().map(|(name, weight)| ((*name).to_owned(), *weight)).collect(),
            ..LedgerRow::default()
        }
    }

    fn weights_of(rows: &[&LedgerRow]) -> String {
        let mut page = Page::new(80, false);
        weights(rows, &mut page);
        page.finish()
    }

    #[test]
    fn a_weight_has_its_spread() {
        let text = weights_of(&[&row("go", &[("total_bytes", weight(2048.0, true))])]);
        let line = text.lines().find(|line| line.starts_with("go")).unwrap();
        assert_eq!(line.split_whitespace().collect::<Vec<_>>()[7..], ["-", "2.00K", "±0.4%", "-"], "{text}");
        assert!(text.contains("- address space, stack space, user stack, other, page tables,"), "{text}");
    }

    #[test]
    fn a_total_that_is_no_line_shows_its_points() {
        let text =
            weights_of(&[&row("go", &[("total_bytes", weight(7.0, false)), ("slab_bytes", weight(7.0, false))])]);
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            text.contains("total (go): not linear in the number of tasks: 100 tasks 4.00K, 1,000 tasks 4.00K"),
            "{text}"
        );
        assert!(text.contains("slab (go): not linear in the number of tasks: see ledger[].points"), "{text}");
    }

    #[test]
    fn the_scene_names_depth_and_form() {
        let deep = LedgerRow { depth_bytes: Some(8192), held: Some(true), ..row("go", &[]) };
        assert_eq!((scene(&deep), scene(&row("go", &[]))), ("idle, 8.00K, held".to_owned(), "idle".to_owned()));
    }

    #[test]
    fn what_stopped_a_model_is_said_and_in_deep_only_that() {
        let deep = LedgerRow { depth_bytes: Some(8192), held: Some(true), ..row("pthread", &[]) };
        let stopped = LedgerRow { stopped_by: Some("pid_max 32768".to_owned()), ..deep.clone() };
        let mut page = Page::new(80, false);
        let failure = Failure {
            case: Case { tasks: Some(1_000_000), ..Case::from(&row("tokio", &[])) },
            repetition: 0,
            half: "traced".to_owned(),
            reason: "too slow".to_owned(),
        };
        reach(&[row("go", &[]), deep, stopped, row("tokio", &[])], &[failure], &mut page);
        let text = page.finish();
        assert!(text.contains("unknown: a run with 1,000,000 tasks failed"), "{text}");
        assert_eq!(text.matches("1,000 ").count(), 3, "{text}");
        assert!(text.contains("no limit hit") && text.contains("pid_max 32768"), "{text}");
    }
}

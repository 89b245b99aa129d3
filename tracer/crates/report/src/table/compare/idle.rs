//! `idle` and `deep`: how many tasks a model can have, and what the kernel sees of them.

use taskweight_core::format::count_bounded;
use taskweight_core::report::Run;

use super::cells::Cells;
use super::{Layout, Table, figure};

pub(super) static LAYOUT: Layout =
    Layout { tables: &[Table { head: &HEAD, row }], ends_in_text: true, legend: LEGEND, remark: None };

const HEAD: [&str; 5] = ["model", "tasks requested", "reached", "kernel threads", "stopped by"];

const LEGEND: &str = "tasks requested, reached: how many tasks the program was asked to park, and how many it had when ready, \
     median of the repetitions. kernel threads: all threads of the program by then, including those of its runtime. stopped \
     by: the limit that prevented more, with its value.";

fn row(cells: &mut Cells<'_>, runs: &[&Run]) -> Option<Vec<String>> {
    let median = |value: fn(&Run) -> Option<u64>| {
        figure(runs, |run| value(run).map(|count| count as f64))
            .map(|summary| count_bounded(summary.median.round() as u64))
    };
    let threads = median(|run| (run.threads.len() as u64).checked_add(run.threads_omitted));
    let stopped_by = runs.iter().find_map(|run| run.own.as_ref()?.stopped_by.clone());
    Some(vec![
        cells.or_absent(median(|run| run.case.tasks), "tasks requested", "not in the report"),
        cells.or_absent(
            median(|run| Some(run.own.as_ref()?.tasks_reached)),
            "reached",
            "the program does not report it",
        ),
        cells.or_absent(threads, "kernel threads", "too many to count"),
        stopped_by.unwrap_or_default(),
    ])
}

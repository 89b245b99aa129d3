//! `switch`, `switch-io`, `yield`, `control`, `spawn`: what one operation takes.

use taskweight_core::report::Run;

use super::cells::Cells;
use super::{Layout, Table, hand_over};

pub(super) static LAYOUT: Layout = Layout {
    tables: &[Table { head: &HEAD, row }, hand_over::TABLE],
    ends_in_text: false,
    legend: LEGEND,
    remark: None,
};

/// Two lines each, so that nine columns fit 80.
const HEAD: [&str; 9] = [
    "\nmodel",
    "time\nper op",
    "95 %\nCI",
    "context\nswitches",
    "\nsyscalls",
    "page\nfaults",
    "wait\np50",
    "wait\np99",
    "traced/\nuntraced",
];

const LEGEND: &str = "time per op: untraced, median of the repetitions, with its 95 % bootstrap confidence interval (CI) in the \
     same unit. context switches, syscalls, page faults: per operation, median of the traced runs; 0: none, or below \
     0.00005. wait: run-queue wait, from runnable to running, all repetitions. traced/untraced: ratio of the elapsed times, \
     the cost of the probes. self-timed switch: one switch in 64, timed by the program itself in the untraced runs, from before \
     it yields to after it resumes, all repetitions, less the clock cost.";

fn row(cells: &mut Cells<'_>, runs: &[&Run]) -> Option<Vec<String>> {
    let mut row = cells.time(runs).to_vec();
    row.extend([cells.switches(runs), cells.syscalls(runs), cells.page_faults(runs)]);
    row.extend(cells.queue_wait(runs));
    row.push(cells.traced_to_twin(runs));
    Some(row)
}

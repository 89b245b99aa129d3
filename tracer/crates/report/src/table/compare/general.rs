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

/// Two lines each, so that ten columns fit 80.
const HEAD: [&str; 10] = [
    "\nmodel",
    "time\nper op",
    "95 %\ninterval",
    "kernel\nswitch",
    "sys-\ncalls",
    "page\nfaults",
    "trans-\nitions",
    "queue\np50",
    "wait\np99",
    "traced\n/twin",
];

const LEGEND: &str = "time per op: from the untraced twins, median of the repetitions and its bootstrap interval, in \
     the same unit. kernel switch, syscalls, page faults: kernel events per operation, median of the traced runs. \
     transitions: system calls, and page faults from user mode. queue wait: from becoming runnable to running, all \
     repetitions. traced/twin: what the probes did to the elapsed time. own hand-over: one in 64, timed by the program \
     itself in the twins, from before handing over to after being resumed, all repetitions, less the clock's own cost.";

fn row(cells: &mut Cells<'_>, runs: &[&Run]) -> Option<Vec<String>> {
    let mut row = cells.time(runs).to_vec();
    row.extend([cells.switches(runs), cells.syscalls(runs), cells.page_faults(runs), cells.transitions(runs)]);
    row.extend(cells.queue_wait(runs));
    row.push(cells.traced_to_twin(runs));
    Some(row)
}

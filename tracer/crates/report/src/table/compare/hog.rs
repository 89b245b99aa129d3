//! `hog`: who waits while one task computes.

use taskweight_core::format::{count_bounded, duration_short};
use taskweight_core::report::Run;
use taskweight_core::stats::histogram::merge;

use super::cells::{Cells, UNCOUNTED};
use super::{Layout, Table, figure};

pub(super) static LAYOUT: Layout =
    Layout { tables: &[Table { head: &HEAD, row }], ends_in_text: false, legend: LEGEND, remark: None };

const HEAD: [&str; 6] = ["model", "ticks", "late p50", "p99", "worst", "preempted"];

const LEGEND: &str = "ticks: per run, each due 1 ms after the last. late: how late ticks were, untraced, all repetitions. \
     preempted: involuntary context switches, median of the traced runs. One more task computes for 200 ms. With preemptive \
     scheduling the others keep ticking, and late stays small. With cooperative scheduling and no other thread to run them, \
     they wait until it yields, and worst is near 200 ms. If the ticks alone exceed what the CPUs can do, they are late in any case.";

fn row(cells: &mut Cells<'_>, runs: &[&Run]) -> Option<Vec<String>> {
    let late = merge(runs.iter().filter_map(|run| run.own.as_ref()?.lateness_ns.as_ref()));
    let median = |value: fn(&Run) -> Option<u64>| {
        figure(runs, |run| value(run).map(|count| count as f64)).map(|summary| summary.median.round() as u64)
    };
    let mut row = vec![cells.or_absent(median(|run| run.operations).map(count_bounded), "ticks", UNCOUNTED)];
    row.extend(
        [late.p50, late.p99, late.max]
            .map(|ns| cells.or_absent(ns.map(duration_short), "late", "the program does not report it")),
    );
    let preempted = median(|run| Some(run.kernel.switches.preempted));
    row.push(cells.or_absent(preempted.map(count_bounded), "preempted", UNCOUNTED));
    Some(row)
}

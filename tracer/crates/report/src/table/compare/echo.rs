//! `echo`: throughput and latency as clients see them, and the server's cost per request.

use taskweight_core::format::{duration_short, rate, rate_range, time};
use taskweight_core::report::{Histogram, Run};
use taskweight_core::stats::histogram::merge;

use super::cells::{Cells, UNCOUNTED};
use super::{Layout, Table, figure};

/// Two tables: what is seen and what it takes are more columns than fit side by side.
pub(super) static LAYOUT: Layout = Layout {
    tables: &[Table { head: &SEEN, row: seen }, Table { head: &TAKEN, row: taken }],
    ends_in_text: false,
    legend: LEGEND,
    remark: None,
};

const SEEN: [&str; 6] = ["model", "requests/s", "95 % CI", "latency p50", "p99", "p99.9"];

const TAKEN: [&str; 7] = [
    "\nper request",
    "context\nswitches",
    "\nsyscalls",
    "kernel\nentries",
    "\ninterrupts",
    "CPU\ntime",
    "traced/\nuntraced",
];

const LEGEND: &str = "requests/s: untraced, median of the repetitions, with its 95 % bootstrap confidence interval (CI) in the same \
     unit. latency: of all untraced requests, measured by the client. context switches, syscalls: of the server, per request, \
     median of the traced runs; 0: none, or below 0.00005. kernel entries: system calls and page faults from user mode. \
     interrupts: those that hit the server's threads. CPU time: of the server, user and kernel mode, traced; the kernel's \
     accounting tick is 10 ms per run. traced/untraced: ratio of the elapsed times, the cost of the probes.";

fn seen(cells: &mut Cells<'_>, runs: &[&Run]) -> Option<Vec<String>> {
    let per_second = figure(runs, |run| Some(1e9 / run.per_operation?.elapsed_ns));
    let range = per_second.and_then(|rate| Some((rate.median, rate.interval?)));
    let latency = merge(runs.iter().filter_map(|run| run.own.as_ref()?.latency_ns.as_ref()));
    let mut row = vec![
        cells.or_absent(per_second.map(|summary| rate(summary.median)), "requests/s", UNCOUNTED),
        cells.interval(range.map(|(median, range)| rate_range(median, range.low, range.high))),
    ];
    row.extend(percentiles(cells, &latency));
    Some(row)
}

fn percentiles(cells: &mut Cells<'_>, latency: &Histogram) -> [String; 3] {
    [latency.p50, latency.p99, latency.p999]
        .map(|ns| cells.or_absent(ns.map(duration_short), "latency", "not measured"))
}

fn taken(cells: &mut Cells<'_>, runs: &[&Run]) -> Option<Vec<String>> {
    Some(vec![
        cells.switches(runs),
        cells.syscalls(runs),
        cells.transitions(runs),
        cells.interrupts(runs),
        cells.or_absent(cpu_time(runs), "CPU time", "below the kernel's 10 ms accounting tick"),
        cells.traced_to_twin(runs),
    ])
}

fn cpu_time(runs: &[&Run]) -> Option<String> {
    let per_request = |run: &Run| {
        let operations = run.operations.filter(|operations| *operations > 0)?;
        Some(run.cpu.user_ns?.saturating_add(run.cpu.system_ns?) as f64 / operations as f64)
    };
    // Below one accounting tick is not zero.
    figure(runs, per_request).map(|summary| summary.median).filter(|ns| *ns > 0.0).map(time)
}

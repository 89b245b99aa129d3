//! `echo`: what the clients see of a server, and what a request takes there.

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

const SEEN: [&str; 6] = ["model", "requests/s", "95 % interval", "latency p50", "p99", "p99.9"];

const TAKEN: [&str; 7] = [
    "\nper request:",
    "kernel\nswitch",
    "sys-\ncalls",
    "trans-\nitions",
    "inter-\nrupts",
    "CPU\ntime",
    "traced\n/twin",
];

const LEGEND: &str = "requests/s: of the untraced twins, median of the repetitions and its bootstrap interval, in the \
     same unit. latency: of the requests of all twins, seen by the program that sent them. kernel switch, syscalls: \
     kernel events of the server per request, median of the traced runs. transitions: system calls, and page faults \
     from user mode. interrupts: those that hit the server's threads. CPU time: of the server in user mode and in the \
     kernel, traced; the kernel tells it in steps of 10 ms per run. traced/twin: what the probes did to the elapsed time.";

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
        .map(|ns| cells.or_absent(ns.map(duration_short), "latency", "nobody measured it"))
}

fn taken(cells: &mut Cells<'_>, runs: &[&Run]) -> Option<Vec<String>> {
    Some(vec![
        cells.switches(runs),
        cells.syscalls(runs),
        cells.transitions(runs),
        cells.interrupts(runs),
        cells.or_absent(cpu_time(runs), "CPU time", "the kernel told none, or less than one step"),
        cells.traced_to_twin(runs),
    ])
}

fn cpu_time(runs: &[&Run]) -> Option<String> {
    let per_request = |run: &Run| {
        let operations = run.operations.filter(|operations| *operations > 0)?;
        Some(run.cpu.user_ns?.saturating_add(run.cpu.system_ns?) as f64 / operations as f64)
    };
    // Less than a step of the kernel's is not nothing.
    figure(runs, per_request).map(|summary| summary.median).filter(|ns| *ns > 0.0).map(time)
}

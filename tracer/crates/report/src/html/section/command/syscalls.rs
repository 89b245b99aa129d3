//! System calls: where their time went, and each one's figures.

use std::cmp::Reverse;

use maud::{Markup, html};

use crate::html::chart::Quantity;
use crate::html::chart::bars::{Bar, Part, bars};
use crate::html::number::Number;
use crate::html::table::{Cell, Figure, Table, shown};
use crate::table::missing;
use taskweight_core::format::{duration, share, time};
use taskweight_core::report::{Histogram, Report, Run, SyscallCount};

/// Calls that are drawn.
const DRAWN: usize = 12;
const HEAD: [&str; 9] = ["syscall", "count", "time", "share", "mean", "p50", "p99", "p99.9", "max"];
const PART: Part = Part { name: "syscall time", letter: ' ', color: 3 };

pub(super) fn syscalls(report: &Report, run: &Run, path: &str) -> Markup {
    if let Some(reason) = missing(report, "sys_enter") {
        return html! { p.absent { "System calls were not counted: " (shown(&reason)) } };
    }
    let all = &run.kernel.syscalls;
    let mut calls: Vec<(&String, &SyscallCount)> = all.by_name.iter().collect();
    calls.sort_by_key(|(name, calls)| (Reverse((calls.total_ns, calls.count)), *name));
    let bar = |(name, calls): &(&String, &SyscallCount)| Bar {
        name: shown(name),
        values: vec![(0, calls.total_ns as f64)],
        sum: duration(calls.total_ns),
    };
    let drawn: Vec<_> = calls.iter().take(DRAWN).map(bar).collect();
    let mut table = Table::new("every system call", HEAD);
    table.rows = calls.iter().map(|(name, calls)| row(run, path, name, calls)).collect();
    let figure = Figure {
        title: "Syscall time by name.".to_owned(),
        note: "From entry to exit, including blocked time, summed over all calls of a name.".to_owned(),
        key: None,
        picture: bars("Syscall time, by name", &[PART], &drawn, "syscall time", Quantity::Time),
        table,
    };
    html! { (figure) }
}

fn row(run: &Run, path: &str, name: &str, calls: &SyscallCount) -> Vec<Cell> {
    let histogram = run.syscall_histograms.get(name);
    let reason = if histogram.is_none() { "no histogram was kept for it" } else { "none returned during the run" };
    let counted = |field: &str| format!("{path}.kernel.syscalls.by_name.{name}.{field}");
    let of = |field: &str, value: fn(&Histogram) -> Option<u64>| {
        let origin = format!("{path}.syscall_histograms.{name}.{field}");
        Cell::number_or(histogram.and_then(value).map(|ns| Number::duration(ns, origin)), reason)
    };
    let part = calls.total_ns as f64 / run.kernel.syscalls.total_ns as f64;
    let part = part.is_finite().then(|| {
        Number::field(part, share(part), format!("{} / {path}.kernel.syscalls.total_ns", counted("total_ns")))
    });
    let mean = histogram.and_then(|histogram| histogram.mean);
    let mean = mean.map(|ns| Number::field(ns, time(ns), format!("{path}.syscall_histograms.{name}.mean")));
    vec![
        Cell::name(name),
        Cell::Number(Number::count(calls.count, counted("count"))),
        Cell::Number(Number::duration(calls.total_ns, counted("total_ns"))),
        Cell::number_or(part, "no call returned"),
        Cell::number_or(mean, reason),
        of("p50", |histogram| histogram.p50),
        of("p99", |histogram| histogram.p99),
        of("p999", |histogram| histogram.p999),
        of("max", |histogram| histogram.max),
    ]
}

//! Several repetitions of a command: medians and intervals.

use maud::{Markup, html};

use crate::html::context::Context;
use crate::html::table::{Cell, Table};
use taskweight_core::format::{rate, time};
use taskweight_core::report::Run;

/// What it is called, its field, its value, how it is shown.
type Total = (&'static str, &'static str, fn(&Run) -> Option<f64>, fn(f64) -> String);

const TOTALS: [Total; 8] = [
    ("elapsed", "elapsed_ns.traced", |run| Some(run.elapsed_ns.traced as f64), time),
    ("CPU time in user mode", "cpu.user_ns", |run| Some(run.cpu.user_ns? as f64), time),
    ("CPU time in the kernel", "cpu.system_ns", |run| Some(run.cpu.system_ns? as f64), time),
    (
        "context switches: voluntary",
        "kernel.switches.voluntary",
        |run| Some(run.kernel.switches.voluntary as f64),
        rate,
    ),
    (
        "context switches: preempted",
        "kernel.switches.preempted",
        |run| Some(run.kernel.switches.preempted as f64),
        rate,
    ),
    ("syscalls", "kernel.syscalls.count", |run| Some(run.kernel.syscalls.count as f64), rate),
    ("minor page faults", "kernel.page_faults.minor", |run| Some(run.kernel.page_faults.minor? as f64), rate),
    (
        "page faults from user mode",
        "kernel.page_faults.from_user_mode",
        |run| Some(run.kernel.page_faults.from_user_mode? as f64),
        rate,
    ),
];

/// Nothing for a command that ran once.
pub(super) fn repetitions(context: &Context<'_>) -> Markup {
    let runs: Vec<&Run> = context.report.runs.iter().filter(|run| run.case.scenario.is_none()).collect();
    if runs.len() < 2 {
        return html! {};
    }
    let count = runs.len();
    let repetitions = context.repetitions(runs);
    let mut table =
        Table::new(format!("medians of {count} repetitions"), ["", "median", "95 % CI low", "95 % CI high"]);
    for (name, field, value, text) in TOTALS {
        let estimate = Cell::estimate(repetitions.estimate(field, value, text), "not counted in every repetition");
        table.rows.push([Cell::name(name)].into_iter().chain(estimate).collect());
    }
    html! { h3 { "Medians of " (count) " repetitions" } (table) h3 { "The last repetition" } }
}

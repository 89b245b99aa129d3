//! The busiest threads.

use maud::{Markup, html};

use crate::html::number::Number;
use crate::html::table::{Cell, Table};
use taskweight_core::format::{bytes, plural};
use taskweight_core::report::{Run, Thread};

/// Threads that are listed.
const LISTED: usize = 100;

const HEAD: [&str; 14] = [
    "thread",
    "tid",
    "on CPU",
    "off CPU",
    "run queue",
    "voluntary",
    "preempted",
    "yielded",
    "wakeups",
    "migrations",
    "syscalls",
    "page faults",
    "interrupts",
    "resident stack",
];

pub(super) fn threads(run: &Run, path: &str) -> Markup {
    let mut table = Table::new("threads, the busiest first", HEAD);
    let listed = run.threads.iter().take(LISTED).enumerate();
    table.rows = listed.map(|(index, thread)| row(&format!("{path}.threads[{index}]"), thread)).collect();
    let more = (run.threads.len().saturating_sub(LISTED) as u64).saturating_add(run.threads_omitted);
    html! {
        @if table.rows.is_empty() { p.absent { "No threads." } } @else { (table.folded()) }
        @if more > 0 { p.note { "And " (plural(more, "more thread")) ", counted in the totals." } }
    }
}

fn row(path: &str, thread: &Thread) -> Vec<Cell> {
    let count = |field: &str, value: u64| Cell::Number(Number::count(value, format!("{path}.{field}")));
    let time = |field: &str, ns: u64| Cell::Number(Number::duration(ns, format!("{path}.{field}")));
    let faults = thread.minor_faults.saturating_add(thread.major_faults);
    let interrupts = thread.interrupts.map(|count| Number::count(count, format!("{path}.interrupts")));
    let stack = thread
        .stack_resident_bytes
        .map(|size| Number::field(size as f64, bytes(size as f64), format!("{path}.stack_resident_bytes")));
    vec![
        Cell::name(&thread.name),
        Cell::Number(Number::field(thread.tid.into(), thread.tid.to_string(), format!("{path}.tid"))),
        time("on_cpu_ns", thread.on_cpu_ns),
        time("off_cpu_ns", thread.off_cpu_ns),
        time("run_queue_ns", thread.run_queue_ns),
        count("switches.voluntary", thread.switches.voluntary),
        count("switches.preempted", thread.switches.preempted),
        count("switches.yielded", thread.switches.yielded),
        count("wakeups", thread.wakeups),
        count("migrations", thread.migrations),
        count("syscalls", thread.syscalls),
        Cell::Number(Number::count(faults, format!("{path}.minor_faults + {path}.major_faults"))),
        Cell::number_or(interrupts, "interrupts were not counted"),
        Cell::number_or(stack, "the stack was not found or not sampled"),
    ]
}

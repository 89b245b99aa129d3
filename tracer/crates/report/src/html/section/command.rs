//! One command: what the kernel did for it.

mod interrupts;
mod memory;
mod repetitions;
mod syscalls;
mod threads;
mod totals;

use maud::{Markup, html};

use crate::html::chart::{marks, percentiles::curves};
use crate::html::context::Context;
use crate::html::number::DISTRIBUTION_HEAD;
use crate::html::section::{Section, distributions};
use crate::html::table::{Figure, Table, shown};
use taskweight_core::report::{Histogram, Run};

/// Name, and where it stands in a run.
type Metric = (&'static str, &'static str, fn(&Run) -> Option<&Histogram>);

const DISTRIBUTIONS: [Metric; 4] = [
    ("on CPU", "histograms.on_cpu_ns", |run| Some(&run.histograms.on_cpu_ns)),
    ("off CPU", "histograms.off_cpu_ns", |run| Some(&run.histograms.off_cpu_ns)),
    ("run queue", "histograms.run_queue_ns", |run| Some(&run.histograms.run_queue_ns)),
    ("syscalls", "histograms.syscall_ns", |run| Some(&run.histograms.syscall_ns)),
];

/// All sections of a command: of its last repetition, and distributions of all.
pub(in crate::html) fn sections(context: &Context<'_>, run: &Run) -> Vec<Section> {
    let index = context.report.runs.iter().position(|one| std::ptr::eq(one, run)).unwrap_or(0);
    let path = format!("runs[{index}]");
    let content = html! {
        (repetitions::repetitions(context))
        (totals::totals(context.report, run, &path))
    };
    vec![
        Section { id: "totals", title: "What the kernel did", content },
        Section { id: "distributions", title: "Durations", content: distributions_of(context) },
        Section { id: "syscalls", title: "System calls", content: syscalls::syscalls(context.report, run, &path) },
        Section { id: "interrupts", title: "Interrupts", content: interrupts::interrupts(context.report, run, &path) },
        Section { id: "threads", title: "Threads", content: threads::threads(run, &path) },
        Section { id: "memory", title: "Memory", content: memory::memory(run, &path) },
    ]
}

/// What it was, how it ended.
pub(in crate::html) fn headline(run: &Run) -> Markup {
    let operations = run.operation.as_ref().filter(|_| run.operations.is_some());
    html! {
        @if let Some(operation) = operations { p { "Operation: " (shown(operation)) "." } }
        @match run.exit_status {
            Some(status) => p { "Exit status: " (status) },
            None => p { "Exit status: unknown" },
        }
    }
}

fn distributions_of(context: &Context<'_>) -> Markup {
    let repetitions =
        context.repetitions(context.report.runs.iter().filter(|one| one.case.scenario.is_none()).collect());
    let all: Vec<_> = DISTRIBUTIONS
        .iter()
        .zip(0..marks::LOOKS)
        .map(|((name, path, field), series)| (series, *name, repetitions.merged(path, field)))
        .collect();
    let drawn: Vec<_> = all.iter().map(|(series, _, one)| (*series, &one.histogram)).collect();
    let key: Vec<_> = all.iter().map(|(series, name, _)| (*series, (*name).to_owned())).collect();
    let mut table = Table::new("durations", ["what"].into_iter().chain(DISTRIBUTION_HEAD));
    table.rows = all.iter().map(|(_, name, one)| distributions::row(name, one)).collect();
    let figure = Figure {
        title: "Durations.".to_owned(),
        note: "Each step to the right leaves a tenth of the remaining samples; a mark is the maximum.".to_owned(),
        key: Some(marks::key(&key, true)),
        picture: curves("Durations over percentiles", "duration", &drawn),
        table,
    };
    html! { (figure) }
}

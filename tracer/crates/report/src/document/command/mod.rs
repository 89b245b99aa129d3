//! One command: what the kernel did for it.

mod memory;
mod totals;

use std::cmp::Reverse;

use taskweight_core::format::{plural, share};
use taskweight_core::metric::{self, Distribution};
use taskweight_core::report::{Histogram, InterruptCount, Run, SyscallCount, Thread};

use super::context::Context;
use super::number::{Number, Repetitions};
use super::table::{Cell, Column, Table};
use super::{Block, Note, Section, Term, distributions};
use crate::chart::{Bar, Bars, Chart, Curve, Part, Quantity};

/// Calls that are drawn.
const DRAWN: usize = 12;

const SYSCALLS: [Column; 9] = [
    Column::shown("syscall"),
    Column::shown("count"),
    Column::shown("time"),
    Column::shown("share"),
    Column::shown("mean"),
    Column::shown("p50"),
    Column::shown("p99"),
    Column::detail("p99.9"),
    Column::shown("max"),
];
const SYSCALL_PARTS: [Part; 1] = [Part { name: "syscall time", letter: ' ', color: 3 }];

const INTERRUPTS: [Column; 3] = [Column::shown("kind"), Column::shown("count"), Column::shown("time")];

const LEGEND: &[Term] = &[
    ("on CPU", "from switched in to switched out"),
    ("off CPU", "from switched out to switched in"),
    ("run-queue wait", "from runnable to running"),
];

/// A command's run, and its path in the report.
pub(super) struct Command<'a> {
    context: &'a Context<'a>,
    run: &'a Run,
    path: String,
}

/// All sections of a command: of its last repetition, and distributions of all.
pub(super) fn sections(context: &Context<'_>) -> Vec<Section> {
    let runs = context.report.runs.iter().enumerate();
    let Some((index, run)) = runs.rev().find(|(_, run)| run.case.scenario.is_none()) else { return vec![] };
    let command = Command { context, run, path: format!("runs[{index}]") };
    vec![
        Section::new("totals", "What the kernel did", "Totals").blocks(totals::blocks(&command)),
        Section::new("distributions", "Durations", "Durations").blocks(vec![command.distributions()]).legend(LEGEND),
        Section::new("syscalls", "System calls", "System calls").blocks(command.syscalls()),
        Section::new("threads", "Threads", "Threads").blocks(command.threads()),
        Section::new("interrupts", "Interrupts", "Interrupts").blocks(vec![Block::Detail(vec![command.interrupts()])]),
        Section::new("memory", "Memory", "Memory").blocks(memory::blocks(&command)),
    ]
}

impl Command<'_> {
    fn repetitions(&self) -> Repetitions<'_> {
        let is_command = |run: &&Run| run.case.scenario.is_none();
        self.context.repetitions(self.context.report.runs.iter().filter(is_command).collect())
    }

    fn distributions(&self) -> Block {
        let repetitions = self.repetitions();
        let mut table = Table::new("durations", &distributions::COLUMNS);
        let mut curves = Vec::new();
        for (Distribution { path, label, get }, series) in metric::OF_KERNEL.iter().zip(0..) {
            let merged = repetitions.merged(path, get);
            table.rows.push(distributions::row(label, &merged));
            curves.push(Curve { series, name: (*label).to_owned(), histogram: merged.histogram });
        }
        let note = "Each step to the right leaves a tenth of the remaining samples; a mark is the maximum.";
        Block::figure("Durations by percentile.", note, Chart::Curves(curves), table)
    }

    fn syscalls(&self) -> Vec<Block> {
        if let Some(reason) = self.context.missing("sys_enter") {
            return vec![Block::note(format!("System calls were not counted: {reason}"))];
        }
        let mut calls: Vec<(&String, &SyscallCount)> = self.run.kernel.syscalls.by_name.iter().collect();
        calls.sort_by_key(|(name, calls)| (Reverse((calls.total_ns, calls.count)), *name));
        let bar = |(name, calls): &(&String, &SyscallCount)| Bar {
            name: (*name).clone(),
            values: vec![(0, calls.total_ns as f64)],
            sum: taskweight_core::format::duration(calls.total_ns),
        };
        let bars = Bars {
            parts: &SYSCALL_PARTS,
            bars: calls.iter().take(DRAWN).map(bar).collect(),
            axis: "syscall time",
            quantity: Quantity::Time,
            magnifies: false,
            in_text: false,
        };
        let top = self.context.options.top;
        let mut table = Table::new("system calls", &SYSCALLS);
        table.rows = calls.iter().take(top).map(|(name, calls)| self.syscall(name, calls)).collect();
        let note = "From entry to exit, including blocked time, summed over all calls of a name.";
        let figure = Block::figure("Syscall time by name.", note, Chart::Bars(bars), table);
        [figure].into_iter().chain(omitted(calls.len().saturating_sub(top) as u64, "more system call")).collect()
    }

    fn syscall(&self, name: &str, calls: &SyscallCount) -> Vec<Cell> {
        let (run, path) = (self.run, &self.path);
        let histogram = run.syscall_histograms.get(name);
        let reason = if histogram.is_none() { "no histogram was kept for it" } else { "none returned during the run" };
        let counted = |field: &str| format!("{path}.kernel.syscalls.by_name.{name}.{field}");
        let timed = |field: &str| format!("{path}.syscall_histograms.{name}.{field}");
        let of = |field: &str, value: fn(&Histogram) -> Option<u64>| {
            Cell::number_or(histogram.and_then(value).map(|ns| Number::duration(ns, timed(field))), reason)
        };
        let part = calls.total_ns as f64 / run.kernel.syscalls.total_ns as f64;
        let origin = format!("{} / {path}.kernel.syscalls.total_ns", counted("total_ns"));
        let part = part.is_finite().then(|| Number::field(part, share(part), origin));
        let mean = histogram.and_then(|histogram| histogram.mean).map(|ns| Number::time(ns, timed("mean")));
        vec![
            Cell::name(name),
            Number::count(calls.count, counted("count")).into(),
            Number::duration(calls.total_ns, counted("total_ns")).into(),
            Cell::number_or(part, "no call returned"),
            Cell::number_or(mean, reason),
            of("p50", |histogram| histogram.p50),
            of("p99", |histogram| histogram.p99),
            of("p999", |histogram| histogram.p999),
            of("max", |histogram| histogram.max),
        ]
    }

    fn interrupts(&self) -> Block {
        let kernel = &self.run.kernel;
        let kinds = &kernel.interrupts.by_kind;
        if kinds.is_empty() && kernel.softirqs.is_none() {
            return Block::note(format!("Interrupts were not counted: {}", self.context.no_interrupts()));
        }
        let path = format!("{}.kernel", self.path);
        let kinds = kinds.iter().map(|(kind, one)| (kind.as_str(), format!("{path}.interrupts.by_kind.{kind}"), *one));
        let all = kinds.chain([("softirqs", format!("{path}.softirqs"), kernel.softirqs)]);
        let mut table = Table::new("interrupts that arrived while a thread of the command was running", &INTERRUPTS);
        table.rows = all.map(|(kind, path, counted)| interrupt(kind, &path, counted)).collect();
        Block::Table(table)
    }

    fn threads(&self) -> Vec<Block> {
        let top = self.context.options.top;
        let heads = metric::THREAD.iter().map(Column::of);
        let columns: Vec<Column> = [Column::shown("thread"), Column::shown("tid")].into_iter().chain(heads).collect();
        let mut table = Table::new("threads, the busiest first", &columns);
        for (index, thread) in self.run.threads.iter().take(top).enumerate() {
            let path = format!("{}.threads[{index}]", self.path);
            let cells = metric::THREAD.iter().map(|one| Cell::of(one, &self.context.report.probes, thread, &path));
            table.rows.push(named(thread, &path).into_iter().chain(cells).collect());
        }
        let more = (self.run.threads.len().saturating_sub(top) as u64).saturating_add(self.run.threads_omitted);
        let table = if table.rows.is_empty() { Block::note("No threads.") } else { Block::Table(table) };
        [table].into_iter().chain(omitted(more, "more thread")).collect()
    }
}

/// Name and id of a thread.
fn named(thread: &Thread, path: &str) -> [Cell; 2] {
    let tid = Number::field(thread.tid.into(), thread.tid.to_string(), format!("{path}.tid"));
    [Cell::name(&thread.name), tid.into()]
}

fn interrupt(kind: &str, path: &str, counted: Option<InterruptCount>) -> Vec<Cell> {
    const UNSEEN: &str = "the probes of this kind are missing";
    let count = counted.map(|one| Number::count(one.count, format!("{path}.count")));
    let time = counted.map(|one| Number::duration(one.total_ns, format!("{path}.total_ns")));
    vec![Cell::name(kind), Cell::number_or(count, UNSEEN), Cell::number_or(time, UNSEEN)]
}

/// What a list leaves out.
fn omitted(more: u64, what: &str) -> Option<Block> {
    (more > 0).then(|| Block::Notes(vec![Note::plain(format!("and {}", plural(more, what)))]))
}

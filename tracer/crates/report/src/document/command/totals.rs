//! Totals of the command: of its last repetition, and before that the medians of all.

use taskweight_core::format::{count, duration, rate, time};
use taskweight_core::report::Run;

use super::Command;
use crate::document::number::{COUNT, Form, Number, TIME};
use crate::document::table::{Cell, Column, Table};
use crate::document::{Block, Note};

/// How a total is shown.
#[derive(Clone, Copy)]
enum Unit {
    Count,
    Time,
}

/// What it is called, its field, its value or why there is none.
type Total = (&'static str, &'static str, Unit, Result<u64, String>);

/// What it is called, its field, its value, how it is shown.
type Median = (&'static str, &'static str, fn(&Run) -> Option<u64>, Form);

const SWITCHES: &str =
    "kernel.switches.voluntary + kernel.switches.preempted + kernel.switches.yielded + kernel.switches.exit";

const MEDIANS: [Median; 8] = [
    ("elapsed", "elapsed_ns.traced", |run| Some(run.elapsed_ns.traced), TIME),
    ("CPU time in user mode", "cpu.user_ns", |run| run.cpu.user_ns, TIME),
    ("CPU time in the kernel", "cpu.system_ns", |run| run.cpu.system_ns, TIME),
    ("context switches", SWITCHES, |run| Some(run.kernel.switches.total()), COUNT),
    ("  preempted", "kernel.switches.preempted", |run| Some(run.kernel.switches.preempted), COUNT),
    ("wakeups", "kernel.wakeups", |run| Some(run.kernel.wakeups), COUNT),
    ("syscalls", "kernel.syscalls.count", |run| Some(run.kernel.syscalls.count), COUNT),
    ("minor page faults", "kernel.page_faults.minor", |run| run.kernel.page_faults.minor, COUNT),
];

static COLUMNS: [Column; 3] = [Column::shown(""), Column::shown("total"), Column::shown("per operation")];
const MEDIAN_COLUMNS: [Column; 3] = [Column::shown(""), Column::shown("median"), Column::shown("95 % CI")];

pub(super) fn blocks(command: &Command<'_>) -> Vec<Block> {
    let mut blocks = medians(command);
    let operations = command.run.operations.filter(|operations| *operations > 0);
    let caption = if blocks.is_empty() { "totals" } else { "the last repetition" };
    let mut table = Table::new(caption, if operations.is_some() { &COLUMNS } else { &COLUMNS[..2] });
    table.rows = all(command).into_iter().map(|total| row(&command.path, operations, total)).collect();
    blocks.push(Block::Table(table));
    let operation = command.run.operation.as_ref().filter(|_| command.run.operations.is_some());
    blocks.extend(operation.map(|operation| Block::Notes(vec![Note::plain(format!("operation: {operation}"))])));
    blocks
}

/// Nothing for a command that ran once.
fn medians(command: &Command<'_>) -> Vec<Block> {
    let runs: Vec<&Run> = command.context.report.runs.iter().filter(|run| run.scenario.is_none()).collect();
    if runs.len() < 2 {
        return vec![];
    }
    let mut table = Table::new(format!("medians of {} repetitions", runs.len()), &MEDIAN_COLUMNS);
    let repetitions = command.context.repetitions(runs);
    for (name, field, value, form) in MEDIANS {
        let estimate = repetitions.estimate(field, |run| Some(value(run)? as f64), form);
        let cells = Cell::estimate(estimate, "not counted in every repetition");
        table.rows.push([Cell::name(name)].into_iter().chain(cells).collect());
    }
    vec![Block::Table(table)]
}

fn row(path: &str, operations: Option<u64>, (name, field, unit, value): Total) -> Vec<Cell> {
    let value = match value {
        Ok(value) => value,
        Err(reason) => {
            let absent = || Cell::absent(&reason);
            return [Cell::name(name), absent()].into_iter().chain(operations.map(|_| absent())).collect();
        }
    };
    let fields: Vec<_> = field.split(" + ").map(|field| format!("{path}.{field}")).collect();
    let (all, path) = (format!("{path}.operations"), fields.join(" + "));
    let is_divided = !["operations", "kernel.threads_created"].contains(&field);
    let share = operations.map(|operations| {
        let share = value as f64 / operations as f64;
        let text = if let Unit::Time = unit { time(share) } else { rate(share) };
        let number = Number::field(share, text, format!("{path} / {all}"));
        if is_divided { number.into() } else { Cell::Empty }
    });
    let shown = if let Unit::Time = unit { duration(value) } else { count(value) };
    let total = Number { value: value.to_string(), shown, origin: path.clone() };
    [Cell::name(name), total.into()].into_iter().chain(share).collect()
}

fn all(command: &Command<'_>) -> Vec<Total> {
    use Unit::{Count, Time};
    let (run, context) = (command.run, command.context);
    let kernel = &run.kernel;
    let or = |value: Option<u64>, reason: &str| value.ok_or_else(|| reason.to_owned());
    let told = |value: Option<u64>| or(value, "the kernel did not report it");
    let fault = |value: Option<u64>| or(value, &context.no_page_faults());
    let interrupt = |value: Option<u64>| or(value, &context.no_interrupts());
    // A count that is 0 without its probe, and then is absent.
    let counted = |value: u64, probe: &str| context.missing(probe).map_or(Ok(value), Err);
    let hardware = |value: Option<u64>| or(value, run.hardware.reason.as_deref().unwrap_or("not counted"));
    let faults = kernel.page_faults;
    let mut totals: Vec<Total> = vec![
        ("elapsed", "elapsed_ns.traced", Time, Ok(run.elapsed_ns.traced)),
        ("CPU time in user mode", "cpu.user_ns", Time, told(run.cpu.user_ns)),
        ("CPU time in the kernel", "cpu.system_ns", Time, told(run.cpu.system_ns)),
    ];
    totals.extend(run.operations.map(|operations| ("operations", "operations", Count, Ok(operations))));
    totals.extend([
        ("context switches", SWITCHES, Count, Ok(kernel.switches.total())),
        ("  voluntary", "kernel.switches.voluntary", Count, Ok(kernel.switches.voluntary)),
        ("  preempted", "kernel.switches.preempted", Count, Ok(kernel.switches.preempted)),
        ("  yielded", "kernel.switches.yielded", Count, Ok(kernel.switches.yielded)),
        ("  exit", "kernel.switches.exit", Count, Ok(kernel.switches.exit)),
        ("wakeups", "kernel.wakeups", Count, Ok(kernel.wakeups)),
        ("wakeups issued", "kernel.wakeups_made", Count, counted(kernel.wakeups_made, "sched_waking")),
        ("wakeups from idle", "kernel.idle_exits", Count, Ok(kernel.idle_exits)),
        ("migrations", "kernel.migrations", Count, counted(kernel.migrations, "sched_migrate_task")),
        ("syscalls", "kernel.syscalls.count", Count, counted(kernel.syscalls.count, "sys_enter")),
        ("  syscall time", "kernel.syscalls.total_ns", Time, counted(kernel.syscalls.total_ns, "sys_exit")),
        ("minor page faults", "kernel.page_faults.minor", Count, fault(faults.minor)),
        ("major page faults", "kernel.page_faults.major", Count, fault(faults.major)),
        ("page faults from user mode", "kernel.page_faults.from_user_mode", Count, fault(faults.from_user_mode)),
        ("page faults that grew a stack", "kernel.page_faults.stack", Count, fault(faults.stack)),
        ("interrupts", "kernel.interrupts.count", Count, interrupt(kernel.interrupts.count)),
        (
            "  outside syscalls",
            "kernel.interrupts.outside_syscalls",
            Count,
            interrupt(kernel.interrupts.outside_syscalls),
        ),
        ("  interrupt time", "kernel.interrupts.total_ns", Time, interrupt(kernel.interrupts.total_ns)),
        ("softirq time", "kernel.softirqs.total_ns", Time, interrupt(kernel.softirqs.map(|one| one.total_ns))),
        ("threads created", "kernel.threads_created", Count, Ok(kernel.threads_created)),
        ("cycles", "hardware.cycles", Count, hardware(run.hardware.cycles)),
        ("instructions", "hardware.instructions", Count, hardware(run.hardware.instructions)),
        ("last-level cache misses", "hardware.cache_misses", Count, hardware(run.hardware.cache_misses)),
        ("data TLB load misses", "hardware.dtlb_misses", Count, hardware(run.hardware.dtlb_misses)),
    ]);
    totals
}

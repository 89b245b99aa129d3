//! Totals of the run, and the same per operation.

use maud::{Markup, html};

use crate::html::number::Number;
use crate::html::table::{Cell, Table};
use crate::table::{interrupts_reason, missing, page_faults_reason};
use taskweight_core::format::{duration, rate, time};
use taskweight_core::report::{Report, Run};

/// How a total is shown.
#[derive(Clone, Copy)]
enum Unit {
    Count,
    Time,
}

/// What it is called, its field, its value or why there is none.
type Total = (&'static str, &'static str, Unit, Result<u64, String>);

pub(super) fn totals(report: &Report, run: &Run, path: &str) -> Markup {
    let operations = run.operations.filter(|operations| *operations > 0);
    let head = ["", "total", "per operation"];
    let mut table = Table::new("totals of the run", head.into_iter().take(if operations.is_some() { 3 } else { 2 }));
    for total in all(report, run) {
        table.rows.push(row(path, operations, total));
    }
    html! { (super::headline(run)) (table) }
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
    let share = operations.filter(|_| field != "operations").map(|operations| {
        let share = value as f64 / operations as f64;
        let text = if let Unit::Time = unit { time(share) } else { rate(share) };
        Cell::Number(Number::field(share, text, format!("{path} / {all}")))
    });
    let share = share.or_else(|| operations.map(|_| Cell::Empty));
    let total = match unit {
        Unit::Count => Number::count(value, path),
        Unit::Time => Number::field(value as f64, duration(value), path),
    };
    [Cell::name(name), Cell::Number(total)].into_iter().chain(share).collect()
}

fn all(report: &Report, run: &Run) -> Vec<Total> {
    const NOT_TOLD: &str = "the kernel did not report it";
    const SWITCHES: &str =
        "kernel.switches.voluntary + kernel.switches.preempted + kernel.switches.yielded + kernel.switches.exit";
    let kernel = &run.kernel;
    let faults = page_faults_reason(report);
    let told = |value: Option<u64>| value.ok_or_else(|| NOT_TOLD.to_owned());
    let fault = |value: Option<u64>| value.ok_or_else(|| faults.clone());
    let unseen = interrupts_reason(report);
    let interrupt = |value: Option<u64>| value.ok_or_else(|| unseen.clone());
    // A count that is 0 without its probe, and then is absent.
    let counted = |value: u64, probe: &str| missing(report, probe).map_or(Ok(value), Err);
    let hardware = |value: Option<u64>| {
        value.ok_or_else(|| run.hardware.reason.clone().unwrap_or_else(|| "not counted".to_owned()))
    };
    let mut totals = vec![
        ("elapsed", "elapsed_ns.traced", Unit::Time, Ok(run.elapsed_ns.traced)),
        ("CPU time in user mode", "cpu.user_ns", Unit::Time, told(run.cpu.user_ns)),
        ("CPU time in the kernel", "cpu.system_ns", Unit::Time, told(run.cpu.system_ns)),
    ];
    totals.extend(run.operations.map(|operations| ("operations", "operations", Unit::Count, Ok(operations))));
    totals.extend([
        ("context switches", SWITCHES, Unit::Count, Ok(kernel.switches.total())),
        ("context switches: voluntary", "kernel.switches.voluntary", Unit::Count, Ok(kernel.switches.voluntary)),
        ("context switches: preempted", "kernel.switches.preempted", Unit::Count, Ok(kernel.switches.preempted)),
        ("context switches: yielded", "kernel.switches.yielded", Unit::Count, Ok(kernel.switches.yielded)),
        ("context switches: exit", "kernel.switches.exit", Unit::Count, Ok(kernel.switches.exit)),
        ("wakeups", "kernel.wakeups", Unit::Count, Ok(kernel.wakeups)),
        ("wakeups issued", "kernel.wakeups_made", Unit::Count, counted(kernel.wakeups_made, "sched_waking")),
        ("wakeups from idle", "kernel.idle_exits", Unit::Count, Ok(kernel.idle_exits)),
        ("migrations", "kernel.migrations", Unit::Count, counted(kernel.migrations, "sched_migrate_task")),
        ("syscalls", "kernel.syscalls.count", Unit::Count, counted(kernel.syscalls.count, "sys_enter")),
        ("syscall time", "kernel.syscalls.total_ns", Unit::Time, counted(kernel.syscalls.total_ns, "sys_exit")),
        ("minor page faults", "kernel.page_faults.minor", Unit::Count, fault(kernel.page_faults.minor)),
        ("major page faults", "kernel.page_faults.major", Unit::Count, fault(kernel.page_faults.major)),
        (
            "page faults from user mode",
            "kernel.page_faults.from_user_mode",
            Unit::Count,
            fault(kernel.page_faults.from_user_mode),
        ),
        ("page faults that grew a stack", "kernel.page_faults.stack", Unit::Count, fault(kernel.page_faults.stack)),
        ("interrupts", "kernel.interrupts.count", Unit::Count, interrupt(kernel.interrupts.count)),
        (
            "interrupts outside syscalls",
            "kernel.interrupts.outside_syscalls",
            Unit::Count,
            interrupt(kernel.interrupts.outside_syscalls),
        ),
        ("interrupt time", "kernel.interrupts.total_ns", Unit::Time, interrupt(kernel.interrupts.total_ns)),
        ("softirq time", "kernel.softirqs.total_ns", Unit::Time, interrupt(kernel.softirqs.map(|one| one.total_ns))),
        ("threads created", "kernel.threads_created", Unit::Count, Ok(kernel.threads_created)),
        ("cycles", "hardware.cycles", Unit::Count, hardware(run.hardware.cycles)),
        ("instructions", "hardware.instructions", Unit::Count, hardware(run.hardware.instructions)),
        ("last-level cache misses", "hardware.cache_misses", Unit::Count, hardware(run.hardware.cache_misses)),
        ("data TLB load misses", "hardware.dtlb_misses", Unit::Count, hardware(run.hardware.dtlb_misses)),
    ]);
    totals
}

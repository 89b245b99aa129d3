//! Threads in the report.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{InterruptCount, Switches};
use crate::metric::Metric;

/// One thread's share of the window.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Thread {
    /// Thread id.
    pub tid: u32,
    /// Process id.
    pub pid: u32,
    /// Name, with bytes that are not UTF-8 replaced.
    pub name: String,
    /// Switches away from it.
    pub switches: Switches,
    /// Wake-ups of it.
    pub wakeups: u64,
    /// Wake-ups, of whatever thread, made while it ran.
    #[serde(default)]
    pub wakeups_made: u64,
    /// Moves to another CPU.
    pub migrations: u64,
    /// System calls.
    pub syscalls: u64,
    /// Time in system calls, nanoseconds.
    pub syscall_ns: u64,
    /// Minor page faults.
    pub minor_faults: u64,
    /// Major page faults.
    pub major_faults: u64,
    /// Page faults with which its stack grew.
    #[serde(default)]
    pub stack_faults: u64,
    /// Interrupts that hit it; `null` where none is seen.
    #[serde(default)]
    pub interrupts: Option<u64>,
    /// Time in them, nanoseconds.
    #[serde(default)]
    pub interrupt_ns: Option<u64>,
    /// The same by kind, without those that did not hit it.
    #[serde(default)]
    pub interrupts_by_kind: BTreeMap<String, InterruptCount>,
    /// Work that interrupts had left, done while it ran; `null` where the probe is missing.
    #[serde(default)]
    pub softirqs: Option<InterruptCount>,
    /// Time on a CPU, nanoseconds.
    pub on_cpu_ns: u64,
    /// Time off the CPU, nanoseconds.
    pub off_cpu_ns: u64,
    /// Of it, time waiting for a CPU, nanoseconds.
    pub run_queue_ns: u64,
    /// Address space of its stack, bytes; `null` where it was not found, as those below.
    #[serde(default)]
    pub stack_reserved_bytes: Option<u64>,
    /// From the top of its stack to where it stood, bytes.
    #[serde(default)]
    pub stack_in_use_bytes: Option<u64>,
    /// Resident pages of its stack, bytes.
    #[serde(default)]
    pub stack_resident_bytes: Option<u64>,
    /// From the top of its stack to the lowest resident page, bytes.
    #[serde(default)]
    pub stack_high_water_bytes: Option<u64>,
}

const NO_STACK: &str = "not found, or not looked for";

/// One thread; paths are below `threads[]`.
pub const METRICS: &[Metric<Thread>] = &[
    Metric::time("on_cpu_ns", "on CPU", |thread: &Thread| Some(thread.on_cpu_ns as f64))
        .from("switch in")
        .to("switch out")
        .not("nothing: [interrupts](#interrupt) are in it")
        .checked("timeline slices"),
    Metric::time("off_cpu_ns", "off CPU", |thread: &Thread| Some(thread.off_cpu_ns as f64))
        .from("switch out")
        .to("next switch in")
        .not("threads that never run again")
        .checked("timeline slices")
        .detail(),
    Metric::time("run_queue_ns", "run queue", |thread: &Thread| Some(thread.run_queue_ns as f64))
        .from("`sched_wakeup`, `sched_wakeup_new`, or switch out while running")
        .to("switch in")
        .not(
            "the path of a wakeup to another CPU before that CPU's queue. (`sched_waking` would include it, but may fire while \
             the thread is still switching out elsewhere)",
        )
        .checked("timeline slices"),
    Metric::count("switches.voluntary", "voluntary", |thread: &Thread| Some(thread.switches.voluntary as f64)),
    Metric::count("switches.preempted", "preempted", |thread: &Thread| Some(thread.switches.preempted as f64)),
    Metric::count("switches.yielded", "yielded", |thread: &Thread| Some(thread.switches.yielded as f64)).detail(),
    Metric::count("wakeups", "wakeups", |thread: &Thread| Some(thread.wakeups as f64)).detail(),
    Metric::count("migrations", "migrations", |thread: &Thread| Some(thread.migrations as f64))
        .fed_by(&["sched_migrate_task"])
        .detail(),
    Metric::count("syscalls", "syscalls", |thread: &Thread| Some(thread.syscalls as f64)).fed_by(&["sys_enter"]),
    Metric::count("minor_faults + major_faults", "page faults", |thread: &Thread| {
        Some(thread.minor_faults.saturating_add(thread.major_faults) as f64)
    })
    .fed_by(&["page_fault_minor"]),
    Metric::count("interrupts", "interrupts", |thread: &Thread| Some(thread.interrupts? as f64))
        .unknown("interrupts were not counted")
        .detail(),
    Metric::bytes("stack_resident_bytes", "stack resident", |thread: &Thread| Some(thread.stack_resident_bytes? as f64))
        .unknown(NO_STACK)
        .detail(),
];

/// The stack of one thread; paths are below `threads[]`.
pub const STACK: &[Metric<Thread>] = &[
    Metric::bytes("stack_reserved_bytes", "stack reserved", |thread: &Thread| {
        Some(thread.stack_reserved_bytes? as f64)
    })
    .unknown(NO_STACK)
    .from("length of the stack")
    .not("its guard")
    .checked("tests"),
    Metric::bytes("stack_in_use_bytes", "in use", |thread: &Thread| Some(thread.stack_in_use_bytes? as f64))
        .unknown(NO_STACK)
        .from("top of the stack to the stack pointer")
        .checked("tests"),
    Metric::bytes("stack_resident_bytes", "resident", |thread: &Thread| Some(thread.stack_resident_bytes? as f64))
        .unknown(NO_STACK)
        .from("its resident pages")
        .not("pages that were only read (the shared zero page)")
        .checked("tests: threads that touch 1, 4 and 16 pages"),
    Metric::bytes("stack_high_water_bytes", "high water", |thread: &Thread| {
        Some(thread.stack_high_water_bytes? as f64)
    })
    .unknown(NO_STACK)
    .from("top to the lowest resident page")
    .not("pages that were given back")
    .checked("tests"),
    Metric::count("stack_faults", "growth faults", |thread: &Thread| Some(thread.stack_faults as f64)),
];

//! Figures per operation in the report.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Kernel, Run};
use crate::metric::Metric;

/// Figures per operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PerOperation {
    /// Nanoseconds, from the untraced run; from the traced run where there is no untraced run.
    pub elapsed_ns: f64,
    /// Kernel switches of any kind.
    pub kernel_switches: f64,
    /// System calls.
    pub syscalls: f64,
    /// Page faults, minor and major; `null` where the probes are missing.
    pub page_faults: Option<f64>,
    /// Entries from user mode into the kernel: system calls, and page faults from user mode.
    pub kernel_transitions: Option<f64>,
    /// Interrupts, which are not in `kernel_transitions`; `null` where none is seen.
    #[serde(default)]
    pub interrupts: Option<f64>,
}

impl PerOperation {
    /// A run's counts divided by its operations; `None` where there is nothing to divide by.
    #[must_use]
    pub fn of(kernel: &Kernel, elapsed_ns: u64, operations: Option<u64>) -> Option<Self> {
        let operations = operations.filter(|operations| *operations > 0)? as f64;
        let per = |count: u64| count as f64 / operations;
        let faults = &kernel.page_faults;
        Some(Self {
            elapsed_ns: per(elapsed_ns),
            kernel_switches: per(kernel.switches.total()),
            syscalls: per(kernel.syscalls.count),
            page_faults: faults.minor.zip(faults.major).map(|(minor, major)| per(minor + major)),
            interrupts: kernel.interrupts.count.map(per),
            kernel_transitions: faults.from_user_mode.map(|faults| per(kernel.syscalls.count + faults)),
        })
    }
}

const NO_OPERATIONS: &str = "the number of operations or of page faults is unknown";

/// The same that the report has ready, the time from the untraced run.
pub const METRICS: &[Metric<Run>] = &[
    Metric::time("per_operation.elapsed_ns", "time per operation", |run: &Run| Some(run.per_operation?.elapsed_ns)).from(
        "the untraced run: the same work in another process, timed by the workload. A command has no untraced run: its time \
         contains the probes",
    ),
    Metric::count("per_operation.kernel_switches", "context switches", |run: &Run| Some(run.per_operation?.kernel_switches))
        .from("all four kinds")
        .checked("as above"),
    Metric::count("per_operation.syscalls", "syscalls", |run: &Run| Some(run.per_operation?.syscalls))
        .fed_by(&["sys_enter"])
        .from("the count above")
        .checked("as above"),
    Metric::count("per_operation.page_faults", "page faults", |run: &Run| run.per_operation?.page_faults)
        .fed_by(&["page_fault_minor", "page_fault_major"])
        .unknown(NO_OPERATIONS)
        .from("minor and major")
        .checked("as above"),
    Metric::count("per_operation.interrupts", "interrupts", |run: &Run| run.per_operation?.interrupts)
        .fed_by(&["local_timer_entry", "irq_handler_entry", "softirq_entry"])
        .unknown("not in the report")
        .from("the count above")
        .checked("as above"),
    Metric::count("per_operation.kernel_transitions", "kernel entries", |run: &Run| run.per_operation?.kernel_transitions)
        .fed_by(&["sys_enter"])
        .unknown(NO_OPERATIONS)
        .from("system calls + page faults from user mode")
        .not("interrupts")
        .checked("as above"),
];

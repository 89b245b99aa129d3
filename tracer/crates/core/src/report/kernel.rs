//! What the kernel did, in the report.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the kernel did.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Kernel {
    /// Switches away from a traced thread.
    pub switches: Switches,
    /// Wake-ups of traced threads.
    pub wakeups: u64,
    /// Wake-ups, of whatever thread, made while a traced thread ran: by itself or by an interrupt meanwhile.
    #[serde(default)]
    pub wakeups_made: u64,
    /// Switches to a traced thread on a CPU that was idle.
    #[serde(default)]
    pub idle_exits: u64,
    /// Moves of traced threads to another CPU.
    pub migrations: u64,
    /// System calls.
    pub syscalls: Syscalls,
    /// Page faults.
    pub page_faults: PageFaults,
    /// Interrupts that hit a traced thread.
    #[serde(default)]
    pub interrupts: Interrupts,
    /// Work that interrupts had left (softirqs), done while a traced thread ran; `null` where the probe is missing.
    #[serde(default)]
    pub softirqs: Option<InterruptCount>,
    /// Threads that began in the window, those of new processes included.
    pub threads_created: u64,
}

/// Switches away from a traced thread, by exclusive kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Switches {
    /// The thread blocked.
    pub voluntary: u64,
    /// The thread could have gone on.
    pub preempted: u64,
    /// `sched_yield()`.
    pub yielded: u64,
    /// The thread exited.
    pub exit: u64,
}

impl Switches {
    /// Switches of any kind.
    pub fn total(&self) -> u64 {
        [self.preempted, self.yielded, self.exit].into_iter().fold(self.voluntary, u64::saturating_add)
    }
}

/// System calls, all and by name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Syscalls {
    /// Calls entered.
    pub count: u64,
    /// Time in calls that returned, nanoseconds.
    pub total_ns: u64,
    /// The same by name.
    pub by_name: BTreeMap<String, SyscallCount>,
}

/// Calls of one system call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SyscallCount {
    /// Calls entered.
    pub count: u64,
    /// Time in calls that returned, nanoseconds.
    pub total_ns: u64,
}

/// Page faults from user and from kernel mode; `null` where the probe is missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PageFaults {
    /// Served without I/O.
    pub minor: Option<u64>,
    /// Served with I/O.
    pub major: Option<u64>,
    /// Of both, those that came from user mode: these are kernel transitions.
    pub from_user_mode: Option<u64>,
    /// Of these, those at an address within the reach of the stack pointer: the stack grew.
    #[serde(default)]
    pub stack: Option<u64>,
}

/// Interrupts, all and by kind; `null` where no kind is seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Interrupts {
    /// Interrupts of the kinds that are seen.
    pub count: Option<u64>,
    /// Time in them, nanoseconds.
    pub total_ns: Option<u64>,
    /// Those that came while the thread was in no system call: in user mode, or in a page fault.
    pub outside_syscalls: Option<u64>,
    /// The same by kind; `null` where a probe of that kind is missing.
    pub by_kind: BTreeMap<String, Option<InterruptCount>>,
}

/// Interrupts of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct InterruptCount {
    /// How many.
    pub count: u64,
    /// Time in them, nanoseconds.
    pub total_ns: u64,
}

/// Figures per operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PerOperation {
    /// Nanoseconds, from the twin; from the traced run where there is no twin.
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

//! System calls in the report.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use tracer_ebpf::SyscallTotals;

use super::Run;
use crate::metric::Metric;

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
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SyscallCount {
    /// Calls entered.
    pub count: u64,
    /// Time in calls that returned, nanoseconds.
    pub total_ns: u64,
}

impl Syscalls {
    /// Adds all calls of one system call; its name is asked for where there are any.
    pub fn add(&mut self, name: impl FnOnce() -> String, totals: &SyscallTotals) {
        let calls = SyscallCount::from(totals);
        self.count += calls.count;
        self.total_ns += calls.total_ns;
        if calls.count > 0 {
            self.by_name.insert(name(), calls);
        }
    }
}

impl From<&SyscallTotals> for SyscallCount {
    fn from(totals: &SyscallTotals) -> Self {
        let counts = &totals.counts;
        Self { count: counts.completed_count + counts.unreturned_count, total_ns: counts.total_ns }
    }
}

/// System calls of a run.
pub const METRICS: &[Metric<Run>] = &[
    Metric::count("kernel.syscalls.count", "syscalls", |run: &Run| Some(run.kernel.syscalls.count as f64))
        .fed_by(&["sys_enter"])
        .from("`sys_enter`")
        .not("vDSO calls, which do not enter the kernel; io_uring work on other threads")
        .checked("tests: programs with a known prime number of calls"),
    Metric::time("kernel.syscalls.total_ns", "syscall time", |run: &Run| Some(run.kernel.syscalls.total_ns as f64))
        .fed_by(&["sys_exit"])
        .under("kernel.syscalls.count")
        .from("`sys_enter`")
        .to("`sys_exit`")
        .not("the entry and exit paths; `exit_group`, which does not return")
        .checked("timeline slices"),
];

/// One system call by name; paths are below `kernel.syscalls.by_name.NAME`.
pub const BY_NAME: &[Metric<SyscallCount>] = &[
    Metric::count("count", "count", |call: &SyscallCount| Some(call.count as f64))
        .fed_by(&["sys_enter"])
        .from("`sys_enter`")
        .not("as of all calls")
        .checked("tests: programs with a known prime number of calls"),
    Metric::time("total_ns", "time", |call: &SyscallCount| Some(call.total_ns as f64))
        .fed_by(&["sys_exit"])
        .from("`sys_enter`")
        .to("`sys_exit`")
        .not("as of all calls")
        .checked("timeline slices"),
];

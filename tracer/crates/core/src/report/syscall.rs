//! System calls in the report.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use syscalls::Errno;
use tracer_ebpf::{SyscallCounts, SyscallErrors, SyscallTotals};

use super::Run;
use crate::metric::{Metric, OLDER};

/// System calls, all and by name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Syscalls {
    /// Calls entered.
    pub count: u64,
    /// Time in calls that returned, nanoseconds.
    pub total_ns: u64,
    /// Calls that returned an error; `null` in reports of versions that did not count them.
    #[serde(default)]
    pub error_count: Option<u64>,
    /// Calls that a signal cut short; `null` as above.
    #[serde(default)]
    pub retry_count: Option<u64>,
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
    /// Calls that returned an error; `null` in reports of versions that did not count them.
    #[serde(default)]
    pub error_count: Option<u64>,
    /// The error that most of them returned, such as `EAGAIN`; `null` where none did.
    #[serde(default)]
    pub most_frequent_error: Option<String>,
    /// Calls that a signal cut short; `null` in reports of versions that did not count them.
    #[serde(default)]
    pub retry_count: Option<u64>,
}

impl Syscalls {
    /// Adds all calls of one system call; its name is asked for where there are any.
    pub fn add(&mut self, name: impl FnOnce() -> String, totals: &SyscallTotals) {
        if totals.counts == SyscallCounts::default() {
            return;
        }
        let name = name();
        // What it "returns" is the result of the call that the signal interrupted, back in its register.
        let errors = if name.ends_with("sigreturn") { SyscallErrors::default() } else { totals.errors };
        let calls = SyscallCount::from(&SyscallTotals { errors, ..*totals });
        self.count += calls.count;
        self.total_ns += calls.total_ns;
        *self.error_count.get_or_insert(0) += calls.error_count.unwrap_or(0);
        *self.retry_count.get_or_insert(0) += calls.retry_count.unwrap_or(0);
        self.by_name.insert(name, calls);
    }
}

impl From<&SyscallTotals> for SyscallCount {
    fn from(totals: &SyscallTotals) -> Self {
        let SyscallTotals { counts, errors } = totals;
        Self {
            count: counts.completed_count + counts.unreturned_count,
            total_ns: counts.total_ns,
            error_count: Some(returned_errors(errors).map(|(_, count)| count).sum::<u64>() + errors.other_count),
            retry_count: Some(errors.by_number().filter(|(number, _)| is_retry(*number)).map(|(_, count)| count).sum()),
            most_frequent_error: returned_errors(errors)
                .max_by_key(|(_, count)| *count)
                .map(|(number, _)| name(number)),
        }
    }
}

/// Error numbers that are the kernel's own: the call is made again, or returns EINTR in the end.
const RESTARTS: std::ops::RangeInclusive<u64> = 512..=516;

/// Whether a call ended because of a signal.
fn is_retry(number: u64) -> bool {
    RESTARTS.contains(&number) || Errno::EINTR.into_raw() as u64 == number
}

/// What the program was told.
fn returned_errors(errors: &SyscallErrors) -> impl Iterator<Item = (u64, u64)> {
    errors.by_number().filter(|(number, _)| !RESTARTS.contains(number))
}

fn name(number: u64) -> String {
    let known = i32::try_from(number).ok().and_then(|number| Errno::new(number).name());
    known.map_or_else(|| format!("errno_{number}"), str::to_owned)
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
    Metric::count("kernel.syscalls.error_count", "failed", |run: &Run| Some(run.kernel.syscalls.error_count? as f64))
        .fed_by(&["sys_exit"])
        .unknown(OLDER)
        .under("kernel.syscalls.count")
        .from("`sys_exit` with -4095 to -1")
        .not("calls that are restarted, which return nothing to the program; `rt_sigreturn`, which puts back what another call returned")
        .checked("tests: programs with a known prime number of calls that fail"),
    Metric::count("kernel.syscalls.retry_count", "retries", |run: &Run| Some(run.kernel.syscalls.retry_count? as f64))
        .fed_by(&["sys_exit"])
        .unknown(OLDER)
        .under("kernel.syscalls.count")
        .from("`sys_exit` with `EINTR` or one of the kernel's own restart codes (512 to 516)")
        .not("whether the kernel made the call again, which is one more entry, or the program did")
        .checked("tests: a program with a known prime number of signals"),
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
    Metric::count("error_count", "errors", |call: &SyscallCount| Some(call.error_count? as f64))
        .beside(|call| call.most_frequent_error.as_deref())
        .fed_by(&["sys_exit"])
        .unknown(OLDER)
        .from("`sys_exit` with -4095 to -1; `most_frequent_error` is the one that most of them are")
        .not("as of all calls; of more than 8 errors of one call the others have no name")
        .checked("tests: programs with a known prime number of calls that fail"),
    Metric::count("retry_count", "retries", |call: &SyscallCount| Some(call.retry_count? as f64))
        .fed_by(&["sys_exit"])
        .unknown(OLDER)
        .detail()
        .from("as of all calls")
        .checked("tests: a program with a known prime number of signals"),
];

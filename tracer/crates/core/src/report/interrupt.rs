//! Interrupts in the report.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Run;
use crate::metric::Metric;

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

/// What feeds them; any of them is enough.
const HOOKS: &[&str] = &["local_timer_entry", "irq_handler_entry", "softirq_entry"];
const UNKNOWN: &str = "not in the report";
const COUNT: &str = "kernel.interrupts.count";

/// Interrupts that hit a run's threads.
pub const METRICS: &[Metric<Run>] = &[
    Metric::count(COUNT, "interrupts", |run: &Run| run.kernel.interrupts.count.map(real))
        .fed_by(HOOKS)
        .unknown(UNKNOWN)
        .from("sum of the kinds")
        .not("softirqs")
        .checked("as the kinds"),
    Metric::time("kernel.interrupts.total_ns", "interrupt time", |run: &Run| run.kernel.interrupts.total_ns.map(real))
        .detail()
        .under(COUNT)
        .fed_by(HOOKS)
        .unknown(UNKNOWN)
        .from("sum of the kinds")
        .not("softirqs"),
    Metric::count("kernel.interrupts.outside_syscalls", "outside syscalls", |run: &Run| {
        run.kernel.interrupts.outside_syscalls.map(real)
    })
    .detail()
    .under(COUNT)
    .fed_by(HOOKS)
    .unknown(UNKNOWN)
    .from(
        "interrupts while the thread was in no system call, thus in user mode or in a page fault: at least those from user \
         mode",
    )
    .checked("tests"),
    Metric::time("kernel.softirqs.total_ns", "softirq time", |run: &Run| Some(run.kernel.softirqs?.total_ns as f64))
        .fed_by(&["softirq_entry"])
        .unknown(UNKNOWN)
        .from("`softirq_entry`")
        .to("`softirq_exit`")
        .not("softirqs in `ksoftirqd`, which is a thread of its own; interrupts within, so that both times can be added"),
    Metric::count("kernel.softirqs.count", "softirqs", |run: &Run| Some(run.kernel.softirqs?.count as f64))
        .under("kernel.softirqs.total_ns")
        .detail()
        .fed_by(&["softirq_entry"])
        .unknown(UNKNOWN)
        .from("`softirq_entry`")
        .not("as of the time")
        .checked("/proc/softirqs"),
];

fn real(count: u64) -> f64 {
    count as f64
}

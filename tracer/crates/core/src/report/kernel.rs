//! What the kernel did, in the report.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{InterruptCount, Interrupts, PageFaults, Run, Syscalls};
use crate::metric::Metric;

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

/// Switches, wakeups and migrations of a run. Every switch away from a traced thread is of exactly one kind.
pub const METRICS: &[Metric<Run>] = &[
    Metric::count(SWITCHES, "context switches", |run: &Run| Some(run.kernel.switches.total() as f64))
        .from("sum of the four kinds below")
        .checked("as below"),
    Metric::count("kernel.switches.voluntary", "voluntary", |run: &Run| Some(run.kernel.switches.voluntary as f64))
        .under(SWITCHES)
        .from("`sched_switch`, `preempt` false, `prev_state` not running: the thread blocked")
        .checked("`nvcsw`, rusage"),
    Metric::count("kernel.switches.preempted", "preempted", |run: &Run| Some(run.kernel.switches.preempted as f64))
        .under(SWITCHES)
        .from("`sched_switch`, running or `preempt`, otherwise")
        .checked("`nivcsw`, rusage (with `yielded`)"),
    Metric::count("kernel.switches.yielded", "yielded", |run: &Run| Some(run.kernel.switches.yielded as f64))
        .under(SWITCHES)
        .from("`sched_switch`, running, `preempt` false, inside `sched_yield`")
        .checked("`nivcsw`, rusage (with `preempted`)"),
    Metric::count("kernel.switches.exit", "exit", |run: &Run| Some(run.kernel.switches.exit as f64))
        .detail()
        .under(SWITCHES)
        .from("`sched_switch`, `prev_state` has `TASK_DEAD`: the thread's last switch")
        .checked("see below"),
    Metric::count("kernel.wakeups", "wakeups", |run: &Run| Some(run.kernel.wakeups as f64))
        .from("`sched_wakeup` of a traced thread")
        .not("the wakeup that starts a new thread")
        .checked("tests"),
    Metric::count("kernel.wakeups_made", "wakeups issued", |run: &Run| Some(run.kernel.wakeups_made as f64))
        .fed_by(&["sched_waking"])
        .from("`sched_waking` while a traced thread is on the CPU, whichever thread is woken")
        .not(
            "wakeups issued by an idle CPU or an untraced thread. Wakeups by an interrupt during the thread are *in* it",
        )
        .checked("tests"),
    Metric::count("kernel.idle_exits", "wakeups from idle", |run: &Run| Some(run.kernel.idle_exits as f64))
        .from("`sched_switch` from the idle task to a traced thread")
        .not("switches that the kernel does not report (loss `switch_in_unseen`)")
        .checked("tests"),
    Metric::count("kernel.migrations", "migrations", |run: &Run| Some(run.kernel.migrations as f64))
        .fed_by(&["sched_migrate_task"])
        .from("`sched_migrate_task` of a traced thread")
        .not("placement of a new thread")
        .checked("tests"),
    Metric::count("kernel.threads_created", "threads created", |run: &Run| Some(run.kernel.threads_created as f64))
        .detail()
        .from(
            "start of a traced thread in the window, first threads of new processes included: `sched_process_fork`, for \
             io_uring's `sched_wakeup_new`",
        )
        .checked("tests"),
];

/// Of any kind.
const SWITCHES: &str =
    "kernel.switches.voluntary + kernel.switches.preempted + kernel.switches.yielded + kernel.switches.exit";

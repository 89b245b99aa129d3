//! The report: what is written as JSON, and what every renderer reads. Documented in docs/report.md.
//!
//! Absent is not zero: what could not be had is `None` (`null`), with its reason beside it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

mod anatomy;
mod environment;
mod histogram;
mod kernel;
mod memory;
mod reference;
mod regimes;
mod verdict;

pub use anatomy::{Anatomy, AnatomyCalibration, AnatomyInterrupts, AnatomySegment, Quantiles};
pub use environment::Environment;
pub use histogram::{Histogram, Histograms};
pub use kernel::{InterruptCount, Interrupts, Kernel, PageFaults, PerOperation, Switches, SyscallCount, Syscalls};
pub use memory::{LedgerPoint, LedgerRow, MemoryFigures, OverTime, PerTask, RunMemory, Sample, StackSummary};
pub use reference::{Reference, ReferenceTime};
pub use regimes::{Ratio, Regime, Side};
pub use verdict::{Evidence, Outcome, Verdict};

/// Version of the report's structure; a reader refuses any other.
pub const SCHEMA_VERSION: u32 = 1;

/// One invocation of `taskweight compare` or `taskweight run`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// [`SCHEMA_VERSION`] of the writer.
    pub schema_version: u32,
    /// Version of taskweight that measured.
    pub taskweight_version: String,
    /// The command line that made the report.
    pub command_line: Vec<String>,
    /// When measuring began, seconds since 1970 UTC.
    pub started_at_unix_s: u64,
    /// What was found, in a few sentences; empty in reports of versions that did not write it, as `verdicts`.
    #[serde(default)]
    pub answer: Vec<String>,
    /// What the runs say of each claim of the textbook; empty where no scenario ran.
    #[serde(default)]
    pub verdicts: Vec<Verdict>,
    /// The machine and its settings.
    pub environment: Environment,
    /// Every probe, attached or not.
    pub probes: Vec<Probe>,
    /// Runs that were measured, in the order in which they ran.
    pub runs: Vec<Run>,
    /// What one task weighs, by model, scenario and depth.
    #[serde(default)]
    pub ledger: Vec<LedgerRow>,
    /// Threads beside coroutines at the same work, by placement, scenario, number of tasks and bytes touched.
    #[serde(default)]
    pub regimes: Vec<Regime>,
    /// What one hand-over consists of, by model.
    #[serde(default)]
    pub anatomy: Vec<Anatomy>,
    /// Times that those of the runs are compared with; `null` where only memory was measured.
    #[serde(default)]
    pub reference: Option<Reference>,
    /// Runs that were not, and why.
    pub failures: Vec<Failure>,
    /// What measuring cost taskweight itself.
    #[serde(default)]
    pub own_cost: Option<OwnCost>,
    /// True when the measurement was cut short by a signal: what is here is true, but not all that was asked for.
    pub interrupted: bool,
}

/// What taskweight used itself, without the programs that it started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OwnCost {
    /// CPU time in user mode, nanoseconds.
    pub user_ns: u64,
    /// CPU time in the kernel, nanoseconds.
    pub system_ns: u64,
    /// Largest resident set, bytes; maps of the eBPF programs are not in it.
    pub peak_rss_bytes: u64,
    /// The most that maps of the eBPF programs took, bytes; `null` where none were loaded.
    #[serde(default)]
    pub map_bytes: Option<u64>,
}

/// State of a probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ProbeState {
    /// On its first-choice hook.
    Attached,
    /// On another hook that gives the same counts.
    Fallback,
    /// Not there: what it feeds is absent.
    Missing,
}

/// One eBPF program.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Probe {
    /// What it watches, such as `sched_switch`.
    pub name: String,
    /// Where it sits, such as `tp_btf/sched_switch`.
    pub hook: String,
    /// Whether it is there.
    pub state: ProbeState,
    /// Why it is not on its first-choice hook.
    pub reason: Option<String>,
    /// Runs of the program while its cost was calibrated; `null` without calibration.
    pub runs: Option<u64>,
    /// Its time beyond that of as many runs of an empty program on the same hook, by event of a traced thread; `null`
    /// without calibration.
    pub net_ns_per_run: Option<f64>,
    /// Events that the kernel did not give to it because it was already running on that CPU.
    pub recursion_misses: Option<u64>,
    /// Instructions that the verifier walked through to accept it; `null` where the kernel does not tell.
    #[serde(default)]
    pub verified_instruction_count: Option<u64>,
}

/// One measured run: its traced half, and its untraced twin where there is one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Run {
    /// Concurrency model, or `command`.
    pub model: String,
    /// The work given to it; `null` for a command.
    pub scenario: Option<String>,
    /// Tasks among which the work was divided; `null` for a command.
    pub tasks: Option<u64>,
    /// Stack that each task had in use, bytes; `null` where the scenario has no depth.
    #[serde(default)]
    pub depth_bytes: Option<u64>,
    /// Whether tasks were parked at that depth, or had returned from it; `null` where there is no depth.
    #[serde(default)]
    pub held: Option<bool>,
    /// Bytes that each task touched while it held the token; `null` where it touched none.
    #[serde(default)]
    pub touch_bytes: Option<u64>,
    /// The one CPU it was bound to; `null` when it was not.
    pub pinned: Option<u32>,
    /// Counts from 0.
    pub repetition: u32,
    /// Operations that the workload counted (or that the user stated); `null` when unknown.
    pub operations: Option<u64>,
    /// What one operation is, in a few words.
    pub operation: Option<String>,
    /// Control passing from one task to another, as the workload counted it.
    pub logical_switches: Option<u64>,
    /// Length of the window.
    pub elapsed_ns: Elapsed,
    /// What the kernel did in the window.
    pub kernel: Kernel,
    /// The same divided by the operations; `null` when these are unknown.
    pub per_operation: Option<PerOperation>,
    /// Distributions, in nanoseconds.
    pub histograms: Histograms,
    /// Distribution of each system call's duration, by name.
    pub syscall_histograms: BTreeMap<String, Histogram>,
    /// The busiest threads first.
    pub threads: Vec<Thread>,
    /// Threads that are not listed in `threads`; their counts are in `kernel`.
    pub threads_omitted: u64,
    /// CPU time of the window.
    pub cpu: Cpu,
    /// Hardware counters of the window.
    pub hardware: Hardware,
    /// What the workload measured itself, in the twin; `null` for a command.
    #[serde(default)]
    pub own: Option<OwnFigures>,
    /// Bytes; `null` where they were not measured.
    #[serde(default)]
    pub memory: Option<RunMemory>,
    /// Independent counts of the same things, by name.
    pub witness: BTreeMap<String, Witness>,
    /// What could not be recorded, by cause.
    pub loss: BTreeMap<String, u64>,
    /// Exit status of the command: 0 to 255, or 128 + signal.
    pub exit_status: Option<i32>,
}

/// Length of a run's window in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Elapsed {
    /// Without probes; the figure to quote. `null` for a command, which runs once.
    pub twin: Option<u64>,
    /// With probes.
    pub traced: u64,
}

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

/// CPU time in nanoseconds, as the kernel accounts it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cpu {
    /// In user mode.
    pub user_ns: Option<u64>,
    /// In the kernel.
    pub system_ns: Option<u64>,
}

/// Hardware counters of all threads of the run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Hardware {
    /// CPU cycles.
    pub cycles: Option<u64>,
    /// Instructions retired.
    pub instructions: Option<u64>,
    /// Last-level cache misses.
    pub cache_misses: Option<u64>,
    /// Data TLB load misses.
    pub dtlb_misses: Option<u64>,
    /// Why a counter is `null`.
    pub reason: Option<String>,
}

/// What a workload measured itself, without probes: what the kernel cannot see.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OwnFigures {
    /// Tasks that were parked; fewer than asked for only where `stopped_by` says so.
    pub tasks_reached: u64,
    /// The limit that was hit, with its value.
    pub stopped_by: Option<String>,
    /// How long a compiling runtime worked before its hand-over time was stable, nanoseconds.
    pub warm_up_ns: Option<u64>,
    /// One hand-over in 64, from before handing over to after being resumed.
    pub hand_over_ns: Option<Histogram>,
    /// Cost of one reading of the clock, already subtracted from `hand_over_ns`.
    pub clock_ns: Option<u64>,
    /// How late the ticks of `hog` were.
    pub lateness_ns: Option<Histogram>,
    /// How long the requests of `echo` took, seen by who made them.
    pub latency_ns: Option<Histogram>,
    /// Sum of the results of `cpu`: the same in every model.
    pub checksum: Option<u64>,
}

/// Our count beside an independent one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Witness {
    /// Ours.
    pub ours: u64,
    /// The other.
    pub theirs: u64,
    /// Where the other comes from.
    pub source: String,
    /// How far `theirs` may exceed `ours` by the kernel's own bookkeeping; 0 but for the reasons in `note`.
    pub bound: u64,
    /// Why there is a bound, or what the difference consists of.
    pub note: Option<String>,
    /// Threads that were compared one by one, where they were.
    pub threads_compared: Option<u64>,
    /// Of these, the ones that differ.
    pub threads_disagreeing: Option<u64>,
}

impl Witness {
    /// Whether the two counts tell the same story.
    pub fn agrees(&self) -> bool {
        let within = self.ours <= self.theirs && self.theirs - self.ours <= self.bound;
        within && self.threads_disagreeing.unwrap_or(0) == 0
    }
}

/// A run that could not be measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Failure {
    /// Concurrency model, or `command`.
    pub model: String,
    /// The work given to it.
    pub scenario: Option<String>,
    /// Tasks.
    pub tasks: Option<u64>,
    /// Bytes that each task was to touch; `null` for none.
    #[serde(default)]
    pub touch_bytes: Option<u64>,
    /// The CPU it was bound to.
    pub pinned: Option<u32>,
    /// Counts from 0.
    pub repetition: u32,
    /// `twin` or `traced`.
    pub half: String,
    /// What went wrong, where, and what to do next.
    pub reason: String,
}

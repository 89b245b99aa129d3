//! The report: what is written as JSON, and what every renderer reads. Documented in docs/report.md.
//!
//! Absent is not zero: what could not be had is `None` (`null`), with its reason beside it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::case::Case;

mod anatomy;
mod environment;
mod fault;
mod histogram;
mod interrupt;
mod kernel;
mod memory;
pub mod metrics;
mod per_operation;
mod reference;
mod regimes;
mod syscall;
mod thread;
mod time;
mod verdict;

pub use anatomy::{Anatomy, AnatomyCalibration, AnatomyInterrupts, AnatomySegment, Quantiles};
pub use environment::Environment;
pub use fault::PageFaults;
pub use histogram::{Histogram, Histograms};
pub use interrupt::{InterruptCount, Interrupts};
pub use kernel::{Kernel, Switches};
pub use memory::{LedgerPoint, LedgerRow, MemoryFigures, OverTime, PerTask, RunMemory, Sample, StackSummary};
pub use per_operation::PerOperation;
pub use reference::{Reference, ReferenceTime};
pub use regimes::{Ratio, Regime, Side};
pub use syscall::{SyscallCount, Syscalls};
pub use thread::Thread;
pub use time::{Cpu, Elapsed, Hardware};
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
    /// What one task switch consists of, by model.
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

/// One measured run: its traced half, and its untraced one where there is one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Run {
    /// What was measured.
    #[serde(flatten)]
    pub case: Case,
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
    /// What the workload measured itself, in the untraced run; `null` for a command.
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

/// What a workload measured itself, without probes: what the kernel cannot see.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OwnFigures {
    /// Tasks that were parked; fewer than asked for only where `stopped_by` says so.
    pub tasks_reached: u64,
    /// The limit that was hit, with its value.
    pub stopped_by: Option<String>,
    /// How long a compiling runtime worked before its task switch time was stable, nanoseconds.
    pub warm_up_ns: Option<u64>,
    /// One task switch in 64, from before handing over to after being resumed.
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
    /// What was to be measured.
    #[serde(flatten)]
    pub case: Case,
    /// Counts from 0.
    pub repetition: u32,
    /// `twin` (untraced) or `traced`.
    pub half: String,
    /// What went wrong, where, and what to do next.
    pub reason: String,
}

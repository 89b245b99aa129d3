//! Length of a run, CPU time and hardware counters in the report.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Run;
use crate::metric::Metric;

/// Length of a run's window in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Elapsed {
    /// Without probes; the figure to quote. `null` for a command, which runs once.
    pub twin: Option<u64>,
    /// With probes.
    pub traced: u64,
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

const NOT_TOLD: &str = "the kernel did not report it";

/// Time of a run.
pub const METRICS: &[Metric<Run>] = &[
    Metric::time("elapsed_ns.traced", "elapsed", |run: &Run| Some(run.elapsed_ns.traced as f64))
        .from("the window opens")
        .to("it closes, with probes"),
    Metric::time("cpu.user_ns", "CPU time in user mode", |run: &Run| Some(run.cpu.user_ns? as f64))
        .unknown(NOT_TOLD)
        .from("`wait4` or /proc/PID/stat, as the kernel accounts it")
        .not("children that nobody waited for"),
    Metric::time("cpu.system_ns", "CPU time in the kernel", |run: &Run| Some(run.cpu.system_ns? as f64))
        .unknown(NOT_TOLD)
        .from("the same")
        .not("the same"),
    Metric::count(OPERATIONS, "operations", |run: &Run| Some(run.operations? as f64))
        .from("the workload counts them, or `--operations`, or calls of `--per`"),
];

/// What is divided by.
pub const OPERATIONS: &str = "operations";

/// Hardware counters of all threads of a run.
pub const HARDWARE: &[Metric<Run>] = &[
    hardware("hardware.cycles", "cycles", |run: &Run| Some(run.hardware.cycles? as f64)),
    hardware("hardware.instructions", "instructions", |run: &Run| Some(run.hardware.instructions? as f64)),
    hardware("hardware.cache_misses", "last-level cache misses", |run: &Run| Some(run.hardware.cache_misses? as f64)),
    hardware("hardware.dtlb_misses", "data TLB load misses", |run: &Run| Some(run.hardware.dtlb_misses? as f64)),
];

const fn hardware(path: &'static str, label: &'static str, get: fn(&Run) -> Option<f64>) -> Metric<Run> {
    Metric::count(path, label, get).from("`perf_event_open`, the process and its children, in a run of its own")
}

//! What one task switch consists of.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One model's task switch: segments of the critical path, and what of the untraced time they explain.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Anatomy {
    /// Concurrency model.
    pub model: String,
    /// The work given to it.
    pub scenario: String,
    /// Tasks among which the work was divided.
    pub tasks: u64,
    /// The one CPU it was bound to; `null` when it was not.
    pub pinned: Option<u32>,
    /// Repetitions, each a traced run between two untraced runs.
    pub repetitions: u32,
    /// Operations that the workload counted, of all traced runs: one is one task switch, seen by the kernel or not.
    pub operations: u64,
    /// task switches that were seen whole on their way through the kernel: the counts of the distributions.
    pub hand_overs: u64,
    /// Those that were seen in part: the first of each run, and those with a loss.
    pub partial_hand_overs: u64,
    /// In the order in which a task switch goes through them; what did not occur is not there.
    pub segments: Vec<AnatomySegment>,
    /// Sum of the segments' `per_hand_over_ns`.
    pub sum_ns: f64,
    /// Time per operation without probes, median of the untraced runs.
    pub twin_ns: f64,
    /// `twin_ns` less `sum_ns`.
    pub unexplained_ns: f64,
    /// Time per operation with probes, median of the repetitions.
    pub traced_ns: f64,
    /// Length of the critical path per operation, all that the segments contain uncorrected and what was lost: near
    /// `traced_ns`.
    pub path_ns: f64,
    /// Interrupts that hit a traced thread, by kind, of all traced runs. Their time is in the segments that they hit, too.
    pub interrupts: BTreeMap<String, AnatomyInterrupts>,
    /// Interrupts that this kernel does not let be seen, each in words.
    pub interrupts_unseen: Vec<String>,
    /// Segments that this kernel does not separate, each in words.
    pub merged: Vec<String>,
    /// What the corrections were made with.
    pub calibration: AnatomyCalibration,
    /// What could not be followed, by cause; `lost_ns` is time on the path that is in no segment.
    pub loss: BTreeMap<String, u64>,
}

/// One segment of a task switch.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AnatomySegment {
    /// Name, as in docs/anatomy.md.
    pub name: String,
    /// The step of the textbook that it belongs to.
    pub step: String,
    /// task switches in which it occurred; `null` for what is split off by calibration.
    pub count: Option<u64>,
    /// As recorded, the probes within included.
    pub raw_ns: Quantiles,
    /// Less what the probes took.
    pub corrected_ns: Quantiles,
    /// Mean over all operations as recorded, median of the repetitions; `null` for what is split off by calibration.
    pub raw_per_hand_over_ns: Option<f64>,
    /// The same, corrected.
    pub per_hand_over_ns: f64,
}

/// Interrupts of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AnatomyInterrupts {
    /// How many.
    pub count: u64,
    /// Mean time of one, corrected, in nanoseconds; `null` where there was none.
    pub mean_ns: Option<f64>,
    /// Their time per operation, corrected.
    pub per_hand_over_ns: f64,
}

/// Of task switches in which the segment occurred; `null` where task switches do not pass through the kernel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Quantiles {
    /// Median.
    pub p50: Option<f64>,
    /// 99th percentile.
    pub p99: Option<f64>,
}

/// What the probes cost beyond the time that they measure themselves, and what entering the kernel costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AnatomyCalibration {
    /// One event of `sys_enter` or `sys_exit`, without the time between the program's two readings of the clock.
    pub syscall_hook_ns: f64,
    /// One event of the scheduler's tracepoints, the same way.
    pub sched_hook_ns: f64,
    /// Into the kernel and out of it again, without probes.
    pub null_syscall_ns: f64,
    /// A task switch of the calibration's own ring without probes.
    pub ring_ns: f64,
}

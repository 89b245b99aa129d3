//! Distributions in the report.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Run;

/// The distributions of one run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Histograms {
    /// From switch-in to switch-out.
    pub on_cpu_ns: Histogram,
    /// From switch-out to switch-in.
    pub off_cpu_ns: Histogram,
    /// From becoming runnable to switch-in.
    pub run_queue_ns: Histogram,
    /// From the entry into a system call to its exit, all calls.
    pub syscall_ns: Histogram,
}

/// A distribution of durations in nanoseconds. Percentiles are upper bounds of buckets at most 1/32 wide; `min`,
/// `max` and `mean` are exact.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Histogram {
    /// Durations counted.
    pub count: u64,
    /// Shortest; `null` when empty, as all below.
    pub min: Option<u64>,
    /// Longest.
    pub max: Option<u64>,
    /// Arithmetic mean.
    pub mean: Option<f64>,
    /// Median.
    pub p50: Option<u64>,
    /// 90th percentile.
    pub p90: Option<u64>,
    /// 99th percentile.
    pub p99: Option<u64>,
    /// 99.9th percentile.
    pub p999: Option<u64>,
    /// (highest value of the bucket, count) of each bucket that is not empty, ascending.
    pub buckets: Vec<(u64, u64)>,
}

/// A distribution of a run.
#[derive(Clone, Copy, Debug)]
pub struct Distribution {
    /// Where it stands in the run.
    pub path: &'static str,
    /// What it is called.
    pub label: &'static str,
    /// The distribution; `None` where the run has none.
    pub get: fn(&Run) -> Option<&Histogram>,
}

/// What the kernel's events say.
pub const OF_KERNEL: &[Distribution] = &[
    Distribution { path: "histograms.on_cpu_ns", label: "on CPU", get: |run| Some(&run.histograms.on_cpu_ns) },
    Distribution { path: "histograms.off_cpu_ns", label: "off CPU", get: |run| Some(&run.histograms.off_cpu_ns) },
    Distribution {
        path: "histograms.run_queue_ns",
        label: "run-queue wait",
        get: |run| Some(&run.histograms.run_queue_ns),
    },
    Distribution { path: "histograms.syscall_ns", label: "syscall", get: |run| Some(&run.histograms.syscall_ns) },
];

/// What the workload measures itself.
pub const OF_WORKLOAD: &[Distribution] = &[
    Distribution {
        path: "own.hand_over_ns",
        label: "self-timed switch",
        get: |run| run.own.as_ref()?.hand_over_ns.as_ref(),
    },
    Distribution { path: "own.latency_ns", label: "request latency", get: |run| run.own.as_ref()?.latency_ns.as_ref() },
    Distribution { path: "own.lateness_ns", label: "lateness", get: |run| run.own.as_ref()?.lateness_ns.as_ref() },
];

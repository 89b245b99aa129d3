//! Threads beside coroutines at the same work, as it varies.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One cell of the grid: two models at the same work.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Regime {
    /// The threads, which are the reference.
    pub thread_model: String,
    /// The coroutines.
    pub coroutine_model: String,
    /// The one CPU that both were bound to; `null` when they were not.
    pub pinned: Option<u32>,
    /// The work given to them.
    pub scenario: String,
    /// Tasks in the ring.
    pub tasks: u64,
    /// Bytes that each task touches while it holds the token.
    pub touch_bytes: u64,
    /// Time per task switch of threads as a multiple of that of coroutines; `null` when one of them was not measured.
    pub ratio: Option<Ratio>,
    /// The threads; `null` when they were not measured.
    pub thread: Option<Side>,
    /// The coroutines; `null` when they were not measured.
    pub coroutine: Option<Side>,
    /// Where coroutines gain less than twice, what the counts say of it, in one sentence.
    pub cause: Option<String>,
    /// Why there is no ratio.
    pub reason: Option<String>,
}

/// A ratio over the repetitions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Ratio {
    /// Median of the ratios within each repetition.
    pub median: f64,
    /// Lower end of its 95 % interval; `null` with one repetition.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
}

/// What a task switch of one model takes: medians over the repetitions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Side {
    /// Nanoseconds, from the untraced runs.
    pub elapsed_ns: f64,
    /// Kernel switches of any kind.
    pub kernel_switches: f64,
    /// System calls; `null` where the probe is missing, as all below.
    pub syscalls: Option<f64>,
    /// Moves of threads to another CPU.
    pub migrations: Option<f64>,
    /// Switches from the idle task straight to a thread of the run.
    pub idle_exits: Option<f64>,
}

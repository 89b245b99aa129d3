//! What a window contained, as the line `done` states it.

use std::time::Duration;

use serde::Serialize;

use crate::hand_over::HandOverTimes;

/// Durations and how many there were of each, in nanoseconds.
type Counts = Vec<(u64, u64)>;

/// What the window contained.
#[derive(Serialize, Debug, Default)]
pub struct Outcome {
    /// Operations done by all tasks together.
    pub operations: u64,
    /// Control passing from one task to another.
    pub logical_switches: u64,
    /// From the opening of the gate to the last operation, by the monotonic clock, at least 1.
    pub elapsed_ns: u64,
    /// Self-timed switches.
    #[serde(flatten)]
    pub hand_overs: Option<HandOverTimes>,
    /// `hog`: how late the ticks were.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lateness_ns: Option<Counts>,
    /// Load generator: how long the requests took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency_ns: Option<Counts>,
    /// `cpu`: the sum of all chunks' results.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checksum: Option<u32>,
}

impl Outcome {
    /// Operations and elapsed time, without optional fields.
    pub fn new(operations: u64, logical_switches: u64, elapsed: Duration) -> Self {
        let elapsed_ns = u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX).max(1);
        Self { operations, logical_switches, elapsed_ns, ..Self::default() }
    }
}

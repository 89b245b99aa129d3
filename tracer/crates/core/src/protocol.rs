//! What a program says in the workload protocol (docs/protocol.md): programs of this workspace write it, taskweight reads it.

use std::time::Duration;

use serde::{Serialize, Serializer};

/// Durations that a program measured itself: (nanoseconds, count), in any order.
pub type Durations = Vec<(u64, u64)>;

/// The tasks exist and are parked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Ready {
    /// How many.
    pub tasks: u64,
    /// The limit that kept it from creating all that were asked for; in `idle` and `deep` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped_by: Option<String>,
    /// How long a compiling runtime worked before its switch time was stable, in nanoseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warm_up_ns: Option<u64>,
    /// Compiler and runtime with their versions, as the program states them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runtime: Option<String>,
    /// Where the tasks' stacks lie, if the program knows.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stacks: Vec<StackSeries>,
    /// How much the runtime says that they take, if it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runtime_stacks: Option<RuntimeStacks>,
}

/// The work is done, the tasks are still alive.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Done {
    /// Operations of all tasks together; 0 for work that has none.
    pub operations: u64,
    /// Control passing from one task to another.
    pub logical_switches: u64,
    /// From `go` to the last operation by the program's own clock, at least 1.
    pub elapsed_ns: u64,
    /// The program's self-timed switches, the clock's cost subtracted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hand_over_ns: Option<Durations>,
    /// From and until when the first of these switches were, in nanoseconds of `CLOCK_MONOTONIC`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hand_overs: Option<Vec<(u64, u64)>>,
    /// Cost of one reading of the clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock_ns: Option<u64>,
    /// How late ticks were.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lateness_ns: Option<Durations>,
    /// How long requests took; from the load generator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency_ns: Option<Durations>,
    /// Sum of the results of a computation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checksum: Option<u64>,
}

impl Done {
    /// Operations and elapsed time, without what only some scenarios have.
    #[must_use]
    pub fn new(operations: u64, logical_switches: u64, elapsed: Duration) -> Self {
        let elapsed_ns = u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX).max(1);
        Self { operations, logical_switches, elapsed_ns, ..Self::default() }
    }
}

/// Evenly spaced stacks of the same length, or one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StackSeries {
    /// Lowest usable address of the first one, without the guard page.
    pub base: u64,
    /// Bytes of each, at least 1.
    pub length: u64,
    /// From the base of one to that of the next, in bytes; may be negative; 0 for a single stack.
    pub stride: i64,
    /// How many, at least 1.
    pub count: u64,
}

impl StackSeries {
    /// The lowest usable address of each, in the order of the series.
    pub fn bases(self) -> impl Iterator<Item = u64> {
        (0..self.count.cast_signed()).map(move |index| self.base.wrapping_add_signed(index.wrapping_mul(self.stride)))
    }
}

/// `[base, length]`, or `[base, length, stride, count]`.
impl Serialize for StackSeries {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let &Self { base, length, stride, count } = self;
        if count == 1 {
            (base, length).serialize(serializer)
        } else {
            (base, length, stride, count).serialize(serializer)
        }
    }
}

/// What the runtime itself says of the stacks of its tasks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuntimeStacks {
    /// Bytes of all tasks' stacks together, when they were parked.
    pub bytes: u64,
    /// The runtime's name for the figure.
    pub source: String,
}

//! Times that others are compared with.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What plain instructions take on this machine, measured by taskweight itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Reference {
    /// One call of a function through a pointer that the compiler does not know, in a loop in user mode, nanoseconds.
    pub indirect_call_ns: ReferenceTime,
}

/// A time over the repetitions, nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReferenceTime {
    /// Median of the repetitions.
    pub median: f64,
    /// Lower end of its 95 % interval; `null` with one repetition.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
}

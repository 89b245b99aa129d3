//! Units of figures, from the names of their fields.

use std::fmt;

use crate::format::{bytes, count_bounded, duration, rate, rate_range, time, time_range};

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Nanoseconds.
    Nanoseconds,
    /// Bytes.
    Bytes,
    /// Events or things.
    Count,
    /// Nanoseconds in one operation.
    NanosecondsPerOperation,
    /// Events in one operation.
    CountPerOperation,
    /// Bytes that one more task adds.
    BytesPerTask,
    /// A share, or a multiple.
    Ratio,
    /// 1 for true, 0 for false.
    Boolean,
    /// A number that stands for something, and counts nothing.
    None,
}

impl Unit {
    /// The unit of the field at this path in the report. Names end in their unit; below such a name only a `count` has
    /// another.
    #[must_use]
    pub fn of(path: &[&str]) -> Self {
        match path {
            [.., "exit_status" | "checksum"] => Self::None,
            [.., "is_line"] => Self::Boolean,
            [.., "r2"] | ["regimes", "ratio", _] => Self::Ratio,
            [.., "per_task", _] => Self::BytesPerTask,
            ["per_operation", "elapsed_ns"] | ["regimes", "thread" | "coroutine", "elapsed_ns"] => {
                Self::NanosecondsPerOperation
            }
            ["per_operation", _] | ["regimes", "thread" | "coroutine", _] => Self::CountPerOperation,
            [.., last] if last.ends_with("count") => Self::Count,
            ["syscall_histograms", _] => Self::Nanoseconds,
            path => path.iter().rev().find_map(|name| Self::of_name(name)).unwrap_or(Self::Count),
        }
    }

    /// A total: counts exactly, the rest in three digits.
    #[must_use]
    pub fn total(self, value: f64) -> String {
        match self {
            Self::Count => count_bounded(value as u64),
            Self::Nanoseconds => duration(value as u64),
            other => other.mean(value),
        }
    }

    /// A mean, a median, a share of an operation: three digits.
    #[must_use]
    pub fn mean(self, value: f64) -> String {
        match self {
            Self::Nanoseconds | Self::NanosecondsPerOperation => time(value),
            Self::Bytes | Self::BytesPerTask => bytes(value),
            Self::Count | Self::CountPerOperation | Self::Ratio | Self::Boolean | Self::None => rate(value),
        }
    }

    /// The ends of an interval around a median, in the unit that [`Unit::mean`] gives to it.
    #[must_use]
    pub fn range(self, median: f64, low: f64, high: f64) -> String {
        match self {
            Self::Nanoseconds | Self::NanosecondsPerOperation => time_range(median, low, high),
            Self::Bytes | Self::BytesPerTask => format!("{}-{}", bytes(low), bytes(high)),
            Self::Count | Self::CountPerOperation | Self::Ratio | Self::Boolean | Self::None => {
                rate_range(median, low, high)
            }
        }
    }

    fn of_name(name: &str) -> Option<Self> {
        match name {
            name if name.ends_with("per_hand_over_ns") => Some(Self::NanosecondsPerOperation),
            name if name.ends_with("_ns") => Some(Self::Nanoseconds),
            name if name.ends_with("_bytes") => Some(Self::Bytes),
            _ => None,
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Nanoseconds => "ns",
            Self::Bytes => "bytes",
            Self::Count => "count",
            Self::NanosecondsPerOperation => "ns/operation",
            Self::CountPerOperation => "count/operation",
            Self::BytesPerTask => "bytes/task",
            Self::Ratio => "ratio",
            Self::Boolean => "boolean",
            Self::None => "none",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_follow_from_names() {
        let expected = [
            ("kernel.switches.voluntary", "count"),
            ("kernel.syscalls.by_name.total_ns", "ns"),
            ("kernel.syscalls.by_name.count", "count"),
            ("elapsed_ns.twin", "ns"),
            ("per_operation.elapsed_ns", "ns/operation"),
            ("per_operation.kernel_transitions", "count/operation"),
            ("histograms.run_queue_ns.p99", "ns"),
            ("histograms.run_queue_ns.count", "count"),
            ("syscall_histograms.max", "ns"),
            ("syscall_histograms.count", "count"),
            ("own.hand_over_ns.p50", "ns"),
            ("own.checksum", "none"),
            ("memory.done.slab_bytes", "bytes"),
            ("memory.over_time.sampling_count", "count"),
            ("memory.stacks.merged", "count"),
            ("witness.bound", "count"),
            ("ledger.per_task.slope", "bytes/task"),
            ("ledger.per_task.r2", "ratio"),
            ("ledger.per_task.is_line", "boolean"),
            ("ledger.tasks_reached", "count"),
            ("regimes.ratio.median", "ratio"),
            ("regimes.thread.elapsed_ns", "ns/operation"),
            ("regimes.coroutine.migrations", "count/operation"),
            ("anatomy.segments.corrected_ns.p50", "ns"),
            ("anatomy.segments.raw_per_hand_over_ns", "ns/operation"),
            ("anatomy.twin_ns", "ns"),
            ("anatomy.loss", "count"),
            ("exit_status", "none"),
        ];
        for (name, unit) in expected {
            assert_eq!(Unit::of(&name.split('.').collect::<Vec<_>>()).to_string(), unit, "{name}");
        }
    }
}

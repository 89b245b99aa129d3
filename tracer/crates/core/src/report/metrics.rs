//! The rows of the registry, in the order in which they are shown.

use super::{Run, fault, histogram, interrupt, kernel, memory, per_operation, syscall, thread, time};
use crate::metric::Metric;

pub use histogram::{Distribution, OF_KERNEL, OF_WORKLOAD};
pub use memory::METRICS as MEMORY;
pub use per_operation::METRICS as PER_OPERATION;
pub use syscall::BY_NAME;
pub use thread::{METRICS as THREAD, STACK};
pub use time::{HARDWARE, OPERATIONS};

/// Totals of a run by subject, as docs/metrics.md has them.
pub const SUBJECTS: [(&str, &[Metric<Run>]); 6] = [
    ("time", time::METRICS),
    ("sched", kernel::METRICS),
    ("syscall", syscall::METRICS),
    ("fault", fault::METRICS),
    ("interrupt", interrupt::METRICS),
    ("hardware", HARDWARE),
];

/// Totals of a run.
pub fn run() -> impl Iterator<Item = &'static Metric<Run>> {
    SUBJECTS.into_iter().flat_map(|(_, rows)| rows)
}

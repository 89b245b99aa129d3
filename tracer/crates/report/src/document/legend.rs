//! Words that several sections explain.

use super::Term;

pub(super) const CI: Term = ("95 % CI", "bootstrap confidence interval");
pub(super) const COUNTS: Term =
    ("context switches", "and other counts: per operation, traced, median; 0: below 0.00005");
pub(super) const ENTRIES: Term = ("kernel entries", "system calls, and page faults from user mode");
pub(super) const TRACED: Term = ("traced/untraced", "ratio of the elapsed times, the cost of the probes");

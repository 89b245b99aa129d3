//! Median and bootstrap interval.

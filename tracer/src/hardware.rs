//! Hardware counters.

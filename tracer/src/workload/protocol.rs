//! The workload protocol.

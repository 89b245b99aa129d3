//! taskweight measures what a task weighs: kernel transitions, switch latency and memory of threads and coroutines.
//!
//! Data flows one way: cli -> plan -> child (started suspended) -> session (eBPF loaded and attached) -> window ->
//! snapshot -> run (figures per operation) -> report -> renderers.

pub mod anatomy;
pub mod capabilities;
pub mod claims;
pub mod cli;
pub mod commands;
pub mod diff;
pub mod environment;
pub mod hardware;
pub mod kernel;
pub mod measure;
pub mod memory;
pub mod notice;
pub mod plan;
pub mod regimes;
pub mod report;
pub mod stats;
pub mod timeline;
pub mod witness;
pub mod workload;

//! taskweight measures what a task weighs: kernel transitions, switch latency and memory of threads and coroutines.
//!
//! Data flows one way: cli -> plan -> child (started suspended) -> session (eBPF loaded and attached) -> window ->
//! snapshot -> run (figures per operation) -> report -> renderers.

pub mod cli;
pub mod measure;
mod measurement;
pub mod notice;
pub mod output;
mod progress;
pub mod verb;

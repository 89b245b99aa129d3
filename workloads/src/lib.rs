//! What the workload programs have in common: one program per concurrency model, all doing the same work.
//!
//! A program reads top to bottom as: [`program`] parses the [`arguments`] and starts the [`protocol`]; the model
//! creates its tasks behind the gate of a [`task_set`]; taskweight says `go`; the tasks do the [`scenario`]; the
//! task set proves that all operations were done.
//!
//! A new scenario is a variant of [`scenario::Scenario`] and one function per model that offers it. A new model is
//! one file in `src/bin`, or, for models made of futures, one that brings its own way to spawn the tasks of
//! [`stackless`].

pub mod arguments;
pub mod asleep;
pub mod executor;
pub mod limits;
pub mod pipe;
pub mod program;
pub mod protocol;
pub mod scenario;
pub mod slot;
pub mod stackful;
pub mod stackless;
pub mod task_set;
pub mod thread;
pub mod thread_pipe;
pub mod thread_slot;
pub mod thread_start;
pub mod tokio_model;
pub mod tokio_pipe;
pub mod turns;

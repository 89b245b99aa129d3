//! What the workload programs have in common: one program per concurrency model, all doing the same work.
//!
//! A program reads top to bottom as: [`program`] parses the [`arguments`] and starts the [`protocol`]; the model
//! creates its tasks behind the gate of a [`task_set`]; taskweight says `go`; the tasks do the [`scenario`]; the
//! task set proves that all operations were done.
//!
//! A new scenario is a variant of [`scenario::Scenario`] and one function per model that offers it. A new model is
//! one file in `src/bin` and one that creates its tasks: as futures of [`stackless`], or, where tasks park like
//! threads, as functions of [`thread`]. [`load`] is the other side of the scenario `echo`.

pub mod arguments;
pub mod asleep;
pub mod chunk;
pub mod connections;
pub mod depth;
pub mod distribution;
pub mod executor;
pub mod hand_over;
pub mod idle;
pub mod limits;
pub mod load;
pub mod load_connection;
pub mod load_plan;
pub mod may_model;
pub mod may_stacks;
pub mod moments;
pub mod park_slot;
pub mod parked;
pub mod pipe;
pub mod processes;
pub mod program;
pub mod protocol;
pub mod request;
pub mod scenario;
pub mod slot;
pub mod smol_io;
pub mod smol_model;
pub mod stackful;
pub mod stackful_ring;
pub mod stackless;
pub mod stacks;
pub mod task_set;
pub mod thread;
pub mod thread_echo;
pub mod thread_hog;
pub mod thread_pipe;
pub mod thread_spawn;
pub mod thread_start;
pub mod ticks;
pub mod tokio_echo;
pub mod tokio_hog;
pub mod tokio_model;
pub mod tokio_pipe;
pub mod tokio_spawn;
pub mod touch;
pub mod turns;
pub mod work;

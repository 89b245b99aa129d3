//! The model `tokio-mt`: every task is a tokio task on the multi-thread runtime.
//!
//! The default of `--workers` is the number of CPUs available.

use std::num::NonZeroUsize;
use std::thread::available_parallelism;

use anyhow::{Context, Result};
use workloads::arguments::WorkersCommand;
use workloads::program::Model;
use workloads::protocol::Protocol;
use workloads::scenario::Scenario;
use workloads::tokio_model::run_on_many_threads;

const MODEL: Model = Model { name: "tokio-mt", scenarios: &Scenario::ALL };

fn main() {
    MODEL.run(run)
}

fn run(command: &WorkersCommand, protocol: &Protocol) -> Result<()> {
    let workers = command.workers.map_or_else(available_parallelism, Ok::<NonZeroUsize, _>);
    let workers = workers.context("find the number of CPUs; set it with --workers")?;
    run_on_many_threads(&command.arguments, protocol, workers.get())
}

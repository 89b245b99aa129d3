//! The model `tokio-mt`: every task is a tokio task on the multi-thread runtime.

use std::num::NonZeroUsize;
use std::thread::available_parallelism;

use anyhow::{Context, Result};
use clap::Parser;
use workloads::arguments::Arguments;
use workloads::program::Model;
use workloads::protocol::Protocol;
use workloads::tokio_model::{SCENARIOS, run_on_many_threads};

const MODEL: Model = Model { name: "tokio-mt", scenarios: SCENARIOS };

/// Workload of taskweight: waits for `go` on stdin, works, and reports on stdout
#[derive(Parser, Debug)]
struct Command {
    #[command(flatten)]
    arguments: Arguments,
    /// Number of worker threads [default: as many as CPUs are available]
    #[arg(long, value_name = "N")]
    workers: Option<NonZeroUsize>,
}

impl AsRef<Arguments> for Command {
    fn as_ref(&self) -> &Arguments {
        &self.arguments
    }
}

fn main() {
    MODEL.run(run)
}

fn run(command: &Command, protocol: &Protocol) -> Result<()> {
    let workers = match command.workers {
        Some(workers) => workers,
        None => available_parallelism().context("find the number of CPUs; say it with --workers")?,
    };
    run_on_many_threads(&command.arguments, protocol, workers.get())
}

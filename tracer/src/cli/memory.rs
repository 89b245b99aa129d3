//! Options of `memory`.

use std::path::PathBuf;

use clap::Args;

use super::MeasuringArgs;

/// Options of `memory`.
#[derive(Debug, Args)]
#[command(
    after_help = "The same as `compare --scenarios idle,deep`. Models whose tasks are threads are driven to the machine's limit for a
moment, in which nobody else can start any: give --tasks where that must not be.

EXAMPLES:
  sudo taskweight memory --models os-thread,go,java-virtual --tasks 100,1000,10000
  sudo taskweight memory --models pthread --depths 65536 --json memory.json"
)]
pub struct MemoryArgs {
    /// Models, separated by commas [default: those of an overview]
    #[arg(long, value_delimiter = ',', value_name = "LIST")]
    pub models: Option<Vec<String>>,
    /// Bring a model along: any program that speaks the protocol (docs/protocol.md). May be given several times
    #[arg(long, value_name = "NAME=COMMAND")]
    pub model: Vec<String>,
    /// Numbers of tasks, separated by commas: three or more make a line [default: over two decades, and more than there can be]
    #[arg(long, value_delimiter = ',', value_name = "LIST", value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    pub tasks: Option<Vec<u64>>,
    /// Bytes of its stack that each task uses, separated by commas [default: 1024,8192,65536]
    #[arg(long, value_delimiter = ',', value_name = "LIST", value_parser = clap::value_parser!(u64).range(1..=1 << 40))]
    pub depths: Option<Vec<u64>>,
    /// Runs with each number of tasks
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub repetitions: u32,
    /// One depth, and no more than 10,000 tasks: a first look in half a minute
    #[arg(long)]
    pub quick: bool,
    /// What runs share.
    #[command(flatten)]
    pub measuring: MeasuringArgs,
    /// Folder of the models' programs [default: beside taskweight]
    #[arg(long, value_name = "DIR", hide = true, env = "TASKWEIGHT_PROGRAMS")]
    pub programs: Option<PathBuf>,
}

//! Options of `compare`.

use std::path::PathBuf;

use clap::Args;

use super::{MeasuringArgs, TimelineArgs};
use taskweight_core::plan::Pinning;

/// Options of `compare`.
#[derive(Debug, Args)]
#[command(after_help = "Without --scenarios it takes about four minutes on two CPUs; with --quick, less than one.

EXAMPLES:
  sudo taskweight compare --models os-thread,tokio --scenarios switch --tasks 2,10000
  sudo taskweight compare --pin none --repetitions 11 --json report.json")]
pub struct CompareArgs {
    /// Models, separated by commas [default: the overview models; with --scenarios, all installed models]
    #[arg(long, value_delimiter = ',', value_name = "LIST")]
    pub models: Option<Vec<String>>,
    /// Add a model: any program that speaks the workload protocol (docs/protocol.md). Repeatable
    #[arg(long, value_name = "NAME=COMMAND")]
    pub model: Vec<String>,
    /// Scenarios, separated by commas [default: all, plus the switch breakdown; with --quick, those the verdicts need]
    #[arg(long, value_delimiter = ',', value_name = "LIST")]
    pub scenarios: Option<Vec<String>>,
    /// Numbers of tasks, separated by commas [default: depends on the scenario, such as 2 and 100]
    #[arg(long, value_delimiter = ',', value_name = "LIST", value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    pub tasks: Option<Vec<u64>>,
    /// Pin every run to one CPU, or to none [default: `switch` pinned and unpinned, cpu and hog unpinned, others pinned to the last CPU]
    #[arg(long, value_name = "CPU|none")]
    pub pin: Option<Pinning>,
    /// Repetitions, each with a traced and an untraced run [default: 5, with --quick 3; idle and deep 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub repetitions: Option<u32>,
    /// Operations per run [default: about 50 ms of work]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub operations: Option<u64>,
    /// Requests per second in `echo`, sent without waiting for answers [default: the next one after each answer]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub rate: Option<u64>,
    /// Bytes of stack each task uses in `deep`, separated by commas [default: 1024,8192,65536]
    #[arg(long, value_delimiter = ',', value_name = "LIST", value_parser = clap::value_parser!(u64).range(1..=1 << 40))]
    pub depths: Option<Vec<u64>>,
    /// Fewer cases, fewer operations: a first look
    #[arg(long)]
    pub quick: bool,
    /// A timeline.
    #[command(flatten)]
    pub timeline: TimelineArgs,
    /// What runs share.
    #[command(flatten)]
    pub measuring: MeasuringArgs,
    /// Directory of the models' programs [default: beside taskweight]
    #[arg(long, value_name = "DIR", hide = true, env = "TASKWEIGHT_PROGRAMS")]
    pub programs: Option<PathBuf>,
}

//! Options of `compare`.

use std::path::PathBuf;

use clap::Args;

use super::{MeasuringArgs, TimelineArgs};
use taskweight_core::plan::Pinning;

/// Options of `compare`.
#[derive(Debug, Args)]
#[command(after_help = "Without --scenarios it takes about four minutes on two CPUs, with --quick less than one.

EXAMPLES:
  sudo taskweight compare --models os-thread,tokio --scenarios switch --tasks 2,10000
  sudo taskweight compare --pin none --repetitions 11 --json report.json")]
pub struct CompareArgs {
    /// Models, separated by commas [default: those of an overview; with --scenarios all that are installed]
    #[arg(long, value_delimiter = ',', value_name = "LIST")]
    pub models: Option<Vec<String>>,
    /// Bring a model along: any program that speaks the protocol (docs/protocol.md). May be given several times
    #[arg(long, value_name = "NAME=COMMAND")]
    pub model: Vec<String>,
    /// Scenarios, separated by commas [default: all, and hand-overs taken apart; with --quick those that the verdicts need]
    #[arg(long, value_delimiter = ',', value_name = "LIST")]
    pub scenarios: Option<Vec<String>>,
    /// Numbers of tasks, separated by commas [default: as the scenario needs them, such as 2 and 100]
    #[arg(long, value_delimiter = ',', value_name = "LIST", value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    pub tasks: Option<Vec<u64>>,
    /// Bind every run to one CPU, or none [default: `switch` both ways, cpu and hog unbound, the rest bound to the last CPU]
    #[arg(long, value_name = "CPU|none")]
    pub pin: Option<Pinning>,
    /// Repetitions, each with a traced and an untraced run [default: 5, with --quick 3; 1 of idle and deep]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub repetitions: Option<u32>,
    /// Operations per run [default: about 50 ms of work]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub operations: Option<u64>,
    /// Requests per second in `echo`, sent whether or not the last ones are answered [default: as many as it answers]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub rate: Option<u64>,
    /// Bytes of its stack that each task uses in `deep`, separated by commas [default: 1024,8192,65536]
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
    /// Folder of the models' programs [default: beside taskweight]
    #[arg(long, value_name = "DIR", hide = true, env = "TASKWEIGHT_PROGRAMS")]
    pub programs: Option<PathBuf>,
}

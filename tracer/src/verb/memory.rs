//! `taskweight memory`: the comparison of tasks that do nothing, by what they weigh.

use std::path::PathBuf;

use clap::Args;

use super::{
    Perform,
    compare::CompareArgs,
    options::{MeasuringArgs, TimelineArgs},
};
use crate::cli::Cli;
use taskweight_core::{catalog::MODELS, scenario::Scenario};

/// Options of `memory`.
#[derive(Debug, Args)]
#[command(
    after_help = "Same as `compare --scenarios idle,deep`. Thread models briefly reach the machine's thread limit, during which no
other program can create a thread; to avoid that, give --tasks.

EXAMPLES:
  sudo taskweight memory --models os-thread,go,java-virtual --tasks 100,1000,10000
  sudo taskweight memory --models pthread --depths 65536 --json memory.json"
)]
pub struct MemoryArgs {
    /// Models, separated by commas [default: the overview models]
    #[arg(long, value_delimiter = ',', value_name = "LIST")]
    pub models: Option<Vec<String>>,
    /// Add a model: any program that speaks the workload protocol (docs/protocol.md). Repeatable
    #[arg(long, value_name = "NAME=COMMAND")]
    pub model: Vec<String>,
    /// Numbers of tasks, separated by commas; a line needs three or more [default: two decades, and one beyond the limit]
    #[arg(long, value_delimiter = ',', value_name = "LIST", value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    pub tasks: Option<Vec<u64>>,
    /// Bytes of stack each task uses, separated by commas [default: 1024,8192,65536]
    #[arg(long, value_delimiter = ',', value_name = "LIST", value_parser = clap::value_parser!(u64).range(1..=1 << 40))]
    pub depths: Option<Vec<u64>>,
    /// Runs for each number of tasks
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub repetitions: u32,
    /// One depth and at most 10,000 tasks: a first look in half a minute
    #[arg(long)]
    pub quick: bool,
    /// What runs share.
    #[command(flatten)]
    pub measuring: MeasuringArgs,
    /// Directory of the models' programs [default: beside taskweight]
    #[arg(long, value_name = "DIR", hide = true, env = "TASKWEIGHT_PROGRAMS")]
    pub programs: Option<PathBuf>,
}

impl Perform for MemoryArgs {
    /// Measures, and prints the ledger.
    fn run(&self, cli: &Cli) -> anyhow::Result<u8> {
        comparison(self).run(cli)
    }
}

fn comparison(args: &MemoryArgs) -> CompareArgs {
    let overview = || MODELS.iter().filter(|model| model.in_overview).map(|model| model.name.to_owned()).collect();
    CompareArgs {
        models: Some(args.models.clone().unwrap_or_else(overview)),
        model: args.model.clone(),
        scenarios: Some([Scenario::Idle, Scenario::Deep].map(|scenario| scenario.name().to_owned()).to_vec()),
        tasks: args.tasks.clone(),
        pin: None,
        repetitions: Some(args.repetitions),
        operations: None,
        rate: None,
        depths: args.depths.clone(),
        quick: args.quick,
        timeline: TimelineArgs::default(),
        measuring: args.measuring.clone(),
        programs: args.programs.clone(),
    }
}

//! `taskweight memory`: the comparison of tasks that do nothing, by what they weigh.

use crate::cli::{Cli, CompareArgs, MemoryArgs, TimelineArgs};
use taskweight_core::{catalog::MODELS, scenario::Scenario};

/// Measures, and prints the ledger.
pub fn run(cli: &Cli, args: &MemoryArgs) -> anyhow::Result<u8> {
    super::compare::run(cli, &comparison(args))
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

//! From the command line to what is measured.

use std::path::Path;

use super::{CompareArgs, overview};
use crate::notice::notice;
use taskweight_core::{
    catalog::{self, MODELS, Model},
    plan::{Pinning, Request},
    scenario::Scenario,
};
use taskweight_run::affinity;

/// What the command line asks for.
pub(super) fn request(args: &CompareArgs, programs: &Path) -> anyhow::Result<Request> {
    let scenarios = match &args.scenarios {
        Some(names) => Scenario::of_names(names)?,
        None if args.quick => Scenario::FIRST_LOOK.to_vec(),
        None => Scenario::ALL.to_vec(),
    };
    let pin_cpu = match args.pin {
        Some(Pinning::Cpu(cpu)) => affinity::require(cpu)?,
        _ => affinity::last_allowed()?,
    };
    Ok(Request {
        models: installed(models(args)?, programs)?,
        scenarios,
        tasks: args.tasks.clone(),
        pinning: args.pin,
        pin_cpu,
        operations: args.operations,
        rate: args.rate,
        depths: args.depths.clone(),
        most_threads: overview::is_asked_for(args).then(overview::most_threads).transpose()?,
        quick: args.quick,
    })
}

/// The models that were named, and those added with --model. Without either, the comparison is an overview.
fn models(args: &CompareArgs) -> anyhow::Result<Vec<&'static Model>> {
    let brought = args.model.iter().map(|text| Model::brought(text)).collect::<Result<Vec<_>, _>>()?;
    let mut models: Vec<_> = match &args.models {
        Some(names) => catalog::models(names)?,
        None if args.scenarios.is_some() => MODELS.iter().filter(|model| model.by_default).collect(),
        None => MODELS.iter().filter(|model| model.in_overview).collect(),
    };
    models.extend(brought);
    Ok(models)
}

/// The models whose programs are there; each of the others is passed over with a line.
pub(in crate::verb) fn installed(models: Vec<&'static Model>, programs: &Path) -> anyhow::Result<Vec<&'static Model>> {
    let mut there = Vec::new();
    let mut missing = Vec::new();
    for model in models {
        match model.command(programs) {
            Ok(_) => there.push(model),
            Err(reason) => missing.push(format!("{}: {reason}", model.name)),
        }
    }
    anyhow::ensure!(!there.is_empty(), "no model is installed: {}", missing.join("; "));
    for line in missing {
        notice(format_args!("skipped: {line}"));
    }
    Ok(there)
}

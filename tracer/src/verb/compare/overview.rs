//! What a comparison consists of when no scenarios are named: all that the verdicts on the textbook's claims need.

use std::path::Path;

use procfs::sys::kernel;

use crate::{notice::notice, verb::compare::CompareArgs};
use taskweight_core::{
    catalog::{self, Model},
    plan::{Job, Pinning, Request, jobs},
    scenario::Scenario,
};

/// Models whose task switches are taken apart, of those that are compared: each step of two forms of threads, and that there is
/// none in two forms of coroutines.
const TAKEN_APART: [&str; 4] = ["os-thread", "pthread", "tokio", "corosensei"];
/// The model of which the textbook says how large a stack is. To start it takes long, so that it is weighed only.
const WEIGHED: &str = "java-platform";
/// The share of all thread ids that a comparison takes at most: while it has them, nobody else can.
const SHARE_OF_THREAD_IDS: u64 = 3;

/// Whether the user left it to us what to measure.
pub(super) fn is_asked_for(args: &CompareArgs) -> bool {
    args.scenarios.is_none()
}

/// Most threads that a run may have.
pub(super) fn most_threads() -> anyhow::Result<u64> {
    Ok(u64::try_from(kernel::pid_max()?)? / SHARE_OF_THREAD_IDS)
}

/// task switches to take apart: one ring of two on one CPU, where each is a switch and nothing else.
pub(super) fn anatomy(request: &Request) -> Vec<Job> {
    let is_chosen = |model: &&&Model| TAKEN_APART.contains(&model.name);
    jobs(&Request {
        models: request.models.iter().filter(is_chosen).copied().collect(),
        scenarios: vec![Scenario::Switch],
        tasks: Some(vec![2]),
        pinning: Some(Pinning::Cpu(request.pin_cpu)),
        ..request.clone()
    })
}

/// What is weighed and nothing else, unless models are named.
pub(super) fn weights_of_others(
    args: &CompareArgs,
    request: &Request,
    programs: &Path,
) -> anyhow::Result<Option<Request>> {
    if args.models.is_some() {
        return Ok(None);
    }
    let models = catalog::models(&[WEIGHED.to_owned()])?;
    if let Some(reason) = models.iter().find_map(|model| model.command(programs).err()) {
        notice(format_args!("skipped: {WEIGHED}: {reason}"));
        return Ok(None);
    }
    Ok(Some(Request { models, scenarios: vec![Scenario::Idle], ..request.clone() }))
}

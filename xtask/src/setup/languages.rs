//! The languages of the workloads: their compilers and runtimes. None of them is needed; a model whose language is
//! missing is left out, and taskweight says so.

mod install;
mod notes;
mod plan;
mod probe;
mod requirements;

use anyhow::Result;

use crate::workspace::Workspace;
use install::Installer;
use notes::Notes;
use plan::{Obstacle, plan};

/// How much is tried.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// What the default models need, but not again what could not be installed before: a build is not to wait for a
    /// network that is not there each time.
    Once,
    /// What the default models need.
    Default,
    /// What all models need.
    All,
}

/// Installs what is missing, and returns whether everything is there now.
pub fn ensure(workspace: &Workspace, effort: Effort) -> Result<bool> {
    let notes = Notes::read(workspace);
    let mut plan = plan(&probe::look(workspace, effort), &super::probe::means());
    if effort == Effort::Once {
        // What is missing is named by the build of the language.
        plan.steps.retain(|item| !notes.contains(item));
        plan.obstacles.clear();
    }
    if plan.steps.is_empty() && plan.obstacles.is_empty() {
        return Ok(true);
    }
    plan.obstacles.iter().for_each(report);
    if plan.steps.is_empty() {
        return Ok(false);
    }
    eprintln!("the workloads need the following, which will be installed now:");
    plan.steps.iter().for_each(|item| eprintln!("  - {item}, for {}", item.models()));
    let failed = Installer::new(workspace).install(&plan.steps);
    notes.write(&plan.steps, &failed)?;
    Ok(failed.is_empty() && plan.obstacles.is_empty())
}

fn report(obstacle: &Obstacle) {
    eprintln!("set-up cannot install {} here, for {}", obstacle.missing, obstacle.models);
    eprintln!("    {}", obstacle.remedy);
}

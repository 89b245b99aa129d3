//! `setup`: look at what is there, say what will be installed, install it.

mod install;
mod llvm;
mod plan;
mod probe;

use anyhow::{Result, bail};

pub use plan::Need;
use plan::{Plan, plan};

use crate::toolchain::Toolchain;
use crate::workspace::Workspace;

/// Makes sure that everything is there, and returns the toolchain that it is there for.
pub fn ensure(workspace: &Workspace, need: Need) -> Result<Toolchain> {
    let toolchain = Toolchain::active(&workspace.root)?;
    let found = probe::look(workspace, &toolchain);
    let plan = plan(need, &found, &probe::means());
    refuse(&plan)?;
    announce(&plan);
    for step in &plan.steps {
        install::install(workspace, &toolchain, step)?;
    }
    Ok(toolchain)
}

/// Stops, with all obstacles at once, when something cannot be installed from here.
fn refuse(plan: &Plan) -> Result<()> {
    if plan.obstacles.is_empty() {
        return Ok(());
    }
    let list: String = plan.obstacles.iter().map(|o| format!("\n  - {}\n    {}", o.missing, o.remedy)).collect();
    bail!("set-up cannot install what is missing here:{list}\nthen run this command again")
}

fn announce(plan: &Plan) {
    if !plan.steps.is_empty() {
        eprintln!("taskweight needs the following, which will be installed now:");
    }
    for step in &plan.steps {
        eprintln!("  - {step}");
    }
}

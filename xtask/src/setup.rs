//! `setup`: look at what is there, say what will be installed, install it. First what taskweight itself is built with,
//! then the languages of the workloads.

pub mod apt;
mod install;
pub mod languages;
mod llvm;
mod plan;
mod probe;
pub mod programs;

use anyhow::{Result, bail};

pub use languages::Effort;
pub use plan::Need;
use plan::{Plan, plan};

use crate::toolchain::Toolchain;
use crate::workspace::Workspace;

/// What to install beyond the needs of the Rust half and of the default models.
#[derive(clap::Args)]
pub struct Args {
    /// Also what the models outside the default set need: kotlin, erlang
    #[arg(long)]
    all: bool,
}

/// Installs what is missing. Without a language's tools the rest works, so only the Rust half has to succeed.
pub fn setup(workspace: &Workspace, args: &Args) -> Result<()> {
    ensure(workspace, Need::Build)?;
    let complete = languages::ensure(workspace, if args.all { Effort::All } else { Effort::Default })?;
    println!("{}", if complete { "everything is in place" } else { "the rest is in place" });
    Ok(())
}

/// Makes sure that all is there that taskweight itself is built with, and returns the toolchain that it is there for.
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

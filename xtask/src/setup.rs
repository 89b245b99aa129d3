//! `setup`: look at what is there, say what will be installed, install it. The table in `things` says what there is to look
//! for; this walks it.

pub mod apt;
mod install;
mod llvm;
mod machine;
mod notes;
mod plan;
mod things;

use std::mem::discriminant;

use anyhow::{Result, bail};

use crate::parallel;
use crate::toolchain::Toolchain;
use crate::workspace::Workspace;
use machine::Machine;
use notes::Notes;
use plan::{Plan, Step, plan};
pub use things::Need;
use things::THINGS;

/// What to install beyond the needs of the Rust half and of the default models.
#[derive(clap::Args)]
pub struct Args {
    /// Also what the models outside the default set need: kotlin, erlang
    #[arg(long)]
    all: bool,
}

/// Installs what is missing. Without a language's tools the rest works, so only the Rust half has to succeed. Its linker is
/// built while the languages are downloaded.
pub fn setup(workspace: &Workspace, args: &Args) -> Result<()> {
    let models = if args.all { Need::AllModels } else { Need::Models };
    let (complete, build) =
        parallel::both(|| languages(workspace, models, Effort::Again), || ensure(workspace, Need::Build));
    build?;
    println!("{}", if complete? { "everything is in place" } else { "the rest is in place" });
    Ok(())
}

/// Makes sure that all is there for a need, and returns the toolchain that it is there for. When something cannot be installed
/// from here, it stops with all obstacles at once.
pub fn ensure(workspace: &Workspace, need: Need) -> Result<Toolchain> {
    let machine = Machine::look(workspace)?;
    let plan = missing(&machine, need);
    if !plan.obstacles.is_empty() {
        bail!("set-up cannot install what is missing here:{}\nthen run this command again", told(&plan.obstacles));
    }
    announce(&plan.steps);
    in_one_way(&plan.steps).try_for_each(|steps| install::install(&machine, steps))?;
    Ok(machine.toolchain)
}

/// How much is tried.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// Not again what could not be installed before: a build is not to wait each time for a network that is not there.
    Once,
    /// All of it.
    Again,
}

/// Installs what the models lack, and returns whether everything is there now. What fails is reported, and the rest is still installed.
pub fn languages(workspace: &Workspace, need: Need, effort: Effort) -> Result<bool> {
    let (machine, notes) = (Machine::look(workspace)?, Notes::read(workspace));
    let mut plan = missing(&machine, need);
    if effort == Effort::Once {
        // What is missing is named by the build of the language.
        plan.steps.retain(|step| !notes.contains(step));
        plan.obstacles.clear();
    }
    if !plan.obstacles.is_empty() {
        eprintln!("set-up cannot install what is missing here:{}", told(&plan.obstacles));
    }
    if plan.steps.is_empty() {
        return Ok(plan.obstacles.is_empty());
    }
    announce(&plan.steps);
    let failed = install_what_can_be(&machine, &plan.steps);
    notes.write(&plan.steps, &failed)?;
    Ok(failed.is_empty() && plan.obstacles.is_empty())
}

fn missing(machine: &Machine, need: Need) -> Plan {
    let is_needed = |thing: &&things::Thing| need.includes(thing.need) && !(thing.is_there)(machine, thing.name);
    plan(THINGS.iter().filter(is_needed).collect(), &machine.means())
}

fn told(obstacles: &[(Step, String)]) -> String {
    let told = |(step, remedy): &(Step, String)| format!("\n  - {}, {}\n    {remedy}", step.name, step.purpose);
    obstacles.iter().map(told).collect()
}

fn announce(steps: &[Step]) {
    let list: String = steps.iter().map(|step| format!("\n  - {step}")).collect();
    if !list.is_empty() {
        eprintln!("the following is needed and will be installed now:{list}");
    }
}

/// Steps that follow one another and are got in the same way.
fn in_one_way(steps: &[Step]) -> impl Iterator<Item = &[Step]> {
    steps.chunk_by(|left, right| discriminant(&left.thing.how) == discriminant(&right.thing.how))
}

/// All at once, and where that fails one by one. Returns what could not be installed.
fn install_what_can_be(machine: &Machine, steps: &[Step]) -> Vec<Step> {
    let mut failed: Vec<Step> = Vec::new();
    for group in in_one_way(steps) {
        let is_lost = |step: &Step| failed.iter().any(|lost| step.thing.after() == Some(lost.thing.name));
        let (mut lost, possible): (Vec<_>, Vec<_>) = group.iter().cloned().partition(is_lost);
        if possible.len() == 1 || install::install(machine, &possible).is_err() {
            lost.extend(possible.into_iter().filter(|step| !installs(machine, step)));
        }
        failed.append(&mut lost);
    }
    if !failed.is_empty() {
        eprintln!("continuing with the rest; to try again: cargo xtask setup");
    }
    failed
}

fn installs(machine: &Machine, step: &Step) -> bool {
    let done = install::install(machine, std::slice::from_ref(step));
    done.inspect_err(|error| eprintln!("not installed, {}: {error:#}", step.purpose)).is_ok()
}

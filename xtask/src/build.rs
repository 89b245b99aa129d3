//! `build`: taskweight and the workloads, optimised, with the eBPF object inside.

use anyhow::Result;

use crate::setup::{self, Effort, Need};
use crate::toolchain::Toolchain;
use crate::workspace::Workspace;
use crate::{command, ebpf, languages, parallel};

/// Builds everything and says where it is.
pub fn build(workspace: &Workspace) -> Result<()> {
    programs(workspace)?;
    println!("{}", workspace.release().join("taskweight").display());
    println!("the workloads are beside it; which of them could be built: taskweight models");
    Ok(())
}

/// Builds everything, both halves at once, and returns the toolchain that did it. A language without its tools is left out, as its models are
/// then listed as missing; without the Rust half there is nothing to run.
pub fn programs(workspace: &Workspace) -> Result<Toolchain> {
    let (others, toolchain) = parallel::both(|| others(workspace), || rust(workspace));
    others.and(toolchain)
}

fn rust(workspace: &Workspace) -> Result<Toolchain> {
    let toolchain = ebpf::build(workspace)?;
    command::run(&mut workspace.cargo(["build", "--release", "-p", "tracer", "-p", "workloads"]))?;
    Ok(toolchain)
}

fn others(workspace: &Workspace) -> Result<()> {
    setup::languages(workspace, Need::Models, Effort::Once)?;
    languages::build::build(workspace)
}

//! `build`: taskweight and the workloads, optimised, with the eBPF object inside.

use anyhow::Result;

use crate::toolchain::Toolchain;
use crate::workspace::Workspace;
use crate::{command, ebpf, languages, setup};

/// Builds everything and says where it is.
pub fn build(workspace: &Workspace) -> Result<()> {
    programs(workspace)?;
    println!("{}", workspace.release().join("taskweight").display());
    println!("the workloads are beside it; which of them could be built: taskweight models");
    Ok(())
}

/// Builds everything, and returns the toolchain that did it. A language without its tools is left out, as its models are
/// then listed as missing; without the Rust half there is nothing to run.
pub fn programs(workspace: &Workspace) -> Result<Toolchain> {
    let toolchain = ebpf::build(workspace)?;
    command::run(&mut workspace.cargo(["build", "--release", "-p", "tracer", "-p", "workloads"]))?;
    setup::languages::ensure(workspace, setup::Effort::Once)?;
    languages::build::build(workspace)?;
    Ok(toolchain)
}

//! `build`: taskweight and the workloads, optimised, with the eBPF object inside.

use anyhow::Result;

use crate::toolchain::Toolchain;
use crate::workspace::Workspace;
use crate::{command, ebpf};

/// Builds everything and says where it is.
pub fn build(workspace: &Workspace) -> Result<()> {
    programs(workspace)?;
    println!("{}", workspace.release().join("taskweight").display());
    println!("the workloads are beside it");
    Ok(())
}

/// Builds everything, and returns the toolchain that did it.
pub fn programs(workspace: &Workspace) -> Result<Toolchain> {
    let toolchain = ebpf::build(workspace)?;
    command::run(&mut workspace.cargo(["build", "--release", "-p", "tracer", "-p", "workloads"]))?;
    Ok(toolchain)
}

//! Installs what the plan names.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};

use super::apt::Apt;
use super::llvm::Llvm;
use super::plan::{BPF_LINKER, Step};
use super::probe;
use crate::command;
use crate::toolchain::Toolchain;
use crate::workspace::Workspace;

/// Does one step of the plan.
pub fn install(workspace: &Workspace, toolchain: &Toolchain, step: &Step) -> Result<()> {
    match step {
        Step::Components(names) => components(workspace, names),
        Step::Packages(names) => packages(names),
        Step::BpfLinker { replace, .. } => bpf_linker(workspace, toolchain, *replace),
    }
}

fn components(workspace: &Workspace, names: &[&str]) -> Result<()> {
    command::run(Command::new("rustup").args(["component", "add"]).args(names).current_dir(&workspace.root))
}

fn packages(names: &[String]) -> Result<()> {
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    Apt::loud().install(&names).context(
        "install LLVM: without it, set LLVM_PREFIX to an installation, or use rustup's rustc, which brings it along",
    )
}

/// Builds bpf-linker into the target directory; not into the user's home, where another version may be in use.
fn bpf_linker(workspace: &Workspace, toolchain: &Toolchain, replace: bool) -> Result<()> {
    let llvm_major = toolchain.llvm_major;
    let llvm = Llvm::find(toolchain).with_context(|| {
        format!("LLVM {llvm_major} is installed, but its libLLVM.so is not found: set LLVM_PREFIX to its folder")
    })?;
    let prefix = llvm.prefix(&workspace.tools().join("llvm"))?;
    let feature = format!("llvm-{llvm_major}");
    let build = workspace.tools().join("build");
    let mut cargo = workspace.cargo(["install", "bpf-linker", "--version", BPF_LINKER, "--locked", "--quiet"]);
    cargo.args(["--no-default-features", "--features", &feature]);
    cargo.args(replace.then_some("--force")).arg("--root").arg(workspace.tools());
    cargo.env("LLVM_PREFIX", prefix).env("CARGO_TARGET_DIR", &build).env("CARGO_PROFILE_RELEASE_DEBUG", "false");
    command::run(&mut cargo).context("build bpf-linker")?;
    fs::remove_dir_all(&build).with_context(|| format!("remove {}", build.display()))?;
    let stamp = probe::stamp_path(workspace);
    fs::write(&stamp, probe::stamp(llvm_major)).with_context(|| format!("write {}", stamp.display()))
}

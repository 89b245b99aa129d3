//! Installs what the plan names.

use std::fs;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

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

/// Installs packages; the lists are fetched first when they do not know one of them or are too old to install it.
fn packages(names: &[String]) -> Result<()> {
    let all_known = || names.iter().all(|name| apt_knows(name));
    let install: Vec<_> =
        ["install", "--yes", "--no-install-recommends"].into_iter().chain(names.iter().map(String::as_str)).collect();
    if all_known() && apt(&install).is_ok() {
        return Ok(());
    }
    eprintln!("the package lists are empty or old: fetching them");
    apt(&["update"])?;
    if !all_known() {
        bail!(
            "this system has no package {}: install that LLVM and set LLVM_PREFIX to it, or use rustup's rustc, \
               which brings it along",
            names.join(", ")
        );
    }
    apt(&install)
}

fn apt_knows(package: &str) -> bool {
    command::output(Command::new("apt-cache").args(["show", package])).is_ok_and(|text| !text.is_empty())
}

fn apt(args: &[&str]) -> Result<()> {
    let mut command = command::as_root("env")?;
    command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]).args(args);
    command::run(command.stdin(Stdio::null()))
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

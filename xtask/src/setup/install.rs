//! Installs what the plan names.

use std::fs;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

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
        Step::BpfLinker { replace, .. } => bpf_linker(workspace, toolchain.llvm_major, *replace),
    }
}

fn components(workspace: &Workspace, names: &[&str]) -> Result<()> {
    command::run(Command::new("rustup").args(["component", "add"]).args(names).current_dir(&workspace.root))
}

/// Installs packages; the lists are fetched first when they do not know one of them.
fn packages(names: &[String]) -> Result<()> {
    if !names.iter().all(|name| apt_knows(name)) {
        eprintln!("the package lists do not have {}: fetching them", names.join(", "));
        apt(&["update"])?;
    }
    let install: Vec<_> =
        ["install", "--yes", "--no-install-recommends"].into_iter().chain(names.iter().map(String::as_str)).collect();
    if apt(&install).is_ok() {
        return Ok(());
    }
    eprintln!("the package lists may be too old: fetching them, and once more");
    apt(&["update"])?;
    apt(&install).with_context(|| format!("install {} by hand, or set LLVM_PREFIX to this LLVM", names.join(", ")))
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
fn bpf_linker(workspace: &Workspace, llvm_major: u32, replace: bool) -> Result<()> {
    let prefix = probe::llvm_prefix(llvm_major).with_context(|| {
        format!("LLVM {llvm_major} is installed, but its libLLVM.so is not found: set LLVM_PREFIX to its folder")
    })?;
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

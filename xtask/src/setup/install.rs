//! Installs things, those that are got in one way at once.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};

use super::apt;
use super::llvm::Llvm;
use super::machine::Machine;
use super::plan::Step;
use super::things::{BPF_LINKER, How};
use crate::command::{run, run_quietly};

/// Installs some things that are got in the same way.
pub fn install(machine: &Machine, steps: &[Step]) -> Result<()> {
    let names: Vec<_> = steps.iter().map(|step| step.name.as_str()).collect();
    let Some(first) = steps.first() else { return Ok(()) };
    match first.thing.how {
        How::Rustup(_) => {
            run(Command::new("rustup").args(["component", "add"]).args(&names).current_dir(&machine.workspace.root))
        }
        How::Apt => apt::install(&names),
        How::Cargo => bpf_linker(machine).context("build bpf-linker"),
        How::Venv => run_quietly(Command::new("python3").args(["-m", "venv", "--clear"]).arg(machine.venv())),
        How::Wheel => run_quietly(&mut pip(machine, &names)),
        How::Npm => run_quietly(&mut npm(machine, &names)),
    }
    .with_context(|| format!("install {}", names.join(", ")))
}

/// Builds bpf-linker into the target directory; not into the user's home, where another version may be in use.
fn bpf_linker(machine: &Machine) -> Result<()> {
    let major = machine.toolchain.llvm_major;
    let llvm = Llvm::find(&machine.toolchain).with_context(|| {
        format!("LLVM {major} is installed, but its libLLVM.so is not found: set LLVM_PREFIX to its folder")
    })?;
    let tools = machine.workspace.tools();
    let prefix = llvm.prefix(&tools.join("llvm"))?;
    let build = tools.join("build");
    let mut cargo = machine.workspace.cargo(["install", "bpf-linker", "--version", BPF_LINKER, "--locked", "--quiet"]);
    cargo.args(["--force", "--no-default-features", "--features", &format!("llvm-{major}"), "--root"]).arg(&tools);
    cargo.env("LLVM_PREFIX", prefix).env("CARGO_TARGET_DIR", &build);
    // Not optimised it is built in less than half the time, and links as fast, since LLVM does the work: to the same object.
    cargo.env("CARGO_PROFILE_RELEASE_DEBUG", "false").env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0");
    run(&mut cargo)?;
    fs::remove_dir_all(&build).with_context(|| format!("remove {}", build.display()))?;
    let stamp = machine.stamp_path();
    fs::write(&stamp, machine.stamp()).with_context(|| format!("write {}", stamp.display()))
}

fn pip(machine: &Machine, names: &[&str]) -> Command {
    let mut pip = Command::new(machine.venv().join("bin/python3"));
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]);
    // A wheel or nothing: a build from source takes minutes and a compiler.
    pip.args(["--only-binary", ":all:", "--retries", "1", "--timeout", "20"]).args(names);
    pip
}

fn npm(machine: &Machine, names: &[&str]) -> Command {
    let mut npm = Command::new("npm");
    npm.args(["install", "--no-audit", "--no-fund", "--no-save", "--fetch-retries", "1", "--prefix"]);
    npm.arg(machine.workspace.tools()).args(names);
    npm
}

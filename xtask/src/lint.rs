//! `lint`: format, and clippy of both sides; a warning is an error. Other languages: their format only.

use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::setup::{self, Need};
use crate::workspace::Workspace;
use crate::{command, ebpf, languages};

/// Runs every check, also after one has failed.
pub fn lint(workspace: &Workspace) -> Result<ExitCode> {
    let toolchain = setup::ensure(workspace, Need::Lint)?;
    // The build script of `tracer` wants the object.
    ebpf::object(workspace, &toolchain)?;
    let mut kernel_side = ebpf::cargo(workspace, &toolchain, "clippy");
    kernel_side.args(["--", "-D", "warnings"]);
    let checks = [
        workspace.cargo(["fmt", "--all", "--check"]),
        clippy(workspace, &["--workspace", "--exclude", "tracer-ebpf", "--all-targets"]),
        clippy(workspace, &["-p", "tracer-ebpf", "--features", "user", "--lib", "--tests"]),
        kernel_side,
    ];
    let mut failed: Vec<_> = checks.into_iter().filter_map(|mut check| command::run(&mut check).err()).collect();
    failed.extend(languages::format::check(workspace));
    failed.iter().for_each(|error| eprintln!("lint: {error:#}"));
    Ok(if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn clippy(workspace: &Workspace, what: &[&str]) -> Command {
    let mut cargo = workspace.cargo(["clippy"]);
    cargo.args(what).args(["--", "-D", "warnings"]);
    cargo
}

//! Looks at the machine; changes nothing.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::llvm::Llvm;
use super::plan::{BPF_LINKER, Found, Linker, Means};
use crate::command;
use crate::toolchain::Toolchain;
use crate::workspace::Workspace;

/// What of the needed things is there. Takes some 50 ms: one program is started.
pub fn look(workspace: &Workspace, toolchain: &Toolchain) -> Found {
    let llvm_major = toolchain.llvm_major;
    let bpf_linker = linker(workspace, llvm_major);
    Found {
        llvm_major,
        rust_src: toolchain.has_rust_src(),
        rustfmt: has_cargo(toolchain, "cargo-fmt"),
        clippy: has_cargo(toolchain, "cargo-clippy"),
        llvm: bpf_linker == Linker::Ready || Llvm::find(toolchain).is_some(),
        bpf_linker,
    }
}

/// How things can be installed.
pub fn means() -> Means {
    let has = |program| which::which(program).is_ok();
    Means { rustup: has("rustup"), apt: has("apt-get"), root: command::can_be_root() }
}

/// What the stamp beside bpf-linker says when it is the one for this LLVM.
pub fn stamp(llvm_major: u32) -> String {
    format!("bpf-linker {BPF_LINKER} llvm-{llvm_major}\n")
}

/// The file that holds the stamp.
pub fn stamp_path(workspace: &Workspace) -> PathBuf {
    workspace.tools().join("bpf-linker.stamp")
}

/// rustup puts a proxy for each of cargo's programs into PATH even when the component is absent, so PATH
/// counts only where there is no rustup.
fn has_cargo(toolchain: &Toolchain, program: &str) -> bool {
    toolchain.has_program(program) || (which::which("rustup").is_err() && which::which(program).is_ok())
}

fn linker(workspace: &Workspace, llvm_major: u32) -> Linker {
    let program = workspace.bpf_linker();
    if !program.exists() {
        return Linker::Absent;
    }
    let fits = fs::read_to_string(stamp_path(workspace)).is_ok_and(|text| text == stamp(llvm_major));
    // Started as well: it does not when the LLVM it is linked with has been removed.
    let starts = command::output(Command::new(program).arg("--version")).is_ok();
    if fits && starts { Linker::Ready } else { Linker::Unusable }
}

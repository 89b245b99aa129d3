//! `build-ebpf`: the eBPF programs, built for the BPF target with core from source.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::command;
use crate::setup::{self, Need};
use crate::toolchain::Toolchain;
use crate::workspace::Workspace;

/// Little or big endian, as the kernel that will run the programs: this one's.
const TARGET: &str = if cfg!(target_endian = "big") { "bpfeb-unknown-none" } else { "bpfel-unknown-none" };

/// Set-up and the object.
pub fn build(workspace: &Workspace) -> Result<Toolchain> {
    let toolchain = setup::ensure(workspace, Need::Build)?;
    object(workspace, &toolchain)?;
    Ok(toolchain)
}

/// Builds the object and puts it where the build script of `tracer` finds it.
pub fn object(workspace: &Workspace, toolchain: &Toolchain) -> Result<()> {
    command::run(&mut cargo(workspace, toolchain, "build")).context("build the eBPF programs")?;
    let built = workspace.target.join("bpf").join(TARGET).join("bpf/taskweight-ebpf");
    copy_if_changed(&built, &workspace.bpf_object())
}

/// `cargo VERB` for the eBPF programs.
///
/// `RUSTC_BOOTSTRAP` lets the stable toolchain build core. Flags and target directory are of this build alone: in the
/// common one every change between the two would rebuild, and each would wait for the other's lock.
pub fn cargo(workspace: &Workspace, toolchain: &Toolchain, verb: &str) -> Command {
    let mut cargo = workspace.cargo([verb, "-p", "tracer-ebpf", "--features", "kernel", "--bin", "taskweight-ebpf"]);
    cargo.args(["--profile", "bpf", "-Z", "build-std=core", "--target", TARGET]);
    cargo.arg("--target-dir").arg(workspace.target.join("bpf"));
    cargo.env("RUSTC_BOOTSTRAP", "1").env("CARGO_ENCODED_RUSTFLAGS", flags(workspace, toolchain));
    cargo
}

/// The flags in the form of `CARGO_ENCODED_RUSTFLAGS`, which allows for spaces in the path of the linker.
fn flags(workspace: &Workspace, toolchain: &Toolchain) -> String {
    let linker = format!("linker={}", workspace.bpf_linker().display());
    let arch = format!("bpf_target_arch=\"{}\"", toolchain.bpf_target_arch());
    ["-C", &linker, "-C", "link-arg=--btf", "-C", "debuginfo=2", "--cfg", &arch].join("\x1f")
}

/// Copies only another content, so that what embeds the file is not rebuilt for nothing.
fn copy_if_changed(from: &Path, to: &Path) -> Result<()> {
    let new = fs::read(from).with_context(|| format!("read the eBPF object {}", from.display()))?;
    if fs::read(to).is_ok_and(|old| old == new) {
        return Ok(());
    }
    let part = to.with_extension("part");
    fs::write(&part, new).with_context(|| format!("write {}", part.display()))?;
    fs::rename(&part, to).with_context(|| format!("rename {} to {}", part.display(), to.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_equal_object_is_left_untouched() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("a"), folder.path().join("b"));
        fs::write(&from, "one").unwrap();
        copy_if_changed(&from, &to).unwrap();
        let first = fs::metadata(&to).unwrap().modified().unwrap();
        copy_if_changed(&from, &to).unwrap();
        assert_eq!(fs::metadata(&to).unwrap().modified().unwrap(), first);
        fs::write(&from, "two").unwrap();
        copy_if_changed(&from, &to).unwrap();
        assert_eq!(fs::read(&to).unwrap(), b"two");
    }
}

//! Where things are: the source tree and what is built from it.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use cargo_metadata::MetadataCommand;

use crate::command;

/// The root of the source tree and the target directory that cargo uses for it.
pub struct Workspace {
    pub root: PathBuf,
    pub target: PathBuf,
}

impl Workspace {
    /// Asks cargo, so that `CARGO_TARGET_DIR` and `build.target-dir` are respected.
    pub fn find() -> Result<Self> {
        let metadata = MetadataCommand::new()
            .manifest_path(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"))
            .no_deps()
            .exec()
            .context("find the target directory (cargo metadata)")?;
        Ok(Self { root: metadata.workspace_root.into(), target: metadata.target_directory.into() })
    }

    /// What `setup` installs for this workspace alone.
    pub fn tools(&self) -> PathBuf {
        self.target.join("tools")
    }

    /// The linker of the eBPF programs.
    pub fn bpf_linker(&self) -> PathBuf {
        self.tools().join("bin/bpf-linker")
    }

    /// The eBPF programs; the build script of `tracer` embeds this file.
    pub fn bpf_object(&self) -> PathBuf {
        self.target.join("taskweight.bpf.o")
    }

    /// The optimised programs.
    pub fn release(&self) -> PathBuf {
        self.target.join("release")
    }

    /// taskweight and the models' programs that are machine code, optimised. The other models' are scripts, which need an
    /// interpreter or a runtime.
    pub fn native_programs(&self) -> Result<Vec<PathBuf>> {
        let folder = self.release();
        let entries = fs::read_dir(&folder).with_context(|| format!("read {}", folder.display()))?;
        let is_ours = |path: &PathBuf| {
            let name = path.file_name().and_then(|name| name.to_str());
            name.is_some_and(|name| name.starts_with("taskweight")) && is_machine_code(path)
        };
        let mut programs: Vec<_> = entries.flatten().map(|entry| entry.path()).filter(is_ours).collect();
        programs.sort_unstable();
        Ok(programs)
    }

    /// A cargo command at the root of the workspace.
    pub fn cargo<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> Command {
        let mut cargo = command::cargo();
        // Absolute, because a relative one would now be taken from the root.
        cargo.args(args).current_dir(&self.root).env("CARGO_TARGET_DIR", &self.target);
        cargo
    }
}

fn is_machine_code(path: &Path) -> bool {
    let mut magic = [0; 4];
    File::open(path).and_then(|mut file| file.read_exact(&mut magic)).is_ok() && magic == *b"\x7fELF"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_programs_in_machine_code_are_native() {
        let target = tempfile::tempdir().unwrap();
        let workspace = Workspace { root: PathBuf::new(), target: target.path().into() };
        fs::create_dir(workspace.release()).unwrap();
        for (name, bytes) in [
            ("taskweight-go", &b"\x7fELF"[..]),
            ("taskweight-node-async", b"#!/bin/sh"),
            ("taskweight", b"\x7fELF"),
            ("other", b"\x7fELF"),
            ("taskweight-go.d", b"go: go.rs"),
        ] {
            fs::write(workspace.release().join(name), bytes).unwrap();
        }
        let programs = ["taskweight", "taskweight-go"].map(|name| workspace.release().join(name));
        assert_eq!(workspace.native_programs().unwrap(), programs);
    }
}

//! Where things are: the source tree and what is built from it.

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

    /// A cargo command at the root of the workspace.
    pub fn cargo<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> Command {
        let mut cargo = command::cargo();
        // Absolute, because a relative one would now be taken from the root.
        cargo.args(args).current_dir(&self.root).env("CARGO_TARGET_DIR", &self.target);
        cargo
    }
}

//! `dist`: a tarball and a Debian package of taskweight, with the models that need no runtime of their own.

mod check;
mod package;
mod tree;

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::build;
use crate::setup::{self, Need};
use crate::workspace::Workspace;

/// Options of `dist`.
#[derive(clap::Args)]
pub struct Args {
    /// Where the files go [default: dist in the target directory]
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Unpack both afterwards, and measure with what came out of them, as root
    #[arg(long)]
    check: bool,
}

/// Builds everything and packs it; says where the files are.
pub fn dist(workspace: &Workspace, args: &Args) -> Result<()> {
    setup::ensure(workspace, Need::Dist)?;
    build::programs(workspace)?;
    let output = args.output.clone().unwrap_or_else(|| workspace.target.join("dist"));
    std::fs::create_dir_all(&output).with_context(|| format!("create {}", output.display()))?;
    let staging = tempfile::tempdir_in(&output).context("create a folder to pack from")?;
    tree::lay_out(workspace, staging.path())?;
    let files = [package::tarball(staging.path(), &output)?, package::debian(staging.path(), &output)?];
    if args.check {
        files.iter().try_for_each(|file| check::measures(file))?;
    }
    files.iter().for_each(|file| println!("{}", file.display()));
    Ok(())
}

/// `taskweight-VERSION`, and the machine it is for.
fn name() -> String {
    format!("taskweight-{}-{}-linux", env!("CARGO_PKG_VERSION"), std::env::consts::ARCH)
}

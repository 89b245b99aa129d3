//! Whether what was packed measures where it is unpacked.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::command;

/// A comparison of two models that are packed.
const COMPARE: [&str; 11] = [
    "compare",
    "--models",
    "pthread,corosensei",
    "--scenarios",
    "switch",
    "--tasks",
    "2",
    "--repetitions",
    "1",
    "--json",
    "-",
];

/// Unpacks a file into a folder of its own, and compares two models there.
pub fn measures(file: &Path) -> Result<()> {
    let folder = tempfile::tempdir()?;
    // Whoever the programs run as has to reach them.
    command::run(Command::new("chmod").arg("755").arg(folder.path()))?;
    let taskweight = if file.extension() == Some(OsStr::new("deb")) {
        command::run(Command::new("dpkg-deb").arg("--extract").arg(file).arg(folder.path()))?;
        folder.path().join("usr/bin/taskweight")
    } else {
        command::run(Command::new("tar").arg("-xzf").arg(file).arg("-C").arg(folder.path()))?;
        folder.path().join(super::name()).join("bin/taskweight")
    };
    let report = command::output(command::as_root(&taskweight)?.args(COMPARE))?;
    let report: serde_json::Value = serde_json::from_str(&report).context("read the report")?;
    let runs = report["runs"].as_array().into_iter().flatten();
    let models: BTreeSet<_> = runs.map(|run| run["model"].as_str()).collect();
    ensure!(models.len() == 2, "{}: compared {models:?}, not two models", file.display());
    Ok(())
}

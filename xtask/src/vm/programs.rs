//! What is run in the guests, built on this machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use cargo_metadata::Message;

use super::image::is_machine_code;
use crate::workspace::Workspace;
use crate::{command, ebpf, languages};

/// The test program of the kernel side, and what it drives.
pub struct Programs {
    /// The test program.
    pub tests: PathBuf,
    /// The program that it lets taskweight measure.
    pub subject: PathBuf,
    /// taskweight and those workloads that are machine code. The others need runtimes of some 100 MB.
    pub optimised: Vec<PathBuf>,
    /// The folder whose path cargo has given to the tests, to write to.
    pub scratch: PathBuf,
}

/// Builds all that is run in a guest. Languages that are not there are left out, as in every build; none is installed.
pub fn build(workspace: &Workspace) -> Result<Programs> {
    ebpf::build(workspace)?;
    command::run(&mut workspace.cargo(["build", "--release", "-p", "tracer", "-p", "workloads"]))?;
    languages::build::build(workspace)?;
    let tests = one(workspace, &["test", "--no-run", "--test", "kernel"], "kernel")?;
    let subject = one(workspace, &["build", "--example", "subject"], "subject")?;
    Ok(Programs { tests, subject, optimised: optimised(&workspace.release())?, scratch: workspace.target.join("tmp") })
}

impl Programs {
    /// The names of the tests that these arguments of the test program choose.
    pub fn test_names(&self, args: &[String]) -> Result<Vec<String>> {
        let list = command::output(Command::new(&self.tests).args(args).args(["--list", "--format", "terse"]))?;
        Ok(list.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect())
    }
}

/// Builds one program and returns its path.
fn one(workspace: &Workspace, words: &[&str], name: &str) -> Result<PathBuf> {
    let mut cargo = workspace.cargo(words.iter().copied());
    cargo.args(["--message-format=json-render-diagnostics", "-p", "tracer"]);
    command::show(&cargo);
    let output = cargo.stderr(Stdio::inherit()).output().context("start cargo")?;
    if !output.status.success() {
        bail!("{name} does not build: {}", output.status);
    }
    let messages = Message::parse_stream(output.stdout.as_slice()).flatten();
    let mut paths = messages.filter_map(|message| executable(&message, name));
    paths.next().with_context(|| format!("cargo built no program {name}"))
}

fn executable(message: &Message, name: &str) -> Option<PathBuf> {
    let Message::CompilerArtifact(artifact) = message else { return None };
    let path = artifact.executable.as_ref().filter(|_| artifact.target.name == name)?;
    Some(path.clone().into())
}

fn optimised(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("read {}", folder.display()))?;
    let is_ours = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| name.starts_with("taskweight")) && is_machine_code(path)
    };
    Ok(entries.flatten().map(|entry| entry.path()).filter(is_ours).collect())
}

//! What is run in the guests, built on this machine.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use cargo_metadata::{Artifact, Message};

use crate::workspace::Workspace;
use crate::{build, command, test};

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

/// Builds all that is run in a guest.
pub fn build(workspace: &Workspace) -> Result<Programs> {
    build::programs(workspace)?;
    let built = tests(workspace)?;
    let [tests, subject] = ["kernel", "subject"].map(|name| {
        let path = built.iter().rev().find_map(|artifact| executable(artifact, name));
        path.with_context(|| format!("cargo built no program {name}"))
    });
    Ok(Programs {
        tests: tests?,
        subject: subject?,
        optimised: workspace.native_programs()?,
        scratch: workspace.target.join("tmp"),
    })
}

impl Programs {
    /// The names of the tests that these arguments of the test program choose.
    pub fn test_names(&self, args: &[String]) -> Result<Vec<String>> {
        let list = command::output(Command::new(&self.tests).args(args).args(["--list", "--format", "terse"]))?;
        Ok(list.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect())
    }
}

/// Builds all tests, as [`crate::test`] does: with other packages or targets cargo would build the libraries anew.
fn tests(workspace: &Workspace) -> Result<Vec<Artifact>> {
    let mut cargo = workspace.cargo(["test", "--no-run", "--message-format=json-render-diagnostics"]);
    cargo.args(test::PACKAGES);
    command::show(&cargo);
    let output = cargo.stderr(Stdio::inherit()).output().context("start cargo")?;
    if !output.status.success() {
        bail!("the tests do not build: {}", output.status);
    }
    let artifact = |message| if let Message::CompilerArtifact(artifact) = message { Some(artifact) } else { None };
    Ok(Message::parse_stream(output.stdout.as_slice()).flatten().filter_map(artifact).collect())
}

fn executable(artifact: &Artifact, name: &str) -> Option<PathBuf> {
    artifact.executable.as_ref().filter(|_| artifact.target.name == name).map(|path| path.clone().into())
}

//! `bench`: builds what is measured, then starts the crate `bench`, which only this verb compiles.

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::Result;

use crate::workspace::Workspace;
use crate::{build, command};

/// The arguments of the bench, options included.
#[derive(clap::Args)]
#[command(disable_help_flag = true)]
pub struct Args {
    /// Arguments of the bench: --help names them
    #[arg(value_name = "ARGS", trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<OsString>,
}

/// Builds, then becomes the bench.
pub fn bench(workspace: &Workspace, args: &Args) -> Result<ExitCode> {
    if !["--help", "-h"].iter().any(|help| args.args.iter().any(|arg| arg == help)) {
        build::programs(workspace)?;
        command::run(&mut workspace.cargo(["build", "--release", "-p", "workloads", "--example", "ping_pong"]))?;
    }
    let mut cargo = workspace.cargo(["run", "--quiet", "--package", "bench", "--", "--programs"]);
    cargo.arg(workspace.release()).args(&args.args);
    match command::exec(cargo)? {}
}

//! `run`: build as the user, then taskweight as root.

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::Result;

use crate::workspace::Workspace;
use crate::{build, command};

/// The arguments of taskweight, options included.
#[derive(clap::Args)]
#[command(disable_help_flag = true)]
pub struct Args {
    /// Arguments of taskweight
    #[arg(value_name = "ARGS", trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<OsString>,
}

/// Builds, then becomes taskweight.
pub fn run(workspace: &Workspace, args: &Args) -> Result<ExitCode> {
    build::programs(workspace)?;
    let mut taskweight = command::as_root(workspace.release().join("taskweight"))?;
    taskweight.args(&args.args);
    match command::exec(taskweight)? {}
}

//! Options of `check-model`.

use std::{ffi::OsString, path::PathBuf, time::Duration};

use clap::Args;

use super::measuring::seconds;

/// Options of `check-model`.
#[derive(Debug, Args)]
#[command(after_help = "EXAMPLES:
  taskweight check-model -- ./my-program --fast
  taskweight check-model --scenarios switch,yield -- python3 my_model.py
  sudo taskweight compare --scenarios switch --model mine='./my-program --fast'   once it passes")]
pub struct CheckModelArgs {
    /// The program and its first arguments; the scenario, --tasks and --operations are appended
    #[arg(required = true, trailing_var_arg = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
    /// Scenarios, separated by commas [default: all]
    #[arg(long, value_delimiter = ',', value_name = "LIST")]
    pub scenarios: Option<Vec<String>>,
    /// Time limit for each step, in seconds
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "30")]
    pub timeout: Duration,
    /// Run the program as root, instead of as the user who called sudo
    #[arg(long)]
    pub as_root: bool,
    /// Directory of the load generator [default: beside taskweight]
    #[arg(long, value_name = "DIR", hide = true, env = "TASKWEIGHT_PROGRAMS")]
    pub programs: Option<PathBuf>,
}

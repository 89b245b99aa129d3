//! `taskweight completions`: the script for a shell, made from the command line's definition.

use std::io::{self, Write as _};

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::Perform;
use crate::cli::Cli;

/// Options of `completions`.
#[derive(Args, Debug)]
#[command(after_help = "EXAMPLES:
  taskweight completions bash | sudo tee /etc/bash_completion.d/taskweight
  taskweight completions zsh > ~/.zfunc/_taskweight")]
pub struct CompletionsArgs {
    /// The shell
    pub shell: Shell,
}

impl Perform for CompletionsArgs {
    fn run(&self, _cli: &Cli) -> anyhow::Result<u8> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "taskweight", &mut script);
        io::stdout().lock().write_all(&script)?;
        Ok(0)
    }
}

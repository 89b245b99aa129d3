//! taskweight: what does a task weigh?

use std::process::ExitCode;

use clap::Parser as _;
use taskweight::{cli::Cli, notice::notice};

fn main() -> ExitCode {
    let cli = Cli::parse();
    match taskweight::commands::run(&cli) {
        Ok(code) => ExitCode::from(code),
        Err(error) if taskweight::commands::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            notice(format_args!("{error:#}"));
            ExitCode::from(taskweight::commands::failure_code(&cli, &error))
        }
    }
}

//! taskweight: what does a task weigh?

use std::{io, process::ExitCode};

use taskweight::{cli::Cli, notice::notice};
use taskweight_run::capabilities;

fn main() -> ExitCode {
    let cli = Cli::of_command_line();
    match run(&cli) {
        Ok(code) => ExitCode::from(code),
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            notice(format_args!("{error:#}"));
            ExitCode::from(cli.verb.given().failure_code(&error))
        }
    }
}

fn run(cli: &Cli) -> anyhow::Result<u8> {
    capabilities::keep_those_to_measure()?;
    cli.verb.given().run(cli)
}

/// The reader of our output has gone, as in `taskweight report FILE | head`.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

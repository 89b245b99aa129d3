//! The command line, the same for every program.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::exit;

use anyhow::{Context, Result};
use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser};

use crate::depth::Depth;
use crate::scenario::{self, Scenario, Work as _};

/// Arguments of every program.
#[derive(Args, Clone, Debug)]
pub struct Arguments {
    /// The work to do
    #[arg(value_parser = scenario::parser())]
    pub scenario: Scenario,
    /// Number of tasks
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub tasks: u32,
    /// Number of operations, of all tasks together
    #[arg(long, value_name = "M", value_parser = clap::value_parser!(u64).range(1..))]
    pub operations: u64,
    /// The Unix socket to listen on, in `echo`
    #[arg(long, value_name = "PATH", required_if_eq("scenario", "echo"))]
    pub socket: Option<PathBuf>,
    /// Bytes of its stack that each task uses, in `deep`
    #[arg(long, value_name = "BYTES", required_if_eq("scenario", "deep"))]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=1 << 40))]
    pub depth: Option<u64>,
    /// In `deep`, park at the bottom of the calls instead of having returned from them
    #[arg(long, requires = "depth")]
    pub hold: bool,
    /// Bytes that a task touches before it passes the token, in `switch` and `switch-io`
    #[arg(long, value_name = "BYTES", default_value_t = 0, value_parser = clap::value_parser!(u64).range(..=1 << 40))]
    pub touch: u64,
}

impl Arguments {
    /// The number of tasks, as a length.
    pub fn task_count(&self) -> usize {
        self.tasks as usize
    }

    /// How much of its stack each task uses.
    pub fn depth(&self) -> Depth {
        Depth { bytes: self.depth.unwrap_or(0) as usize, hold: self.hold }
    }

    /// The socket to listen on.
    pub fn socket(&self) -> Result<&Path> {
        self.socket.as_deref().context("scenario echo needs --socket")
    }
}

/// The command line of a program without options of its own.
#[derive(Parser, Debug)]
#[command(about = "Workload of taskweight: waits for `go` on stdin, works, and reports on stdout")]
pub struct CommonCommand {
    /// Arguments of every program.
    #[command(flatten)]
    pub arguments: Arguments,
}

impl AsRef<Arguments> for CommonCommand {
    fn as_ref(&self) -> &Arguments {
        &self.arguments
    }
}

/// The command line of a program whose runtime spreads its tasks among threads.
#[derive(Parser, Debug)]
#[command(about = "Workload of taskweight: waits for `go` on stdin, works, and reports on stdout")]
pub struct WorkersCommand {
    /// Arguments of every program.
    #[command(flatten)]
    pub arguments: Arguments,
    /// Number of threads among which the runtime spreads its tasks [default: the model's own]
    #[arg(long, value_name = "W")]
    pub workers: Option<NonZeroUsize>,
}

impl AsRef<Arguments> for WorkersCommand {
    fn as_ref(&self) -> &Arguments {
        &self.arguments
    }
}

/// Parses the command line; on a mistake prints what is wrong in one line and exits with status 2.
pub fn parse<C: Parser + AsRef<Arguments>>() -> C {
    let command: C = parse_any();
    if let Some(mistake) = mistake(command.as_ref()) {
        refuse(&<C as CommandFactory>::command().error(ErrorKind::ValueValidation, mistake));
    }
    command
}

/// What is wrong with arguments each of which is well-formed.
fn mistake(arguments: &Arguments) -> Option<String> {
    let Arguments { scenario, tasks, touch, .. } = *arguments;
    let minimum = scenario.least_tasks();
    if u64::from(tasks) < minimum {
        return Some(format!("scenario {} needs at least {minimum} tasks, not {tasks}", scenario.name()));
    }
    (touch > 0 && !scenario.is_ring()).then(|| String::from("--touch <BYTES> applies to switch and switch-io only"))
}

/// Parses any command line, with the same manners.
pub fn parse_any<C: Parser>() -> C {
    C::try_parse().unwrap_or_else(|error| refuse(&error))
}

/// Prints the first paragraph of clap's explanation as one line; help and version are printed whole.
fn refuse(error: &clap::Error) -> ! {
    if !error.use_stderr() {
        error.exit();
    }
    let explanation = error.render().to_string();
    let lines = explanation.lines().take_while(|line| !line.trim().is_empty());
    eprintln!("{}", lines.map(str::trim).collect::<Vec<_>>().join(" "));
    exit(2)
}

/// The operations of task `index` when `operations` are shared out among `tasks`: the first ones take the remainder.
pub fn share(operations: u64, tasks: usize, index: usize) -> u64 {
    let (tasks, index) = (tasks as u64, index as u64);
    operations / tasks + u64::from(index < operations % tasks)
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn shares_add_up() {
        for (operations, tasks) in [(1, 1), (1, 2), (10_007, 2), (10_007, 100), (10_007, 10_000), (3, 100)] {
            let sum: u64 = (0..tasks).map(|index| share(operations, tasks, index)).sum();
            assert_eq!(sum, operations, "{operations} over {tasks}");
        }
    }
}

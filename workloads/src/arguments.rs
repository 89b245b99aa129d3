//! The command line, the same for every program.

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser};

use crate::scenario::Scenario;

/// What every program is told.
#[derive(Args, Clone, Debug)]
pub struct Arguments {
    /// The work to do
    pub scenario: Scenario,
    /// Number of tasks
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub tasks: u32,
    /// Number of operations, of all tasks together
    #[arg(long, value_name = "M", value_parser = clap::value_parser!(u64).range(1..))]
    pub operations: u64,
}

impl Arguments {
    /// The number of tasks, as a length.
    pub fn task_count(&self) -> usize {
        self.tasks as usize
    }
}

/// The command line of a program without options of its own.
#[derive(Parser, Debug)]
#[command(about = "Workload of taskweight: waits for `go` on stdin, works, and reports on stdout")]
pub struct CommonCommand {
    /// What every program is told.
    #[command(flatten)]
    pub arguments: Arguments,
}

impl AsRef<Arguments> for CommonCommand {
    fn as_ref(&self) -> &Arguments {
        &self.arguments
    }
}

/// Parses the command line; on a mistake prints clap's error and exits with status 2.
pub fn parse<C: Parser + AsRef<Arguments>>() -> C {
    let command = C::parse();
    let Arguments { scenario, tasks, .. } = *command.as_ref();
    let minimum = scenario.minimum_tasks();
    if tasks < minimum {
        let message = format!("scenario {} needs at least {minimum} tasks, not {tasks}", scenario.name());
        <C as CommandFactory>::command().error(ErrorKind::ValueValidation, message).exit();
    }
    command
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

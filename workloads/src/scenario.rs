//! The scenarios, as programs see them.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

pub use taskweight_core::scenario::Scenario;

/// Scenarios for tasks that only compute and wait for each other: neither I/O nor timers are needed.
pub const WITHOUT_IO: &[Scenario] = &[
    Scenario::Switch,
    Scenario::Yield,
    Scenario::Control,
    Scenario::Spawn,
    Scenario::Idle,
    Scenario::Deep,
    Scenario::Cpu,
];

/// A scenario on the command line, by its name.
pub fn parser() -> impl TypedValueParser<Value = Scenario> {
    let value = |scenario: Scenario| {
        let help = format!("{}; one operation is {}", scenario.sentence(), scenario.operation());
        PossibleValue::new(scenario.name()).help(help)
    };
    PossibleValuesParser::new(Scenario::ALL.map(value)).try_map(|name| Scenario::named(&name).ok_or("unknown scenario"))
}

/// What only those know who do the work.
pub trait Work {
    /// Whether one token goes round among the tasks.
    fn is_ring(&self) -> bool;

    /// Whether every task has a descriptor: a pipe or a connection.
    fn needs_descriptors(&self) -> bool;

    /// The tasks at the gate that are not among the `--tasks`.
    fn extra_tasks(self) -> usize;

    /// How many of `tasks` report that they are finished. In a ring it is only the one that receives the last token,
    /// in `spawn` the one who creates the others, in `echo` the one that gives the last answer.
    fn finishers(self, tasks: usize) -> usize;

    /// Logical switches of `operations` among `tasks` that run in turn. In `yield`: the yields that passed control to
    /// another task. With one task there are none; where tasks run on several threads of the kernel a program cannot see
    /// which yields did, and reports those made.
    fn logical_switches(self, tasks: usize, operations: u64) -> u64;
}

impl Work for Scenario {
    fn is_ring(&self) -> bool {
        matches!(self, Self::Switch | Self::SwitchIo)
    }

    fn needs_descriptors(&self) -> bool {
        matches!(self, Self::SwitchIo | Self::Echo)
    }

    fn extra_tasks(self) -> usize {
        usize::from(self == Self::Hog)
    }

    fn finishers(self, tasks: usize) -> usize {
        match self {
            Self::Switch | Self::SwitchIo | Self::Spawn | Self::Echo => 1,
            Self::Yield | Self::Control | Self::Idle | Self::Deep | Self::Cpu | Self::Hog => tasks,
        }
    }

    fn logical_switches(self, tasks: usize, operations: u64) -> u64 {
        match self {
            Self::Switch | Self::SwitchIo | Self::Spawn | Self::Echo | Self::Hog => operations,
            Self::Yield if tasks > 1 => operations,
            Self::Yield | Self::Control | Self::Idle | Self::Deep | Self::Cpu => 0,
        }
    }
}

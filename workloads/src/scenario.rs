//! The scenarios: the work given to a model.

use clap::ValueEnum;

/// The work given to a model. The first sentence of each variant is its definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Scenario {
    /// A ring of tasks hands one token round by the model's own park and unpark; one operation is one hand-over.
    ///
    /// Logical switches: equal to the operations. The token counts the hand-overs, and the task that receives it
    /// with the last one ends the run.
    Switch,
    /// A ring of tasks hands one token round through pipes, one byte written to the next task's pipe and one read
    /// from one's own; one operation is one hand-over.
    ///
    /// Logical switches: equal to the operations.
    SwitchIo,
    /// Every task gives way to the others again and again; one operation is one yield.
    ///
    /// Logical switches: the yields that passed control to another task. With one task there are none; where
    /// tasks run on several threads of the kernel a program cannot see which yields did, and reports those made.
    Yield,
    /// Every task does what it does in the other scenarios except the hand-over; one operation is one turn of the
    /// loop.
    ///
    /// Logical switches: none. This is what to subtract from the other scenarios: the same gate, the same counters,
    /// the same loop.
    Control,
}

impl Scenario {
    /// The fewest tasks the scenario makes sense with.
    pub fn minimum_tasks(self) -> u32 {
        match self {
            Self::Switch | Self::SwitchIo => 2,
            Self::Yield | Self::Control => 1,
        }
    }

    /// How many of `tasks` report that they are finished: in a ring only the one that receives the last token.
    pub fn finishers(self, tasks: usize) -> usize {
        match self {
            Self::Switch | Self::SwitchIo => 1,
            Self::Yield | Self::Control => tasks,
        }
    }

    /// Logical switches of `operations` among `tasks` that run in turn.
    pub fn logical_switches(self, tasks: usize, operations: u64) -> u64 {
        match self {
            Self::Switch | Self::SwitchIo => operations,
            Self::Yield if tasks > 1 => operations,
            Self::Yield | Self::Control => 0,
        }
    }

    /// The name on the command line.
    pub fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

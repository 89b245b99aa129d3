//! The scenarios: the work given to a model.

use clap::ValueEnum;

/// The work given to a model. The first sentence of each variant is its definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Scenario {
    /// A ring of tasks passes one token on by the model's own park and unpark; one operation is one task switch.
    ///
    /// Logical switches: equal to the operations. The token counts the switches, and the task that receives it
    /// with the last one ends the run.
    Switch,
    /// A ring of tasks passes one token on through pipes, one byte written to the next task's pipe and one read
    /// from one's own; one operation is one task switch.
    ///
    /// Logical switches: equal to the operations.
    SwitchIo,
    /// Every task yields repeatedly; one operation is one yield.
    ///
    /// Logical switches: the yields that passed control to another task. With one task there are none; where
    /// tasks run on several threads of the kernel a program cannot see which yields did, and reports those made.
    Yield,
    /// Every task does the work of the other scenarios without the switch; one operation is one loop iteration.
    ///
    /// Logical switches: none. This is what to subtract from the other scenarios: the same gate, the same counters,
    /// the same loop.
    Control,
    /// Tasks that do nothing are created and waited for, as many at a time as `--tasks` says; one operation is one
    /// task.
    ///
    /// Logical switches: equal to the operations.
    Spawn,
    /// Tasks are created and parked, nothing else; one operation is one parked task, whatever `--operations` says.
    ///
    /// Logical switches: none. Where a limit stops the creation of tasks, those that exist are kept and counted.
    Idle,
    /// Every task recurses until `--depth` bytes of its stack are in use, and parks: after it
    /// has returned or, with `--hold`, there; one operation is one parked task, whatever `--operations` says.
    ///
    /// Logical switches: none. Where a limit stops the creation of tasks, those that exist are kept and counted.
    Deep,
    /// A server answers requests on connections, one task each; one operation is one request answered.
    ///
    /// Logical switches: equal to the operations.
    Echo,
    /// Chunks of computation are shared out among the tasks; one operation is one chunk.
    ///
    /// Logical switches: none.
    Cpu,
    /// One task computes for 200 ms without giving way, the others tick every millisecond; one operation is one tick.
    ///
    /// Logical switches: equal to the operations.
    Hog,
}

impl Scenario {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::Switch,
        Self::SwitchIo,
        Self::Yield,
        Self::Control,
        Self::Spawn,
        Self::Idle,
        Self::Deep,
        Self::Echo,
        Self::Cpu,
        Self::Hog,
    ];
    /// Those for tasks that only compute and wait for each other: neither I/O nor timers are needed.
    pub const WITHOUT_IO: &[Self] =
        &[Self::Switch, Self::Yield, Self::Control, Self::Spawn, Self::Idle, Self::Deep, Self::Cpu];

    /// The fewest tasks the scenario makes sense with.
    pub fn minimum_tasks(self) -> u32 {
        if self.is_ring() { 2 } else { 1 }
    }

    /// Whether one token goes round among the tasks.
    pub fn is_ring(self) -> bool {
        matches!(self, Self::Switch | Self::SwitchIo)
    }

    /// Whether tasks are parked and nothing else, as many as there can be.
    pub fn only_parks(self) -> bool {
        matches!(self, Self::Idle | Self::Deep)
    }

    /// Whether every task has a descriptor: a pipe or a connection.
    pub fn needs_descriptors(self) -> bool {
        matches!(self, Self::SwitchIo | Self::Echo)
    }

    /// The tasks at the gate that are not among the `--tasks`.
    pub fn extra_tasks(self) -> usize {
        usize::from(self == Self::Hog)
    }

    /// How many of `tasks` report that they are finished. In a ring it is only the one that receives the last token,
    /// in `spawn` the one who creates the others, in `echo` the one that gives the last answer.
    pub fn finishers(self, tasks: usize) -> usize {
        match self {
            Self::Switch | Self::SwitchIo | Self::Spawn | Self::Echo => 1,
            Self::Yield | Self::Control | Self::Idle | Self::Deep | Self::Cpu | Self::Hog => tasks,
        }
    }

    /// Logical switches of `operations` among `tasks` that run in turn.
    pub fn logical_switches(self, tasks: usize, operations: u64) -> u64 {
        match self {
            Self::Switch | Self::SwitchIo | Self::Spawn | Self::Echo | Self::Hog => operations,
            Self::Yield if tasks > 1 => operations,
            Self::Yield | Self::Control | Self::Idle | Self::Deep | Self::Cpu => 0,
        }
    }

    /// The name on the command line.
    pub fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

//! The scenarios: the work given to a model. Defined for workload programs in docs/scenarios.md.

use super::catalog::{UnknownName, check};

/// The work given to a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scenario {
    /// A token goes round a ring of parked tasks.
    Switch,
    /// The same over pipes.
    SwitchIo,
    /// Tasks give way in turn.
    Yield,
    /// Everything but the task switch.
    Control,
    /// Tasks are created and waited for.
    Spawn,
    /// Tasks are parked, nothing else.
    Idle,
    /// Tasks use a part of their stacks, then park.
    Deep,
    /// A server answers requests.
    Echo,
    /// Chunks of computation.
    Cpu,
    /// One task computes while others tick.
    Hog,
}

/// What is said of a scenario.
struct Description {
    name: &'static str,
    operation: &'static str,
    sentence: &'static str,
    tasks: &'static [u64],
}

impl Scenario {
    /// All scenarios, in the order in which they are reported.
    pub const ALL: [Self; 10] = [
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

    /// Those of a first look for which nothing else is asked: what the verdicts on the textbook's claims need.
    pub const FIRST_LOOK: [Self; 6] = [Self::Switch, Self::SwitchIo, Self::Idle, Self::Echo, Self::Cpu, Self::Hog];

    const fn description(self) -> Description {
        let (name, operation, sentence, tasks): (_, _, _, &'static [u64]) = match self {
            Self::Switch => (
                "switch",
                "one task switch",
                "N tasks in a ring pass one token around, using the model's own park and unpark",
                &[2, 100],
            ),
            Self::SwitchIo => (
                "switch-io",
                "one task switch through a pipe",
                "the same ring over pipes: each switch writes one byte and reads one",
                &[2, 100],
            ),
            Self::Yield => ("yield", "one yield", "N tasks yield in turn", &[2]),
            Self::Control => (
                "control",
                "one loop iteration, without a switch",
                "everything but the switch: the control to subtract",
                &[2],
            ),
            Self::Spawn => (
                "spawn",
                "one task created and waited for",
                "empty tasks are created and waited for, N at a time",
                &[1, 1000],
            ),
            // Five over two decades, so that the weight of one is a slope; and more than threads can be.
            Self::Idle => (
                "idle",
                "one parked task",
                "N tasks are created and parked",
                &[100, 316, 1000, 3162, 10_000, 1_000_000],
            ),
            Self::Deep => (
                "deep",
                "one parked task",
                "N tasks recurse until part of their stacks is in use, then park there or after returning",
                &[32, 100, 316, 1000, 3200],
            ),
            Self::Echo => (
                "echo",
                "one request answered",
                "a server answers 64-byte requests on N connections, one task each",
                &[10, 1000, 10_000],
            ),
            Self::Cpu => (
                "cpu",
                "one chunk of computation",
                "chunks of computation are divided among N tasks on all CPUs",
                &[1, 2, 100],
            ),
            Self::Hog => (
                "hog",
                "one tick",
                "one task computes for 200 ms without yielding, N others tick every millisecond",
                &[100],
            ),
        };
        Description { name, operation, sentence, tasks }
    }

    /// Name on the command line and in reports.
    pub const fn name(self) -> &'static str {
        self.description().name
    }

    /// What one operation is.
    pub const fn operation(self) -> &'static str {
        self.description().operation
    }

    /// The scenario in one sentence.
    pub const fn sentence(self) -> &'static str {
        self.description().sentence
    }

    /// Numbers of tasks for which it is measured unless others are asked for.
    pub const fn default_tasks(self) -> &'static [u64] {
        self.description().tasks
    }

    /// Whether its tasks only park: then there may be fewer than asked for, and each is one operation.
    pub const fn only_parks(self) -> bool {
        matches!(self, Self::Idle | Self::Deep)
    }

    /// Least number of tasks that makes sense.
    pub const fn least_tasks(self) -> u64 {
        match self {
            Self::Switch | Self::SwitchIo => 2,
            _ => 1,
        }
    }

    /// Whether it is about several CPUs, and says nothing when bound to one.
    pub const fn wants_all_cpus(self) -> bool {
        matches!(self, Self::Cpu | Self::Hog)
    }

    /// The scenario of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scenario| scenario.name() == name)
    }

    /// The scenarios of these names, in order and each once.
    pub fn of_names(names: &[String]) -> Result<Vec<Self>, UnknownName> {
        check("scenario", names, &Self::ALL.map(Self::name))?;
        Ok(Self::ALL.into_iter().filter(|scenario| names.iter().any(|name| name == scenario.name())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_names_are_answered_with_the_known_ones() {
        let error = Scenario::of_names(&[String::from("swich")]).expect_err("no such scenario");
        let known = "switch, switch-io, yield, control, spawn, idle, deep, echo, cpu, hog";
        assert_eq!(error.to_string(), format!("unknown scenario `swich`, known: {known}"));
    }

    #[test]
    fn default_numbers_of_tasks_are_possible_ones() {
        for scenario in Scenario::ALL {
            assert!(scenario.default_tasks().iter().all(|tasks| *tasks >= scenario.least_tasks()), "{scenario:?}");
        }
    }
}

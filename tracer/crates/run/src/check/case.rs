//! With which numbers a scenario is run.

use std::fmt;

use taskweight_core::plan::Depth;
use taskweight_core::scenario::Scenario;

/// A count that no program arrives at by accident.
const PRIME: u64 = 10_007;

/// One run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Case {
    pub(super) scenario: Scenario,
    pub(super) tasks: u64,
    pub(super) operations: u64,
    pub(super) depth: Option<Depth>,
}

impl Case {
    /// Few tasks and many, a prime number of operations and fewer operations than tasks.
    pub(super) fn all(scenario: Scenario) -> Vec<Self> {
        let numbers: &[(u64, u64)] = match scenario {
            Scenario::Switch | Scenario::SwitchIo => &[(2, PRIME), (100, PRIME), (2, 1), (100, 7)],
            Scenario::Yield | Scenario::Control => &[(2, PRIME), (100, PRIME), (1, PRIME), (2, 1), (100, 7)],
            Scenario::Spawn => &[(1, 1009), (100, PRIME), (100, 7)],
            // The number of operations is to be ignored.
            Scenario::Idle | Scenario::Deep => &[(2, PRIME), (100, 7)],
            Scenario::Echo => &[(2, PRIME), (100, PRIME), (2, 1)],
            // A chunk takes an interpreter milliseconds.
            Scenario::Cpu => &[(1, 11), (2, 211), (100, 7)],
            // An operation is a millisecond of a task.
            Scenario::Hog => &[(2, 211), (100, PRIME), (2, 1)],
        };
        let with = |depth| numbers.iter().map(move |&(tasks, operations)| Self { scenario, tasks, operations, depth });
        depths(scenario).into_iter().flat_map(with).collect()
    }

    /// One operation, of as few tasks as can be.
    pub(super) fn least(scenario: Scenario) -> Self {
        let depth = depths(scenario).into_iter().flatten().next();
        Self { scenario, tasks: scenario.least_tasks(), operations: 1, depth }
    }

    /// How many operations it is to come to.
    pub(super) fn due(&self) -> u64 {
        if self.scenario.only_parks() { self.tasks } else { self.operations }
    }
}

/// Little and much of the stack, in both forms.
fn depths(scenario: Scenario) -> Vec<Option<Depth>> {
    Depth::of_scenario(scenario, &[1024, 65_536])
}

impl fmt::Display for Case {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, tasks, operations) = (self.scenario.name(), self.tasks, self.operations);
        write!(out, "{name} --tasks {tasks} --operations {operations}")?;
        self.depth.iter().flat_map(Depth::words).try_for_each(|word| write!(out, " {word}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scenario_has_cases_that_are_possible() {
        for scenario in Scenario::ALL {
            let cases = Case::all(scenario);
            assert!(cases.len() > 1 && cases.iter().all(|case| case.tasks >= scenario.least_tasks()), "{scenario:?}");
        }
    }
}

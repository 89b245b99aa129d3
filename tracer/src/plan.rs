//! From what the user asked for to the cases that are measured, and their order.

use crate::workload::catalog::{Model, Scenario, Weight};

/// One model at one piece of work: what is repeated, traced and untraced.
#[derive(Clone, Debug)]
pub struct Case {
    /// The model.
    pub model: &'static Model,
    /// The work.
    pub scenario: Scenario,
    /// Tasks among which it is divided.
    pub tasks: u64,
    /// The one CPU it is bound to.
    pub pinned: Option<u32>,
    /// Operations in all.
    pub operations: u64,
}

/// What to measure.
#[derive(Clone, Debug)]
pub struct Request {
    /// The models.
    pub models: Vec<&'static Model>,
    /// The scenarios.
    pub scenarios: Vec<Scenario>,
    /// Numbers of tasks; `None` for the defaults of each scenario.
    pub tasks: Option<Vec<u64>>,
    /// Where the runs are bound to; `None` for both, pinned and not.
    pub pinning: Option<Pinning>,
    /// The CPU for pinned runs.
    pub pin_cpu: u32,
    /// Operations per run; `None` for what takes about 50 ms.
    pub operations: Option<u64>,
    /// A fifth of the operations, and fewer cases.
    pub quick: bool,
}

/// Where a run is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pinning {
    /// Nowhere.
    Free,
    /// One CPU.
    Cpu(u32),
}

impl std::str::FromStr for Pinning {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "none" => Ok(Self::Free),
            number => {
                let cpu = number.parse().map_err(|_| format!("`{number}` is neither a CPU number nor `none`"))?;
                Ok(Self::Cpu(cpu))
            }
        }
    }
}

/// The cases, in the order in which each repetition goes through them.
pub fn cases(request: &Request) -> Vec<Case> {
    let mut cases = Vec::new();
    for &scenario in &request.scenarios {
        for (tasks, pinning) in grid(request, scenario) {
            for model in request.models.iter().filter(|model| model.scenarios.contains(&scenario)) {
                let pinned = if let Pinning::Cpu(cpu) = pinning { Some(cpu) } else { None };
                let operations = request.operations.unwrap_or_else(|| operations(model, scenario, request.quick));
                cases.push(Case { model, scenario, tasks, pinned, operations });
            }
        }
    }
    cases
}

/// Numbers of tasks and places for a scenario. Unless told otherwise: 2 tasks pinned, where every hand-over is a
/// switch and nothing else; the hand-overs also with 100 tasks, and with 2 that may use all CPUs.
fn grid(request: &Request, scenario: Scenario) -> Vec<(u64, Pinning)> {
    let pinned = Pinning::Cpu(request.pin_cpu);
    let hand_over = matches!(scenario, Scenario::Switch | Scenario::SwitchIo);
    let places = match request.pinning {
        Some(place) => vec![place],
        None if hand_over && !request.quick => vec![pinned, Pinning::Free],
        None => vec![pinned],
    };
    let mut grid = Vec::new();
    for (index, place) in places.into_iter().enumerate() {
        let default: &[u64] = if hand_over && index == 0 && !request.quick { &[2, 100] } else { &[2] };
        let tasks = request.tasks.as_deref().unwrap_or(default);
        let enough = tasks.iter().filter(|tasks| **tasks >= scenario.least_tasks());
        grid.extend(enough.map(|tasks| (*tasks, place)));
    }
    grid
}

/// About 50 ms of work: long against the reading of the maps, short against the patience of a reader.
fn operations(model: &Model, scenario: Scenario, quick: bool) -> u64 {
    let operations = match (scenario, model.weight) {
        (Scenario::Control, _) => 10_000_000,
        (_, Weight::Kernel) => 20_000,
        (Scenario::SwitchIo, Weight::User) => 20_000,
        (_, Weight::User) => 1_000_000,
    };
    if quick { operations / 5 } else { operations }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload::catalog::{MODELS, models};

    fn request() -> Request {
        Request {
            models: MODELS.iter().collect(),
            scenarios: Scenario::ALL.to_vec(),
            tasks: None,
            pinning: None,
            pin_cpu: 1,
            operations: None,
            quick: false,
        }
    }

    #[test]
    fn scenarios_that_a_model_does_not_offer_are_left_out() {
        let cases = cases(&request());
        assert!(cases.iter().all(|case| case.model.scenarios.contains(&case.scenario)));
        assert!(!cases.iter().any(|case| case.model.name == "future" && case.scenario == Scenario::SwitchIo));
        assert!(cases.iter().any(|case| case.model.name == "tokio" && case.scenario == Scenario::SwitchIo));
    }

    #[test]
    fn what_is_asked_for_is_what_is_measured() {
        let request = Request {
            models: models(&[String::from("tokio")]).expect("known"),
            scenarios: vec![Scenario::Switch],
            tasks: Some(vec![2, 10_000]),
            pinning: Some(Pinning::Free),
            operations: Some(10_007),
            ..request()
        };
        let seen: Vec<_> = cases(&request).iter().map(|case| (case.tasks, case.pinned, case.operations)).collect();
        assert_eq!(seen, [(2, None, 10_007), (10_000, None, 10_007)]);
    }

    #[test]
    fn a_ring_of_one_is_not_measured() {
        let request = Request { tasks: Some(vec![1]), ..request() };
        assert!(cases(&request).iter().all(|case| matches!(case.scenario, Scenario::Yield | Scenario::Control)));
    }

    #[test]
    fn pinning_is_a_cpu_or_none() {
        assert_eq!("none".parse(), Ok(Pinning::Free));
        assert_eq!("3".parse(), Ok(Pinning::Cpu(3)));
        assert_eq!("one".parse::<Pinning>(), Err(String::from("`one` is neither a CPU number nor `none`")));
    }
}

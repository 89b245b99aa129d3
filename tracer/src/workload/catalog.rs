//! Which concurrency models and scenarios exist, which program runs a model, and whether it is installed.

use std::path::{Path, PathBuf};

use thiserror::Error;

/// The work given to a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scenario {
    /// A token goes round a ring of parked tasks.
    Switch,
    /// The same over pipes.
    SwitchIo,
    /// Tasks give way in turn.
    Yield,
    /// Everything but the hand-over.
    Control,
}

impl Scenario {
    /// All scenarios, in the order in which they are reported.
    pub const ALL: [Self; 4] = [Self::Switch, Self::SwitchIo, Self::Yield, Self::Control];

    /// Name on the command line and in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Switch => "switch",
            Self::SwitchIo => "switch-io",
            Self::Yield => "yield",
            Self::Control => "control",
        }
    }

    /// What one operation is.
    pub const fn operation(self) -> &'static str {
        match self {
            Self::Switch => "one hand-over",
            Self::SwitchIo => "one hand-over through a pipe",
            Self::Yield => "one yield",
            Self::Control => "one turn of the loop, without hand-over",
        }
    }

    /// The scenario in one sentence.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Switch => "N tasks in a ring hand one token round by the model's own park and unpark",
            Self::SwitchIo => "the same ring over pipes: each hand-over is one byte written and one read",
            Self::Yield => "N tasks give way in turn",
            Self::Control => "everything but the hand-over: what to subtract",
        }
    }

    /// Least number of tasks that makes sense.
    pub const fn least_tasks(self) -> u64 {
        match self {
            Self::Switch | Self::SwitchIo => 2,
            Self::Yield | Self::Control => 1,
        }
    }
}

/// Who makes the switch, which decides how many operations take how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// Each hand-over goes through the kernel: microseconds.
    Kernel,
    /// Hand-overs stay in user space: nanoseconds.
    User,
}

/// A concurrency model.
#[derive(Debug)]
pub struct Model {
    /// Name on the command line and in reports.
    pub name: &'static str,
    /// What its tasks are, in a few words.
    pub tasks_are: &'static str,
    /// Name of its program.
    pub program: &'static str,
    /// Scenarios that it offers.
    pub scenarios: &'static [Scenario],
    /// Why it does not offer the others, in one sentence.
    pub not_offered: Option<&'static str>,
    /// Who makes the switch.
    pub weight: Weight,
}

/// All models, in the order in which they are reported.
pub const MODELS: [Model; 5] = [
    Model {
        name: "os-thread",
        tasks_are: "threads of the operating system (Rust std::thread)",
        program: "taskweight-os-thread",
        scenarios: &Scenario::ALL,
        not_offered: None,
        weight: Weight::Kernel,
    },
    Model {
        name: "tokio",
        tasks_are: "futures on tokio's current_thread runtime",
        program: "taskweight-tokio",
        scenarios: &Scenario::ALL,
        not_offered: None,
        weight: Weight::User,
    },
    Model {
        name: "tokio-mt",
        tasks_are: "futures on tokio's multi_thread runtime",
        program: "taskweight-tokio-mt",
        scenarios: &Scenario::ALL,
        not_offered: None,
        weight: Weight::User,
    },
    Model {
        name: "future",
        tasks_are: "futures polled by a minimal executor: the floor for stackless coroutines",
        program: "taskweight-future",
        scenarios: &[Scenario::Switch, Scenario::Yield, Scenario::Control],
        not_offered: Some("switch-io is not offered: the minimal executor has no reactor to wait for pipes"),
        weight: Weight::User,
    },
    Model {
        name: "corosensei",
        tasks_are: "stackful coroutines (crate corosensei)",
        program: "taskweight-corosensei",
        scenarios: &[Scenario::Switch, Scenario::Yield, Scenario::Control],
        not_offered: Some("switch-io is not offered: the crate has no reactor to wait for pipes"),
        weight: Weight::User,
    },
];

/// A name that is not in the catalogue.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("unknown {kind} `{name}`: known are {known}")]
pub struct UnknownName {
    kind: &'static str,
    name: String,
    known: String,
}

/// The models of these names, in the catalogue's order and each once.
pub fn models(names: &[String]) -> Result<Vec<&'static Model>, UnknownName> {
    let known: Vec<_> = MODELS.iter().map(|model| model.name).collect();
    check("model", names, &known)?;
    Ok(MODELS.iter().filter(|model| names.iter().any(|name| name == model.name)).collect())
}

/// The scenarios of these names, in the catalogue's order and each once.
pub fn scenarios(names: &[String]) -> Result<Vec<Scenario>, UnknownName> {
    check("scenario", names, &Scenario::ALL.map(Scenario::name))?;
    Ok(Scenario::ALL.into_iter().filter(|scenario| names.iter().any(|name| name == scenario.name())).collect())
}

fn check(kind: &'static str, names: &[String], known: &[&str]) -> Result<(), UnknownName> {
    let unknown = names.iter().find(|name| !known.contains(&name.as_str()));
    unknown.map_or(Ok(()), |name| Err(UnknownName { kind, name: name.clone(), known: known.join(", ") }))
}

/// The folder that holds the models' programs: the one of taskweight itself.
pub fn programs_folder() -> std::io::Result<PathBuf> {
    let own = std::env::current_exe()?;
    Ok(own.parent().unwrap_or(Path::new("/")).to_owned())
}

impl Model {
    /// The model's program in a folder, or why it cannot be run.
    pub fn installed(&self, folder: &Path) -> Result<PathBuf, String> {
        let path = folder.join(self.program);
        if path.is_file() {
            return Ok(path);
        }
        Err(format!("{} is not in {}: build it with `cargo xtask build`", self.program, folder.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_names_are_answered_with_the_known_ones() {
        let error = models(&[String::from("tokio"), String::from("fibre")]).expect_err("no such model");
        let expected = "unknown model `fibre`: known are os-thread, tokio, tokio-mt, future, corosensei";
        assert_eq!(error.to_string(), expected);
        let error = scenarios(&[String::from("swich")]).expect_err("no such scenario");
        assert_eq!(error.to_string(), "unknown scenario `swich`: known are switch, switch-io, yield, control");
    }

    #[test]
    fn names_come_back_in_order_and_once() {
        let names = ["tokio", "os-thread", "tokio"].map(String::from);
        let found: Vec<_> = models(&names).expect("known").iter().map(|model| model.name).collect();
        assert_eq!(found, ["os-thread", "tokio"]);
    }

    #[test]
    fn a_model_that_lacks_a_scenario_says_why() {
        for model in &MODELS {
            assert_eq!(model.scenarios.len() < Scenario::ALL.len(), model.not_offered.is_some(), "{}", model.name);
        }
    }
}

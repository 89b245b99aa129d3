//! Which concurrency models exist, which program runs a model, and whether it is installed.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use thiserror::Error;

use super::scenario::Scenario;

mod models;

pub use models::MODELS;

/// What keeps the state of a task while others run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The kernel: a task is a thread.
    Thread,
    /// An object on the heap with what is needed to go on: a coroutine without a stack.
    Stackless,
    /// A stack of its own that the program switches: a coroutine with a stack.
    Stackful,
}

/// A concurrency model.
#[derive(Debug)]
pub struct Model {
    /// Name on the command line and in reports.
    pub name: &'static str,
    /// What its tasks are; `None` where nobody said, as of a model brought along.
    pub kind: Option<Kind>,
    /// What its tasks are, in a few words.
    pub tasks_are: &'static str,
    /// The command with its first arguments, where the user brought it along. Otherwise the program is the file
    /// `taskweight-NAME` in the folder of programs.
    pub brought: Option<Vec<OsString>>,
    /// Scenarios that it offers.
    pub scenarios: &'static [Scenario],
    /// Why it does not offer the others, in one sentence.
    pub not_offered: Option<&'static str>,
    /// About how long a task switch takes, in nanoseconds: decides how many operations a run has, and nothing else.
    pub typical_hand_over_ns: u64,
    /// Whether its code is interpreted, which makes computation a hundred times slower.
    pub interpreted: bool,
    /// Whether a comparison includes it unless models are named.
    pub by_default: bool,
    /// Whether a comparison for which neither models nor scenarios are named includes it: it takes a minute.
    pub in_overview: bool,
    /// What installs its program or its runtime.
    pub install: &'static str,
}

/// A name that is not in the catalogue.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("unknown {kind} `{name}`, known: {known}")]
pub struct UnknownName {
    kind: &'static str,
    name: String,
    known: String,
}

/// Why a command given with `--model` is none.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum BadModel {
    /// There is no `=`, or nothing on one side of it.
    #[error("`{0}` is not of the form NAME=COMMAND, such as mine=\"./my-program --fast\"")]
    NotNamed(String),
    /// The name is taken.
    #[error("model `{0}` exists: choose another name")]
    Taken(String),
    /// The quotes do not match.
    #[error("the command of model `{0}` has an unclosed quote")]
    Quotes(String),
}

/// The models of these names, in the catalogue's order and each once.
pub fn models(names: &[String]) -> Result<Vec<&'static Model>, UnknownName> {
    let known: Vec<_> = MODELS.iter().map(|model| model.name).collect();
    check("model", names, &known)?;
    Ok(MODELS.iter().filter(|model| names.iter().any(|name| name == model.name)).collect())
}

/// The model of this name, as it stands in a report.
#[must_use]
pub fn find(name: &str) -> Option<&'static Model> {
    MODELS.iter().find(|model| model.name == name)
}

pub(super) fn check(kind: &'static str, names: &[String], known: &[&str]) -> Result<(), UnknownName> {
    let unknown = names.iter().find(|name| !known.contains(&name.as_str()));
    unknown.map_or(Ok(()), |name| Err(UnknownName { kind, name: name.clone(), known: known.join(", ") }))
}

/// Where packages put the models' programs, seen from the folder of taskweight itself.
const PACKAGED: &str = "../lib/taskweight";

/// The folder that holds the models' programs: that of a package, or the one of taskweight itself.
pub fn programs_folder() -> std::io::Result<PathBuf> {
    let own = std::env::current_exe()?;
    let folder = own.parent().unwrap_or(Path::new("/"));
    Ok(folder.join(PACKAGED).canonicalize().unwrap_or_else(|_| folder.to_owned()))
}

impl Model {
    /// A model that the user brings along, as `NAME=COMMAND`. It lives as long as the process, as those of the
    /// catalogue do: there are a handful of them.
    pub fn brought(text: &str) -> Result<&'static Self, BadModel> {
        let parts = text.split_once('=').filter(|(name, command)| !name.is_empty() && !command.trim().is_empty());
        let (name, command) = parts.ok_or_else(|| BadModel::NotNamed(text.to_owned()))?;
        if MODELS.iter().any(|model| model.name == name) {
            return Err(BadModel::Taken(name.to_owned()));
        }
        let words = shell_words::split(command).map_err(|_| BadModel::Quotes(name.to_owned()))?;
        Ok(Box::leak(Box::new(Self {
            name: String::leak(name.to_owned()),
            kind: None,
            tasks_are: "added with --model",
            brought: Some(words.into_iter().map(OsString::from).collect()),
            scenarios: &Scenario::ALL,
            not_offered: None,
            typical_hand_over_ns: 2000,
            interpreted: false,
            by_default: true,
            in_overview: true,
            install: "",
        })))
    }

    /// The model's program and its first arguments, or why it cannot be run.
    pub fn command(&self, folder: &Path) -> Result<Vec<OsString>, String> {
        if let Some(command) = &self.brought {
            return Ok(command.clone());
        }
        let program = format!("taskweight-{}", self.name);
        let path = folder.join(&program);
        if path.is_file() { Ok(vec![path.into()]) } else { Err(self.missing(folder, &program)) }
    }

    /// The build leaves the reason beside the place where the program would be.
    fn missing(&self, folder: &Path, program: &str) -> String {
        let reason = fs::read_to_string(folder.join(format!("{program}.reason")));
        let reason = reason.ok().and_then(|text| text.lines().next().map(str::to_owned));
        let reason = reason.unwrap_or_else(|| format!("{program} is not in {}", folder.display()));
        if reason.contains(self.install) { reason } else { format!("{reason}: {}", self.install) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_names_are_answered_with_the_known_ones() {
        let error = models(&[String::from("tokio"), String::from("fibre")]).expect_err("no such model").to_string();
        assert!(error.starts_with("unknown model `fibre`, known: os-thread, pthread, "), "{error}");
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

    #[test]
    fn a_model_can_be_brought_along() {
        let model = Model::brought("mine=python3 'my program.py' --fast").expect("well-formed");
        assert_eq!(model.name, "mine");
        let words = ["python3", "my program.py", "--fast"].map(OsString::from);
        assert_eq!(model.command(Path::new("/nowhere")), Ok(words.to_vec()));
        assert_eq!(Model::brought("mine").expect_err("no command"), BadModel::NotNamed("mine".into()));
        assert_eq!(Model::brought("=x").expect_err("no name"), BadModel::NotNamed("=x".into()));
        assert_eq!(Model::brought("tokio=x").expect_err("taken"), BadModel::Taken("tokio".into()));
        assert_eq!(Model::brought("mine='x").expect_err("quote"), BadModel::Quotes("mine".into()));
    }

    #[test]
    fn a_missing_program_has_a_reason_and_a_remedy() {
        let folder = tempfile::tempdir().expect("a folder");
        let model = models(&[String::from("go")]).expect("known")[0];
        let missing = |folder| model.command(folder).expect_err("not there");
        assert!(missing(folder.path()).starts_with("taskweight-go is not in "), "{}", missing(folder.path()));
        fs::write(folder.path().join("taskweight-go.reason"), "no Go toolchain\n").expect("written");
        assert_eq!(missing(folder.path()), "no Go toolchain: cargo xtask setup");
    }
}

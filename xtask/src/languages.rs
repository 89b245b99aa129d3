//! The workloads in other languages than Rust: one folder each, with a script `build OUT_DIR TOOLS_DIR` that puts
//! the programs of its models into OUT_DIR, and perhaps a script `check OUT_DIR` that tests them.

pub mod build;
pub mod check;
pub mod format;
mod outcome;

use std::path::{Path, PathBuf};

use crate::workspace::Workspace;

/// A folder below `workloads/`.
#[derive(Debug)]
pub struct Language {
    pub folder: &'static str,
    /// The models whose programs its `build` makes.
    pub models: &'static [&'static str],
    /// Models of other folders that its `check` tests as well.
    pub also_checked: &'static [&'static str],
    /// What has to be there for it to be built: for languages that `setup` does not install unless told to.
    pub built_if: Condition,
}

/// When a language is built.
#[derive(Debug, PartialEq, Eq)]
pub enum Condition {
    Always,
    /// This folder of npm is there.
    NodeModule(&'static str),
    /// This program is on PATH.
    Program(&'static str),
}

const EACH: Language = Language { folder: "", models: &[], also_checked: &[], built_if: Condition::Always };

/// All languages. The models are those of the catalogue in `tracer`.
pub const LANGUAGES: [Language; 8] = [
    Language { folder: "c", models: &["pthread", "ucontext"], also_checked: &["cpp20"], ..EACH },
    Language { folder: "cpp", models: &["cpp20"], ..EACH },
    Language { folder: "go", models: &["go", "go-1"], ..EACH },
    Language {
        folder: "java",
        models: &["java-platform", "java-platform-1m", "java-virtual", "java-virtual-1"],
        ..EACH
    },
    Language { folder: "python", models: &["python-thread", "python-asyncio", "python-greenlet"], ..EACH },
    Language { folder: "node", models: &["node-async"], ..EACH },
    Language { folder: "kotlin", models: &["kotlin"], built_if: Condition::NodeModule("kotlin-compiler"), ..EACH },
    Language { folder: "erlang", models: &["erlang"], built_if: Condition::Program("erlc"), ..EACH },
];

impl Language {
    /// Where a script of the folder is.
    fn script(&self, workspace: &Workspace, name: &str) -> PathBuf {
        self.path(workspace).join(name)
    }

    fn path(&self, workspace: &Workspace) -> PathBuf {
        workspace.root.join("workloads").join(self.folder)
    }

    /// Whether it is to be built on this machine.
    fn is_wanted(&self, tools: &Path) -> bool {
        match self.built_if {
            Condition::Always => true,
            Condition::NodeModule(name) => tools.join("node_modules").join(name).exists(),
            Condition::Program(name) => which::which(name).is_ok(),
        }
    }
}

/// The file that runs a model.
fn program(out: &Path, model: &str) -> PathBuf {
    out.join(format!("taskweight-{model}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_belongs_to_one_folder() {
        let mut models: Vec<_> = LANGUAGES.iter().flat_map(|language| language.models).collect();
        let all = models.len();
        models.sort_unstable();
        models.dedup();
        assert_eq!((models.len(), all), (15, 15));
    }

    #[test]
    fn every_model_that_is_checked_is_built() {
        let built = |name: &&str| LANGUAGES.iter().any(|language| language.models.contains(name));
        assert!(LANGUAGES.iter().flat_map(|language| language.also_checked).all(built));
    }

    #[test]
    fn a_language_of_npm_waits_for_its_module() {
        let tools = tempfile::tempdir().unwrap();
        let kotlin = LANGUAGES.iter().find(|language| language.folder == "kotlin").unwrap();
        assert!(!kotlin.is_wanted(tools.path()));
        std::fs::create_dir_all(tools.path().join("node_modules/kotlin-compiler")).unwrap();
        assert!(kotlin.is_wanted(tools.path()));
    }
}

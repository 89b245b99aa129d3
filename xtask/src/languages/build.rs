//! Builds the workloads in other languages. A language that is missing is no error: the reason is left where the
//! program would be, and taskweight shows it.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};

use super::outcome::Before;
use super::{LANGUAGES, Language};
use crate::parallel;
use crate::workspace::Workspace;

/// Why a language is left out that `setup` does not install unless told to.
const NOT_SET_UP: &str = "not set up";

/// Runs the `build` of every language; those that fail say so and are left out.
pub fn build(workspace: &Workspace) -> Result<()> {
    let tools = workspace.tools();
    fs::create_dir_all(workspace.release()).context("make the folder of the programs")?;
    let (wanted, others): (Vec<_>, Vec<_>) = LANGUAGES.iter().partition(|language| language.is_wanted(&tools));
    for language in others {
        Before::look(language, &workspace.release()).settle(Some(NOT_SET_UP))?;
    }
    let names: Vec<_> = wanted.iter().map(|language| language.folder).collect();
    eprintln!("+ build OUT_DIR TOOLS_DIR in workloads/{{{}}}", names.join(","));
    for (language, said) in
        wanted.iter().zip(parallel::map(parallel::cpus(), &wanted, |language| one(workspace, language)))
    {
        said?.lines().for_each(|line| eprintln!("workloads/{}: {line}", language.folder));
    }
    Ok(())
}

/// Builds one language and returns what it has to say.
fn one(workspace: &Workspace, language: &Language) -> Result<String> {
    let out = workspace.release();
    let before = Before::look(language, &out);
    let (said, reason) = start(workspace, language);
    before.settle(reason.as_deref())?;
    Ok(said)
}

/// What the script says, and if it fails, why.
fn start(workspace: &Workspace, language: &Language) -> (String, Option<String>) {
    let script = language.script(workspace, "build");
    match Command::new(&script).arg(workspace.release()).arg(workspace.tools()).output() {
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            let reason = (!output.status.success()).then(|| reason(&said, &output.status.to_string()));
            (said, reason)
        }
        Err(e) => {
            let reason = format!("its build script does not start: {e}");
            (reason.clone(), Some(reason))
        }
    }
}

/// The last line that a failed script says; how it ended, when it says nothing.
fn reason(said: &str, status: &str) -> String {
    let last = said.lines().map(str::trim).rfind(|line| !line.is_empty());
    last.map_or_else(|| format!("the build failed without a word: {status}"), str::to_owned)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    const GO: Language =
        Language { folder: "go", models: &["go"], also_checked: &[], built_if: super::super::Condition::Always };

    fn script(root: &std::path::Path, text: &str) -> Workspace {
        let workspace = Workspace { root: root.into(), target: root.join("target") };
        fs::create_dir_all(root.join("workloads/go")).unwrap();
        fs::create_dir_all(workspace.release()).unwrap();
        let path = root.join("workloads/go/build");
        fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        workspace
    }

    #[test]
    fn the_last_line_is_the_reason() {
        assert_eq!(reason("go: trying\ngo: no Go\n\n", "exit status: 3"), "go: no Go");
        assert_eq!(reason(" \n", "exit status: 3"), "the build failed without a word: exit status: 3");
    }

    #[test]
    fn a_failed_build_leaves_its_reason_and_no_program() {
        let root = tempfile::tempdir().unwrap();
        let workspace = script(root.path(), "echo no Go >&2; exit 3");
        let file = |name: &str| workspace.release().join(name);
        fs::write(file("taskweight-go"), "old").unwrap();
        assert_eq!(one(&workspace, &GO).unwrap(), "no Go\n");
        assert_eq!(fs::read_to_string(file("taskweight-go.reason")).unwrap(), "no Go\n");
        assert!(!file("taskweight-go").exists());
    }

    #[test]
    fn a_build_is_told_where_and_clears_the_reason() {
        let root = tempfile::tempdir().unwrap();
        let workspace = script(root.path(), "echo \"$2\" >\"$1/taskweight-go\"");
        let file = |name: &str| workspace.release().join(name);
        fs::write(file("taskweight-go.reason"), "old").unwrap();
        assert_eq!(one(&workspace, &GO).unwrap(), "");
        assert_eq!(fs::read_to_string(file("taskweight-go")).unwrap().trim(), workspace.tools().display().to_string());
        assert!(!file("taskweight-go.reason").exists());
    }
}

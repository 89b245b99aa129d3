//! Tests the workloads in other languages: each folder's script `check OUT_DIR` is one test.

use std::cmp::Reverse;
use std::fs;
use std::path::Path;
use std::process::Command;

use super::{LANGUAGES, Language, program};
use crate::parallel;
use crate::workspace::Workspace;

/// How one check went.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    Passed,
    Failed,
    /// Why.
    Skipped(String),
}

/// Runs every check there is and says how it went.
pub fn check(workspace: &Workspace) -> Vec<(&'static Language, Outcome)> {
    let mut there: Vec<_> = LANGUAGES.iter().filter(|language| language.script(workspace, "check").exists()).collect();
    // Those that take longest, by the number of their models, are the first to begin.
    there.sort_by_key(|language| Reverse(language.models.len()));
    println!("\nrunning the checks of {} languages", there.len());
    let outcomes = parallel::map(parallel::cpus() + 1, &there, |language| one(workspace, language));
    println!();
    there.into_iter().zip(outcomes).collect()
}

fn one(workspace: &Workspace, language: &Language) -> Outcome {
    let out = workspace.release();
    let name = format!("test workloads/{}/check", language.folder);
    if let Some(model) = missing(language, &out) {
        let reason = fs::read_to_string(program(&out, model).with_extension("reason")).unwrap_or_default();
        let reason = format!("there is no program for {model}: {}", reason.trim());
        println!("{name} ... SKIPPED: {reason}");
        return Outcome::Skipped(reason);
    }
    match run(&language.script(workspace, "check"), &out) {
        Ok(()) => {
            println!("{name} ... ok");
            Outcome::Passed
        }
        Err(said) => {
            println!("{name} ... FAILED\n{said}");
            Outcome::Failed
        }
    }
}

/// The first model without a program, among those that the check runs.
fn missing(language: &Language, out: &Path) -> Option<&'static str> {
    language.models.iter().chain(language.also_checked).find(|model| !program(out, model).exists()).copied()
}

/// Runs the script; an error is what it has printed.
fn run(script: &Path, out: &Path) -> Result<(), String> {
    let output = Command::new(script).arg(out).output().map_err(|e| format!("start {}: {e}", script.display()))?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    Err(format!("{}\n{}", String::from_utf8_lossy(&said).trim(), output.status))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_waits_for_all_its_programs() {
        let out = tempfile::tempdir().unwrap();
        let c = LANGUAGES.iter().find(|language| language.folder == "c").unwrap();
        ["pthread", "ucontext"].iter().for_each(|model| fs::write(program(out.path(), model), "").unwrap());
        assert_eq!(missing(c, out.path()), Some("cpp20"));
        fs::write(program(out.path(), "cpp20"), "").unwrap();
        assert_eq!(missing(c, out.path()), None);
    }

    #[test]
    fn a_failed_check_shows_what_it_printed() {
        let said = run(Path::new("ls"), Path::new("/no/such/folder")).unwrap_err();
        assert!(said.contains("/no/such/folder") && said.contains("exit status: 2"), "{said}");
    }
}

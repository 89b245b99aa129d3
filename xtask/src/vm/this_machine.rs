//! The same tests on the running kernel, for `docs/kernels.md`.

use std::time::Instant;

use anyhow::Result;

use super::console::Console;
use super::verdict::Verdict;
use crate::workspace::Workspace;
use crate::{command, test};

/// What the running kernel is called beside those of the guests.
const NAME: &str = "this machine";

/// Runs them through cargo test.
pub fn verdict(workspace: &Workspace) -> Result<Verdict> {
    let mut cargo = test::cargo_test(workspace)?;
    cargo.args(test::PACKAGES).args(["--test", "kernel"]);
    let (mut console, start) = (Console::default(), Instant::now());
    let success = test::each_line(&mut cargo, |line| {
        console.feed(line, start.elapsed());
        true
    })?;
    let mut verdict = Verdict::of(NAME, &console);
    if !success && verdict.failed.is_empty() {
        verdict.problems.push("the test program died".to_owned());
    }
    verdict.elapsed = start.elapsed().saturating_sub(console.booted_at);
    let diagnosis = |form: &str| Some((form.to_owned(), diagnosis(workspace, form)?));
    verdict.diagnoses = ["auto", "raw", "plain"].into_iter().filter_map(diagnosis).collect();
    Ok(verdict)
}

/// What the doctor says of the running kernel, also where it says that nothing can be measured.
fn diagnosis(workspace: &Workspace, form: &str) -> Option<serde_json::Value> {
    let mut doctor = command::as_root(workspace.release().join("taskweight")).ok()?;
    let output = doctor.args(["doctor", "--json", "-", "--probe-form", form]).output().ok()?;
    serde_json::from_slice(&output.stdout).ok()
}

//! What came of the tests on one kernel, for people.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use serde_json::Value;

use super::console::Console;
use super::guest::End;
use super::slowest;

/// As many tests are named that did not end.
const NAMED: usize = 4;

/// What came of a kernel of the matrix.
#[derive(Debug, Default)]
pub struct Verdict {
    /// The name of its series.
    pub name: String,
    /// The kernel's release; `None` when there is no kernel to boot.
    pub release: Option<String>,
    pub passed: usize,
    /// Tests that failed, and not only at the first attempt.
    pub failed: Vec<String>,
    /// Tests that failed at first and passed at the second attempt.
    pub passed_again: Vec<String>,
    /// Tests that could not be run, with their reasons.
    pub skipped: Vec<(String, String)>,
    /// Parts that tests left out, with their reasons.
    pub left_out: Vec<(String, String)>,
    /// Why the tests are not the whole story.
    pub problems: Vec<String>,
    /// What tests printed that failed at any attempt.
    pub output: BTreeMap<String, String>,
    /// What the doctor says of the kernel, by the form of the probes.
    pub diagnoses: BTreeMap<String, Value>,
    /// The tests that took longest, the longest first.
    pub slowest: Vec<(String, Duration)>,
    pub elapsed: Duration,
}

impl Verdict {
    /// Of a kernel that could not even be booted.
    pub fn unavailable(name: &str, reason: String) -> Self {
        Self { problems: vec![reason], ..Self::of(name, &Console::default()) }
    }

    /// Of a guest that ran; `expected` are the names of the tests it was to run.
    pub fn new(name: &str, release: &str, (console, end): (&Console, End), expected: &[String]) -> Self {
        let mut verdict = Self::of(name, console);
        verdict.release.get_or_insert_with(|| release.to_owned());
        verdict.problems.extend(unfinished(console, end, expected));
        let complaints = console.complaints();
        verdict.problems.extend(complaints.first().map(|first| format!("the kernel complains: {first}")));
        verdict.slowest = slowest::times(console, expected);
        verdict
    }

    /// Of all tests that have ended, which says nothing of the others.
    pub fn of(name: &str, console: &Console) -> Self {
        let failed = console.with("FAILED");
        let passes_again = |test: &str| console.again.get(test).is_some_and(|word| word == "ok");
        let owned = |test: &&str| (*test).to_owned();
        let (again, never): (Vec<_>, Vec<_>) = failed.iter().map(owned).partition(|test| passes_again(test));
        let ignored = console.with("ignored").into_iter().map(|test| (test.to_owned(), "ignored".to_owned()));
        let is_run = |test: &&&str| !console.skipped.contains_key(**test);
        let printed = |test: &&str| (owned(test), console.output.get(*test).cloned().unwrap_or_default());
        Self {
            name: name.to_owned(),
            release: console.release.clone(),
            passed: console.with("ok").iter().filter(is_run).count() + again.len(),
            failed: never,
            passed_again: again,
            skipped: console.skipped.clone().into_iter().chain(ignored).collect(),
            left_out: console.left_out.clone(),
            output: failed.iter().map(printed).collect(),
            diagnoses: console.diagnoses.iter().filter_map(parsed).collect(),
            ..Self::default()
        }
    }

    /// Whether every test that could be run passed, and the guest came to its end.
    pub fn is_success(&self) -> bool {
        self.failed.is_empty() && self.problems.is_empty()
    }

    /// Whether there is nothing to boot.
    pub fn is_unavailable(&self) -> bool {
        self.release.is_none()
    }

    /// Whether a look at the console's last lines helps.
    pub fn is_unfinished(&self) -> bool {
        !self.problems.is_empty() && !self.is_unavailable()
    }

    /// How many tests were run.
    pub fn run_count(&self) -> usize {
        self.passed + self.failed.len()
    }

    /// What is not plain success, in short: which tests passed only at the second attempt, and what was not run, by reason.
    pub fn remarks(&self) -> Vec<String> {
        let again = self.passed_again.iter().map(|test| format!("passed at the second attempt: {test}"));
        let skipped = by_reason(&self.skipped).into_iter().map(|(reason, tests)| format!("skipped: {tests}: {reason}"));
        let left = by_reason(&self.left_out).into_iter().map(|(reason, tests)| format!("left out: {reason} ({tests})"));
        again.chain(skipped).chain(left).chain(self.problems.clone()).collect()
    }
}

fn parsed((form, text): (&String, &String)) -> Option<(String, Value)> {
    Some((form.clone(), serde_json::from_str(text).ok()?))
}

/// The tests that have a reason in common, in one line.
fn by_reason(reasons: &[(String, String)]) -> BTreeMap<&str, String> {
    let mut tests: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (test, reason) in reasons {
        tests.entry(reason).or_default().insert(test);
    }
    tests.into_iter().map(|(reason, tests)| (reason, tests.into_iter().collect::<Vec<_>>().join(", "))).collect()
}

/// Why not all tests have ended.
fn unfinished(console: &Console, end: End, expected: &[String]) -> Option<String> {
    if console.release.is_none() {
        let how = if end == End::ByItself { "QEMU ended before" } else { "it did not come so far that" };
        return Some(format!("{how} the tests were started"));
    }
    let open: Vec<_> = expected.iter().filter(|test| !console.ended.contains_key(*test)).map(String::as_str).collect();
    let named = open.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    let rest = if open.len() > NAMED { ", ..." } else { "" };
    match (end, console.exit_status) {
        (End::Hung | End::NotBooted, _) => Some(format!(
            "it was killed at the limit of time: {} of {} tests had ended, not {named}{rest}",
            console.ended.len(),
            expected.len()
        )),
        (End::ByItself, None) => Some(format!("it stopped in the midst of the tests: not ended are {named}{rest}")),
        (End::ByItself, Some(_)) if !open.is_empty() => Some(format!("these tests have not ended: {named}{rest}")),
        (End::ByItself, Some(status)) if status != 0 && console.with("FAILED").is_empty() => {
            Some(format!("the test program ended with status {status}, and no test failed"))
        }
        (End::ByItself, Some(_)) => None,
    }
}

impl fmt::Display for Verdict {
    /// Everything that is not plain success, with what failed tests printed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (test, output) in &self.output {
            writeln!(f, "{}: {test} FAILED", self.name)?;
            output.lines().filter(|line| !line.is_empty()).try_for_each(|line| writeln!(f, "    {line}"))?;
        }
        self.remarks().iter().try_for_each(|remark| writeln!(f, "{}: {remark}", self.name))
    }
}

#[cfg(test)]
mod tests;

//! What a run leaves out, and how to get it: what other verbs do, what is not installed, which tests were skipped.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::languages::check::Outcome;
use crate::languages::{Condition, Language};

/// What is never a part of `test`.
const ALWAYS: [(&str, &str); 3] = [
    ("the kernel side on other kernels, in guests", "cargo xtask vm"),
    ("format and lints", "cargo xtask lint"),
    ("the tests of the bench itself", "cargo test -p bench"),
];
/// Why libtest ignores a test that another one starts: it is run all the same.
const HELPER: &str = "run by another test";
/// Tests of the kernel side say their whole path.
const KERNEL_SIDE: &str = "kernel::";

/// All that was left out.
#[derive(Default)]
pub struct LeftOut {
    /// What, and how to get it.
    parts: Vec<(String, String)>,
    /// Reasons, and the tests that were not run for each.
    tests: BTreeMap<String, BTreeSet<String>>,
    /// How many of the tests above libtest calls `ok`.
    skipped: u64,
    /// How many tests libtest calls ignored, and others run.
    helpers: u64,
    /// The test whose output is being read.
    section: Option<String>,
    /// Whether what is being read is the output of tests that passed.
    in_successes: bool,
}

impl LeftOut {
    /// Before anything is run.
    pub fn new() -> Self {
        let mut this = Self::default();
        ALWAYS.iter().for_each(|(what, how)| this.add(what, how));
        this
    }

    /// Something else, and how to get it.
    pub fn add(&mut self, what: &str, how: &str) {
        self.parts.push((what.to_owned(), how.to_owned()));
    }

    /// The check of a language, if it was left out.
    pub fn add_check(&mut self, language: &Language, outcome: &Outcome) {
        let Outcome::Skipped(reason) = outcome else { return };
        let how = if language.built_if == Condition::Always { "cargo xtask setup" } else { "cargo xtask setup --all" };
        self.add(&format!("the check of workloads/{}: {reason}", language.folder), how);
    }

    /// Takes in a line that cargo test prints, and returns whether it is to be shown: the output of tests that passed is not.
    pub fn read(&mut self, line: &str) -> bool {
        let line = line.trim_end();
        if line == "successes:" {
            self.in_successes = true;
        } else if line == "failures:" || line.starts_with("test result: ") {
            (self.in_successes, self.section) = (false, None);
        } else if let Some(test) = line.strip_prefix("---- ").and_then(|rest| rest.strip_suffix(" stdout ----")) {
            self.section = Some(test.to_owned());
        } else if let Some(said) = line.strip_prefix("SKIPPED: ") {
            self.skipped += u64::from(self.test(said));
        } else if let Some(said) = line.strip_prefix("LEFT OUT: ") {
            self.test(said);
        } else if let Some((test, reason)) = ignored(line) {
            self.ignored(test, reason);
        }
        !self.in_successes
    }

    /// A test that says why it, or a part of it, is not run. Returns whether it is the first time.
    fn test(&mut self, said: &str) -> bool {
        let named = said.split_once(": ").filter(|_| self.section.is_none());
        let (test, reason) = match (named, &self.section) {
            (Some((test, reason)), _) => (test.strip_prefix(KERNEL_SIDE).unwrap_or(test), reason),
            (None, Some(section)) => (section.as_str(), said),
            (None, None) => ("a test", said),
        };
        self.tests.entry(reason.to_owned()).or_default().insert(test.to_owned())
    }

    fn ignored(&mut self, test: &str, reason: &str) {
        if reason == HELPER {
            self.helpers += 1;
        } else {
            self.tests.entry(format!("ignored: {reason}")).or_default().insert(test.to_owned());
        }
    }

    /// How many tests libtest counts as passed that were skipped, and how many as ignored that were run.
    pub fn miscounted(&self) -> (u64, u64) {
        (self.skipped, self.helpers)
    }
}

/// `test NAME ... ignored, REASON`
fn ignored(line: &str) -> Option<(&str, &str)> {
    let (test, word) = line.strip_prefix("test ")?.split_once(" ... ")?;
    Some((test, word.strip_prefix("ignored")?.trim_start_matches(", ")))
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "not run:")?;
        self.parts.iter().try_for_each(|(what, how)| writeln!(f, "  - {what}: {how}"))?;
        for (reason, tests) in &self.tests {
            let tests: Vec<_> = tests.iter().map(String::as_str).collect();
            writeln!(f, "  - {}: {reason}", tests.join(", "))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: [&str; 12] = [
        "test page::a ... ok\n",
        "test child::b ... ignored, run by another test\n",
        "test child::c ... ignored, takes an hour\n",
        "SKIPPED: kernel::pid::d: only in guests (cargo xtask vm)\n",
        "LEFT OUT: pid::e: kotlin: not set up\n",
        "successes:\n",
        "---- page::a stdout ----\n",
        "SKIPPED: there is no chromium: see above\n",
        "successes:\n",
        "    page::a\n",
        "test result: ok. 1 passed\n",
        "   Doc-tests tracer\n",
    ];

    #[test]
    fn skipped_tests_are_named_with_their_reasons() {
        let mut left_out = LeftOut::default();
        LINES.iter().for_each(|line| _ = left_out.read(line));
        let expected = "not run:\n  - child::c: ignored: takes an hour\n  - pid::e: kotlin: not set up\n  \
                        - pid::d: only in guests (cargo xtask vm)\n  - page::a: there is no chromium: see above\n";
        assert_eq!(left_out.to_string(), expected);
        assert_eq!(left_out.miscounted(), (2, 1));
    }

    #[test]
    fn output_of_tests_that_passed_is_not_shown() {
        let mut left_out = LeftOut::default();
        let shown: Vec<_> = LINES.iter().map(|line| left_out.read(line)).collect();
        assert_eq!(shown.iter().filter(|shown| !**shown).count(), 5);
        assert!(shown[10] && shown[11]);
    }

    #[test]
    fn languages_that_are_not_set_up_come_with_their_command() {
        let mut left_out = LeftOut::new();
        let kotlin = crate::languages::LANGUAGES.iter().find(|language| language.folder == "kotlin").unwrap();
        left_out.add_check(kotlin, &Outcome::Skipped("not set up".to_owned()));
        left_out.add_check(kotlin, &Outcome::Passed);
        let text = left_out.to_string();
        assert!(text.ends_with("  - the check of workloads/kotlin: not set up: cargo xtask setup --all\n"), "{text}");
        assert!(text.contains("in guests: cargo xtask vm\n"), "{text}");
    }
}

//! Adds up the `test result:` lines of the test programs, the checks of the languages, and the guests.

use std::fmt;

use crate::languages::check::Outcome;
use crate::vm::verdict::Verdict;

/// How many tests passed, failed, and were skipped (`#[ignore]`).
#[derive(Default, PartialEq, Eq, Debug)]
pub struct Summary {
    passed: u64,
    failed: u64,
    skipped: u64,
}

impl Summary {
    /// Takes in a line of output; all but results are passed over.
    pub fn add(&mut self, line: &str) {
        let Some((_, result)) = line.split_once("test result: ") else { return };
        self.passed += count(result, "passed");
        self.failed += count(result, "failed");
        self.skipped += count(result, "ignored");
    }

    /// Takes in a check of a language, as one test.
    pub fn add_check(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Passed => self.passed += 1,
            Outcome::Failed => self.failed += 1,
            Outcome::Skipped => self.skipped += 1,
        }
    }

    /// Takes in the tests of a guest. One that cannot be had is one test, skipped or, where nothing may be missing, failed;
    /// so is one that did not come to its end.
    pub fn add_guest(&mut self, verdict: &Verdict, must_run: bool) {
        self.passed += verdict.passed as u64;
        self.failed += verdict.failed.len() as u64;
        self.skipped += verdict.skipped.len() as u64;
        if verdict.is_unavailable() && !must_run {
            self.skipped += 1;
        } else if !verdict.problems.is_empty() {
            self.failed += 1;
        }
    }

    /// A program that did not build, or died before its result, is one failure too.
    pub fn finish(mut self, success: bool) -> Self {
        if !success {
            self.failed = self.failed.max(1);
        }
        self
    }

    /// Whether there was no failure.
    pub fn is_success(&self) -> bool {
        self.failed == 0
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

/// The number before a word: 3 for `passed` in `ok. 3 passed; 0 failed`.
fn count(result: &str, word: &str) -> u64 {
    let words: Vec<_> = result.split([' ', ';', '.']).filter(|word| !word.is_empty()).collect();
    words.windows(2).find(|pair| pair[1] == word).and_then(|pair| pair[0].parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(lines: &[&str]) -> Summary {
        let mut summary = Summary::default();
        lines.iter().for_each(|line| summary.add(line));
        summary
    }

    #[test]
    fn results_of_all_programs_are_added() {
        let summary = sum(&[
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out; finished in 0.00s\n",
            "test sched::counts ... ok\n",
            "test result: FAILED. 4 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.10s\n",
        ]);
        assert_eq!(summary.to_string(), "7 passed, 2 failed, 1 skipped");
        assert!(!summary.is_success());
    }

    #[test]
    fn a_check_is_one_test() {
        let mut summary = sum(&["test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured"]);
        [Outcome::Passed, Outcome::Passed, Outcome::Failed, Outcome::Skipped].iter().for_each(|o| summary.add_check(o));
        assert_eq!(summary.to_string(), "5 passed, 1 failed, 1 skipped");
    }

    #[test]
    fn a_guest_that_cannot_be_had_is_never_passed_over() {
        let unavailable = Verdict::unavailable("6.12-rt", "no network".to_owned());
        let (mut here, mut in_ci) = (Summary::default(), Summary::default());
        here.add_guest(&unavailable, false);
        in_ci.add_guest(&unavailable, true);
        assert_eq!(here.to_string(), "0 passed, 0 failed, 1 skipped");
        assert_eq!(in_ci.to_string(), "0 passed, 1 failed, 0 skipped");
    }

    #[test]
    fn the_tests_of_guests_are_added() {
        let problems = vec!["it hangs".to_owned()];
        let release = Some("6.1.0".to_owned());
        let guest = Verdict { release, passed: 7, failed: vec!["a::b".to_owned()], problems, ..Verdict::default() };
        let mut summary = sum(&["test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured"]);
        summary.add_guest(&guest, false);
        assert_eq!(summary.to_string(), "10 passed, 2 failed, 1 skipped");
    }

    #[test]
    fn a_result_after_unfinished_output_counts() {
        assert_eq!(sum(&["no newline heretest result: ok. 1 passed; 0 failed; 0 ignored"]).passed, 1);
    }

    #[test]
    fn a_program_that_dies_is_a_failure() {
        let summary = sum(&["test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured"]).finish(false);
        assert_eq!(summary.to_string(), "3 passed, 1 failed, 0 skipped");
    }
}

//! Adds up the `test result:` lines of the test programs and the checks of the languages.

use std::fmt;

use crate::languages::check::Outcome;

/// How many tests passed, failed, and were skipped.
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
            Outcome::Skipped(_) => self.skipped += 1,
        }
    }

    /// A program that did not build, or died before its result, is one failure too. Tests that skip themselves are no success,
    /// though libtest says `ok`, and those that others start are not skipped.
    pub fn finish(&mut self, success: bool, (skipped, helpers): (u64, u64)) {
        if !success {
            self.failed = self.failed.max(1);
        }
        self.passed = self.passed.saturating_sub(skipped);
        self.skipped = (self.skipped + skipped).saturating_sub(helpers);
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
            "no newline heretest result: FAILED. 4 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out\n",
        ]);
        assert_eq!(summary.to_string(), "7 passed, 2 failed, 1 skipped");
        assert!(!summary.is_success());
    }

    #[test]
    fn a_check_is_one_test() {
        let mut summary = sum(&["test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured"]);
        let skipped = Outcome::Skipped(String::new());
        [Outcome::Passed, Outcome::Passed, Outcome::Failed, skipped].iter().for_each(|o| summary.add_check(o));
        assert_eq!(summary.to_string(), "5 passed, 1 failed, 1 skipped");
    }

    #[test]
    fn a_test_that_skips_itself_has_not_passed() {
        let mut summary = sum(&["test result: ok. 9 passed; 0 failed; 4 ignored; 0 measured"]);
        summary.finish(true, (2, 3));
        assert_eq!(summary.to_string(), "7 passed, 0 failed, 3 skipped");
    }

    #[test]
    fn a_program_that_dies_is_a_failure() {
        let mut summary = sum(&["test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured"]);
        summary.finish(false, (0, 0));
        assert_eq!(summary.to_string(), "3 passed, 1 failed, 0 skipped");
    }
}

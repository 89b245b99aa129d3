//! What came of a guest, for people.

use std::fmt;
use std::time::Duration;

use super::console::Console;
use super::guest::End;

/// As many tests are named that did not end.
const NAMED: usize = 4;

/// What came of a kernel of the matrix.
#[derive(Debug)]
pub struct Verdict {
    /// The name of its series.
    pub name: String,
    /// The kernel's release; `None` when there is no kernel to boot.
    pub release: Option<String>,
    pub passed: usize,
    /// Tests that failed, with what they printed.
    pub failed: Vec<(String, String)>,
    /// Tests that could not be run, with their reasons.
    pub skipped: Vec<(String, String)>,
    /// Parts that tests left out, with their reasons.
    pub left_out: Vec<(String, String)>,
    /// Why the tests are not the whole story.
    pub problems: Vec<String>,
    pub elapsed: Duration,
}

impl Verdict {
    /// Of a kernel that could not even be booted.
    pub fn unavailable(name: &str, reason: String) -> Self {
        Self { problems: vec![reason], ..Self::of(name, None, &Console::default()) }
    }

    /// Of a guest that ran; `expected` are the names of the tests it was to run.
    pub fn new(name: &str, release: &str, (console, end): (&Console, End), expected: &[String]) -> Self {
        let mut verdict = Self::of(name, Some(console.release.as_deref().unwrap_or(release)), console);
        verdict.problems.extend(unfinished(console, end, expected));
        let complaints = console.complaints();
        verdict.problems.extend(complaints.first().map(|first| format!("the kernel complains: {first}")));
        verdict
    }

    fn of(name: &str, release: Option<&str>, console: &Console) -> Self {
        let printed = |test: &&str| console.output.get(*test).cloned().unwrap_or_default();
        let ignored = console.with("ignored").into_iter().map(|test| (test.to_owned(), "ignored".to_owned()));
        let is_run = |test: &&&str| !console.skipped.contains_key(**test);
        Self {
            name: name.to_owned(),
            release: release.map(str::to_owned),
            passed: console.with("ok").iter().filter(is_run).count(),
            failed: console.with("FAILED").iter().map(|test| ((*test).to_owned(), printed(test))).collect(),
            skipped: console.skipped.clone().into_iter().chain(ignored).collect(),
            left_out: console.left_out.clone(),
            problems: Vec::new(),
            elapsed: Duration::ZERO,
        }
    }

    /// Whether every test that could be run passed, and the guest came to its end.
    pub fn is_success(&self) -> bool {
        self.failed.is_empty() && self.problems.is_empty()
    }

    /// Whether a look at the console's last lines helps.
    pub fn is_unfinished(&self) -> bool {
        !self.problems.is_empty()
    }
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
    /// Everything that is not plain success, test by test.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (test, output) in &self.failed {
            writeln!(f, "{}: {test} FAILED", self.name)?;
            output.lines().filter(|line| !line.is_empty()).try_for_each(|line| writeln!(f, "    {line}"))?;
        }
        for (test, reason) in &self.skipped {
            writeln!(f, "{}: {test} skipped: {reason}", self.name)?;
        }
        for (test, reason) in &self.left_out {
            writeln!(f, "{}: {test} left out: {reason}", self.name)?;
        }
        self.problems.iter().try_for_each(|problem| writeln!(f, "{}: {problem}", self.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(log: &str, end: End, expected: &[&str]) -> Verdict {
        let mut console = Console::default();
        console.feed(log.as_bytes());
        let expected: Vec<_> = expected.iter().map(|test| (*test).to_owned()).collect();
        Verdict::new("6.1-cloud", "6.1.0", (&console, end), &expected)
    }

    #[test]
    fn all_tests_passed_is_success() {
        let log = "taskweight-vm: booted 6.1\ntest a::b ... ok\ntaskweight-vm: exit 0\n";
        let verdict = verdict(log, End::ByItself, &["a::b"]);
        assert!(verdict.is_success(), "{verdict}");
        assert_eq!((verdict.passed, verdict.to_string().as_str()), (1, ""));
    }

    #[test]
    fn a_failed_test_is_shown_with_its_output() {
        let log = "taskweight-vm: booted 6.1\ntest a::b ... FAILED\n---- a::b stdout ----\nreason\n\n\
                   test result: FAILED\ntaskweight-vm: exit 101\n";
        let verdict = verdict(log, End::ByItself, &["a::b"]);
        assert!(!verdict.is_success() && !verdict.is_unfinished());
        assert_eq!(verdict.to_string(), "6.1-cloud: a::b FAILED\n    reason\n");
    }

    #[test]
    fn a_skipped_test_has_not_passed() {
        let log = "taskweight-vm: booted 6.1\nSKIPPED: kernel::a::b: no BTF\ntest a::b ... ok\ntaskweight-vm: exit 0\n";
        let verdict = verdict(log, End::ByItself, &["a::b"]);
        assert_eq!((verdict.passed, verdict.skipped.len(), verdict.is_success()), (0, 1, true));
    }

    #[test]
    fn a_guest_that_does_not_end_is_a_failure_with_the_tests_that_are_open() {
        let log = "taskweight-vm: booted 6.1\ntest a::b ... ok\n";
        let hung = verdict(log, End::Hung, &["a::b", "a::c"]);
        assert!(hung.problems[0].contains("1 of 2 tests had ended, not a::c"), "{hung}");
        let died = verdict(log, End::ByItself, &["a::b", "a::c"]);
        assert!(died.problems[0].contains("not ended are a::c"), "{died}");
        let missing = verdict(&format!("{log}taskweight-vm: exit 0\n"), End::ByItself, &["a::b", "a::c"]);
        assert!(missing.problems[0].contains("have not ended: a::c"), "{missing}");
    }

    #[test]
    fn a_guest_that_does_not_boot_is_a_failure() {
        let verdict = verdict("SeaBIOS\n", End::NotBooted, &["a::b"]);
        assert!(!verdict.is_success() && verdict.release.as_deref() == Some("6.1.0"), "{verdict}");
    }

    #[test]
    fn a_status_without_a_failed_test_is_a_failure() {
        let log = "taskweight-vm: booted 6.1\ntest a::b ... ok\ntaskweight-vm: exit 139\n";
        assert!(verdict(log, End::ByItself, &["a::b"]).problems[0].contains("status 139"));
    }

    #[test]
    fn a_warning_of_the_kernel_is_a_failure() {
        let log = "taskweight-vm: booted 6.1\ntaskweight-vm: exit 0\n<4>[ 1.0] WARNING: CPU: 0 PID: 7\n";
        assert!(verdict(log, End::ByItself, &[]).problems[0].contains("WARNING: CPU: 0 PID: 7"));
    }
}

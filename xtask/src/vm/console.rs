//! What is printed of tests of the kernel side, in a guest to its serial console: marks of who started them, lines of the
//! test program, the kernel's log.

use std::collections::BTreeMap;
use std::time::Duration;

/// What init, and on the running kernel the runner of the tests, begins its own lines with.
pub const MARK: &str = "taskweight-tests: ";
/// Every test is a function of this crate.
const TEST_CRATE: &str = "kernel::";

/// What is known from the console so far.
#[derive(Default, Debug)]
pub struct Console {
    unfinished: Vec<u8>,
    /// The kernel's release; `None` as long as the tests have not been started.
    pub release: Option<String>,
    /// Tests that have ended.
    pub ended: BTreeMap<String, Ended>,
    /// Tests that failed and were run a second time, with libtest's word for it.
    pub again: BTreeMap<String, String>,
    /// Tests that found that they cannot be run, with their reasons. libtest calls them `ok`.
    pub skipped: BTreeMap<String, String>,
    /// Parts that tests have left out, with their reasons.
    pub left_out: Vec<(String, String)>,
    /// What tests have printed that libtest shows at the end; of one that was run again, both times.
    pub output: BTreeMap<String, String>,
    /// What the doctor says of the kernel, by the form of the probes, as JSON.
    pub diagnoses: BTreeMap<String, String>,
    /// The exit status of the test program.
    pub exit_status: Option<i32>,
    /// Warnings and errors of the kernel.
    pub kernel_log: Vec<String>,
    /// When the tests were started, after the guest was.
    pub booted_at: Duration,
    /// The time of what is being read.
    now: Duration,
    /// The test that is being run, when it has printed something before its end.
    running: Option<String>,
    /// The test whose output is being read.
    section: Option<String>,
    /// Whether tests are being run again.
    is_second_attempt: bool,
}

/// The end of a test.
#[derive(Debug)]
pub struct Ended {
    /// libtest's word for it: `ok`, `FAILED`, `ignored`.
    pub word: String,
    /// When, after the guest was started.
    pub at: Duration,
}

impl Console {
    /// Takes in what was printed until now, in pieces of any size.
    pub fn feed(&mut self, bytes: &[u8], now: Duration) {
        self.now = now;
        self.unfinished.extend_from_slice(bytes);
        while let Some(end) = self.unfinished.iter().position(|&byte| byte == b'\n') {
            let line: Vec<u8> = self.unfinished.drain(..=end).collect();
            self.line(String::from_utf8_lossy(&line).trim_end());
        }
    }

    fn line(&mut self, line: &str) {
        if let Some(mark) = line.strip_prefix(MARK) {
            self.mark(mark);
        } else if self.exit_status.is_some() {
            self.kernel_log.extend(line.starts_with('<').then(|| line.to_owned()));
        } else if let Some((test, word)) = result(line) {
            self.end(test, word);
        } else if let Some(test) = line.strip_prefix("test ").and_then(|rest| rest.strip_suffix(" ...")) {
            self.running = Some(name(test).to_owned());
        } else if let Some(test) = self.running.take_if(|_| WORDS.contains(&line)) {
            self.end(&test, line);
        } else if let Some(test) = line.strip_prefix("---- ").and_then(|rest| rest.strip_suffix(" stdout ----")) {
            self.section = Some(test.to_owned());
        } else if ["failures:", "successes:"].contains(&line) || line.starts_with("test result: ") {
            self.section = None;
        } else {
            self.word(line);
        }
    }

    fn mark(&mut self, mark: &str) {
        match mark.split_once(' ') {
            Some(("kernel", release)) => (self.release, self.booted_at) = (Some(release.to_owned()), self.now),
            Some(("doctor", rest)) => {
                let (form, diagnosis) = rest.split_once(' ').unwrap_or((rest, ""));
                self.diagnoses.insert(form.to_owned(), diagnosis.to_owned());
            }
            Some(("again", _)) => self.is_second_attempt = true,
            Some(("exit", status)) => self.exit_status = status.parse().ok(),
            _ => {}
        }
    }

    fn end(&mut self, test: &str, word: &str) {
        let (test, word) = (test.to_owned(), word.to_owned());
        if self.is_second_attempt {
            self.again.insert(test, word);
        } else {
            self.ended.insert(test, Ended { word, at: self.now });
        }
    }

    /// Anything else that a test prints.
    fn word(&mut self, line: &str) {
        let skipped = line.strip_prefix("SKIPPED: ").and_then(|rest| rest.strip_prefix(TEST_CRATE)?.split_once(": "));
        let left_out = line.strip_prefix("LEFT OUT: ").and_then(|rest| rest.split_once(": "));
        let owned = |(test, reason): (&str, &str)| (test.to_owned(), reason.to_owned());
        self.skipped.extend(skipped.map(owned));
        if let Some(part) = left_out.map(owned).filter(|part| !self.left_out.contains(part)) {
            self.left_out.push(part);
        }
        if let Some(test) = &self.section {
            let output = self.output.entry(test.clone()).or_default();
            output.push_str(line);
            output.push('\n');
        }
    }

    /// Tests that ended with one of libtest's words, at the first attempt.
    pub fn with(&self, word: &str) -> Vec<&str> {
        self.ended.iter().filter(|(_, ended)| ended.word == word).map(|(test, _)| test.as_str()).collect()
    }

    /// Lines of the kernel's log about what must never happen. A guest that is emulated on a busy machine may be so
    /// late that the kernel complains about that alone: these lines are not among them.
    pub fn complaints(&self) -> Vec<&str> {
        let is_bad =
            |line: &&str| ["WARNING: CPU", "BUG: ", "Oops", "general protection"].iter().any(|w| line.contains(w));
        let is_late = |line: &&str| line.contains("soft lockup");
        self.kernel_log.iter().map(String::as_str).filter(|line| is_bad(line) && !is_late(line)).collect()
    }
}

/// libtest's words for the end of a test.
const WORDS: [&str; 3] = ["ok", "FAILED", "ignored"];

/// `test NAME ... WORD`, where a time may follow the word.
fn result(line: &str) -> Option<(&str, &str)> {
    let (test, rest) = line.strip_prefix("test ")?.split_once(" ... ")?;
    let word = rest.split([' ', ',']).next().filter(|word| WORDS.contains(word))?;
    Some((name(test), word))
}

fn name(test: &str) -> &str {
    test.trim_end_matches(" - should panic")
}

#[cfg(test)]
mod tests;

//! What a guest prints to its serial console: marks of init, lines of the test program, the kernel's log.

use std::collections::BTreeMap;

/// What init begins its own lines with.
const MARK: &str = "taskweight-vm: ";
/// Every test is a function of this crate.
const TEST_CRATE: &str = "kernel::";

/// What is known from the console so far.
#[derive(Default, Debug)]
pub struct Console {
    unfinished: Vec<u8>,
    /// The kernel's release; `None` as long as init has not started the tests.
    pub release: Option<String>,
    /// Tests that have ended, with libtest's word for it: `ok`, `FAILED`, `ignored`.
    pub ended: BTreeMap<String, String>,
    /// Tests that found that they cannot be run, with their reasons. libtest calls them `ok`.
    pub skipped: BTreeMap<String, String>,
    /// Parts that tests have left out, with their reasons.
    pub left_out: Vec<(String, String)>,
    /// What tests have printed that libtest shows at the end.
    pub output: BTreeMap<String, String>,
    /// The exit status of the test program.
    pub exit_status: Option<i32>,
    /// Warnings and errors of the kernel.
    pub kernel_log: Vec<String>,
    /// The test whose output is being read.
    section: Option<String>,
}

impl Console {
    /// Takes in what was printed, in pieces of any size.
    pub fn feed(&mut self, bytes: &[u8]) {
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
            self.ended.insert(test.to_owned(), word.to_owned());
        } else if let Some(test) = line.strip_prefix("---- ").and_then(|rest| rest.strip_suffix(" stdout ----")) {
            self.section = Some(test.to_owned());
        } else if ["failures:", "successes:"].contains(&line) || line.starts_with("test result: ") {
            self.section = None;
        } else {
            self.word(line);
        }
    }

    fn mark(&mut self, mark: &str) {
        if let Some(release) = mark.strip_prefix("booted ") {
            self.release = Some(release.to_owned());
        } else if let Some(status) = mark.strip_prefix("exit ") {
            self.exit_status = status.parse().ok();
        }
    }

    /// Anything else that a test prints.
    fn word(&mut self, line: &str) {
        let reason = line.strip_prefix("SKIPPED: ");
        let gate = reason.and_then(|rest| rest.strip_prefix(TEST_CRATE)?.split_once(": "));
        match (gate, reason, &self.section) {
            (Some((test, reason)), ..) => _ = self.skipped.insert(test.to_owned(), reason.to_owned()),
            (None, Some(reason), Some(test)) => self.left_out.push((test.clone(), reason.to_owned())),
            _ => {}
        }
        if let Some(test) = &self.section {
            let output = self.output.entry(test.clone()).or_default();
            output.push_str(line);
            output.push('\n');
        }
    }

    /// Tests that ended with one of libtest's words.
    pub fn with(&self, word: &str) -> Vec<&str> {
        self.ended.iter().filter(|(_, ended)| *ended == word).map(|(test, _)| test.as_str()).collect()
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

/// `test NAME ... WORD`, where a time may follow the word.
fn result(line: &str) -> Option<(&str, &str)> {
    let (test, rest) = line.strip_prefix("test ")?.split_once(" ... ")?;
    let word = rest.split([' ', ',']).next().filter(|word| ["ok", "FAILED", "ignored"].contains(word))?;
    Some((test.trim_end_matches(" - should panic"), word))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "\
[    0.5] a line of the kernel\r
taskweight-vm: booted 6.1.0-56-cloud-amd64\r
running 4 tests\r
test sched::a ... ok\r
\r
SKIPPED: kernel::sched::b: no BTF\r
test sched::b ... ok\r
test slow::c has been running for over 60 seconds\r
test fault::d ... FAILED\r
test slow::c ... ignored, not now\r
\r
successes:\r
\r
---- sched::a stdout ----\r
SKIPPED: java-platform: no Java\r
a word\r
\r
successes:\r
    sched::a\r
\r
failures:\r
\r
---- fault::d stdout ----\r
thread 'fault::d' panicked at x.rs:1:\r
test of a line ... that is none\r
\r
failures:\r
    fault::d\r
\r
test result: FAILED. 2 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out\r
taskweight-vm: exit 101\r
<4>[   12.000000] WARNING: CPU: 0 PID: 1 at kernel/x.c:1\r
<4>[   13.000000] clocksource: late\r
<0>[   14.000000] watchdog: BUG: soft lockup - CPU#1 stuck for 26s!\r
taskweight-vm: end\r
";

    fn console(pieces: &[&str]) -> Console {
        let mut console = Console::default();
        pieces.iter().for_each(|piece| console.feed(piece.as_bytes()));
        console
    }

    #[test]
    fn every_test_has_its_word() {
        let console = console(&[LOG]);
        assert_eq!(console.release.as_deref(), Some("6.1.0-56-cloud-amd64"));
        assert_eq!(console.with("ok"), ["sched::a", "sched::b"]);
        assert_eq!(console.with("FAILED"), ["fault::d"]);
        assert_eq!(console.with("ignored"), ["slow::c"]);
        assert_eq!(console.exit_status, Some(101));
    }

    #[test]
    fn reasons_and_output_belong_to_their_tests() {
        let console = console(&[LOG]);
        assert_eq!(console.skipped, BTreeMap::from([("sched::b".to_owned(), "no BTF".to_owned())]));
        assert_eq!(console.left_out, [("sched::a".to_owned(), "java-platform: no Java".to_owned())]);
        assert!(console.output["fault::d"].contains("panicked at x.rs:1:\ntest of a line ... that is none\n"));
        assert!(!console.output["fault::d"].contains("test result"));
    }

    #[test]
    fn what_must_never_happen_is_told_from_being_late() {
        let console = console(&[LOG]);
        assert_eq!(console.kernel_log.len(), 3);
        assert_eq!(console.complaints().len(), 1);
    }

    #[test]
    fn pieces_may_end_anywhere() {
        let whole = console(&[LOG]);
        let pieces: Vec<_> = LOG.as_bytes().chunks(7).collect();
        let mut console = Console::default();
        pieces.iter().for_each(|piece| console.feed(piece));
        assert_eq!(format!("{console:?}"), format!("{whole:?}"));
    }

    #[test]
    fn without_an_end_there_is_no_status() {
        let console = console(&["taskweight-vm: booted 6.1\ntest a::b ... ok\ntest a::c ... "]);
        assert_eq!((console.exit_status, console.with("ok")), (None, vec!["a::b"]));
    }
}

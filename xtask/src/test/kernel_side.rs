//! The tests of the kernel side on the running kernel: cut out of what cargo test prints.

use std::time::{Duration, Instant};

use crate::command;
use crate::vm::console::{Console, MARK};
use crate::vm::verdict::Verdict;
use crate::workspace::Workspace;

/// What the running kernel is called beside those of the guests.
pub const NAME: &str = "this machine";

/// What was printed of them so far.
#[derive(Default)]
pub struct KernelSide {
    console: Console,
    /// When they began; `None` before they do.
    began: Option<Instant>,
    /// How long they took; `None` before they end.
    took: Option<Duration>,
}

impl KernelSide {
    /// Takes in a line of output. The tests begin with a mark of their runner, and end with libtest's result.
    pub fn add(&mut self, line: &[u8]) {
        if line.starts_with(MARK.as_bytes()) {
            self.began = Some(Instant::now());
        }
        let (Some(began), None) = (self.began, self.took) else { return };
        self.console.feed(line, began.elapsed());
        if line.starts_with(b"test result: ") {
            self.took = Some(began.elapsed());
        }
    }

    /// What came of them; `None` where they were not run.
    pub fn verdict(&self, workspace: &Workspace) -> Option<Verdict> {
        let began = self.began?;
        let mut verdict = Verdict::of(NAME, &self.console);
        if self.took.is_none() {
            verdict.problems.push("the test program died".to_owned());
        }
        verdict.elapsed = self.took.unwrap_or_else(|| began.elapsed());
        let diagnosis = |form: &str| Some((form.to_owned(), diagnosis(workspace, form)?));
        verdict.diagnoses = ["auto", "raw", "plain"].into_iter().filter_map(diagnosis).collect();
        Some(verdict)
    }
}

/// What the doctor says of the running kernel, also where it says that nothing can be measured.
fn diagnosis(workspace: &Workspace, form: &str) -> Option<serde_json::Value> {
    let mut doctor = command::as_root(workspace.release().join("taskweight")).ok()?;
    let output = doctor.args(["doctor", "--json", "-", "--probe-form", form]).output().ok()?;
    serde_json::from_slice(&output.stdout).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: [&str; 6] = [
        "test unit::a ... ok\n",
        "test result: ok. 1 passed\n",
        "taskweight-tests: kernel 6.18.5\n",
        "test sched::a ... FAILED\n",
        "test result: FAILED. 0 passed; 1 failed\n",
        "test cli::b ... ok\n",
    ];

    #[test]
    fn other_tests_are_not_of_the_kernel_side() {
        let mut side = KernelSide::default();
        LINES.iter().for_each(|line| side.add(line.as_bytes()));
        let verdict = Verdict::of(NAME, &side.console);
        assert_eq!((verdict.release.as_deref(), verdict.run_count()), (Some("6.18.5"), 1));
        assert_eq!(verdict.failed, ["sched::a"]);
        assert!(side.took.is_some());
    }

    #[test]
    fn without_a_mark_nothing_is_known() {
        let mut side = KernelSide::default();
        LINES[..2].iter().for_each(|line| side.add(line.as_bytes()));
        assert!(side.began.is_none() && side.console.ended.is_empty());
    }
}

//! What every program does whatever the work is: it ends with taskweight, and refuses what it does not know.

use std::ffi::OsString;
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use super::case::Case;
use super::perform::words;
use super::{Check, Checker, Interrupted, Verdict, verdict};
use crate::protocol::{Conversation, Problem, ProtocolError, Step};
use taskweight_core::scenario::Scenario;

/// How long a program may take to notice that taskweight is gone.
const NOTICE: Duration = Duration::from_secs(5);

impl Checker<'_> {
    /// Whether it ends when its stdin does, in a scenario that it offers.
    ///
    /// # Errors
    /// When a signal came.
    pub fn end_of_input(&self, scenario: Scenario) -> Result<Check, Interrupted> {
        let case = Case::least(scenario);
        self.check("end of stdin before `go`", || {
            let mut child = self.start(&words(&case, None))?;
            let mut program = Conversation::new(&mut child, self.signals)?;
            program.wait_ready(case.tasks, self.deadline())?;
            program.hang_up();
            Ok(end_of_input(self.wait(child, Some(Instant::now() + NOTICE))?))
        })
    }

    /// Whether it refuses a scenario that nobody offers.
    ///
    /// # Errors
    /// When a signal came.
    pub fn unknown_scenario(&self) -> Result<Check, Interrupted> {
        self.check("unknown scenario", || {
            let arguments = ["no-such-scenario", "--tasks", "2", "--operations", "1"].map(OsString::from);
            let mut child = self.start(&arguments)?;
            let mut program = Conversation::new(&mut child, self.signals)?;
            let refused = program.wait_ready(2, self.deadline());
            Ok(unknown_scenario(refused.err()))
        })
    }

    fn check(&self, what: &str, look: impl Fn() -> anyhow::Result<Option<String>>) -> Result<Check, Interrupted> {
        let faults = look().unwrap_or_else(|error| Some(format!("{error:#}")));
        if let Some(received) = self.signals.received() {
            return Err(Interrupted(received));
        }
        let verdict: Verdict = verdict(faults.into_iter().collect());
        Ok(Check { what: what.to_owned(), verdict })
    }
}

fn end_of_input(status: Option<ExitStatus>) -> Option<String> {
    match status {
        None => Some(format!(
            "still running {} s later: read stdin while waiting for `go`, and exit at end of file",
            NOTICE.as_secs()
        )),
        Some(status) if status.success() => {
            Some("exits with status 0: exit with another status, because no work was done".to_owned())
        }
        Some(_) => None,
    }
}

fn unknown_scenario(error: Option<ProtocolError>) -> Option<String> {
    const ADVICE: &str = "report it on stderr, and exit with status 2 before anything else";
    match error {
        Some(error) if error.means_not_offered() => None,
        Some(ProtocolError { problem: Problem::Exited { status, before: Step::Ready }, .. }) => {
            Some(format!("ends with {status}: {ADVICE}"))
        }
        Some(error) => Some(format!("{error}; {ADVICE}")),
        None => Some(format!("says `ready`: {ADVICE}")),
    }
}

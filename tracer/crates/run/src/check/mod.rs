//! Checking a program against docs/protocol.md and docs/scenarios.md, without probes and without privileges.

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use super::load;
use super::privilege::Identity;
use super::protocol::{Problem, ProtocolError};
use super::signals::{Received, Signals};
use case::Case;
use taskweight_core::scenario::Scenario;

mod case;
mod checksum;
mod figures;
mod manners;
mod perform;

/// The program under test, and what it takes to run it.
#[derive(Debug)]
pub struct Checker<'a> {
    /// The program and its first arguments.
    pub command: &'a [OsString],
    /// Whom it runs as.
    pub user: Identity,
    /// Signals to taskweight.
    pub signals: &'a Signals,
    /// How long it may take for each step.
    pub timeout: Duration,
    /// Where the load generator for `echo` is.
    pub programs: &'a Path,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What, in a few words.
    pub what: String,
    /// What came of it.
    pub verdict: Verdict,
}

/// What came of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// As it should be.
    Good,
    /// What is wrong and what to do, each.
    Wrong(Vec<String>),
    /// The program says that it does not offer it, which it may.
    NotOffered,
    /// Why it could not be looked at.
    Unchecked(String),
}

/// taskweight received a signal: what was checked until then holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interrupted(pub Received);

impl Checker<'_> {
    /// Runs one scenario with several numbers of tasks and operations. Says whether it is offered.
    ///
    /// # Errors
    /// When a signal came.
    pub fn scenario(&self, scenario: Scenario, tell: &mut impl FnMut(Check)) -> Result<bool, Interrupted> {
        if let Some(reason) = self.obstacle(scenario) {
            tell(Check { what: scenario.name().to_owned(), verdict: Verdict::Unchecked(reason) });
            return Ok(false);
        }
        for (index, case) in Case::all(scenario).into_iter().enumerate() {
            let check = self.case(&case, index == 0)?;
            let is_offered = check.verdict != Verdict::NotOffered;
            tell(check);
            if !is_offered {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Why a scenario cannot be run here, whatever the program is.
    fn obstacle(&self, scenario: Scenario) -> Option<String> {
        let load = load::program(self.programs);
        let is_missing = scenario == Scenario::Echo && !load.is_file();
        is_missing.then(|| format!("the load generator {} is missing: cargo xtask build", load.display()))
    }

    /// Only the first case can tell that the scenario is not offered: the others differ in numbers.
    fn case(&self, case: &Case, is_first: bool) -> Result<Check, Interrupted> {
        let verdict = match self.perform(case) {
            Ok(heard) => verdict(figures::faults(case, &heard)),
            Err(error) => match error.downcast_ref::<ProtocolError>() {
                Some(ProtocolError { problem: Problem::Interrupted { by, .. }, .. }) => return Err(Interrupted(*by)),
                Some(protocol) if is_first && protocol.means_not_offered() => Verdict::NotOffered,
                _ => Verdict::Wrong(vec![format!("{error:#}")]),
            },
        };
        let what = if verdict == Verdict::NotOffered { case.scenario.name().to_owned() } else { case.to_string() };
        Ok(Check { what, verdict })
    }
}

fn verdict(faults: Vec<String>) -> Verdict {
    if faults.is_empty() { Verdict::Good } else { Verdict::Wrong(faults) }
}

#[cfg(test)]
mod tests;

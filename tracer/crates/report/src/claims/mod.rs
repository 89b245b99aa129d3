//! The claims of the textbook, and what a report says of them.
//!
//! A claim is data: its sentence, and parts. A part measures one figure of each model, and has a bound that the figure must
//! keep, with its whole interval; the file of each subject says why the bound is where it is. docs/claims.md explains how
//! to read the verdicts.

mod anatomy;
mod claim;
mod connections;
mod cost;
mod cpu;
mod echo;
mod figure;
mod language;
mod memory;
mod pairs;
mod preemption;
mod scope;
mod summary;
mod switching;
mod who;

pub(crate) use figure::joined;
pub use language::Language;

use claim::Claim;
use scope::Scope;
use taskweight_core::report::Report;
pub use taskweight_core::report::{Evidence, Outcome, Verdict};

/// In the order of the textbook.
const CLAIMS: [Claim; 11] = [
    switching::BY_THE_KERNEL,
    preemption::PREEMPTION,
    cost::COST,
    anatomy::FIVE_STEPS,
    switching::NO_TRANSITION,
    memory::THREAD_STACK,
    memory::COROUTINE_WEIGHT,
    memory::NO_OWN_STACK,
    memory::HOW_MANY,
    cpu::CPU_BOUND,
    echo::IO_BOUND,
];

/// A verdict for each claim, in the order of the textbook.
#[must_use]
pub fn verdicts(report: &Report, language: Language) -> Vec<Verdict> {
    let scope = Scope { report, language };
    CLAIMS.iter().enumerate().map(|(index, claim)| claim.judge(index + 1, &scope)).collect()
}

/// What the report says in three sentences: what a switch costs, what a task weighs, and where the difference ends. Empty where
/// it says nothing of all that.
#[must_use]
pub fn summary(report: &Report, language: Language) -> Vec<String> {
    summary::sentences(&Scope { report, language })
}

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

pub use language::Language;

use claim::Claim;
use scope::Scope;
use taskweight_core::report::Report;

/// What a report says of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Every model measured agrees, with its whole interval.
    Holds,
    /// True of some models or in some circumstances only, or not proved of all.
    Qualified,
    /// Something that it says is true of no model that was measured.
    DoesNotHold,
    /// Something needed was not measured, or not closely enough.
    NotMeasured,
}

impl Outcome {
    /// In words.
    #[must_use]
    pub const fn label(self, language: Language) -> &'static str {
        match self {
            Self::Holds => language.choose("holds", "맞다"),
            Self::Qualified => language.choose("holds, with a qualification", "조건부로 맞다"),
            Self::DoesNotHold => language.choose("does not hold", "맞지 않다"),
            Self::NotMeasured => language.choose("not measured", "측정하지 않았다"),
        }
    }
}

/// One figure behind a verdict.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// Model and quantity, in words.
    pub label: String,
    /// Whose figure it is: a model.
    pub model: String,
    /// What it is, in words.
    pub quantity: &'static str,
    /// The figure, in `unit`.
    pub value: f64,
    /// `ns`, `bytes`, `count`, `per operation`, `ratio` or `share` (0 to 1).
    pub unit: &'static str,
    /// The figure as text, with its unit.
    pub shown: String,
    /// Lower end of the 95 % interval; `None` without one, or where it is open.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// The interval as text; `None` where it has no ends.
    pub shown_interval: Option<String>,
    /// Indices into the report's `runs`; empty where it comes from elsewhere.
    pub runs: Vec<usize>,
    /// Where it comes from, in words: the circumstances of the runs, or the part of the report.
    pub source: String,
    /// Whether the outcome rests on it; otherwise it stands beside, to be seen.
    pub decides: bool,
}

/// A claim with what was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Of the claim, from 1.
    pub number: usize,
    /// Name of the claim, the same in every language.
    pub id: &'static str,
    /// The sentence of the textbook.
    pub claim: String,
    /// The verdict.
    pub outcome: Outcome,
    /// The verdict with its figures, or why there is none and what to run.
    pub sentence: String,
    /// The command that measures what is missing; `None` where nothing is.
    pub remedy: Option<&'static str>,
    /// Figures that it rests on, and others beside them.
    pub evidence: Vec<Evidence>,
}

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

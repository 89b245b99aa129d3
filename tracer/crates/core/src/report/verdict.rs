//! What a report says of the claims of the textbook.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a report says of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
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

/// One figure behind a verdict.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// Model and quantity, in words.
    pub label: String,
    /// Whose figure it is: a model.
    pub model: String,
    /// What it is, in words.
    pub quantity: String,
    /// The figure, in `unit`.
    pub value: f64,
    /// `ns`, `bytes`, `count`, `per operation`, `ratio` or `share` (0 to 1).
    pub unit: String,
    /// The figure as text, with its unit.
    pub shown: String,
    /// Lower end of the 95 % interval; `null` without one, or where it is open.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// The interval as text; `null` where it has no ends.
    pub shown_interval: Option<String>,
    /// Indices into the report's `runs`; empty where it comes from elsewhere.
    pub runs: Vec<usize>,
    /// Where it comes from, in words: the circumstances of the runs, or the part of the report.
    pub source: String,
    /// Whether the outcome rests on it; otherwise it stands beside, to be seen.
    pub decides: bool,
}

/// A claim with what was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Verdict {
    /// Of the claim, from 1.
    pub number: usize,
    /// Name of the claim, the same in every language.
    pub id: String,
    /// The sentence of the textbook.
    pub claim: String,
    /// The same in a few words.
    pub short_claim: String,
    /// The verdict.
    pub outcome: Outcome,
    /// The verdict with its figures, or why there is none and what to run.
    #[serde(rename = "text")]
    pub sentence: String,
    /// The command that measures what is missing; `null` where nothing is.
    pub remedy: Option<String>,
    /// Figures that it rests on, and others beside them.
    #[serde(rename = "figures")]
    pub evidence: Vec<Evidence>,
}

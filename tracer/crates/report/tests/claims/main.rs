//! Verdicts on made-up reports.

#![expect(clippy::unwrap_used, reason = "a step that fails is a failed test")]

mod gaps;
mod languages;
mod outcomes;
mod page;
mod stability;
mod world;

use taskweight_core::report::{Report, Run};
use taskweight_report::claims::{Language, Outcome, Verdict, verdicts};

/// The claims by name, in the order of the textbook.
const IDS: [&str; 11] = [
    "switched-by-kernel",
    "preemption",
    "switch-cost",
    "five-steps",
    "no-transition",
    "thread-stack",
    "coroutine-weight",
    "no-own-stack",
    "how-many",
    "cpu-bound",
    "io-bound",
];

fn verdict(report: &Report, id: &str) -> Verdict {
    verdicts(report, Language::English).into_iter().find(|verdict| verdict.id == id).unwrap()
}

/// The outcome, the same in both languages.
fn outcome(report: &Report, id: &str) -> Outcome {
    let of = |language| verdicts(report, language).into_iter().find(|verdict| verdict.id == id).unwrap().outcome;
    assert_eq!(of(Language::English), of(Language::Korean), "{id}");
    of(Language::English)
}

/// Asserts an outcome, and that the sentence has these parts.
fn assert_outcome(runs: Vec<Run>, id: &str, expected: Outcome, parts: &[&str]) {
    let report = world::report(runs);
    let verdict = verdict(&report, id);
    println!("{id}: {:?}: {}", verdict.outcome, verdict.sentence);
    assert_eq!(outcome(&report, id), expected, "{id}: {}", verdict.sentence);
    for part in parts {
        assert!(verdict.sentence.contains(part), "{part:?} is not in {:?}", verdict.sentence);
    }
}

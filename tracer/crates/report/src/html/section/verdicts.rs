//! The answer, and what the report says of each claim of the textbook.

use maud::{Markup, html};

use crate::claims::{Evidence, Language, Outcome, Verdict, summary, verdicts};
use crate::html::number::Number;
use crate::html::section::Section;
use crate::html::table::{Cell, Table, shown};
use taskweight_core::report::Report;

/// What the report says in three sentences.
pub(in crate::html) fn answer(report: &Report, language: Language) -> Markup {
    html! {
        div.answer lang=(language.code()) {
            @for sentence in summary(report, language) { p { (shown(&sentence)) } }
        }
    }
}

pub(in crate::html) fn section(report: &Report, language: Language) -> Section {
    let (judged, missing): (Vec<_>, Vec<_>) =
        verdicts(report, language).into_iter().partition(|one| one.remedy.is_none());
    let content = html! {
        div lang=(language.code()) {
            @for verdict in &judged { (card(verdict, language)) }
            @if !missing.is_empty() {
                details.more open[judged.is_empty()] {
                    summary { (language.choose("Not measured", "측정하지 않은 주장")) " (" (missing.len()) ")" }
                    @for verdict in &missing { (card(verdict, language)) }
                }
            }
        }
    };
    Section { id: "verdicts", title: "Verdicts on the textbook's claims", content }
}

/// The class of the style sheet, and a sign that needs no colour.
const fn look(outcome: Outcome) -> (&'static str, &'static str) {
    match outcome {
        Outcome::Holds => ("good", "✓"),
        Outcome::Qualified => ("middling", "≈"),
        Outcome::DoesNotHold => ("bad", "✗"),
        Outcome::NotMeasured => ("unknown", "–"),
    }
}

fn card(verdict: &Verdict, language: Language) -> Markup {
    let (class, sign) = look(verdict.outcome);
    html! {
        article class=(format!("verdict {class}")) id=(format!("claim-{}", verdict.id)) {
            h3 { (verdict.number) ". " (shown(&verdict.claim)) }
            p.outcome { span aria-hidden="true" { (sign) } " " (verdict.outcome.label(language)) }
            p { (shown(&verdict.sentence)) }
            @if !verdict.evidence.is_empty() { (evidence(verdict, language)) }
        }
    }
}

fn evidence(verdict: &Verdict, language: Language) -> Markup {
    let head = language.choose(
        ["model", "quantity", "value", "95 % CI", "measured in", "runs"],
        ["모델", "측정한 것", "값", "95 % 구간", "측정 조건", "실행"],
    );
    let caption = language.choose("evidence for the verdict on claim", "판정의 근거, 주장");
    let mut table = Table::new(format!("{caption} {}", verdict.number), head);
    table.rows = verdict.evidence.iter().enumerate().map(|(index, one)| row(verdict.id, index, one)).collect();
    html! {
        details.numbers {
            summary { (language.choose("Evidence", "판정의 근거")) }
            (table)
        }
    }
}

fn row(claim: &str, index: usize, evidence: &Evidence) -> Vec<Cell> {
    let runs: Vec<_> = evidence.runs.iter().map(usize::to_string).collect();
    let number = Number::field(evidence.value, evidence.shown.clone(), format!("claims.{claim}[{index}]"));
    vec![
        Cell::name(&evidence.model),
        Cell::text(evidence.quantity),
        Cell::Number(number),
        Cell::text(evidence.shown_interval.as_deref().unwrap_or("–")),
        Cell::text(&evidence.source),
        Cell::text(&runs.join(", ")),
    ]
}

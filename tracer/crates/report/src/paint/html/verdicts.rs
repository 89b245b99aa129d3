//! A card for each verdict, with its evidence folded away.

use maud::{Markup, html};

use taskweight_core::escape::escape;
use taskweight_core::report::{Evidence, Outcome, Verdict};

use super::content::table;
use crate::claims::Language;
use crate::document::{Cell, Column, Number, Table, Tone};

pub(super) fn cards(all: &[Verdict], language: Language) -> Markup {
    let (judged, missing): (Vec<_>, Vec<_>) = all.iter().partition(|one| one.remedy.is_none());
    html! {
        div lang=(language.code()) {
            @for verdict in &judged { (card(verdict, language)) }
            @if !missing.is_empty() {
                details.more open[judged.is_empty()] {
                    summary { (language.choose("Not measured", "측정하지 않은 주장")) " (" (missing.len()) ")" }
                    @for verdict in &missing { (card(verdict, language)) }
                }
            }
        }
    }
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
            h3 { (verdict.number) ". " (escape(&verdict.claim)) }
            p.outcome { span aria-hidden="true" { (sign) } " " (language.outcome(verdict.outcome)) }
            p { (escape(&verdict.sentence)) }
            @if !verdict.evidence.is_empty() {
                details.numbers {
                    summary { (language.choose("Evidence", "판정의 근거")) }
                    (table(&evidence(verdict, language)))
                }
            }
        }
    }
}

fn evidence(verdict: &Verdict, language: Language) -> Table {
    const HEAD: [[&str; 6]; 2] = [
        ["model", "quantity", "value", "95 % CI", "measured in", "runs"],
        ["모델", "측정한 것", "값", "95 % 구간", "측정 조건", "실행"],
    ];
    let caption = language.choose("evidence for the verdict on claim", "판정의 근거, 주장");
    let columns = language.choose(HEAD[0], HEAD[1]).map(Column::shown).to_vec();
    let rows = verdict.evidence.iter().enumerate().map(|(index, one)| evidence_row(verdict, index, one)).collect();
    Table { caption: format!("{caption} {}", verdict.number), columns, rows, main_group: 0 }
}

fn evidence_row(verdict: &Verdict, index: usize, one: &Evidence) -> Vec<Cell> {
    let runs: Vec<_> = one.runs.iter().map(usize::to_string).collect();
    let origin = format!("verdicts[{}].figures[{index}].value", verdict.number - 1);
    let number = Number { value: one.value.to_string(), shown: one.shown.clone(), origin };
    let text = |text: &str| Cell::Text(text.to_owned(), Tone::Plain);
    vec![
        Cell::Name(one.model.clone()),
        text(&one.quantity),
        Cell::from(number),
        text(one.shown_interval.as_deref().unwrap_or("–")),
        text(&one.source),
        text(&runs.join(", ")),
    ]
}

//! As one page to look at: self-contained, without scripts, for screen, telephone and paper.
//!
//! Nothing is loaded from elsewhere, and the page's own policy forbids it. Text from a report is escaped by `maud`, and what
//! would hide or reorder text is made visible, as on a terminal.

mod content;
mod verdicts;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use taskweight_core::escape::escape;
use taskweight_core::format::plural;
use taskweight_core::report::Report;

use crate::chart::{definitions, style_sheet};
use crate::claims::Language;
use crate::document::{self, Block, Document, Options, Section, Term};
use content::{block, blocks, figure};

const STYLE: &str = include_str!("style.css");

/// What all sections may weigh: a page is to be sent. Head, answer and footer are small beside it.
const MOST_BYTES: usize = 1_420_000;
/// Rows of lists that have no natural end.
const LISTED: usize = 100;

/// What a browser may do with the page: show what is in it, and nothing else.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// The report as one page, with its answer and its verdicts in this language.
#[must_use]
pub fn render(report: &Report, language: Language) -> String {
    paint(&document::of(report, &Options { top: LISTED, verbose: true, language, ..Options::default() }))
}

/// A document as one page.
#[must_use]
pub fn paint(document: &Document) -> String {
    let language = document.language;
    let title = document.subject.clone().unwrap_or_else(|| "What does a task weigh?".to_owned());
    let page = html! {
        (DOCTYPE)
        html lang=(language.code()) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="generator" content=(format!("taskweight {}", escape(&document.origin.version)));
                title { (escape(&title)) " - taskweight" }
                style { (PreEscaped(STYLE)) (PreEscaped(style_sheet())) }
            }
            body lang="en" {
                a.skip href="#content" { "Skip to content" }
                (definitions())
                (header(document, &title))
                main id="content" {
                    @if !document.answer.is_empty() {
                        div.answer lang=(language.code()) { @for note in &document.answer { p { (escape(&note.text)) } } }
                    }
                    @if let Some(overview) = &document.overview { (figure(overview)) }
                    (cautions(document))
                    (sections(document))
                    (legend(document))
                }
                (footer(document))
            }
        }
    };
    page.into_string()
}

fn header(document: &Document, title: &str) -> Markup {
    let origin = &document.origin;
    html! {
        header {
            h1 { (escape(title)) }
            p.origin {
                (escape(&origin.machine)) "."
                @if let Some(date) = &origin.date { " Measured at " (date) "." }
            }
            nav aria-label="Sections" {
                ul { @for section in &document.sections { li { a href=(format!("#{}", section.id)) { (section.short_title) } } } }
            }
        }
    }
}

fn cautions(document: &Document) -> Markup {
    html! {
        @if !document.cautions.is_empty() {
            aside.caution aria-label="Before you quote a number" {
                p { strong { "Before you quote a number" } }
                ul { @for caution in &document.cautions { li { (escape(&caution.text)) } } }
            }
        }
    }
}

fn footer(document: &Document) -> Markup {
    let origin = &document.origin;
    html! {
        footer {
            p { "Created by taskweight " (escape(&origin.version)) " with " code { (escape(&origin.command_line)) } }
            p {
                "Hover over a number to see the fields of the JSON report it comes from. Definitions: docs/metrics.md and \
                 docs/report.md of taskweight."
            }
        }
    }
}

/// All of them; what can be cut gets the room that the others leave.
fn sections(document: &Document) -> Markup {
    let language = document.language;
    let is_whole = |section: &&Section| !section.can_be_cut;
    let weight = |section: &Section| blocks(&section.blocks, language).0.len();
    let taken_bytes: usize = document.sections.iter().filter(is_whole).map(weight).sum();
    html! {
        @for section in &document.sections {
            section id=(section.id) aria-labelledby=(format!("{}-title", section.id)) {
                h2 id=(format!("{}-title", section.id)) { (section.title) }
                @if !is_absent(section) && !section.lead.is_empty() { p { (escape(&section.lead)) } }
                @if section.can_be_cut {
                    (cut(section, MOST_BYTES.saturating_sub(taken_bytes), language))
                } @else {
                    (blocks(&section.blocks, language))
                }
            }
        }
    }
}

fn is_absent(section: &Section) -> bool {
    section.blocks.iter().all(|block| matches!(block, Block::Absent { .. }))
}

/// As many of the section's blocks as there is room for; the first one always is.
fn cut(section: &Section, room_bytes: usize, language: Language) -> Markup {
    let mut weight_bytes = 0;
    let shown: Vec<Markup> = section
        .blocks
        .iter()
        .map(|one| block(one, language))
        .take_while(|markup| {
            let is_first = weight_bytes == 0;
            weight_bytes += markup.0.len();
            is_first || weight_bytes <= room_bytes
        })
        .collect();
    let left_out = (section.blocks.len() - shown.len()) as u64;
    html! {
        @for markup in shown { (markup) }
        @if left_out > 0 {
            p.absent {
                "Omitted to keep the page small: " (plural(left_out, "more workload"))
                ". See the JSON report, or compare fewer models."
            }
        }
    }
}

/// Words of the tables, each once.
fn legend(document: &Document) -> Markup {
    let mut terms: Vec<Term> = Vec::new();
    for term in document.sections.iter().filter(|section| !is_absent(section)).flat_map(|section| section.legend) {
        if !terms.iter().any(|(word, _)| *word == term.0) {
            terms.push(*term);
        }
    }
    html! {
        @if !terms.is_empty() {
            section id="legend" aria-labelledby="legend-title" {
                h2 id="legend-title" { "Words of the tables" }
                dl.facts { @for (word, text) in terms { dt { (word.trim()) } dd { (text) } } }
            }
        }
    }
}

//! As one page to look at: self-contained, without scripts, for screen, telephone and paper.
//!
//! Nothing is loaded from elsewhere, and the page's own policy forbids it. Text from a report is escaped by `maud`, and what
//! would hide or reorder text is made visible, as on a terminal.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use taskweight_core::escape::escape;
use taskweight_core::format::plural;
use taskweight_core::report::{Evidence, Outcome, Report, Verdict};

use crate::chart::{definitions, style_sheet};
use crate::claims::Language;
use crate::document::{self, Block, Cell, Column, Document, Figure, Note, Number, Options, Section, Table, Term, Tone};

const STYLE: &str = include_str!("style.css");

/// What all sections may weigh: a page is to be sent. Head, answer and footer are small beside it.
const MOST_BYTES: usize = 1_420_000;
/// Rows of a table of a picture beyond this number are folded away.
const OPEN_ROWS: usize = 12;
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

fn blocks(all: &[Block], language: Language) -> Markup {
    html! { @for one in all { (block(one, language)) } }
}

fn block(one: &Block, language: Language) -> Markup {
    match one {
        Block::Heading(text) => html! { h3 { (escape(text)) } },
        Block::Notes(notes) => html! { @if !notes.is_empty() { ul.notes { @for one in notes { (note(one)) } } } },
        Block::Table(table) => self::table(table),
        Block::Figure(one) => figure(one),
        Block::Verdicts(verdicts) => self::verdicts(verdicts, language),
        Block::Folded { title, is_open: true, blocks: inner } => {
            html! { h3 { (escape(title)) } (blocks(inner, language)) }
        }
        Block::Folded { title, blocks: inner, .. } => html! {
            details.more { summary { (escape(title)) } (blocks(inner, language)) }
        },
        Block::Detail(inner) => blocks(inner, language),
        Block::Absent { command } => html! { p.absent { "Not in this report. To measure it: " code { (command) } } },
    }
}

const fn class(tone: Tone) -> Option<&'static str> {
    match tone {
        Tone::Plain => None,
        Tone::Good => Some("said-good"),
        Tone::Caution => Some("said-middling"),
        Tone::Bad => Some("said-bad"),
    }
}

fn note(note: &Note) -> Markup {
    html! { li class=[class(note.tone)] { (escape(&note.text)) } }
}

fn figure(figure: &Figure) -> Markup {
    let label = figure.title.trim_end_matches('.');
    html! {
        figure {
            figcaption { strong { (escape(&figure.title)) } " " (escape(&figure.note)) }
            @if let Some(picture) = figure.chart.draw(&escape(label)) {
                (figure.chart.key())
                (picture)
            } @else {
                p.absent { "Nothing to draw: no value is above zero." }
            }
            @if !figure.table.rows.is_empty() {
                details.numbers open[figure.table.rows.len() <= OPEN_ROWS] {
                    summary { "Numbers: " (escape(&figure.table.caption)) }
                    (table(&figure.table))
                }
            }
        }
    }
}

fn table(table: &Table) -> Markup {
    let is_words = |column: usize| table.rows.iter().any(|row| matches!(row.get(column), Some(Cell::Text(..))));
    let has_head = table.columns.iter().any(|column| !column.head.is_empty());
    html! {
        div.scroll tabindex="0" role="region" aria-label=(escape(&table.caption)) {
            table {
                caption { (escape(&table.caption)) }
                @if has_head {
                    thead {
                        tr {
                            @for (place, column) in table.columns.iter().enumerate() {
                                th scope="col" class=[is_words(place).then_some("text")] { (escape(&column.words())) }
                            }
                        }
                    }
                }
                tbody { @for row in &table.rows { tr { @for one in row { (cell(one)) } } } }
            }
        }
        @for absence in table.absences(|_| true) {
            p.note { "– " (escape(&absence.text())) }
        }
    }
}

fn cell(cell: &Cell) -> Markup {
    match cell {
        Cell::Name(text) => {
            let inner = text.starts_with("  ").then_some("inner");
            html! { th scope="row" class=[inner] { (escape(text.trim_start())) } }
        }
        Cell::Text(text, tone) => html! { td.text { span class=[class(*tone)] { (escape(text)) } } },
        Cell::Group(text) => html! { th.group scope="rowgroup" colspan="100" { (escape(text)) } },
        Cell::Number(one, tone) => html! { td class=[class(*tone)] { (number(one)) (tone.mark()) } },
        Cell::Range(_, ends) => html! { td.range { (number(&ends[0])) " – " (number(&ends[1])) } },
        Cell::Absent(reason) => html! { td.absent title=(escape(reason)) { "–" } },
        Cell::Empty => html! { td {} },
    }
}

/// What it is in full, and in its title where it comes from.
fn number(number: &Number) -> Markup {
    html! { data value=(number.value) title=(escape(&number.origin)) { (escape(&number.shown)) } }
}

fn verdicts(all: &[Verdict], language: Language) -> Markup {
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

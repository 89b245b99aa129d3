//! Blocks, pictures and tables.

use maud::{Markup, html};

use taskweight_core::escape::escape;

use super::verdicts::cards;
use crate::claims::Language;
use crate::document::{Block, Cell, Figure, Note, Number, Table, Tone};

/// Rows of a table of a picture beyond this number are folded away.
const OPEN_ROWS: usize = 12;

pub(super) fn blocks(all: &[Block], language: Language) -> Markup {
    html! { @for one in all { (block(one, language)) } }
}

pub(super) fn block(one: &Block, language: Language) -> Markup {
    match one {
        Block::Heading(text) => html! { h3 { (escape(text)) } },
        Block::Notes(notes) => html! { @if !notes.is_empty() { ul.notes { @for one in notes { (note(one)) } } } },
        Block::Table(table) => self::table(table),
        Block::Figure(one) => figure(one),
        Block::Verdicts(verdicts) => cards(verdicts, language),
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

pub(super) fn figure(figure: &Figure) -> Markup {
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

pub(super) fn table(table: &Table) -> Markup {
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

//! What painters of plain text have in common: which blocks are shown, in which order, and which words are explained.

mod bars;
mod verdicts;

use taskweight_core::format::plural;

use crate::chart::Chart;
use crate::claims::Language;
use crate::document::{Block, Cell, Column, Document, Note, Section, Table, Term, Tone};

/// What plain text is written on.
pub(super) trait Surface {
    /// Columns that a line may have.
    fn width(&self) -> usize;
    fn heading(&mut self, text: &str);
    /// A sentence that stands out.
    fn strong(&mut self, text: &str);
    fn paragraph(&mut self, note: &Note);
    /// An entry of a list.
    fn item(&mut self, note: &Note);
    /// These columns of a table.
    fn table(&mut self, table: &Table, columns: &[usize]);
    /// A line with columns of its own.
    fn drawing(&mut self, line: &str);
    /// The end of what belongs together.
    fn end(&mut self);
}

/// Rows of a table of several groups that a terminal shows without being asked.
const MOST_ROWS: usize = 10;

/// Shows the document; `is_verbose` with all that a terminal shows only on demand.
pub(super) fn show(document: &Document, is_verbose: bool, surface: &mut impl Surface) {
    let mut painter =
        Painter { language: document.language, is_verbose, seen: Vec::new(), absences: Vec::new(), surface };
    if let Some(subject) = &document.subject {
        painter.surface.heading(subject);
    }
    document.answer.iter().for_each(|note| painter.surface.strong(&note.text));
    painter.surface.end();
    let mut legend: Vec<Term> = Vec::new();
    for section in &document.sections {
        painter.seen.clear();
        painter.section(section);
        let is_new = |term: &&Term| !legend.iter().any(|(word, _)| *word == term.0);
        let terms: Vec<Term> =
            section.legend.iter().filter(|term| painter.occurs(term.0)).filter(is_new).copied().collect();
        legend.extend(terms);
    }
    for caution in &document.cautions {
        let text = if is_verbose { &caution.text } else { &caution.short };
        painter.surface.paragraph(&Note { text: format!("Warning: {text}"), tone: Tone::Caution });
    }
    let terms: Vec<String> = legend.iter().map(|(word, text)| format!("{}: {text}.", word.trim())).collect();
    if !terms.is_empty() {
        painter.surface.end();
        painter.surface.paragraph(&Note { text: terms.join(" "), tone: Tone::Plain });
    }
}

struct Painter<'a, S> {
    language: Language,
    is_verbose: bool,
    /// Words of the section that may want an explanation.
    seen: Vec<String>,
    /// Why cells are absent, as far as it was said.
    absences: Vec<String>,
    surface: &'a mut S,
}

impl<S: Surface> Painter<'_, S> {
    fn occurs(&self, word: &str) -> bool {
        self.seen.iter().any(|text| text.contains(word))
    }

    fn section(&mut self, section: &Section) {
        if self.is_verbose
            && !section.lead.is_empty()
            && section.blocks.iter().any(|block| !matches!(block, Block::Absent { .. }))
        {
            self.surface.heading(section.title);
            self.surface.paragraph(&Note { text: section.lead.clone(), tone: Tone::Plain });
            self.surface.end();
        }
        section.blocks.iter().for_each(|block| self.block(block));
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Heading(text) => self.surface.heading(text),
            Block::Notes(notes) => self.notes(notes),
            Block::Table(table) => self.table(table),
            Block::Figure(figure) => {
                if let Chart::Bars(bars) = &figure.chart
                    && bars.in_text
                {
                    self.bars(bars);
                }
                self.table(&figure.table);
            }
            Block::Verdicts(verdicts) if self.is_verbose => verdicts.iter().for_each(|verdict| self.verdict(verdict)),
            Block::Verdicts(verdicts) => self.verdict_lines(verdicts),
            Block::Folded { blocks, .. } => blocks.iter().for_each(|block| self.block(block)),
            Block::Detail(blocks) if self.is_verbose => blocks.iter().for_each(|block| self.block(block)),
            Block::Detail(_) | Block::Absent { .. } => {}
        }
    }

    fn notes(&mut self, notes: &[Note]) {
        notes.iter().for_each(|note| self.surface.item(note));
        if !notes.is_empty() {
            self.surface.end();
        }
    }

    fn table(&mut self, table: &Table) {
        if table.rows.is_empty() {
            return;
        }
        let (shown, left_out) = shown_groups(table, self.is_verbose);
        let table = &with_one_group_in_caption(shown);
        let is_shown = |column: &Column| self.is_verbose || !column.is_detail;
        let columns: Vec<usize> =
            table.columns.iter().enumerate().filter(|(_, column)| is_shown(column)).map(|(index, _)| index).collect();
        self.seen.push(table.caption.clone());
        self.seen.extend(columns.iter().map(|index| table.columns[*index].words()));
        let cells = table.rows.iter().flat_map(|row| [row.first(), row.last()]).flatten();
        self.seen.extend(cells.filter_map(|cell| match cell {
            Cell::Name(text) | Cell::Text(text, _) => Some(text.clone()),
            _ => None,
        }));
        if !table.caption.is_empty() {
            self.surface.heading(&table.caption);
        }
        self.surface.table(table, &columns);
        for absence in table.absences(|index| columns.contains(&index)) {
            let text = format!("- {}", absence.text());
            // The same of another table is not said again.
            if !self.absences.contains(&text) {
                self.surface.item(&Note { text: text.clone(), tone: Tone::Plain });
                self.absences.push(text);
            }
        }
        if left_out > 0 {
            let text = format!("and {} (-v)", plural(left_out, "more condition"));
            self.surface.item(&Note { text, tone: Tone::Plain });
        }
        self.surface.end();
    }

    /// Columns that speak for themselves.
    fn headless(&mut self, rows: Vec<Vec<Cell>>) {
        let Some(columns) = rows.first().map(Vec::len) else { return };
        let table = Table { caption: String::new(), columns: vec![Column::shown(""); columns], rows, main_group: 0 };
        self.surface.table(&table, &(0..columns).collect::<Vec<_>>());
    }
}

/// A table of several groups: the main one where all are too many rows, and how many are left out.
fn shown_groups(table: &Table, is_verbose: bool) -> (Table, u64) {
    let groups = table.groups();
    match groups.get(table.main_group) {
        Some(main) if !is_verbose && groups.len() > 1 && table.rows.len() > MOST_ROWS => {
            (Table { rows: main.to_vec(), ..table.clone() }, groups.len() as u64 - 1)
        }
        _ => (table.clone(), 0),
    }
}

/// A table whose rows all have the same in common says so in its caption.
fn with_one_group_in_caption(mut table: Table) -> Table {
    if table.groups().len() == 1
        && let Some([Cell::Group(group)]) = table.rows.first().map(Vec::as_slice)
    {
        table.caption = format!("{} - {group}", table.caption);
        table.rows.remove(0);
    }
    table
}

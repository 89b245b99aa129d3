//! What painters of plain text have in common: which blocks are shown, in which order, and which words are explained.

use taskweight_core::format::{plural, time};
use taskweight_core::report::{Evidence, Outcome, Verdict};

use crate::chart::{Bar, Bars, Chart, Part};
use crate::claims::{Language, joined};
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

/// Claims for which something is missing that are listed one by one; more are a list of numbers.
const LISTED: usize = 3;
/// Rows of a table of several groups that a terminal shows without being asked.
const MOST_ROWS: usize = 14;
/// Columns of the numbers beside a verdict.
const NUMBERS_COLUMNS: usize = 18;
/// Columns of a bar's figure and the space around it.
const BESIDE_BAR: usize = 11;
/// A bar shorter than this is no bar.
const SHORTEST_BAR: usize = 20;

/// Where the figures behind a verdict are, in English and in Korean.
const ON_DEMAND: (&str, &str) = (
    "-v and the page (--html FILE) show the evidence and all conditions.",
    "-v와 --html FILE로 만든 페이지에 판정의 근거와 모든 값이 있다.",
);

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

    /// One line each: number, outcome, claim in a few words, and the figures that decide.
    fn verdict_lines(&mut self, verdicts: &[Verdict]) {
        self.surface.heading(self.language.choose("Verdicts on the textbook's claims", "교과서의 주장에 대한 판정"));
        let is_missing = |verdict: &&Verdict| verdict.remedy.is_some();
        let (missing, judged): (Vec<&Verdict>, Vec<&Verdict>) = verdicts.iter().partition(is_missing);
        let is_long = missing.len() > LISTED;
        let listed = judged.into_iter().chain(missing.iter().filter(|_| !is_long).copied());
        let mut rows: Vec<_> = listed.map(|verdict| (verdict.number, self.verdict_line(verdict))).collect();
        rows.sort_by_key(|(number, _)| *number);
        let rows = rows.into_iter().map(|(_, row)| row).collect();
        self.headless(rows);
        if is_long {
            let text = not_measured(&missing, self.language);
            self.surface.item(&Note { text, tone: Tone::Plain });
        }
        let text = self.language.choose(ON_DEMAND.0, ON_DEMAND.1).to_owned();
        self.surface.item(&Note { text, tone: Tone::Plain });
        self.surface.end();
    }

    fn verdict_line(&self, verdict: &Verdict) -> Vec<Cell> {
        let plain = |text: String| Cell::Text(text, Tone::Plain);
        let outcome = self.language.short_outcome(verdict.outcome).to_owned();
        vec![
            Cell::Name(format!("{:2}", verdict.number)),
            Cell::Text(outcome, tone(verdict.outcome)),
            plain(verdict.short_claim.clone()),
            plain(numbers(verdict, self.language)),
        ]
    }

    fn verdict(&mut self, verdict: &Verdict) {
        self.surface.heading(&format!("{}. {}", verdict.number, verdict.claim));
        let outcome = self.language.outcome(verdict.outcome).to_uppercase();
        self.surface.item(&Note { text: outcome, tone: tone(verdict.outcome) });
        self.surface.item(&Note { text: verdict.sentence.clone(), tone: Tone::Plain });
        let is_alike =
            |one: &Evidence, other: &Evidence| (&one.quantity, &one.source) == (&other.quantity, &other.source);
        for alike in verdict.evidence.chunk_by(is_alike) {
            let Some(first) = alike.first() else { continue };
            self.surface.item(&Note { text: format!("{} ({})", first.quantity, first.source), tone: Tone::Plain });
            self.headless(alike.iter().map(|one| evidence(one, self.language)).collect());
        }
        self.surface.end();
    }

    /// Columns that speak for themselves.
    fn headless(&mut self, rows: Vec<Vec<Cell>>) {
        let Some(columns) = rows.first().map(Vec::len) else { return };
        let table = Table { caption: String::new(), columns: vec![Column::shown(""); columns], rows, main_group: 0 };
        self.surface.table(&table, &(0..columns).collect::<Vec<_>>());
    }

    /// One bar for each model, all on one scale, with the letters of its parts.
    fn bars(&mut self, bars: &Bars) {
        let names = bars.bars.iter().map(|bar| bar.name.chars().count()).max().unwrap_or(0).min(BESIDE_BAR * 2);
        let columns = self.surface.width().saturating_sub(names + BESIDE_BAR).max(SHORTEST_BAR);
        let longest = bars.longest();
        self.surface.heading(&format!("One switch ({columns} columns = {})", time(longest)));
        let drawn: Vec<String> = bars.bars.iter().map(|bar| letters(bar, bars, longest, columns)).collect();
        for (bar, letters) in bars.bars.iter().zip(&drawn) {
            let name: String = bar.name.chars().take(names).collect();
            self.surface.drawing(&format!("{name:names$} {letters} {}", bar.sum));
        }
        let is_drawn = |part: &&Part| drawn.iter().any(|letters| letters.contains(part.letter));
        let key = bars.parts.iter().filter(is_drawn).map(|part| format!("{} {}", part.letter, part.name));
        let key: Vec<String> = key.collect();
        self.surface.item(&Note { text: key.join(", "), tone: Tone::Plain });
        self.surface.end();
    }
}

/// What decides, from the least to the most of all models: such as `1.00; 0-0.0005`. What is too long is left out.
fn numbers(verdict: &Verdict, language: Language) -> String {
    let deciding: Vec<&Evidence> = verdict.evidence.iter().filter(|one| one.decides).collect();
    let of_quantity = |alike: &[&Evidence]| {
        let least = alike.iter().min_by(|a, b| a.value.total_cmp(&b.value))?;
        let most = alike.iter().max_by(|a, b| a.value.total_cmp(&b.value))?;
        Some(joined(&least.shown, &most.shown, language))
    };
    let mut numbers = String::new();
    for one in deciding.chunk_by(|one, other| one.quantity == other.quantity).filter_map(of_quantity) {
        let longer = if numbers.is_empty() { one } else { format!("{numbers}; {one}") };
        if longer.chars().count() > NUMBERS_COLUMNS {
            break;
        }
        numbers = longer;
    }
    numbers
}

/// Letters in proportion: borders are rounded, not lengths, so that the bar is as long as its sum. What takes any time has
/// a letter where nothing else is in its place: a bar is never empty.
fn letters(bar: &Bar, bars: &Bars, longest: f64, columns: usize) -> String {
    let letter = |part: usize| bars.parts.get(part).map_or('?', |part| part.letter);
    let (mut drawn, mut until, mut count) = (String::new(), 0.0, 0);
    for (part, value) in &bar.values {
        until += value;
        let border = if longest > 0.0 { (until / longest * columns as f64).round() as usize } else { 0 };
        drawn.extend(std::iter::repeat_n(letter(*part), border.min(columns).saturating_sub(count)));
        count = border.min(columns).max(count);
    }
    if drawn.is_empty() {
        let dominant = bar.values.iter().max_by(|a, b| a.1.total_cmp(&b.1));
        drawn.extend(dominant.map(|(part, _)| letter(*part)));
    }
    drawn
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

fn evidence(evidence: &Evidence, language: Language) -> Vec<Cell> {
    let runs: Vec<_> = evidence.runs.iter().map(usize::to_string).collect();
    let runs = if runs.is_empty() {
        String::new()
    } else {
        format!("{} {}", language.choose("runs", "실행"), runs.join(", "))
    };
    let plain = |text: String| Cell::Text(text, Tone::Plain);
    let interval = evidence.shown_interval.clone().unwrap_or_default();
    vec![Cell::Name(format!("    {}", evidence.model)), plain(evidence.shown.clone()), plain(interval), plain(runs)]
}

fn not_measured(missing: &[&Verdict], language: Language) -> String {
    let numbers: Vec<_> = missing.iter().map(|verdict| verdict.number.to_string()).collect();
    let numbers = numbers.join(", ");
    match language {
        Language::English => format!("not measured: {numbers} (`sudo taskweight compare` measures all)"),
        Language::Korean => format!("측정하지 않은 주장: {numbers} (`sudo taskweight compare`로 모두 측정한다)"),
    }
}

/// The tone of an outcome.
pub(super) const fn tone(outcome: Outcome) -> Tone {
    match outcome {
        Outcome::Holds => Tone::Good,
        Outcome::Qualified => Tone::Caution,
        Outcome::DoesNotHold => Tone::Bad,
        Outcome::NotMeasured => Tone::Plain,
    }
}

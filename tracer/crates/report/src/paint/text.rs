//! On a terminal: lines no wider than it is, columns, colours.

use taskweight_core::escape::escape;
use taskweight_core::format::ABSENT;
use taskweight_core::report::Report;
use unicode_width::UnicodeWidthStr;

use super::plain::{self, Surface};
use crate::document::{self, Cell, Document, NARROWEST, Note, Options, Table, Tone};

/// Columns before an entry of a list, and before a row that belongs to a group.
const INDENT: usize = 2;
/// Most columns of a row's name where a table is too wide.
const NAME_COLUMNS: usize = 24;
/// Columns that words get where a table is too wide.
const WORDS_COLUMNS: usize = 18;

/// A head that is no wider stays on one line.
const SHORT_HEAD: usize = 8;

/// The report as text, which ends with a line break.
#[must_use]
pub fn render(report: &Report, options: &Options) -> String {
    paint(&document::of(report, options), options)
}

/// A document as text, which ends with a line break.
#[must_use]
pub fn paint(document: &Document, options: &Options) -> String {
    let mut terminal = Terminal { text: String::new(), width: options.width.max(NARROWEST), color: options.color };
    plain::show(document, options.verbose, &mut terminal);
    format!("{}\n", terminal.text.trim_end())
}

struct Terminal {
    text: String,
    width: usize,
    color: bool,
}

/// What a line or a part of it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    Heading,
    Toned(Tone),
}

impl Style {
    const fn escape_sequence(self) -> &'static str {
        match self {
            Self::Heading => "\x1b[1m",
            Self::Toned(Tone::Plain) => "",
            Self::Toned(Tone::Good) => "\x1b[32m",
            Self::Toned(Tone::Caution) => "\x1b[33m",
            Self::Toned(Tone::Bad) => "\x1b[31m",
        }
    }
}

impl Terminal {
    fn painted(&self, text: &str, style: Style) -> String {
        let sequence = if self.color { style.escape_sequence() } else { "" };
        if sequence.is_empty() || text.trim().is_empty() { text.to_owned() } else { format!("{sequence}{text}\x1b[0m") }
    }

    fn line(&mut self, line: &str, style: Style) {
        let line = self.painted(line.trim_end(), style);
        self.text.extend([line.as_str(), "\n"]);
    }

    fn folded(&mut self, text: &str, indents: [usize; 2], style: Style) {
        for line in fold(&escape(text), self.width - indents[0], indents[1]) {
            self.line(&format!("{:1$}{line}", "", indents[0]), style);
        }
    }
}

impl Surface for Terminal {
    fn width(&self) -> usize {
        self.width
    }

    fn heading(&mut self, text: &str) {
        self.folded(text, [0, INDENT], Style::Heading);
    }

    fn strong(&mut self, text: &str) {
        self.folded(text, [0, INDENT], Style::Heading);
    }

    fn paragraph(&mut self, note: &Note) {
        let indent = if note.tone == Tone::Plain { 0 } else { INDENT };
        self.folded(&note.text, [0, indent], Style::Toned(note.tone));
    }

    fn item(&mut self, note: &Note) {
        self.folded(&note.text, [INDENT, INDENT], Style::Toned(note.tone));
    }

    fn table(&mut self, table: &Table, columns: &[usize]) {
        let grid = Grid::new(table, columns);
        for part in grid.parts(self.width) {
            let widths = grid.widths(&part, self.width);
            let gap = if widths.iter().sum::<usize>() + 2 * (part.len() - 1) <= self.width { 2 } else { 1 };
            let lines = |cells: &[&Piece]| row_lines(cells, &widths, gap, |text, style| self.painted(text, style));
            let mut text = Vec::new();
            if grid.has_head {
                text.extend(lines(&part.iter().map(|column| &grid.head[*column]).collect::<Vec<_>>()));
            }
            for row in &grid.rows {
                match row {
                    Row::Group(group) => text.extend(fold(group, self.width, INDENT)),
                    Row::Pieces(row) => {
                        text.extend(lines(&part.iter().map(|column| &row[*column]).collect::<Vec<_>>()))
                    }
                }
            }
            text.iter().for_each(|line| self.text.extend([line.trim_end(), "\n"]));
        }
    }

    fn drawing(&mut self, line: &str) {
        self.folded(line, [0, INDENT], Style::Toned(Tone::Plain));
    }

    fn end(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }
}

/// A cell as it is shown.
struct Piece {
    text: String,
    style: Style,
    /// Whether it stands to the left, and is folded where there is no room.
    is_words: bool,
}

enum Row {
    Group(String),
    Pieces(Vec<Piece>),
}

/// A table as it is shown: some of its columns.
struct Grid {
    head: Vec<Piece>,
    rows: Vec<Row>,
    has_head: bool,
}

impl Grid {
    fn new(table: &Table, columns: &[usize]) -> Self {
        let has_groups = table.rows.iter().any(|row| matches!(row[..], [Cell::Group(_)]));
        let row = |row: &Vec<Cell>| match &row[..] {
            [Cell::Group(text)] => Row::Group(escape(text)),
            row => Row::Pieces(columns.iter().map(|column| piece(row.get(*column), has_groups)).collect()),
        };
        let rows: Vec<Row> = table.rows.iter().map(row).collect();
        let is_words = |place: usize| {
            let mut pieces =
                rows.iter().filter_map(|row| if let Row::Pieces(row) = row { row.get(place) } else { None });
            place == 0 || pieces.any(|piece| piece.is_words)
        };
        let width = |place: usize| {
            let pieces = rows.iter().filter_map(|row| if let Row::Pieces(row) = row { row.get(place) } else { None });
            pieces.map(|piece| piece.text.width()).max().unwrap_or(0)
        };
        let head = columns.iter().enumerate().map(|(place, column)| {
            let head = table.columns.get(*column).map_or("", |column| &column.head);
            let head = if head.width() > width(place).max(SHORT_HEAD) { in_two_lines(head) } else { head.to_owned() };
            let text = head.split('\n').map(escape).collect::<Vec<_>>().join("\n");
            Piece { text, style: Style::Heading, is_words: is_words(place) }
        });
        let head: Vec<Piece> = head.collect();
        Self { has_head: head.iter().any(|piece| !piece.text.is_empty()), head, rows }
    }

    /// What a column would take, and whether it can do with less.
    fn natural(&self, column: usize) -> (usize, bool) {
        let in_rows =
            self.rows.iter().filter_map(|row| if let Row::Pieces(row) = row { row.get(column) } else { None });
        let pieces: Vec<&Piece> = in_rows.chain(self.head.get(column)).collect();
        let width = |piece: &&Piece| piece.text.lines().map(UnicodeWidthStr::width).max().unwrap_or(0);
        (pieces.iter().map(width).max().unwrap_or(0), self.head[column].is_words)
    }

    /// The least that a column takes.
    fn least(&self, column: usize) -> usize {
        let (width, is_words) = self.natural(column);
        match (column, is_words) {
            (0, _) => width.min(NAME_COLUMNS),
            (_, true) => width.min(WORDS_COLUMNS),
            _ => width,
        }
    }

    /// Columns that fit beside each other, each time after the names.
    fn parts(&self, width: usize) -> Vec<Vec<usize>> {
        let mut parts = vec![vec![0]];
        let mut used = self.least(0);
        for column in 1..self.head.len() {
            let wanted = self.least(column) + 1;
            if used + wanted > width && parts.last().is_some_and(|part| part.len() > 1) {
                parts.push(vec![0]);
                used = self.least(0);
            }
            used += wanted;
            if let Some(part) = parts.last_mut() {
                part.push(column);
            }
        }
        parts
    }

    /// Names and words get the room that is left.
    fn widths(&self, part: &[usize], width: usize) -> Vec<usize> {
        let mut widths: Vec<usize> = part.iter().map(|column| self.least(*column)).collect();
        let mut room = width.saturating_sub(widths.iter().sum::<usize>() + part.len() - 1);
        for (taken, column) in widths.iter_mut().zip(part) {
            let more = self.natural(*column).0.saturating_sub(*taken).min(room);
            *taken += more;
            room -= more;
        }
        widths
    }
}

fn piece(cell: Option<&Cell>, has_groups: bool) -> Piece {
    let indent = if has_groups { "  " } else { "" };
    let (text, tone, is_words) = match cell {
        Some(Cell::Name(text)) => (format!("{indent}{text}"), Tone::Plain, true),
        Some(Cell::Text(text, tone)) => (text.clone(), *tone, true),
        Some(Cell::Group(text)) => (text.clone(), Tone::Plain, true),
        Some(Cell::Number(number, tone)) => (format!("{}{}", number.shown, tone.mark()), *tone, false),
        Some(Cell::Range(text, _)) => (text.clone(), Tone::Plain, false),
        Some(Cell::Absent(_)) => (ABSENT.to_owned(), Tone::Plain, false),
        Some(Cell::Empty) | None => (String::new(), Tone::Plain, false),
    };
    Piece { text: escape(&text), style: Style::Toned(tone), is_words }
}

/// The lines of a row: what is folded in one cell leaves the others empty. Heads stand at the bottom.
fn row_lines(pieces: &[&Piece], widths: &[usize], gap: usize, painted: impl Fn(&str, Style) -> String) -> Vec<String> {
    let cells: Vec<Vec<String>> = pieces
        .iter()
        .zip(widths)
        .map(|(piece, width)| piece.text.lines().flat_map(|line| fold(line, *width, 0)).collect())
        .collect();
    let height = cells.iter().map(Vec::len).max().unwrap_or(0);
    let line = |at: usize| {
        let mut line = String::new();
        for (place, ((cell, piece), width)) in cells.iter().zip(pieces).zip(widths).enumerate() {
            let above = if piece.style == Style::Heading { height - cell.len() } else { 0 };
            let text = at.checked_sub(above).and_then(|at| cell.get(at)).map_or("", String::as_str);
            let space = " ".repeat(width.saturating_sub(text.width()));
            let gap = if place == 0 { 0 } else { gap };
            let text = painted(text, piece.style);
            let [before, after] = if piece.is_words || place == 0 { ["", &space] } else { [&space, ""] };
            line.extend([" ".repeat(gap).as_str(), before, &text, after]);
        }
        line
    };
    (0..height).map(line).collect()
}

/// A head on two lines where that makes it narrower.
fn in_two_lines(head: &str) -> String {
    if head.contains('\n') {
        return head.to_owned();
    }
    let spaces = head.match_indices(' ').map(|(at, _)| at);
    let width = |at: usize| head[..at].width().max(head[at + 1..].width());
    match spaces.min_by_key(|at| width(*at)) {
        Some(at) => format!("{}\n{}", &head[..at], &head[at + 1..]),
        None => head.to_owned(),
    }
}

/// Folds text at spaces, or within a word that is longer than a line; lines after the first are indented.
fn fold(text: &str, width: usize, indent: usize) -> Vec<String> {
    let words = text.trim_start_matches(' ');
    let lead = (text.len() - words.len()).min(width.saturating_sub(1));
    let mut lines = vec![" ".repeat(lead)];
    let (mut used, mut start) = (lead, lead);
    for word in words.split(' ') {
        if used > start && used + 1 + word.width() > width {
            lines.push(" ".repeat(indent));
            (used, start) = (indent, indent);
        } else if used > start {
            push(&mut lines, " ");
            used += 1;
        }
        for character in word.chars() {
            let character_width = character.to_string().width();
            if used + character_width > width {
                lines.push(" ".repeat(indent));
                (used, start) = (indent, indent);
            }
            push(&mut lines, &character.to_string());
            used += character_width;
        }
    }
    lines
}

fn push(lines: &mut [String], text: &str) {
    if let Some(line) = lines.last_mut() {
        line.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_become_visible() {
        assert_eq!(escape("a\x1b[2Jb\n\r\x07"), r"a\x1b[2Jb\x0a\x0d\x07");
        assert_eq!(escape("\u{9b}31m\u{202e}\u{200b}\u{7f}"), r"\u{9b}31m\u{202e}\u{200b}\x7f");
        assert_eq!(escape(r#"it's "C:\x" µ 任务"#), r#"it's "C:\x" µ 任务"#);
    }

    #[test]
    fn folds_at_spaces_and_within_long_words() {
        assert_eq!(fold("one two three", 9, 2), ["one two", "  three"]);
        assert_eq!(fold("abcdefghij kl", 6, 2), ["abcdef", "  ghij", "  kl"]);
        assert_eq!(fold("a bb ccc", 6, 4), ["a bb", "    cc", "    c"]);
        assert_eq!(fold("", 6, 4), [""]);
        assert_eq!(fold("  a", 6, 4), ["  a"]);
        assert_eq!(fold("任务任务", 4, 0), ["任务", "任务"]);
    }

    #[test]
    fn heads_are_two_lines_of_whole_words() {
        assert_eq!(in_two_lines("time per op"), "time\nper op");
        assert_eq!(in_two_lines("syscalls"), "syscalls");
        assert_eq!(in_two_lines("traced/\nuntraced"), "traced/\nuntraced");
    }
}

//! Columns: names and words to the left, numbers to the right; a table too wide is continued below.

use taskweight_core::escape::escape;
use taskweight_core::format::ABSENT;
use unicode_width::UnicodeWidthStr;

use super::Style;
use super::fold::{fold, in_two_lines};
use crate::document::{Cell, Table, Tone};

/// Most columns of a row's name where a table is too wide.
const NAME_COLUMNS: usize = 24;
/// Columns that words get where a table is too wide.
const WORDS_COLUMNS: usize = 18;
/// A head that is no wider stays on one line.
const SHORT_HEAD: usize = 8;
/// Columns that a row that is a group's head is folded by.
const INDENT: usize = 2;

/// The lines of these columns of a table.
pub(super) fn lines(
    table: &Table,
    columns: &[usize],
    width: usize,
    painted: impl Fn(&str, Style) -> String,
) -> Vec<String> {
    let grid = Grid::new(table, columns);
    let mut text = Vec::new();
    for part in grid.parts(width) {
        let widths = grid.widths(&part, width);
        let gap = if widths.iter().sum::<usize>() + 2 * (part.len() - 1) <= width { 2 } else { 1 };
        let pieces = |row: &[Piece]| {
            let cells: Vec<&Piece> = part.iter().filter_map(|column| row.get(*column)).collect();
            row_lines(&cells, &widths, gap, &painted)
        };
        if grid.has_head {
            text.extend(pieces(&grid.head));
        }
        for row in &grid.rows {
            match row {
                Row::Group(group) => text.extend(fold(group, width, INDENT)),
                Row::Pieces(row) => text.extend(pieces(row)),
            }
        }
    }
    text
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

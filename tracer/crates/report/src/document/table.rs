//! Tables, and what stands in them.

use std::borrow::Cow;

use taskweight_core::format::count;
use taskweight_core::metric::Metric;

use super::Tone;
use super::number::{Estimate, Number};

/// Rows that a reason names.
const NAMED: usize = 4;

/// A table.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// What is in it.
    pub caption: String,
    /// Its columns; the first one names the rows.
    pub columns: Vec<Column>,
    /// Its rows, each as long as there are columns; a row of one [`Cell::Group`] heads those below it.
    pub rows: Vec<Vec<Cell>>,
    /// Which of its groups a terminal shows where all would be too many rows.
    pub main_group: usize,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Whole words; `\n` where a line must end.
    pub head: Cow<'static, str>,
    /// Whether a terminal shows it only on demand.
    pub is_detail: bool,
}

impl Column {
    /// One that is always shown.
    #[must_use]
    pub const fn shown(head: &'static str) -> Self {
        Self { head: Cow::Borrowed(head), is_detail: false }
    }

    /// That of a row of the registry.
    pub(super) fn of<Of>(metric: &Metric<Of>) -> Self {
        Self { head: metric.label.into(), is_detail: metric.is_detail }
    }

    /// Its head on one line.
    #[must_use]
    pub fn words(&self) -> String {
        self.head.replace("/\n", "/").replace('\n', " ")
    }

    /// One that a terminal shows only on demand.
    #[must_use]
    pub const fn detail(head: &'static str) -> Self {
        Self { head: Cow::Borrowed(head), is_detail: true }
    }
}

/// What stands in a table.
#[derive(Clone, Debug)]
pub enum Cell {
    /// What a row is about.
    Name(String),
    /// Words.
    Text(String, Tone),
    /// What the rows below have in common: alone in its row.
    Group(String),
    /// A number.
    Number(Number, Tone),
    /// The ends of an interval; as text, in the unit of the number beside it.
    Range(String, Box<[Number; 2]>),
    /// Not available, and why.
    Absent(String),
    /// Nothing belongs here.
    Empty,
}

impl From<Number> for Cell {
    fn from(number: Number) -> Self {
        Self::Number(number, Tone::Plain)
    }
}

impl Cell {
    pub(super) fn name(text: impl Into<String>) -> Self {
        Self::Name(text.into())
    }

    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into(), Tone::Plain)
    }

    pub(super) fn absent(reason: impl Into<String>) -> Self {
        Self::Absent(reason.into())
    }

    /// The number, or why it is not there.
    pub(super) fn number_or(number: Option<Number>, reason: &str) -> Self {
        number.map_or_else(|| Self::absent(reason), Self::from)
    }

    /// Median and interval.
    pub(super) fn estimate(estimate: Option<Estimate>, reason: &str) -> [Self; 2] {
        let Some(Estimate { median, interval, .. }) = estimate else {
            return [(); 2].map(|()| Self::absent(reason));
        };
        let interval = interval.map_or_else(
            || Self::absent("needs at least two repetitions"),
            |(text, ends)| Self::Range(text, Box::new(ends)),
        );
        [median.into(), interval]
    }

    /// The median alone.
    pub(super) fn median(estimate: Option<Estimate>, reason: &str) -> Self {
        Self::number_or(estimate.map(|estimate| estimate.median), reason)
    }

    /// The name that it gives to its row.
    fn row_name(&self) -> Option<&str> {
        if let Self::Name(name) = self { Some(name) } else { None }
    }
}

/// Why cells are absent: the columns and rows that they are in, and the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Absence<'a> {
    /// Heads of columns; none where a row has no figure at all.
    pub columns: Vec<String>,
    /// Names of rows.
    pub rows: Vec<&'a str>,
    /// The reason.
    pub reason: &'a str,
}

impl Absence<'_> {
    /// Such as `wait p50, wait p99 (go, tokio): no thread became runnable`.
    #[must_use]
    pub fn text(&self) -> String {
        let more = self.rows.len().saturating_sub(NAMED) as u64;
        let more = (more > 0).then(|| format!("{} more", count(more)));
        let rows: Vec<String> = self.rows.iter().take(NAMED).map(ToString::to_string).chain(more).collect();
        match (self.columns.join(", "), rows.join(", ")) {
            (columns, rows) if columns.is_empty() => format!("{rows}: {}", self.reason),
            (columns, rows) => format!("{columns} ({rows}): {}", self.reason),
        }
    }
}

impl Table {
    pub(super) fn new(caption: impl Into<String>, columns: &[Column]) -> Self {
        Self { caption: caption.into(), columns: columns.to_vec(), rows: Vec::new(), main_group: 0 }
    }

    /// Rows of each group, its head first.
    #[must_use]
    pub fn groups(&self) -> Vec<&[Vec<Cell>]> {
        let is_within = |_: &Vec<Cell>, next: &Vec<Cell>| !matches!(next[..], [Cell::Group(_)]);
        self.rows.chunk_by(is_within).collect()
    }

    /// With the last of its groups as the one to show.
    pub(super) fn with_last_group(mut self) -> Self {
        self.main_group = self.groups().len().saturating_sub(1);
        self
    }

    /// Without those of these columns in which nothing stands.
    pub(super) fn without_empty(mut self, heads: &[&str]) -> Self {
        for head in heads {
            let Some(place) = self.columns.iter().position(|column| column.head == *head) else { continue };
            let is_empty = |row: &Vec<Cell>| matches!(row.get(place), None | Some(Cell::Absent(_) | Cell::Empty));
            if self.rows.iter().all(is_empty) {
                self.columns.remove(place);
                self.rows.iter_mut().filter(|row| row.len() > place).for_each(|row| drop(row.remove(place)));
            }
        }
        self
    }

    /// Each reason once, with where it is; `is_shown` says of which columns.
    #[must_use]
    pub fn absences(&self, is_shown: impl Fn(usize) -> bool) -> Vec<Absence<'_>> {
        let mut all: Vec<Absence<'_>> = Vec::new();
        for row in &self.rows {
            let name = row.first().and_then(Cell::row_name).unwrap_or_default().trim_start();
            for (index, cell) in row.iter().enumerate().filter(|(index, _)| is_shown(*index)) {
                let (Cell::Absent(reason), Some(column)) = (cell, self.columns.get(index)) else { continue };
                match all.iter_mut().find(|one| one.reason == reason) {
                    Some(one) => {
                        push_once(&mut one.columns, column.words());
                        push_once(&mut one.rows, name);
                    }
                    None => all.push(Absence { columns: vec![column.words()], rows: vec![name], reason }),
                }
            }
        }
        let figures = (1..self.columns.len()).filter(|index| is_shown(*index)).count();
        all.iter_mut().filter(|one| one.columns.len() == figures).for_each(|one| one.columns.clear());
        all
    }
}

fn push_once<T: PartialEq>(all: &mut Vec<T>, one: T) {
    if !all.contains(&one) {
        all.push(one);
    }
}

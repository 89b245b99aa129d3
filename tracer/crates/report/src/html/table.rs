//! Tables of the page, and the frame that a picture and its table share.

use maud::{Markup, Render, html};

use taskweight_core::escape::escape;

use super::number::{Estimate, Number};

/// Rows beyond this number are folded away.
const OPEN_ROWS: usize = 12;

/// Text from the report, or from whoever was traced: what would hide or reorder it becomes visible. maud escapes the rest.
pub(super) fn shown(text: &str) -> String {
    escape(text)
}

/// What stands in a table.
pub(super) enum Cell {
    /// A name, which heads its row.
    Name(String),
    Text(String),
    /// What the rows below have in common: alone in its row.
    Group(String),
    Number(Number),
    /// Not available, and why.
    Absent(String),
    /// Nothing belongs here.
    Empty,
}

impl Cell {
    pub(super) fn name(text: &str) -> Self {
        Self::Name(shown(text))
    }

    pub(super) fn text(text: &str) -> Self {
        Self::Text(shown(text))
    }

    /// Why there is no number.
    pub(super) fn absent(reason: &str) -> Self {
        Self::Absent(shown(reason))
    }

    /// The number, or why it is not there.
    pub(super) fn number_or(number: Option<Number>, reason: &str) -> Self {
        number.map_or_else(|| Self::absent(reason), Self::Number)
    }

    /// Median, lower and upper end.
    pub(super) fn estimate(estimate: Option<Estimate>, reason: &str) -> [Self; 3] {
        let Some(Estimate { median, interval, .. }) = estimate else {
            return [(); 3].map(|()| Self::absent(reason));
        };
        let ends = interval.map(|ends| ends.map(Self::Number));
        let [low, high] = ends.unwrap_or_else(|| [(); 2].map(|()| Self::absent("needs at least two repetitions")));
        [Self::Number(median), low, high]
    }

    /// The median alone.
    pub(super) fn median(estimate: Option<Estimate>, reason: &str) -> Self {
        Self::number_or(estimate.map(|estimate| estimate.median), reason)
    }
}

impl Render for Cell {
    fn render(&self) -> Markup {
        match self {
            Self::Name(text) => html! { th scope="row" { (text) } },
            Self::Text(text) => html! { td.text { (text) } },
            Self::Group(text) => html! { th.group scope="rowgroup" colspan="100" { (text) } },
            Self::Number(number) => html! { td { (number) } },
            Self::Absent(reason) => html! { td.absent title=(reason) { "–" } },
            Self::Empty => html! { td {} },
        }
    }
}

/// A table.
pub(super) struct Table {
    /// What is in it, for who hears it.
    pub(super) caption: String,
    pub(super) head: Vec<String>,
    pub(super) rows: Vec<Vec<Cell>>,
}

impl Table {
    pub(super) fn new<'a>(caption: impl Into<String>, head: impl IntoIterator<Item = &'a str>) -> Self {
        Self { caption: caption.into(), head: head.into_iter().map(str::to_owned).collect(), rows: Vec::new() }
    }

    /// Folded away when it is long.
    pub(super) fn folded(&self) -> Markup {
        html! {
            details.numbers open[self.rows.len() <= OPEN_ROWS] {
                summary { "Numbers: " (self.caption) }
                (self)
            }
        }
    }

    /// Whether what is below a head is text.
    fn is_text(&self, column: usize) -> bool {
        self.rows.iter().any(|row| matches!(row.get(column), Some(Cell::Text(_))))
    }

    /// Why cells are absent: each reason once, with the columns that it is in.
    fn reasons(&self) -> Vec<(Vec<&str>, &str)> {
        let mut reasons: Vec<(Vec<&str>, &str)> = Vec::new();
        for (head, cell) in self.rows.iter().flat_map(|row| self.head.iter().zip(row)) {
            let Cell::Absent(reason) = cell else { continue };
            match reasons.iter_mut().find(|(_, known)| known == reason) {
                Some((heads, _)) if heads.contains(&head.as_str()) => {}
                Some((heads, _)) => heads.push(head),
                None => reasons.push((vec![head], reason)),
            }
        }
        reasons
    }
}

impl Render for Table {
    fn render(&self) -> Markup {
        html! {
            div.scroll tabindex="0" role="region" aria-label=(self.caption) {
                table {
                    caption { (self.caption) }
                    thead {
                        tr {
                            @for (column, head) in self.head.iter().enumerate() {
                                th scope="col" class=[self.is_text(column).then_some("text")] { (head) }
                            }
                        }
                    }
                    tbody { @for row in &self.rows { tr { @for cell in row { (cell) } } } }
                }
            }
            @for (heads, reason) in self.reasons() { p.note { "– " (heads.join(", ")) ": " (reason) } }
        }
    }
}

/// A picture with what it shows, a key to its marks, and its numbers.
pub(super) struct Figure {
    pub(super) title: String,
    /// How to read it.
    pub(super) note: String,
    pub(super) key: Option<Markup>,
    /// `None` where nothing can be drawn.
    pub(super) picture: Option<Markup>,
    pub(super) table: Table,
}

impl Render for Figure {
    fn render(&self) -> Markup {
        html! {
            figure {
                figcaption { strong { (self.title) } " " (self.note) }
                @if let Some(picture) = &self.picture {
                    @if let Some(key) = &self.key { (key) }
                    (picture)
                } @else {
                    p.absent { "Nothing to draw: no value is above zero." }
                }
                (self.table.folded())
            }
        }
    }
}

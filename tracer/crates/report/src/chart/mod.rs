//! Charts: what is drawn as plain data, and how, as SVG that stands in the page itself.
//!
//! [`svg`] is the canvas, [`axis`] says where values are on it and [`plot`] draws both axes; each other file is one kind of
//! chart.

mod axis;
mod bars;
mod dots;
mod label;
mod lines;
mod marks;
mod overview;
mod percentiles;
mod plot;
mod quantity;
mod simplify;
mod svg;

pub use bars::{Bar, Bars, Part};
pub use dots::{Dot, Dots};
pub use lines::{Line, Lines};
pub use marks::LOOKS;
pub(crate) use marks::{definitions, style_sheet};
pub use overview::OverviewRow;
pub use percentiles::Curve;
pub use quantity::Quantity;

use maud::{Markup, html};

/// What is drawn.
#[derive(Clone, Debug)]
pub enum Chart {
    /// Stacked bars.
    Bars(Bars),
    /// Marks with intervals in rows.
    Dots(Dots),
    /// Lines over a quantity.
    Lines(Lines),
    /// Distributions over percentiles.
    Curves(Vec<Curve>),
    /// Times and kernel entries of each model.
    Overview(Vec<OverviewRow>),
}

impl Chart {
    /// The picture; `label` says what it shows, for those who cannot see it. `None` when there is nothing to draw.
    pub(crate) fn draw(&self, label: &str) -> Option<Markup> {
        match self {
            Self::Bars(bars) => bars.draw(label),
            Self::Dots(dots) => dots.draw(label),
            Self::Lines(lines) => lines.draw(label),
            Self::Curves(curves) => percentiles::draw(label, curves),
            Self::Overview(rows) => overview::overview(label, rows),
        }
    }

    /// The key to its marks; empty where it needs none.
    pub(crate) fn key(&self) -> Markup {
        match self {
            Self::Bars(bars) if bars.parts.len() > 1 => bars.key(),
            Self::Dots(dots) if dots.series.len() > 1 => marks::key(&dots.series, false),
            Self::Lines(lines) if lines.lines.len() > 1 => marks::key(&lines.series(), true),
            Self::Curves(curves) => marks::key(&percentiles::series(curves), true),
            _ => html! {},
        }
    }
}

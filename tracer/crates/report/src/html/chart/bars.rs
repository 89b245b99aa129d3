//! Bars stacked from parts, one a row, each with its sum beside it.

use maud::{Markup, html};
use plotters::element::{Rectangle, Text};

use super::axis::DRAWN;
use super::{Axis, Ink, Quantity, UNITS_PER_PIXEL, beside, centered, picture, pixels};

const ROW_PIXELS: i32 = 34;
const REST_PIXELS: i32 = 52;
/// Share of a row that its bar fills.
const THICKNESS: f64 = 0.62;
/// Room for the sum beside the longest bar, as a share of it.
const BESIDE: f64 = 0.24;
/// A part narrower than this has no room for its letter, pixels.
const LETTER_PIXELS: i32 = 13;

/// A kind of part: what it is called, and the letter that stands on it.
#[derive(Clone, Copy)]
pub(in crate::html) struct Part {
    pub(in crate::html) name: &'static str,
    pub(in crate::html) letter: char,
    /// Which of the colours of parts it has.
    pub(in crate::html) color: u8,
}

/// One bar.
pub(in crate::html) struct Bar {
    pub(in crate::html) name: String,
    /// Values by the position of their part, in the order in which they are stacked.
    pub(in crate::html) values: Vec<(usize, f64)>,
    /// What stands beside it.
    pub(in crate::html) sum: String,
}

impl Bar {
    /// What can be drawn of it.
    fn drawn(&self) -> impl Iterator<Item = (usize, f64)> {
        self.values.iter().copied().filter(|(_, value)| DRAWN.contains(value))
    }

    fn length(&self) -> f64 {
        self.drawn().map(|(_, value)| value).sum()
    }
}

/// Bars on one linear scale; `None` when all are empty.
pub(in crate::html) fn bars(
    text: &str,
    parts: &[Part],
    bars: &[Bar],
    name: &str,
    quantity: Quantity,
) -> Option<Markup> {
    let longest = bars.iter().map(Bar::length).fold(0.0, f64::max);
    if longest <= 0.0 {
        return None;
    }
    let x = Axis::linear(longest * (1.0 + BESIDE), name, quantity);
    let y = Axis::rows(bars.iter().map(|bar| bar.name.clone()).collect());
    let height = bars.len() as i32 * ROW_PIXELS + REST_PIXELS;
    Some(picture(text, height, &(x, y), |chart| {
        for (row, bar) in bars.iter().enumerate() {
            let (middle, mut from) = (-(row as f64), 0.0);
            for (part, value) in bar.drawn() {
                let Some(part) = parts.get(part) else { continue };
                let corners = [(from, middle + THICKNESS / 2.0), (from + value, middle - THICKNESS / 2.0)];
                chart.plotting_area().draw(&Rectangle::new(corners, Ink::Part(part.color).filled()))?;
                let [left, right] = corners.map(|corner| chart.backend_coord(&corner).0);
                if right - left >= LETTER_PIXELS * UNITS_PER_PIXEL {
                    let place = (from + value / 2.0, middle);
                    chart.plotting_area().draw(&Text::new(
                        part.letter.to_string(),
                        place,
                        centered(Ink::OnPart(part.color)),
                    ))?;
                }
                from += value;
            }
            let sum = plotters::element::EmptyElement::at((from, middle))
                + Text::new(bar.sum.clone(), (pixels(6.0), 0), beside(Ink::Text));
            chart.plotting_area().draw(&sum)?;
        }
        Ok(())
    }))
}

/// The parts that occur in any bar, with their letters.
pub(in crate::html) fn key(parts: &[Part], bars: &[Bar]) -> Markup {
    let occurs = |position: usize| {
        bars.iter().any(|bar| bar.values.iter().any(|(part, value)| *part == position && *value > 0.0))
    };
    html! {
        ul.key {
            @for (_, part) in parts.iter().enumerate().filter(|(position, _)| occurs(*position)) {
                li {
                    svg viewBox="0 0 16 16" aria-hidden="true" {
                        rect class=(format!("fp{}", part.color)) width="16" height="16" {}
                        text class=(format!("fo{}", part.color)) x="8" y="12" text-anchor="middle" { (part.letter) }
                    }
                    (part.name)
                }
            }
        }
    }
}

//! Bars stacked from parts, one a row, each with its sum beside it.

use maud::{Markup, html};

use taskweight_core::escape::escape;

use super::axis::{Axis, is_drawn};
use super::label::width;
use super::plot::{Frame, GAP_PIXELS, Plot};
use super::quantity::Quantity;
use super::svg::{Anchor, Ink};

const ROW_PIXELS: f64 = 34.0;
/// Height of a bar.
const THICKNESS_PIXELS: f64 = 21.0;
/// A part narrower than this has no room for its letter, pixels.
const LETTER_PIXELS: f64 = 13.0;
/// What the longest bar has at least, pixels.
const LEAST_PIXELS: f64 = 120.0;

/// A kind of part: what it is called, and the letter that stands on it.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// Its name.
    pub name: &'static str,
    /// What stands on it.
    pub letter: char,
    /// Which of the colours of parts it has.
    pub color: u8,
}

/// One bar.
#[derive(Clone, Debug)]
pub struct Bar {
    /// Whose it is.
    pub name: String,
    /// Values by the position of their part, in the order in which they are stacked.
    pub values: Vec<(usize, f64)>,
    /// What stands beside it.
    pub sum: String,
}

impl Bar {
    /// What can be drawn of it.
    fn drawn(&self) -> impl Iterator<Item = (usize, f64)> {
        self.values.iter().copied().filter(|(_, value)| is_drawn(*value))
    }

    fn length(&self) -> f64 {
        self.drawn().map(|(_, value)| value).sum()
    }

    fn draw(&self, plot: &mut Plot, parts: &[Part], row: usize) {
        let (middle, mut from) = (plot.y.at(row as f64), 0.0);
        let height = middle - THICKNESS_PIXELS / 2.0..middle + THICKNESS_PIXELS / 2.0;
        for (part, value) in self.drawn() {
            let Some(part) = parts.get(part) else { continue };
            let [left, right] = [from, from + value].map(|value| plot.x.at(value));
            plot.svg.rectangle(Ink::Part(part.color), left..right, height.clone());
            if right - left >= LETTER_PIXELS {
                let place = ((left + right) / 2.0, middle);
                plot.svg.text(Ink::OnPart(part.color), Anchor::Middle, place, part.letter.encode_utf8(&mut [0; 4]));
            }
            from += value;
        }
        plot.svg.text(Ink::Text, Anchor::Start, (plot.x.at(from) + GAP_PIXELS, middle), &self.sum);
    }
}

/// Bars on one linear scale.
#[derive(Clone, Debug)]
pub struct Bars {
    /// Kinds of parts.
    pub parts: &'static [Part],
    /// One a row.
    pub bars: Vec<Bar>,
    /// What their lengths are.
    pub axis: &'static str,
    /// What it counts.
    pub quantity: Quantity,
    /// Whether bars too small to see are drawn once more, on a scale of their own.
    pub magnifies: bool,
    /// Whether a terminal draws them, with the letters of the parts.
    pub in_text: bool,
}

/// A bar shorter than this share of the longest is drawn once more, among its like.
const SMALL_SHARE: f64 = 0.1;

impl Bars {
    /// The longest of them.
    pub(crate) fn longest(&self) -> f64 {
        self.bars.iter().map(Bar::length).fold(0.0, f64::max)
    }

    /// `None` when all are empty.
    pub(super) fn draw(&self, text: &str) -> Option<Markup> {
        let whole = self.draw_some(text, &self.bars)?;
        let limit = if self.magnifies { SMALL_SHARE * self.longest() } else { 0.0 };
        let is_small = |bar: &&Bar| (f64::MIN_POSITIVE..limit).contains(&bar.length());
        let small: Vec<Bar> = self.bars.iter().filter(is_small).cloned().collect();
        let magnified = self.draw_some(&format!("{text}: the smallest on a scale of their own"), &small);
        Some(html! {
            (whole)
            @if let Some(magnified) = magnified { p.chart-title { "The smallest, magnified" } (magnified) }
        })
    }

    fn draw_some(&self, text: &str, bars: &[Bar]) -> Option<Markup> {
        let longest = bars.iter().map(Bar::length).fold(0.0, f64::max);
        if longest <= 0.0 {
            return None;
        }
        let names = bars.iter().map(|bar| escape(&bar.name)).collect();
        let axes = (Axis::linear(longest, self.axis, self.quantity), Axis::rows(names));
        // A sum stands partly where its bar leaves room, and partly beyond the axis.
        let beyond = |bar: &Bar| width(&bar.sum) + GAP_PIXELS - (1.0 - bar.length() / longest) * LEAST_PIXELS;
        let right = bars.iter().map(beyond).fold(0.0, f64::max);
        let frame = Frame { text, axes: &axes, height: bars.len() as f64 * ROW_PIXELS, above: 4.0, right };
        Some(frame.draw(|plot| bars.iter().enumerate().for_each(|(row, bar)| bar.draw(plot, self.parts, row))))
    }

    /// The parts that occur in any bar.
    fn occurring(&self) -> impl Iterator<Item = &'static Part> {
        let occurs = |position: usize| {
            self.bars.iter().any(|bar| bar.values.iter().any(|(part, value)| *part == position && *value > 0.0))
        };
        self.parts.iter().enumerate().filter(move |(position, _)| occurs(*position)).map(|(_, part)| part)
    }

    /// The parts that occur, with their letters.
    pub(super) fn key(&self) -> Markup {
        html! {
            ul.key {
                @for part in self.occurring() {
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
}

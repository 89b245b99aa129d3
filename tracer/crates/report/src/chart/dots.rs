//! Marks with intervals in rows, on a logarithmic scale: for values that differ by orders of magnitude.

use std::collections::BTreeSet;

use maud::Markup;

use taskweight_core::escape::escape;

use super::axis::{Axis, is_drawn};
use super::label::{LINE_PIXELS, width};
use super::plot::{Frame, Plot};
use super::quantity::Quantity;
use super::svg::{Anchor, Ink};

/// Height of a row's marks and of the space around them, pixels.
const MARK_PIXELS: f64 = 13.0;
const AROUND_PIXELS: f64 = 15.0;

/// One value with its interval.
#[derive(Clone, Copy, Debug)]
pub struct Dot {
    /// From the top.
    pub row: usize,
    /// Its mark and colour; the place in its row, too.
    pub series: u8,
    /// Where it is.
    pub value: f64,
    /// Where its interval ends.
    pub interval: Option<(f64, f64)>,
}

/// A value that all others are to be compared with, and what it is.
pub type Reference = (f64, &'static str);

/// Rows of marks, the first one on top.
#[derive(Clone, Debug)]
pub struct Dots {
    /// Their names.
    pub rows: Vec<String>,
    /// What has a mark of its own, and its name.
    pub series: Vec<(u8, String)>,
    /// The marks.
    pub dots: Vec<Dot>,
    /// What the values are.
    pub axis: &'static str,
    /// What it counts.
    pub quantity: Quantity,
    /// A line through all rows.
    pub reference: Option<Reference>,
}

impl Dots {
    /// `None` when no value is above zero.
    pub(super) fn draw(&self, text: &str) -> Option<Markup> {
        let rows = self.rows.iter().map(|name| escape(name)).collect();
        dots(text, rows, &self.dots, self.axis, self.quantity, self.reference)
    }
}

fn dots(
    text: &str,
    rows: Vec<String>,
    dots: &[Dot],
    name: &str,
    quantity: Quantity,
    reference: Option<Reference>,
) -> Option<Markup> {
    let ends = |dot: &Dot| [Some(dot.value), dot.interval.map(|ends| ends.0), dot.interval.map(|ends| ends.1)];
    let values = dots.iter().flat_map(ends).chain([reference.map(|(value, _)| value)]);
    let x = Axis::log(values.flatten(), name, quantity)?;
    // Each series has a place of its own in all rows.
    let lanes: Vec<u8> = dots.iter().map(|dot| dot.series).collect::<BTreeSet<_>>().into_iter().collect();
    let row_pixels = lanes.len() as f64 * MARK_PIXELS + AROUND_PIXELS;
    let row_count = rows.len();
    let axes = (x, Axis::rows(rows));
    let above = if reference.is_some() { 4.0 + LINE_PIXELS } else { 4.0 };
    let frame = Frame { text, axes: &axes, height: row_count as f64 * row_pixels, above, right: 18.0 };
    Some(frame.draw(|plot| {
        bands(plot, row_count);
        reference.into_iter().for_each(|reference| compare_with(plot, reference));
        for dot in dots.iter().filter(|dot| is_drawn(dot.value)) {
            let lane = lanes.iter().position(|series| *series == dot.series).unwrap_or(0) as f64;
            let below = (lane - (lanes.len() as f64 - 1.0) / 2.0) * MARK_PIXELS;
            let y = plot.y.at(dot.row as f64) + below;
            let ends = dot.interval.map(|(low, high)| [(plot.x.at(low), y), (plot.x.at(high), y)]);
            plot.svg.mark(dot.series, (plot.x.at(dot.value), y), ends);
        }
    }))
}

/// Every other row has a background: marks of one row belong together.
fn bands(plot: &mut Plot, rows: usize) {
    let [left, right] = plot.x.ends;
    for row in (0..rows).step_by(2).map(|row| row as f64) {
        plot.svg.rectangle(Ink::Band, left..right, plot.y.at(row - 0.5)..plot.y.at(row + 0.5));
    }
}

/// A line through all rows, with its name above it.
fn compare_with(plot: &mut Plot, (value, name): Reference) {
    let (at, [bottom, top], [left, right]) = (plot.x.at(value), plot.y.ends, plot.x.ends);
    plot.svg.line(Ink::Text, &[(at, bottom), (at, top)]);
    let middle = at.min(right - width(name) / 2.0).max(left + width(name) / 2.0);
    plot.svg.text(Ink::Text, Anchor::Middle, (middle, top - LINE_PIXELS / 2.0 - 2.0), name);
}

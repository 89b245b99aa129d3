//! Marks with intervals in rows, on a logarithmic scale: for values that differ by orders of magnitude.

use maud::Markup;
use plotters::element::{EmptyElement, PathElement, Rectangle, Text};

use super::axis::DRAWN;
use super::{Axis, Chart, DrawResult, Ink, Quantity, beside, marks, picture, pixels};

/// Height of a row's marks and of the space around them, and of what is not rows, pixels.
const MARK_PIXELS: i32 = 13;
const AROUND_PIXELS: i32 = 15;
const REST_PIXELS: i32 = 56;

/// One value with its interval.
pub(in crate::html) struct Dot {
    pub(in crate::html) row: usize,
    /// Its mark and colour; the place in its row, too.
    pub(in crate::html) series: u8,
    pub(in crate::html) value: f64,
    pub(in crate::html) interval: Option<(f64, f64)>,
}

/// A value that all others are to be compared with, and what it is.
pub(in crate::html) type Reference<'a> = (f64, &'a str);

/// Rows of marks, the first one on top; `None` when no value is above zero.
pub(in crate::html) fn dots(
    text: &str,
    rows: Vec<String>,
    dots: &[Dot],
    name: &str,
    quantity: Quantity,
    reference: Option<Reference<'_>>,
) -> Option<Markup> {
    let ends = |dot: &Dot| [Some(dot.value), dot.interval.map(|ends| ends.0), dot.interval.map(|ends| ends.1)];
    let values = dots.iter().flat_map(ends).chain([reference.map(|(value, _)| value)]);
    let x = Axis::log(values.flatten(), name, quantity)?;
    let lanes = lanes(dots);
    let row_pixels = lanes.len() as i32 * MARK_PIXELS + AROUND_PIXELS;
    let height = rows.len() as i32 * row_pixels + REST_PIXELS;
    let (row_count, y) = (rows.len(), Axis::rows(rows));
    Some(picture(text, height, &(x.clone(), y), |chart| {
        bands(chart, row_count, &x)?;
        if let Some(reference) = reference {
            compare_with(chart, row_count, reference)?;
        }
        for dot in dots.iter().filter(|dot| DRAWN.contains(&dot.value)) {
            let lane = lanes.iter().position(|series| *series == dot.series).unwrap_or(0) as f64;
            let below = (lane - (lanes.len() as f64 - 1.0) / 2.0) * f64::from(MARK_PIXELS) / f64::from(row_pixels);
            draw(chart, dot, -(dot.row as f64) - below, &x)?;
        }
        Ok(())
    }))
}

/// The series that there are: each has a place of its own in all rows.
fn lanes(dots: &[Dot]) -> Vec<u8> {
    let mut lanes: Vec<u8> = dots.iter().map(|dot| dot.series).collect();
    lanes.sort_unstable();
    lanes.dedup();
    lanes
}

/// Every other row has a background: marks of one row belong together.
fn bands(chart: &mut Chart<'_, '_>, rows: usize, x: &Axis) -> DrawResult {
    for row in (0..rows).step_by(2) {
        let (middle, ends) = (-(row as f64), x.ends());
        let corners = [(ends.start, middle + 0.5), (ends.end, middle - 0.5)];
        chart.plotting_area().draw(&Rectangle::new(corners, Ink::Band.filled()))?;
    }
    Ok(())
}

fn compare_with(chart: &mut Chart<'_, '_>, rows: usize, (value, name): Reference<'_>) -> DrawResult {
    let bottom = 0.5 - rows as f64;
    let line = PathElement::new(vec![(value, 0.5), (value, bottom)], Ink::Text.line());
    chart.plotting_area().draw(&line)?;
    let label =
        EmptyElement::at((value, bottom)) + Text::new(name.to_owned(), (pixels(5.0), -pixels(9.0)), beside(Ink::Text));
    chart.plotting_area().draw(&label)
}

fn draw(chart: &mut Chart<'_, '_>, dot: &Dot, at: f64, x: &Axis) -> DrawResult {
    if let Some((low, high)) = dot.interval {
        // An end at or below zero is beyond any logarithmic axis.
        let [low, high] = [low, high].map(|end: f64| end.clamp(x.ends().start, x.ends().end));
        marks::interval(chart, dot.series, [(low, at), (high, at)])?;
    }
    marks::mark(chart, dot.series, (dot.value, at))
}

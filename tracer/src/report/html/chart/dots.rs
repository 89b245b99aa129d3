//! Marks with intervals in rows, on a logarithmic scale: for values that differ by orders of magnitude.

use maud::Markup;

use super::{Axis, marks, picture};

/// Height of a row, and of what is not rows, pixels.
const ROW_PIXELS: i32 = 30;
const REST_PIXELS: i32 = 56;
/// Share of a row that the marks of its series are spread over.
const SPREAD: f64 = 0.56;

/// One value with its interval.
pub(in crate::report::html) struct Dot {
    pub(in crate::report::html) row: usize,
    pub(in crate::report::html) series: u8,
    pub(in crate::report::html) value: f64,
    pub(in crate::report::html) interval: Option<(f64, f64)>,
}

/// Rows of marks, the first one on top; `None` when no value is above zero.
pub(in crate::report::html) fn dots(
    text: &str,
    rows: Vec<String>,
    dots: &[Dot],
    name: &str,
    label: fn(f64) -> String,
) -> Option<Markup> {
    let ends = |dot: &Dot| [Some(dot.value), dot.interval.map(|ends| ends.0), dot.interval.map(|ends| ends.1)];
    let x = Axis::log(dots.iter().flat_map(ends).flatten(), name, label)?;
    let height = rows.len() as i32 * ROW_PIXELS + REST_PIXELS;
    let series = dots.iter().map(|dot| dot.series).max().unwrap_or(0);
    let y = Axis::rows(rows).with_lines();
    Some(picture(text, height, &(x.clone(), y), |chart| {
        for dot in dots.iter().filter(|dot| dot.value > 0.0) {
            let at = -(dot.row as f64) + offset(dot.series, series);
            if let Some((low, high)) = dot.interval {
                // An end at or below zero is beyond any logarithmic scale.
                let low = if low > 0.0 { low } else { x.start() };
                marks::interval(chart, dot.series, [(low, at), (high, at)])?;
            }
            marks::mark(chart, dot.series, (dot.value, at))?;
        }
        Ok(())
    }))
}

/// Where in its row a series is, from above to below.
fn offset(series: u8, last: u8) -> f64 {
    if last == 0 { 0.0 } else { SPREAD * (0.5 - f64::from(series) / f64::from(last)) }
}

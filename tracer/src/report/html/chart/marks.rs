//! Marks of series: each has a colour, a shape and a dash of its own, so that none is told by colour alone.

use maud::{Markup, html};
use plotters::element::{EmptyElement, PathElement, Polygon};

use super::{Chart, DrawResult, Ink, UNITS_PER_PIXEL};

/// Colours of series; beyond them, colours come again with other shapes and dashes.
const COLORS: u8 = 8;
/// Shapes of marks, and dashes of lines.
const SHAPES: u8 = 6;
/// Series that all look different.
pub(in crate::report::html) const LOOKS: u8 = 24;
/// Dashes by shape, in pixels.
const DASHES: [&[f64]; SHAPES as usize] =
    [&[], &[7.0, 3.0], &[2.0, 2.0], &[8.0, 2.5, 2.0, 2.5], &[12.0, 3.0], &[5.0, 2.0, 1.0, 2.0, 1.0, 2.0]];
/// Half of a mark's width, pixels.
const HALF_PIXELS: f64 = 4.5;

/// Fewer shapes than colours: a colour comes again with another shape.
const fn shape(series: u8) -> u8 {
    series % SHAPES
}

/// The style sheet's part for series: their colours are those that it names `--series-0` to `--series-7`.
pub(in crate::report::html) fn style_sheet() -> String {
    let dashes = |series: u8, pixel: f64| {
        let lengths = DASHES[usize::from(shape(series))].iter().map(|length| (length * pixel).to_string());
        lengths.collect::<Vec<_>>().join(" ")
    };
    let rules = (0..LOOKS).map(|series| {
        let color = format!("var(--series-{})", series % COLORS);
        let [chart, key] = [dashes(series, f64::from(UNITS_PER_PIXEL)), dashes(series, 1.0)];
        let dashed = if key.is_empty() {
            String::new()
        } else {
            format!(".chart .ls{series}{{stroke-dasharray:{chart}}}.key .ls{series}{{stroke-dasharray:{key}}}")
        };
        format!(".fs{series}{{fill:{color}}}.ls{series},.li{series}{{stroke:{color}}}{dashed}\n")
    });
    rules.collect()
}

/// Corners of a series' mark around its centre, as shares of half its width.
fn corners(series: u8) -> Vec<(f64, f64)> {
    let round = |count: u8, turn: f64, size: f64| {
        let angle = move |corner: u8| (f64::from(corner) + turn) / f64::from(count) * std::f64::consts::TAU;
        (0..count).map(move |corner| (size * angle(corner).sin(), -size * angle(corner).cos())).collect()
    };
    match shape(series) {
        0 => round(12, 0.0, 1.0),
        1 => round(3, 0.0, 1.3),
        2 => round(4, 0.5, 1.25),
        3 => round(4, 0.0, 1.35),
        4 => round(3, 0.5, 1.3),
        _ => cross(),
    }
}

fn cross() -> Vec<(f64, f64)> {
    let (long, short) = (1.2, 0.4);
    let quarter = [(-short, -long), (short, -long), (short, -short)];
    let turned = |turns: usize| quarter.map(|corner| (0..turns).fold(corner, |(x, y), _| (-y, x)));
    (0..4).flat_map(turned).collect()
}

/// The mark of a series where these values are.
pub(in crate::report::html) fn mark(chart: &mut Chart<'_, '_>, series: u8, at: (f64, f64)) -> DrawResult {
    let scale = HALF_PIXELS * f64::from(UNITS_PER_PIXEL);
    let corners = corners(series).into_iter().map(|(x, y)| ((x * scale) as i32, (y * scale) as i32));
    let polygon = Polygon::new(corners.collect::<Vec<_>>(), Ink::Series(series).filled());
    chart.plotting_area().draw(&(EmptyElement::at(at) + polygon))
}

/// An interval as a line from one place to another.
pub(in crate::report::html) fn interval(chart: &mut Chart<'_, '_>, series: u8, ends: [(f64, f64); 2]) -> DrawResult {
    let line = PathElement::new(ends.to_vec(), Ink::Interval(series).line());
    chart.plotting_area().draw(&line)
}

/// The names of series with their marks; `has_lines` where marks stand on lines.
pub(in crate::report::html) fn key(series: &[(u8, String)], has_lines: bool) -> Markup {
    html! {
        ul.key {
            @for (index, name) in series {
                li {
                    svg viewBox="0 0 32 14" width="32" height="14" aria-hidden="true" {
                        @if has_lines { polyline class=(format!("ls{index}")) points="1,7 31,7" {} }
                        polygon class=(format!("fs{index}")) points=(points(*index)) {}
                    }
                    (name)
                }
            }
        }
    }
}

fn points(series: u8) -> String {
    let around =
        corners(series).into_iter().map(|(x, y)| format!("{:.1},{:.1}", 16.0 + x * HALF_PIXELS, 7.0 + y * HALF_PIXELS));
    around.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_of_many_series_look_alike() {
        let looks: BTreeSet<_> = (0..LOOKS).map(|series| (series % COLORS, points(series))).collect();
        assert_eq!(looks.len(), usize::from(LOOKS));
    }
}

//! Marks of series: each has a colour, a shape and a dash of its own, so that none is told by colour alone.

use maud::{Markup, html};
use plotters::element::{Circle, PathElement};

use super::{Chart, DrawResult, Ink, pixels};

/// Colours of series; beyond them, colours come again with other shapes and dashes.
const COLORS: u8 = 8;
/// Shapes of marks, and dashes of lines.
const SHAPES: u8 = 6;
/// Series that all look different.
pub(in crate::html) const LOOKS: u8 = 24;
/// Dashes by shape, in pixels.
const DASHES: [&[f64]; SHAPES as usize] =
    [&[], &[7.0, 3.0], &[2.0, 2.0], &[8.0, 2.5, 2.0, 2.5], &[12.0, 3.0], &[5.0, 2.0, 1.0, 2.0, 1.0, 2.0]];
/// Half of a mark's width, pixels.
const HALF_PIXELS: f64 = 4.5;
/// Width and height of what stands before a name in a key.
const KEY_PIXELS: (f64, f64) = (32.0, 14.0);

/// Fewer shapes than colours: a colour comes again with another shape.
const fn shape(series: u8) -> u8 {
    series % SHAPES
}

/// The style sheet's part for series: their colours are those that it names `--series-0` to `--series-7`.
pub(in crate::html) fn style_sheet() -> String {
    let dashes = |series: u8| {
        let lengths = DASHES[usize::from(shape(series))].iter().map(|length| pixels(*length).to_string());
        lengths.collect::<Vec<_>>().join(" ")
    };
    let rules = (0..LOOKS).map(|series| {
        let color = format!("var(--series-{})", series % COLORS);
        let dashes = Some(dashes(series)).filter(|dashes| !dashes.is_empty());
        let dashed = dashes.map(|dashes| format!(".ls{series}{{stroke-dasharray:{dashes}}}")).unwrap_or_default();
        format!(".fs{series}{{fill:{color}}}.ls{series},.li{series}{{stroke:{color}}}{dashed}\n")
    });
    rules.collect()
}

/// The marks of all series, alone and on a line as in a key, which the pictures refer to.
pub(in crate::html) fn definitions() -> Markup {
    let [width, middle] = [KEY_PIXELS.0, KEY_PIXELS.1 / 2.0].map(pixels);
    html! {
        svg width="0" height="0" aria-hidden="true" {
            defs {
                @for series in 0..LOOKS {
                    polygon id=(format!("m{series}")) class=(format!("fs{series}")) points=(points(series)) {}
                    g id=(format!("k{series}")) {
                        path class=(format!("ls{series}")) d=(format!("M4 {middle}H{}", width - 4)) {}
                        (at(series, (width / 2, middle)))
                    }
                }
            }
        }
    }
}

/// Where the mark of a series is defined.
pub(super) fn reference(series: u8) -> String {
    format!("#m{series}")
}

fn at(series: u8, (x, y): (i32, i32)) -> Markup {
    html! { use href=(reference(series)) x=(x) y=(y) {} }
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

/// The mark of a series where these values are: a circle, which stands for its own shape.
pub(in crate::html) fn mark(chart: &mut Chart<'_, '_>, series: u8, at: (f64, f64)) -> DrawResult {
    chart.plotting_area().draw(&Circle::new(at, pixels(HALF_PIXELS), Ink::Series(series).filled()))
}

/// An interval as a line from one place to another.
pub(in crate::html) fn interval(chart: &mut Chart<'_, '_>, series: u8, ends: [(f64, f64); 2]) -> DrawResult {
    let line = PathElement::new(ends.to_vec(), Ink::Interval(series).line());
    chart.plotting_area().draw(&line)
}

/// The names of series with their marks; `has_lines` where marks stand on lines.
pub(in crate::html) fn key(series: &[(u8, String)], has_lines: bool) -> Markup {
    let (width, height) = (pixels(KEY_PIXELS.0), pixels(KEY_PIXELS.1));
    html! {
        ul.key {
            @for (series, name) in series {
                li {
                    svg viewBox=(format!("0 0 {width} {height}")) aria-hidden="true" {
                        @if has_lines { use href=(format!("#k{series}")) {} } @else { (at(*series, (width / 2, height / 2))) }
                    }
                    (name)
                }
            }
        }
    }
}

/// Corners around the middle of a mark.
fn points(series: u8) -> String {
    let around =
        corners(series).into_iter().map(|corner| <[f64; 2]>::from(corner).map(|share| pixels(share * HALF_PIXELS)));
    around.map(|[x, y]| format!("{x},{y}")).collect::<Vec<_>>().join(" ")
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

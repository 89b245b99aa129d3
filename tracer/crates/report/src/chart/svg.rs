//! A small canvas: shapes placed in pixels, written as SVG whose colours the page's style sheet decides.

use std::{collections::BTreeMap, fmt::Write as _, ops::Range};

use maud::{Markup, html};

use super::label::LINE_PIXELS;
use super::simplify::simplified;

/// Coordinates are written as integers: quarters of a pixel are fine enough for a smooth line.
const UNITS_PER_PIXEL: f64 = 4.0;
/// How far a simplified line may be from the true one: nobody sees half a pixel.
const INVISIBLE_PIXELS: f64 = 0.5;
/// From the middle of a line of text down to its baseline.
const BASELINE_PIXELS: f64 = 4.25;

/// Horizontal and vertical place, pixels.
pub type Point = (f64, f64);

/// What something is drawn with: a class of the style sheet, so that it suits light and dark. Lines are drawn in this
/// order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Ink {
    /// Lines between those of the grid.
    Faint,
    Grid,
    /// The background of every other row.
    Band,
    /// Text, and lines that belong to it.
    Text,
    /// Text that stands out.
    Strong,
    /// The interval of one of several series; never dashed.
    Interval(u8),
    /// One of several series of marks and lines.
    Series(u8),
    /// One of the parts that a bar is stacked from.
    Part(u8),
    /// Text on such a part.
    OnPart(u8),
}

impl Ink {
    /// What its classes end in: `f` before it is a filled shape or text, `l` a line.
    fn class(self) -> String {
        match self {
            Self::Faint => "h".to_owned(),
            Self::Grid => "g".to_owned(),
            Self::Band => "b".to_owned(),
            Self::Text => "t".to_owned(),
            Self::Strong => "n".to_owned(),
            Self::Interval(index) => format!("i{index}"),
            Self::Series(index) => format!("s{index}"),
            Self::Part(index) => format!("p{index}"),
            Self::OnPart(index) => format!("o{index}"),
        }
    }
}

/// Which point of a text is where it is put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// What was drawn: lines, and on these all other shapes in the order in which they were added.
#[derive(Default)]
pub(super) struct Svg {
    /// All lines in one ink are one path.
    lines: BTreeMap<Ink, String>,
    shapes: Vec<Markup>,
}

impl Svg {
    /// A line through these points, without those that make no difference.
    pub(super) fn line(&mut self, ink: Ink, points: &[Point]) {
        append(self.lines.entry(ink).or_default(), &simplified(points, INVISIBLE_PIXELS));
    }

    pub(super) fn rectangle(&mut self, ink: Ink, x: Range<f64>, y: Range<f64>) {
        let ([left, right], [top, bottom]) = ([x.start, x.end].map(units), [y.start, y.end].map(units));
        self.shapes.push(html! {
            rect class={ "f" (ink.class()) } x=(left) y=(top) width=(right - left) height=(bottom - top) {}
        });
    }

    /// The mark of a series, which the page defines once for all charts, upon its interval.
    pub(super) fn mark(&mut self, series: u8, (x, y): Point, interval: Option<[Point; 2]>) {
        interval.into_iter().for_each(|ends| self.line(Ink::Interval(series), &ends));
        self.shapes.push(html! { use href={ "#m" (series) } x=(units(x)) y=(units(y)) {} });
    }

    /// A line of text; the vertical place is its middle.
    pub(super) fn text(&mut self, ink: Ink, anchor: Anchor, (x, y): Point, text: &str) {
        // The style sheet's own colour and anchor need no class.
        let ink = (ink != Ink::Text).then(|| format!("f{}", ink.class()));
        let anchor = match anchor {
            Anchor::Start => None,
            Anchor::Middle => Some("m".to_owned()),
            Anchor::End => Some("e".to_owned()),
        };
        let classes: Vec<_> = ink.into_iter().chain(anchor).collect();
        let class = (!classes.is_empty()).then(|| classes.join(" "));
        self.shapes.push(html! { text class=[class] x=(units(x)) y=(units(y + BASELINE_PIXELS)) { (text) } });
    }

    /// Lines of text, one below the other around this middle.
    pub(super) fn lines_of_text(&mut self, anchor: Anchor, (x, y): Point, lines: &[String]) {
        let first = y - (lines.len() as f64 - 1.0) / 2.0 * LINE_PIXELS;
        for (line, text) in lines.iter().enumerate() {
            self.text(Ink::Text, anchor, (x, first + line as f64 * LINE_PIXELS), text);
        }
    }

    /// The chart of this size in pixels; `label` is what it shows, for those who cannot see it.
    pub(super) fn finish(self, class: &str, (width, height): Point, label: &str) -> Markup {
        html! {
            svg class={ "chart " (class) } role="img" aria-label=(label)
                viewBox={ "0 0 " (units(width)) " " (units(height)) } {
                @for (ink, path) in self.lines { path class={ "l" (ink.class()) } d=(path) {} }
                @for shape in self.shapes { (shape) }
            }
        }
    }
}

/// A distance in units of the drawing.
pub(super) fn units(pixels: f64) -> i32 {
    (pixels * UNITS_PER_PIXEL).round() as i32
}

/// Moves to the first point and draws relative to it: short numbers.
fn append(path: &mut String, points: &[Point]) {
    let mut points = points.iter().map(|(x, y)| (units(*x), units(*y)));
    let Some((mut x, mut y)) = points.next() else { return };
    // Writing to a string cannot fail.
    let _ = write!(path, "M{x} {y}");
    for (next_x, next_y) in points {
        let _ = match (next_x - x, next_y - y) {
            (0, 0) => Ok(()),
            (0, dy) => write!(path, "v{dy}"),
            (dx, 0) => write!(path, "h{dx}"),
            (dx, dy) if dy < 0 => write!(path, "l{dx}{dy}"),
            (dx, dy) => write!(path, "l{dx} {dy}"),
        };
        (x, y) = (next_x, next_y);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(draw: impl Fn(&mut Svg)) -> String {
        let mut svg = Svg::default();
        draw(&mut svg);
        svg.finish("wide", (10.0, 5.0), "a <chart>").into_string()
    }

    #[test]
    fn lines_of_one_class_are_one_path() {
        let svg = drawn(|svg| {
            svg.line(Ink::Grid, &[(2.5, 5.0), (2.5, 1.25)]);
            svg.text(Ink::OnPart(3), Anchor::End, (0.25, 0.5), "a<b");
            svg.line(Ink::Grid, &[(0.75, 1.0), (2.0, 0.25)]);
        });
        let head = "<svg class=\"chart wide\" role=\"img\" aria-label=\"a &lt;chart&gt;\" viewBox=\"0 0 40 20\">";
        let text = "<text class=\"fo3 e\" x=\"1\" y=\"19\">a&lt;b</text>";
        assert_eq!(svg, format!("{head}<path class=\"lg\" d=\"M10 20v-15M3 4l5-3\"></path>{text}</svg>"));
    }

    #[test]
    fn path_is_relative_to_its_first_point() {
        let mut path = String::new();
        append(&mut path, &[(0.0, 0.0), (12.5, 0.0), (12.5, 0.0), (7.5, -5.0), (7.5, 1.75), (8.5, 4.75)]);
        assert_eq!(path, "M0 0h50l-20-20v27l4 12");
    }
}

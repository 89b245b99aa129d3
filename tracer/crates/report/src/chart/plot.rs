//! A chart with two axes, drawn at the widths of a page and of a telephone.

use maud::{Markup, html};

use super::axis::{Axis, Scale};
use super::label::{LINE_PIXELS, width, wrapped};
use super::svg::{Anchor, Ink, Point, Svg};

/// Widths in pixels: for a page, and for a telephone held upright. The style sheet shows one of the two.
pub(super) const WIDTHS: [(&str, f64); 2] = [("wide", 800.0), ("narrow", 360.0)];
/// Most of the width that labels of the vertical axis may take.
const LABELS_SHARE: f64 = 0.43;
/// Between a label and what it belongs to.
pub(super) const GAP_PIXELS: f64 = 8.0;

/// What a chart is drawn in.
pub(super) struct Frame<'a> {
    /// What it shows, for those who cannot see it.
    pub(super) text: &'a str,
    pub(super) axes: &'a (Axis, Axis),
    /// Height between the ends of the vertical axis, pixels.
    pub(super) height: f64,
    /// Room above the axes and to the right of them, pixels.
    pub(super) above: f64,
    pub(super) right: f64,
}

/// A chart that is being drawn.
pub(super) struct Plot {
    pub(super) svg: Svg,
    pub(super) x: Scale,
    pub(super) y: Scale,
}

impl Plot {
    /// The place of values on both axes; `None` where one is beyond them.
    pub(super) fn at(&self, (x, y): Point) -> Option<Point> {
        (self.x.holds(x) && self.y.holds(y)).then(|| (self.x.at(x), self.y.at(y)))
    }
}

impl Frame<'_> {
    /// The chart at all widths; `body` draws what stands on the axes.
    pub(super) fn draw(&self, body: impl Fn(&mut Plot)) -> Markup {
        html! { @for (class, width) in WIDTHS { (self.at_width(class, width, &body)) } }
    }

    fn at_width(&self, class: &str, full_width: f64, body: impl Fn(&mut Plot)) -> Markup {
        let (x_axis, y_axis) = self.axes;
        let marks = y_axis.marks.iter();
        let labels: Vec<_> = marks.map(|(value, label)| (*value, wrapped(label, full_width * LABELS_SHARE))).collect();
        let widest = labels.iter().flat_map(|(_, lines)| lines).map(|line| width(line)).fold(0.0, f64::max);
        let top = self.above + if y_axis.name.is_empty() { 0.0 } else { LINE_PIXELS };
        let bottom = top + self.height;
        // The last label is centred below its mark.
        let right = full_width - x_axis.marks.last().map_or(0.0, |(_, label)| width(label) / 2.0).max(self.right);
        let ends = [widest + GAP_PIXELS, right];
        let mut plot = Plot { svg: Svg::default(), x: x_axis.scale(ends), y: y_axis.scale([bottom, top]) };
        bottom_axis(&mut plot.svg, x_axis, &plot.x, [bottom, top]);
        left_axis(&mut plot.svg, y_axis, &plot.y, ends, &labels);
        body(&mut plot);
        plot.svg.finish(class, (full_width, bottom + if x_axis.name.is_empty() { 24.0 } else { 42.0 }), self.text)
    }
}

/// Lines upwards from the marks of an axis, labels and its name below.
pub(super) fn bottom_axis(svg: &mut Svg, axis: &Axis, x: &Scale, [bottom, top]: [f64; 2]) {
    grid(svg, axis, x, |at| [(at, bottom), (at, top)]);
    svg.line(Ink::Grid, &x.ends.map(|end| (end, bottom)));
    let mut free = f64::MAX;
    // From the last one on, each that does not touch the one before.
    for (value, label) in axis.marks.iter().rev() {
        let (at, half) = (x.at(*value), width(label) / 2.0);
        if at + half <= free {
            svg.text(Ink::Text, Anchor::Middle, (at, bottom + 14.0), label);
            free = at - half;
        }
    }
    svg.text(Ink::Text, Anchor::Middle, (x.ends.iter().sum::<f64>() / 2.0, bottom + 34.0), &axis.name);
}

/// Lines to the right from the marks of an axis, labels beside them and its name on top.
fn left_axis(svg: &mut Svg, axis: &Axis, y: &Scale, [left, right]: [f64; 2], labels: &[(f64, Vec<String>)]) {
    grid(svg, axis, y, |at| [(left, at), (right, at)]);
    svg.line(Ink::Grid, &y.ends.map(|end| (left, end)));
    for (value, lines) in labels {
        svg.lines_of_text(Anchor::End, (left - GAP_PIXELS, y.at(*value)), lines);
    }
    svg.text(Ink::Text, Anchor::Start, (0.0, y.ends[1] - LINE_PIXELS), &axis.name);
}

/// Lines across at the marks of an axis, and fainter ones between.
fn grid(svg: &mut Svg, axis: &Axis, scale: &Scale, across: impl Fn(f64) -> [Point; 2]) {
    if axis.has_lines {
        axis.between.iter().for_each(|value| svg.line(Ink::Faint, &across(scale.at(*value))));
        axis.marks.iter().for_each(|(value, _)| svg.line(Ink::Grid, &across(scale.at(*value))));
    }
}

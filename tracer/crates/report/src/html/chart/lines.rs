//! Lines with or without marks: one a series, on axes of any kind.

use maud::Markup;

use super::axis::Axis;
use super::plot::{Frame, Plot};
use super::svg::{Ink, Point};

const HEIGHT_PIXELS: f64 = 290.0;

/// Where a mark is, and the interval of its ordinate.
type Mark = (Point, Option<(f64, f64)>);

/// A series of points.
pub(in crate::html) struct Line {
    pub(in crate::html) series: u8,
    /// What is connected.
    pub(in crate::html) path: Vec<Point>,
    /// What has a mark.
    pub(in crate::html) marks: Vec<Mark>,
}

/// Draws all series.
pub(in crate::html) fn lines(text: &str, lines: &[Line], axes: &(Axis, Axis)) -> Markup {
    let frame = Frame { text, axes, height: HEIGHT_PIXELS, above: 8.0, right: 18.0 };
    frame.draw(|plot| lines.iter().for_each(|line| line.draw(plot)))
}

impl Line {
    fn draw(&self, plot: &mut Plot) {
        let path: Vec<_> = self.path.iter().filter_map(|point| plot.at(*point)).collect();
        if path.len() > 1 {
            plot.svg.line(Ink::Series(self.series), &path);
        }
        for (point, interval) in &self.marks {
            let Some((x, y)) = plot.at(*point) else { continue };
            let ends = interval.map(|(low, high)| [(x, plot.y.at(low)), (x, plot.y.at(high))]);
            plot.svg.mark(self.series, (x, y), ends);
        }
    }
}

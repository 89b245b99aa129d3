//! Lines with or without marks: one a series, on axes of any kind.

use maud::Markup;

use super::axis::Axis;
use super::plot::{Frame, Plot};
use super::quantity::Quantity;
use super::svg::Ink;
pub use super::svg::Point;

const HEIGHT_PIXELS: f64 = 290.0;

/// Where a mark is, and the interval of its ordinate.
pub type Mark = (Point, Option<(f64, f64)>);

/// A series of points.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its mark and colour.
    pub series: u8,
    /// Its name.
    pub name: String,
    /// What is connected.
    pub path: Vec<Point>,
    /// What has a mark.
    pub marks: Vec<Mark>,
}

/// Lines on two axes.
#[derive(Clone, Debug)]
pub struct Lines {
    /// One a series.
    pub lines: Vec<Line>,
    /// What the axes are, and what they count: the horizontal one first.
    pub axes: [(&'static str, Quantity); 2],
    /// Whether both axes are logarithmic; otherwise they begin at 0.
    pub is_log: bool,
}

impl Lines {
    /// `None` when there is nothing to draw.
    pub(super) fn draw(&self, text: &str) -> Option<Markup> {
        let marks = || self.lines.iter().flat_map(|line| &line.marks);
        let points = || self.lines.iter().flat_map(|line| &line.path).chain(marks().map(|(point, _)| point));
        let ends = marks().filter_map(|(_, ends)| *ends).flat_map(|(low, high)| [low, high]);
        let values: [Vec<f64>; 2] =
            [points().map(|(x, _)| *x).collect(), points().map(|(_, y)| *y).chain(ends).collect()];
        let [x, y] = [0, 1].map(|axis| {
            let (name, quantity) = self.axes[axis];
            let high = values[axis].iter().copied().fold(0.0, f64::max);
            let linear = || (high > 0.0).then(|| Axis::linear(high * 1.05, name, quantity));
            if self.is_log { Axis::log(values[axis].iter().copied(), name, quantity) } else { linear() }
        });
        Some(lines(text, &self.lines, &(x?, y?)))
    }

    pub(super) fn series(&self) -> Vec<(u8, String)> {
        self.lines.iter().map(|line| (line.series, line.name.clone())).collect()
    }
}

/// Draws all series.
pub(super) fn lines(text: &str, lines: &[Line], axes: &(Axis, Axis)) -> Markup {
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

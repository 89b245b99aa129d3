//! Lines with or without marks: one a series, on axes of any kind.

use maud::Markup;
use plotters::series::LineSeries;

use super::{Axis, Ink, marks, picture};

const HEIGHT_PIXELS: i32 = 340;

/// Where a mark is, and the interval of its ordinate.
type Mark = ((f64, f64), Option<(f64, f64)>);

/// A series of points.
pub(in crate::html) struct Line {
    pub(in crate::html) series: u8,
    /// What is connected.
    pub(in crate::html) path: Vec<(f64, f64)>,
    /// What has a mark.
    pub(in crate::html) marks: Vec<Mark>,
}

/// Draws all series.
pub(in crate::html) fn lines(text: &str, lines: &[Line], axes: &(Axis, Axis)) -> Markup {
    picture(text, HEIGHT_PIXELS, axes, |chart| {
        for line in lines {
            if line.path.len() > 1 {
                let path = line.path.iter().copied().filter(|(x, y)| axes.0.holds(*x) && axes.1.holds(*y));
                chart.draw_series(LineSeries::new(path, Ink::Series(line.series).line()))?;
            }
            for ((x, y), interval) in line.marks.iter().filter(|((x, y), _)| axes.0.holds(*x) && axes.1.holds(*y)) {
                if let Some((low, high)) = interval {
                    let ends = [low, high].map(|end| (*x, end.clamp(axes.1.ends().start, axes.1.ends().end)));
                    marks::interval(chart, line.series, ends)?;
                }
                marks::mark(chart, line.series, (*x, *y))?;
            }
        }
        Ok(())
    })
}

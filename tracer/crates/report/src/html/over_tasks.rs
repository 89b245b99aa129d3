//! A figure over the number of tasks: a line a model, with the intervals of its points.

use maud::Markup;

use super::chart::lines::{Line, lines};
use super::chart::{Axis, Quantity};
use super::context::{Context, Point};

/// A value and its interval.
pub(super) type Value = (f64, Option<(f64, f64)>);

/// Both axes are logarithmic, the vertical one as `axis` makes it of all values; `None` when there is nothing to draw.
pub(super) fn picture(
    context: &Context<'_>,
    text: &str,
    tasks: &str,
    points: &[Point<'_>],
    value: impl Fn(&Point<'_>) -> Option<Value>,
    axis: impl Fn(Vec<f64>) -> Option<Axis>,
) -> Option<Markup> {
    let known: Vec<_> = points.iter().filter_map(|point| Some((point, value(point)?))).collect();
    let x = Axis::log(known.iter().map(|(point, _)| point.tasks as f64), tasks, Quantity::Count)?;
    let y = axis(known.iter().flat_map(|(_, value)| ends(*value)).collect())?;
    let mut all: Vec<Line> = Vec::new();
    for (point, (value, interval)) in known {
        let (series, at) = (context.series(point.model), (point.tasks as f64, value));
        match all.iter_mut().find(|line| line.series == series) {
            Some(line) => {
                line.path.push(at);
                line.marks.push((at, interval));
            }
            None => all.push(Line { series, path: vec![at], marks: vec![(at, interval)] }),
        }
    }
    Some(lines(text, &all, &(x, y)))
}

fn ends((value, interval): Value) -> Vec<f64> {
    interval.map_or_else(|| vec![value], |(low, high)| vec![value, low, high])
}

/// The models of the picture.
pub(super) fn key(context: &Context<'_>, points: &[Point<'_>]) -> Markup {
    let models: Vec<_> = points.iter().map(|point| point.model).collect();
    context.key(&models)
}

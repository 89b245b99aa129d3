//! Distributions as curves over percentiles: where most durations lie, and how far the rare ones go.

use maud::Markup;

use super::axis::Axis;
use super::lines::{Line, lines};
use super::quantity::Quantity;
use taskweight_core::report::Histogram;

/// What a duration of 0 is drawn as: there is no 0 on a logarithmic axis.
const SHORTEST_NS: f64 = 1.0;

/// One distribution.
#[derive(Clone, Debug)]
pub struct Curve {
    /// Its mark and colour.
    pub series: u8,
    /// Its name.
    pub name: String,
    /// What was counted.
    pub histogram: Histogram,
}

pub(super) fn draw(text: &str, all: &[Curve]) -> Option<Markup> {
    let series: Vec<_> = all.iter().map(|curve| (curve.series, &curve.histogram)).collect();
    curves(text, "duration", &series)
}

/// Those that are drawn.
pub(super) fn series(all: &[Curve]) -> Vec<(u8, String)> {
    let filled = all.iter().filter(|curve| curve.histogram.count > 0);
    filled.map(|curve| (curve.series, curve.name.clone())).collect()
}

/// Curves by series, overlaid; `None` when nothing was counted.
fn curves(text: &str, name: &str, series: &[(u8, &Histogram)]) -> Option<Markup> {
    let filled: Vec<_> = series.iter().filter(|(_, histogram)| histogram.count > 0).collect();
    let largest = filled.iter().map(|(_, histogram)| histogram.count).max()?;
    let durations = filled.iter().flat_map(|(_, histogram)| [histogram.min, histogram.max]).flatten();
    let y = Axis::log(durations.map(drawn), name, Quantity::Time)?;
    let curves: Vec<_> = filled
        .iter()
        .map(|(series, histogram)| {
            let path = points(histogram);
            // The end of a curve is the longest duration: its mark tells curves apart without colours.
            let marks = path.last().map(|end| (*end, None)).into_iter().collect();
            Line { series: *series, name: String::new(), path, marks }
        })
        .collect();
    Some(lines(text, &curves, &(Axis::percentile(largest as f64), y)))
}

fn drawn(ns: u64) -> f64 {
    (ns as f64).max(SHORTEST_NS)
}

/// Each bucket's bound at 1 / (1 - share of durations at or below it); the last one at the number of durations, as the
/// share that is left there is none.
fn points(histogram: &Histogram) -> Vec<(f64, f64)> {
    let (count, max) = (histogram.count as f64, histogram.max.unwrap_or(0));
    let mut seen = 0.0;
    let first = histogram.min.map(|min| (1.0, drawn(min)));
    let rest = histogram.buckets.iter().map(|(upper, in_bucket)| {
        seen += *in_bucket as f64;
        let left = (count - seen).max(1.0);
        (count / left, drawn((*upper).min(max)))
    });
    let mut points: Vec<_> = first.into_iter().chain(rest).collect();
    if let Some(last) = points.last_mut() {
        *last = (count, drawn(max));
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;
    use taskweight_core::stats::histogram::of_durations;

    #[test]
    fn each_tenth_of_what_is_left_is_one_decade_further() {
        let points = points(&of_durations(&[(10, 900), (20, 90), (30, 9), (40, 1)]));
        assert_eq!(points, [(1.0, 10.0), (10.0, 10.0), (100.0, 20.0), (1000.0, 30.0), (1000.0, 40.0)]);
    }
}

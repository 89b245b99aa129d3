//! Axes: which values a chart has room for, where its grid lines are and what stands beside them.

use std::ops::Range;

use super::quantity::{Quantity, log_marks};

/// Values beyond are left out: their labels would have more digits than there is room for.
const DRAWN: Range<f64> = 1e-30..1e30;

/// Where values are on a stretch of pixels.
#[derive(Clone, Debug)]
pub(super) struct Scale {
    domain: Range<f64>,
    is_log: bool,
    /// Where both ends of the domain are.
    pub(super) ends: [f64; 2],
}

impl Scale {
    /// The place of a value; beyond the ends, that of the nearest end.
    pub(super) fn at(&self, value: f64) -> f64 {
        self.ends[0] + self.share(value).clamp(0.0, 1.0) * (self.ends[1] - self.ends[0])
    }

    /// Whether a value has a place of its own.
    pub(super) fn holds(&self, value: f64) -> bool {
        (0.0..=1.0).contains(&self.share(value))
    }

    /// How far along the domain a value is: from 0 to 1 within it.
    fn share(&self, value: f64) -> f64 {
        let place = |value: f64| if self.is_log { value.max(f64::MIN_POSITIVE).ln() } else { value };
        let [value, start, end] = [value, self.domain.start, self.domain.end].map(place);
        (value - start) / (end - start)
    }
}

/// One axis of a chart.
#[derive(Clone, Debug)]
pub(super) struct Axis {
    domain: Range<f64>,
    is_log: bool,
    /// Values that have a label.
    pub(super) marks: Vec<(f64, String)>,
    /// Values between that have a line only.
    pub(super) between: Vec<f64>,
    /// Empty where labels say it.
    pub(super) name: String,
    /// Whether lines are drawn across the chart at its marks.
    pub(super) has_lines: bool,
}

impl Axis {
    /// A logarithmic axis on which all these values are; `None` without a positive one.
    pub(super) fn log(values: impl IntoIterator<Item = f64>, name: &str, quantity: Quantity) -> Option<Self> {
        let positive = values.into_iter().filter(|value| is_drawn(*value));
        let (low, high) = positive.fold((f64::MAX, 0.0_f64), |(low, high), value| (low.min(value), high.max(value)));
        let domain = (high > 0.0).then(|| low / 1.25..high * 1.25)?;
        let (marks, between) = log_marks(&domain, quantity);
        Some(Self {
            domain,
            is_log: true,
            marks: quantity.labelled(marks),
            between,
            name: name.to_owned(),
            has_lines: true,
        })
    }

    /// The axis of percentiles that HdrHistogram's users know: as much room for 90 to 99 % as for 99 to 99.9 %. Values on
    /// it are 1 / (1 - quantile).
    pub(super) fn percentile(largest_count: f64) -> Self {
        let high = largest_count.max(10.0);
        let label =
            |power: usize| format!("{:.*} %", power.saturating_sub(2), 100.0 - 100.0 / 10f64.powi(power as i32));
        let powers = (0..).map(|power| (10f64.powi(power as i32), label(power)));
        Self {
            domain: 1.0..high * 1.05,
            is_log: true,
            marks: powers.take_while(|(value, _)| *value <= high).collect(),
            between: vec![2.0, 4.0],
            name: "percentile".to_owned(),
            has_lines: true,
        }
    }

    /// A linear axis from 0.
    pub(super) fn linear(high: f64, name: &str, quantity: Quantity) -> Self {
        let high = if is_drawn(high) { high } else { 1.0 };
        let (marks, name) = (quantity.labelled(quantity.steps(high)), name.to_owned());
        Self { domain: 0.0..high, is_log: false, marks, between: vec![], name, has_lines: true }
    }

    /// Names in rows, the first one on top: the middle of row `n` is at `n`.
    pub(super) fn rows(names: Vec<String>) -> Self {
        let domain = names.len() as f64 - 0.5..-0.5;
        let marks = names.into_iter().enumerate().map(|(row, name)| (row as f64, name)).collect();
        Self { domain, is_log: false, marks, between: vec![], name: String::new(), has_lines: false }
    }

    /// The axis with its ends at these pixels.
    pub(super) fn scale(&self, ends: [f64; 2]) -> Scale {
        Scale { domain: self.domain.clone(), is_log: self.is_log, ends }
    }
}

/// Whether there is a place for a value on some axis.
pub(super) fn is_drawn(value: f64) -> bool {
    DRAWN.contains(&value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_power_of_ten_is_one_nine_more() {
        let percentiles: Vec<_> = Axis::percentile(123_456.0).marks.into_iter().map(|(_, label)| label).collect();
        assert_eq!(percentiles, ["0 %", "90 %", "99 %", "99.9 %", "99.99 %", "99.999 %"]);
    }

    #[test]
    fn scale_maps_domain_to_pixels() {
        let log = Axis::log([10.0, 1_000.0], "", Quantity::Time).unwrap().scale([100.0, 0.0]);
        assert!((log.at(100.0) - 50.0).abs() < 1e-9 && log.holds(100.0) && !log.holds(1e9));
        assert_eq!([log.at(-1.0), log.at(f64::NAN), log.at(1e9)], [100.0, 100.0, 0.0]);
        let rows = Axis::rows(vec![String::new(); 2]).scale([40.0, 0.0]);
        assert_eq!([rows.at(0.0), rows.at(1.0)], [10.0, 30.0]);
        assert!(Axis::log([0.0, -1.0, f64::NAN, f64::INFINITY], "", Quantity::Time).is_none());
    }
}

//! Axes: which values a chart has room for, where its grid lines are and what stands beside them.

use std::ops::Range;

use crate::report::table::figure;

/// With fewer decades than this, powers of ten alone are too few marks.
const DECADES: f64 = 2.0;
/// With fewer decades than this, there are lines between the powers.
const DECADES_WITH_LINES: f64 = 4.0;
/// Most powers with a label.
const MOST_POWERS: usize = 8;
/// Most steps on a linear axis.
const MOST_STEPS: f64 = 5.0;
/// Values beyond are left out: their labels would have more digits than there is room for.
const DRAWN: Range<f64> = 1e-30..1e30;

/// What is on an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::report::html) enum Quantity {
    /// Nanoseconds.
    Time,
    /// Memory, in units of 1024.
    Bytes,
    /// Things, or their number per second.
    Count,
    /// One figure as a multiple of another.
    Ratio,
}

impl Quantity {
    /// Values at marks are round: without the zeros that a table needs.
    fn label(self, value: f64) -> String {
        let text = match self {
            _ if value == 0.0 => return "0".to_owned(),
            Self::Time => figure::time(value),
            Self::Bytes => figure::bytes(value),
            Self::Count => figure::rate(value),
            Self::Ratio => format!("{value}"),
        };
        let end = text.find(|character: char| !character.is_ascii_digit() && character != '.').unwrap_or(text.len());
        let (number, unit) = text.split_at(end);
        let number = if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.') } else { number };
        format!("{number}{unit}")
    }

    fn labelled(self, values: Vec<f64>) -> Vec<(f64, String)> {
        values.into_iter().map(|value| (value, self.label(value))).collect()
    }

    /// Powers of ten in the range and one beyond at both ends; of bytes, 1, 10 and 100 of each unit.
    fn powers(self, range: &Range<f64>) -> Vec<f64> {
        let value = |power: i32| match self {
            Self::Bytes => 1024f64.powi(power.div_euclid(3)) * 10f64.powi(power.rem_euclid(3)),
            _ => 10f64.powi(power),
        };
        let (first, last) = (range.start.log10().floor() as i32 - 1, range.end.log10().ceil() as i32 + 1);
        (first..=last).map(value).collect()
    }

    /// Round values from 0 up.
    fn steps(self, high: f64) -> Vec<f64> {
        let least = high / MOST_STEPS;
        let power = 10f64.powf(least.log10().floor());
        let step = match self {
            Self::Bytes => least.log2().ceil().max(0.0).exp2(),
            _ => [1.0, 2.0, 5.0].into_iter().map(|of| of * power).find(|step| *step >= least).unwrap_or(10.0 * power),
        };
        (0..).map(|count| f64::from(count) * step).take_while(|value| *value <= high).collect()
    }
}

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
pub(in crate::report::html) struct Axis {
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
    pub(in crate::report::html) fn log(
        values: impl IntoIterator<Item = f64>,
        name: &str,
        quantity: Quantity,
    ) -> Option<Self> {
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
    pub(in crate::report::html) fn percentile(largest_count: f64) -> Self {
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
    pub(in crate::report::html) fn linear(high: f64, name: &str, quantity: Quantity) -> Self {
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

/// Powers and what is between them; with few decades, twice and five times these have labels as well.
fn log_marks(range: &Range<f64>, quantity: Quantity) -> (Vec<f64>, Vec<f64>) {
    let powers = quantity.powers(range);
    let multiples = |factors: &[f64]| -> Vec<f64> {
        let of_power = |power: &f64| factors.iter().map(|factor| factor * power).collect::<Vec<_>>();
        powers.iter().flat_map(of_power).filter(|value| range.contains(value)).collect()
    };
    let decades = (range.end / range.start).log10();
    let between =
        if decades < DECADES_WITH_LINES { multiples(&[2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]) } else { vec![] };
    if decades < DECADES {
        return (multiples(&[1.0, 2.0, 5.0]), between);
    }
    let tens = multiples(&[1.0]);
    let step = tens.len().div_ceil(MOST_POWERS);
    (tens.into_iter().step_by(step).collect(), between)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_few_and_round() {
        let marks = |range: Range<f64>, quantity| log_marks(&range, quantity).0;
        assert_eq!(marks(4.0..3e5, Quantity::Time), [10.0, 100.0, 1e3, 1e4, 1e5]);
        assert_eq!(marks(4.0..90.0, Quantity::Time), [5.0, 10.0, 20.0, 50.0]);
        assert_eq!(marks(200.0..2e6, Quantity::Bytes), [1024.0, 10_240.0, 102_400.0, 1_048_576.0]);
        assert!(marks(1e-9..1e9, Quantity::Count).len() <= MOST_POWERS);
        assert_eq!(Quantity::Bytes.steps(50_000.0), [0.0, 16_384.0, 32_768.0, 49_152.0]);
        assert_eq!(Quantity::Time.steps(2_270.0), [0.0, 500.0, 1_000.0, 1_500.0, 2_000.0]);
        assert_eq!(Quantity::Count.steps(1.0), [0.0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0]);
    }

    #[test]
    fn labels_have_no_zeros_to_spare() {
        let label = |quantity: Quantity, value| quantity.label(value);
        assert_eq!([label(Quantity::Time, 10.0), label(Quantity::Time, 5_000.0)], ["10 ns", "5 µs"]);
        assert_eq!([label(Quantity::Bytes, 16_384.0), label(Quantity::Bytes, 0.0)], ["16K", "0"]);
        assert_eq!([label(Quantity::Count, 100.0), label(Quantity::Count, 20_000.0)], ["100", "20k"]);
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

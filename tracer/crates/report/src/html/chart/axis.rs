//! Axes: plotters draws them, here is where their marks are and what stands beside these.

use std::{ops::Range, rc::Rc};

use plotters::coord::{
    combinators::{IntoLogRange as _, LogCoord},
    ranged1d::{DefaultFormatting, KeyPointHint, Ranged},
    types::RangedCoordf64,
};

use taskweight_core::format;

/// Fewest decades of which the powers alone are enough marks.
const DECADES: f64 = 2.0;
/// Most decades between whose powers there are lines.
const DECADES_WITH_LINES: f64 = 4.0;
/// Most powers with a label.
const MOST_POWERS: usize = 8;
/// Marks of a linear axis, about.
const LINEAR_MARKS: usize = 5;

/// What is beyond has no place on a logarithmic axis: there plotters would count pixels past its integers.
pub(super) const DRAWN: Range<f64> = 1e-30..1e30;

type Label = Rc<dyn Fn(f64) -> String>;

/// What is on an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::html) enum Quantity {
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
    /// Round values are labelled, hence without the zeros that a table needs.
    fn label(self, value: f64) -> String {
        let text = match self {
            _ if value == 0.0 => return "0".to_owned(),
            Self::Time => format::time(value),
            Self::Bytes => format::bytes(value),
            Self::Count => format::rate(value),
            Self::Ratio => format!("{value}"),
        };
        let end = text.find(|character: char| !character.is_ascii_digit() && character != '.').unwrap_or(text.len());
        let (number, unit) = text.split_at(end);
        let number = if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.') } else { number };
        format!("{number}{unit}")
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
        if self != Self::Bytes {
            return RangedCoordf64::from(0.0..high).key_points(LINEAR_MARKS);
        }
        let step = (high / LINEAR_MARKS as f64).log2().ceil().max(0.0).exp2();
        (0..).map(|count| f64::from(count) * step).take_while(|value| *value <= high).collect()
    }
}

/// One axis of a picture.
#[derive(Clone)]
pub(in crate::html) struct Axis {
    range: Range<f64>,
    is_log: bool,
    /// Marks that have a label.
    marks: Vec<f64>,
    /// Those between.
    between: Vec<f64>,
    label: Label,
    /// Its name; empty where labels say it.
    pub(super) name: String,
    /// Whether lines are drawn across the picture at its marks.
    pub(super) has_lines: bool,
}

impl Axis {
    /// A logarithmic axis on which all these values are; `None` without a positive one.
    pub(in crate::html) fn log(values: impl IntoIterator<Item = f64>, name: &str, quantity: Quantity) -> Option<Self> {
        let positive = values.into_iter().filter(|value| DRAWN.contains(value));
        let (low, high) = positive.fold((f64::MAX, 0.0_f64), |(low, high), value| (low.min(value), high.max(value)));
        let range = (high > 0.0).then(|| low / 1.25..high * 1.25)?;
        let (marks, between) = log_marks(&range, quantity);
        let label = Rc::new(move |value| quantity.label(value));
        Some(Self { range, is_log: true, marks, between, label, name: name.to_owned(), has_lines: true })
    }

    /// The axis of percentiles that HdrHistogram's users know: as much room for 90 to 99 % as for 99 to 99.9 %. Values on
    /// it are 1 / (1 - quantile).
    pub(in crate::html) fn percentile(largest_count: f64) -> Self {
        let high = largest_count.max(10.0);
        let powers = (0..).map(|power| 10f64.powi(power)).take_while(|value| *value <= high).collect();
        let label = |value: f64| {
            let nines = value.log10().round() as usize;
            let decimals = nines.saturating_sub(2);
            format!("{:.decimals$} %", (1.0 - 1.0 / value) * 100.0)
        };
        Self {
            range: 1.0..high * 1.05,
            is_log: true,
            marks: powers,
            between: vec![2.0, 4.0],
            label: Rc::new(label),
            name: "percentile".to_owned(),
            has_lines: true,
        }
    }

    /// A linear axis from 0.
    pub(in crate::html) fn linear(high: f64, name: &str, quantity: Quantity) -> Self {
        let high = if high > 0.0 && high.is_finite() { high } else { 1.0 };
        let label = Rc::new(move |value| quantity.label(value));
        let (marks, name) = (quantity.steps(high), name.to_owned());
        Self { range: 0.0..high, is_log: false, marks, between: vec![], label, name, has_lines: true }
    }

    /// Names in rows, the first one on top: row `n` is at `-n`.
    pub(in crate::html) fn rows(names: Vec<String>) -> Self {
        let last = names.len().saturating_sub(1) as f64;
        Self {
            range: -last - 0.5..0.5,
            is_log: false,
            marks: (0..names.len()).map(|row| -(row as f64)).collect(),
            between: vec![],
            label: Rc::new(move |at| names.get((-at).round() as usize).cloned().unwrap_or_default()),
            name: String::new(),
            has_lines: false,
        }
    }

    /// Lower and upper end.
    pub(super) fn ends(&self) -> Range<f64> {
        self.range.clone()
    }

    /// Whether a value has a place on it.
    pub(super) fn holds(&self, value: f64) -> bool {
        (self.range.start..=self.range.end).contains(&value)
    }

    /// Natural logarithm of its upper over its lower end.
    pub(super) fn span(&self) -> f64 {
        (self.range.end / self.range.start).ln()
    }

    pub(super) fn label(&self, value: f64) -> String {
        (self.label)(value)
    }

    /// Characters of the longest label.
    pub(super) fn label_columns(&self) -> usize {
        self.marks.iter().map(|mark| self.label(*mark).chars().count()).max().unwrap_or(0)
    }

    pub(super) fn marks(&self) -> &[f64] {
        &self.marks
    }
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

impl Ranged for Axis {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        if self.is_log {
            LogCoord::from(self.range.clone().log_scale()).map(value, limit)
        } else {
            RangedCoordf64::from(self.range.clone()).map(value, limit)
        }
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        if hint.weight().allow_light_points() { self.between.clone() } else { self.marks.clone() }
    }

    fn range(&self) -> Range<f64> {
        self.range.clone()
    }
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
    }

    #[test]
    fn labels_have_no_zeros_to_spare() {
        let label = |quantity: Quantity, value| quantity.label(value);
        assert_eq!([label(Quantity::Time, 10.0), label(Quantity::Time, 5_000.0)], ["10 ns", "5 µs"]);
        assert_eq!([label(Quantity::Bytes, 16_384.0), label(Quantity::Bytes, 0.0)], ["16K", "0"]);
        assert_eq!([label(Quantity::Count, 100.0), label(Quantity::Count, 20_000.0)], ["100", "20k"]);
    }

    #[test]
    fn nothing_positive_has_no_logarithmic_axis() {
        assert!(Axis::log([0.0, -1.0, f64::NAN, f64::INFINITY], "", Quantity::Time).is_none());
        assert!(Axis::log([7.0], "", Quantity::Time).is_some());
    }

    #[test]
    fn each_power_of_ten_is_one_nine_more() {
        let axis = Axis::percentile(123_456.0);
        let labels: Vec<_> = axis.marks.iter().map(|mark| axis.label(*mark)).collect();
        assert_eq!(labels, ["0 %", "90 %", "99 %", "99.9 %", "99.99 %", "99.999 %"]);
    }
}

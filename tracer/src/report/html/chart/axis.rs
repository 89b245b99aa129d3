//! Axes: plotters draws them, here is where their marks are and what stands beside these.

use std::{ops::Range, rc::Rc};

use plotters::coord::{
    combinators::{IntoLogRange as _, LogCoord},
    ranged1d::{DefaultFormatting, KeyPointHint, Ranged},
    types::RangedCoordf64,
};

/// Fewest decades of which the powers of ten alone are enough marks.
const DECADES: f64 = 2.0;
/// Most powers of ten with a label.
const MOST_POWERS: usize = 8;

type Label = Rc<dyn Fn(f64) -> String>;

/// One axis of a picture.
#[derive(Clone)]
pub(in crate::report::html) struct Axis {
    range: Range<f64>,
    is_log: bool,
    /// Marks that have a label.
    marks: Vec<f64>,
    /// Those between.
    between: Vec<f64>,
    label: Label,
    /// What is on it; empty where labels say it.
    pub(super) name: String,
    /// Whether lines are drawn across the picture at its marks.
    pub(super) has_lines: bool,
}

impl Axis {
    /// A logarithmic axis on which all these values are; `None` without a positive one.
    pub(in crate::report::html) fn log(
        values: impl IntoIterator<Item = f64>,
        name: &str,
        label: impl Fn(f64) -> String + 'static,
    ) -> Option<Self> {
        let positive = values.into_iter().filter(|value| value.is_finite() && *value > 0.0);
        let (low, high) = positive.fold((f64::MAX, 0.0_f64), |(low, high), value| (low.min(value), high.max(value)));
        let range = (high > 0.0).then(|| low / 1.25..high * 1.25)?;
        let (marks, between) = log_marks(&range);
        Some(Self { range, is_log: true, marks, between, label: Rc::new(label), name: name.to_owned(), has_lines: true })
    }

    /// The axis of percentiles that HdrHistogram's users know: as much room for 90 to 99 % as for 99 to 99.9 %. Values on
    /// it are 1 / (1 - quantile).
    pub(in crate::report::html) fn percentile(largest_count: f64) -> Self {
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
    pub(in crate::report::html) fn linear(high: f64, name: &str, label: impl Fn(f64) -> String + 'static) -> Self {
        let range = 0.0..if high > 0.0 { high } else { 1.0 };
        let marks = RangedCoordf64::from(range.clone()).key_points(5);
        Self { range, is_log: false, marks, between: vec![], label: Rc::new(label), name: name.to_owned(), has_lines: true }
    }

    /// Names in rows, the first one on top: row `n` is at `-n`.
    pub(in crate::report::html) fn rows(names: Vec<String>) -> Self {
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

    /// Lines across the picture at its marks.
    pub(in crate::report::html) fn with_lines(self) -> Self {
        Self { has_lines: true, ..self }
    }

    /// Its lower end.
    pub(in crate::report::html) fn start(&self) -> f64 {
        self.range.start
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

/// Powers of ten and what is between them; with few decades, twice and five times these as well.
fn log_marks(range: &Range<f64>) -> (Vec<f64>, Vec<f64>) {
    let powers = range.start.log10().floor() as i32..=range.end.log10().ceil() as i32;
    let is_inside = |value: &f64| range.contains(value);
    let multiples = |factors: &[f64]| -> Vec<f64> {
        let of_power = |power: i32| factors.iter().map(move |factor| factor * 10f64.powi(power));
        powers.clone().flat_map(of_power).filter(is_inside).collect()
    };
    let between = multiples(&[2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]);
    if (range.end / range.start).log10() < DECADES {
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
        assert_eq!(log_marks(&(4.0..3e5)).0, [10.0, 100.0, 1e3, 1e4, 1e5]);
        assert_eq!(log_marks(&(4.0..90.0)).0, [5.0, 10.0, 20.0, 50.0]);
        assert!(log_marks(&(1e-9..1e9)).0.len() <= MOST_POWERS);
    }

    #[test]
    fn nothing_positive_has_no_logarithmic_axis() {
        assert!(Axis::log([0.0, -1.0, f64::NAN, f64::INFINITY], "", |_| String::new()).is_none());
        assert!(Axis::log([7.0], "", |_| String::new()).is_some());
    }

    #[test]
    fn each_power_of_ten_is_one_nine_more() {
        let axis = Axis::percentile(123_456.0);
        let labels: Vec<_> = axis.marks.iter().map(|mark| axis.label(*mark)).collect();
        assert_eq!(labels, ["0 %", "90 %", "99 %", "99.9 %", "99.99 %", "99.999 %"]);
    }
}

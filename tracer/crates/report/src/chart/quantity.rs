//! Round values of a quantity, and how they are written beside an axis.

use std::ops::Range;

use taskweight_core::format;

/// With fewer decades than this, powers of ten alone are too few marks.
const DECADES: f64 = 2.0;
/// With fewer decades than this, there are lines between the powers.
const DECADES_WITH_LINES: f64 = 4.0;
/// Most powers with a label.
const MOST_POWERS: usize = 8;
/// Most steps on a linear axis.
const MOST_STEPS: f64 = 5.0;

/// What is on an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
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

    pub(super) fn labelled(self, values: Vec<f64>) -> Vec<(f64, String)> {
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
    pub(super) fn steps(self, high: f64) -> Vec<f64> {
        let least = high / MOST_STEPS;
        let power = 10f64.powf(least.log10().floor());
        let step = match self {
            Self::Bytes => least.log2().ceil().max(0.0).exp2(),
            _ => [1.0, 2.0, 5.0].into_iter().map(|of| of * power).find(|step| *step >= least).unwrap_or(10.0 * power),
        };
        (0..).map(|count| f64::from(count) * step).take_while(|value| *value <= high).collect()
    }
}

/// Powers and what is between them; with few decades, twice and five times these have labels as well.
pub(super) fn log_marks(range: &Range<f64>, quantity: Quantity) -> (Vec<f64>, Vec<f64>) {
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
    }
}

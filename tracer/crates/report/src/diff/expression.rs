//! Conditions of `--fail-on`, such as `per_operation.kernel_switches>1.05x`.

use std::{fmt, str::FromStr};

use taskweight_core::stats::summary::{Interval, Summary};

/// A condition on one figure: on its ratio B / A, or on its value in B.
#[derive(Clone, Debug, PartialEq)]
pub struct Expression {
    /// Path of the figure, see [`super::figures`].
    pub path: String,
    /// How it is compared.
    pub operator: Operator,
    /// With what.
    pub limit: f64,
    /// Whether the limit is one of the ratio.
    pub is_of_ratio: bool,
}

/// How a figure is compared with a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `>`
    Above,
    /// `>=`
    AtLeast,
    /// `<`
    Below,
    /// `<=`
    AtMost,
}

/// The longer ones first: `>` begins `>=` too.
const OPERATORS: [(&str, Operator); 4] =
    [(">=", Operator::AtLeast), ("<=", Operator::AtMost), (">", Operator::Above), ("<", Operator::Below)];

impl Operator {
    fn holds(self, figure: f64, limit: f64) -> bool {
        match self {
            Self::Above => figure > limit,
            Self::AtLeast => figure >= limit,
            Self::Below => figure < limit,
            Self::AtMost => figure <= limit,
        }
    }

    /// The end of an interval that is last to meet the condition.
    fn nearest(self, interval: Interval) -> f64 {
        match self {
            Self::Above | Self::AtLeast => interval.low,
            Self::Below | Self::AtMost => interval.high,
        }
    }
}

impl Expression {
    /// Whether the whole interval meets the condition; the median alone where there is no interval.
    #[must_use]
    pub fn is_met(&self, summary: &Summary) -> bool {
        self.operator
            .holds(summary.interval.map_or(summary.median, |interval| self.operator.nearest(interval)), self.limit)
    }
}

impl FromStr for Expression {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let form = "expected PATH>LIMIT, PATH>=LIMIT, PATH<LIMIT or PATH<=LIMIT, where LIMIT is a number, for the value in B, or a \
                    number with x, for the ratio B / A: per_operation.kernel_switches>1.05x";
        let found = OPERATORS.iter().find_map(|(sign, operator)| Some((text.split_once(sign)?, *operator)));
        let ((path, limit), operator) = found.ok_or(form)?;
        let (path, limit) = (path.trim(), limit.trim());
        let number = limit.strip_suffix('x');
        let figure: f64 = number.unwrap_or(limit).parse().map_err(|_| format!("`{limit}` is not a number: {form}"))?;
        if path.is_empty() || !figure.is_finite() {
            return Err(form.to_owned());
        }
        Ok(Self { path: path.to_owned(), operator, limit: figure, is_of_ratio: number.is_some() })
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = OPERATORS.iter().find(|(_, operator)| *operator == self.operator).map_or("", |(sign, _)| sign);
        write!(out, "{}{sign}{}{}", self.path, self.limit, if self.is_of_ratio { "x" } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expression(text: &str) -> Expression {
        text.parse().unwrap()
    }

    fn summary(median: f64, ends: Option<(f64, f64)>) -> Summary {
        Summary { median, interval: ends.map(|(low, high)| Interval { low, high }), samples: 5 }
    }

    #[test]
    fn limits_are_of_ratios_or_of_figures() {
        let ratio = expression("per_operation.kernel_switches>1.05x");
        assert_eq!(
            (ratio.path.as_str(), ratio.limit, ratio.is_of_ratio),
            ("per_operation.kernel_switches", 1.05, true)
        );
        let figure = expression(" kernel.wakeups/operations <= 2e3 ");
        assert_eq!((figure.operator, figure.limit, figure.is_of_ratio), (Operator::AtMost, 2000.0, false));
        for text in ["a>=1.5x", "a<0.5", "b.c>3x"] {
            assert_eq!(expression(text).to_string(), text);
        }
    }

    #[test]
    fn nonsense_is_refused_with_an_example() {
        for nonsense in ["", "per_operation", ">1", "a>x", "a>1.05y", "a>NaN", "a=1"] {
            assert!(nonsense.parse::<Expression>().unwrap_err().contains("1.05x"), "{nonsense}");
        }
    }

    #[test]
    fn the_whole_interval_has_to_meet_it() {
        let above = expression("a>1.05x");
        assert!(above.is_met(&summary(1.10, Some((1.06, 1.20)))));
        assert!(!above.is_met(&summary(1.10, Some((1.04, 1.20)))));
        let below = expression("a<0.9x");
        assert!(below.is_met(&summary(0.8, Some((0.7, 0.89)))));
        assert!(!below.is_met(&summary(0.8, Some((0.7, 0.91)))));
    }

    #[test]
    fn one_repetition_has_to_meet_it_itself() {
        assert!(expression("a>1x").is_met(&summary(1.0001, None)));
        assert!(!expression("a>1x").is_met(&summary(1.0, None)));
        assert!(expression("a>=1x").is_met(&summary(1.0, None)));
    }
}

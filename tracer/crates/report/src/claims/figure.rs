//! One measured figure of one model, and on which side of a bound it is.

use super::{
    Evidence,
    language::{Language, Text},
};
use taskweight_core::{
    format::{count, memory, rate, significant, time},
    stats::summary::summarise,
};

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// Time.
    Nanoseconds,
    /// Memory.
    Bytes,
    /// Whole things.
    Count,
    /// Things for each operation.
    Rate,
    /// One quantity as a multiple of another.
    Multiple,
    /// A part of a whole, 0 to 1.
    Share,
}

impl Unit {
    /// Such as `2.31 µs` and `8.00 KiB`.
    pub(super) fn show(self, value: f64) -> String {
        match self {
            Self::Nanoseconds => time(value),
            Self::Bytes => memory(value),
            Self::Count => count(value as u64),
            Self::Rate => rate(value),
            Self::Multiple => format!("{}×", significant(value)),
            // Adding 0 takes the sign from a zero.
            Self::Share => format!("{:.0} %", (value * 100.0).round() + 0.0),
        }
    }

    /// From the least to the most, such as `9.32-278 ns`; counts that are too few to matter are almost none.
    pub(super) fn span(self, least: f64, most: f64, language: Language) -> String {
        /// One in a hundred operations.
        const FEW: f64 = 0.01;
        if self == Self::Rate && most < FEW {
            return language.choose("almost no", "거의 0").to_owned();
        }
        joined(&self.show(least), &self.show(most), language)
    }

    /// As it stands in [`Evidence`].
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Nanoseconds => "ns",
            Self::Bytes => "bytes",
            Self::Count => "count",
            Self::Rate => "per operation",
            Self::Multiple => "ratio",
            Self::Share => "share",
        }
    }
}

/// How far a figure can be trusted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Spread {
    /// It lies between these; either end may be infinite.
    Between(f64, f64),
    /// It was counted once and for all.
    Exact,
    /// There is one measurement only.
    Unknown,
}

/// What a figure has to be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Bound {
    AtLeast(f64),
    AtMost(f64),
    Within(f64, f64),
}

impl Bound {
    fn holds(self, value: f64) -> bool {
        match self {
            Self::AtLeast(least) => value >= least,
            Self::AtMost(most) => value <= most,
            Self::Within(least, most) => (least..=most).contains(&value),
        }
    }

    /// Whether no value from `low` to `high` holds.
    fn excludes(self, low: f64, high: f64) -> bool {
        match self {
            Self::AtLeast(least) => high < least,
            Self::AtMost(most) => low > most,
            Self::Within(least, most) => high < least || low > most,
        }
    }
}

/// What a figure says of a bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// All of its interval is where the bound wants it.
    Supported,
    /// It is itself, but not all of its interval.
    Leaning,
    /// It is not, but a part of its interval is.
    Doubtful,
    /// Nothing of it is.
    Contradicted,
}

/// One figure of one model.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Figure {
    /// Whose it is.
    pub(super) model: String,
    pub(super) value: f64,
    pub(super) spread: Spread,
    /// Indices of the runs that it comes from.
    pub(super) runs: Vec<usize>,
    /// Where it comes from, in words, the runs apart.
    pub(super) source: String,
    /// What is said beside it, such as the limit that was hit.
    pub(super) note: Option<String>,
}

impl Figure {
    /// The median of several measurements.
    pub(super) fn of_samples(model: &str, samples: &[f64], runs: Vec<usize>, source: String) -> Option<Self> {
        let summary = summarise(samples)?;
        let spread = summary.interval.map_or(Spread::Unknown, |interval| Spread::Between(interval.low, interval.high));
        Some(Self { model: model.to_owned(), value: summary.median, spread, runs, source, note: None })
    }

    pub(super) fn standing(&self, bound: Bound) -> Standing {
        let (low, high) = match self.spread {
            Spread::Between(low, high) => (low, high),
            Spread::Exact => (self.value, self.value),
            // One measurement proves nothing, wherever it is.
            Spread::Unknown => (f64::NEG_INFINITY, f64::INFINITY),
        };
        match bound.holds(self.value) {
            _ if bound.holds(low) && bound.holds(high) => Standing::Supported,
            _ if bound.excludes(low, high) => Standing::Contradicted,
            true => Standing::Leaning,
            false => Standing::Doubtful,
        }
    }

    /// Such as `os-thread 1.76 µs`.
    pub(super) fn show(&self, unit: Unit) -> String {
        let note = self.note.as_ref().map_or(String::new(), |note| format!(" [{note}]"));
        format!("{} {}{note}", self.model, unit.show(self.value))
    }

    pub(super) fn evidence(&self, quantity: Text, unit: Unit, language: Language) -> Evidence {
        let finite = |value: f64| value.is_finite().then_some(value);
        let (low, high) = match self.spread {
            Spread::Between(low, high) => (finite(low), finite(high)),
            Spread::Exact | Spread::Unknown => (None, None),
        };
        Evidence {
            label: format!("{}: {}", self.model, quantity.of(language)),
            model: self.model.clone(),
            quantity: quantity.of(language).to_owned(),
            value: self.value,
            unit: unit.name().to_owned(),
            shown: unit.show(self.value),
            low,
            high,
            shown_interval: range(unit, low, high, language),
            runs: self.runs.clone(),
            source: self.source.clone(),
            decides: false,
        }
    }
}

/// From one figure to another, with their unit once where it is the same.
pub(crate) fn joined(least: &str, most: &str, language: Language) -> String {
    match (least.split_once(' '), most.split_once(' ')) {
        _ if least == most => most.to_owned(),
        (Some((number, unit)), Some((_, other))) if unit == other => format!("{number}-{most}"),
        (None, None) => format!("{least}-{most}"),
        _ => TO.with(language, &[least, most]),
    }
}

/// Such as `1.70 µs to 1.81 µs`, or `≥ 10,000` where one end is open; `None` without an interval.
fn range(unit: Unit, low: Option<f64>, high: Option<f64>, language: Language) -> Option<String> {
    match (low.map(|low| unit.show(low)), high.map(|high| unit.show(high))) {
        (Some(low), Some(high)) => Some(TO.with(language, &[&low, &high])),
        (Some(low), None) => Some(format!("≥ {low}")),
        (None, Some(high)) => Some(format!("≤ {high}")),
        (None, None) => None,
    }
}

/// From one figure to another.
pub(super) const TO: Text = Text::new("{} to {}", "{} ~ {}");

/// Such as `os-thread 1.00, pthread 1.00`.
pub(super) fn list(figures: &[&Figure], unit: Unit, language: Language) -> String {
    abridged(figures.iter().map(|figure| figure.show(unit)), language)
}

/// The first of them, and how many more there are: a sentence is to be read.
pub(super) fn abridged(all: impl ExactSizeIterator<Item = String>, language: Language) -> String {
    const NAMED: usize = 6;
    const MORE: Text = Text::new("{} more", "외 {}개");
    let more = all.len().saturating_sub(NAMED);
    let more = (more > 0).then(|| MORE.with(language, &[&more.to_string()]));
    all.take(NAMED).chain(more).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(value: f64, spread: Spread) -> Figure {
        Figure { model: "m".into(), value, spread, runs: vec![], source: String::new(), note: None }
    }

    #[test]
    fn only_a_whole_interval_supports_or_contradicts() {
        let between = |value, low, high| figure(value, Spread::Between(low, high));
        let most = Bound::AtMost(10.0);
        assert_eq!(between(5.0, 4.0, 10.0).standing(most), Standing::Supported);
        assert_eq!(between(5.0, 4.0, 11.0).standing(most), Standing::Leaning);
        assert_eq!(between(11.0, 9.0, 12.0).standing(most), Standing::Doubtful);
        assert_eq!(between(11.0, 10.5, 12.0).standing(most), Standing::Contradicted);
        let least = Bound::AtLeast(10.0);
        assert_eq!(between(11.0, 10.0, f64::INFINITY).standing(least), Standing::Supported);
        assert_eq!(between(9.0, 9.0, f64::INFINITY).standing(least), Standing::Doubtful);
        assert_eq!(between(9.0, 8.0, 9.5).standing(least), Standing::Contradicted);
        let within = Bound::Within(1.0, 2.0);
        assert_eq!(between(1.5, 1.0, 2.0).standing(within), Standing::Supported);
        assert_eq!(between(1.5, 0.5, 2.5).standing(within), Standing::Leaning);
        assert_eq!(between(0.5, 0.1, 3.0).standing(within), Standing::Doubtful);
        assert_eq!(between(3.0, 2.5, 3.0).standing(within), Standing::Contradicted);
    }

    #[test]
    fn one_measurement_proves_nothing_and_a_count_is_what_it_is() {
        assert_eq!(figure(5.0, Spread::Unknown).standing(Bound::AtMost(10.0)), Standing::Leaning);
        assert_eq!(figure(15.0, Spread::Unknown).standing(Bound::AtMost(10.0)), Standing::Doubtful);
        assert_eq!(figure(5.0, Spread::Exact).standing(Bound::AtMost(10.0)), Standing::Supported);
        assert_eq!(figure(15.0, Spread::Exact).standing(Bound::AtMost(10.0)), Standing::Contradicted);
    }

    #[test]
    fn an_interval_that_is_open_shows_its_end() {
        let range = |unit, low, high| range(unit, low, high, Language::English);
        assert_eq!(range(Unit::Count, Some(10_000.0), None).as_deref(), Some("≥ 10,000"));
        assert_eq!(range(Unit::Share, Some(-0.001), Some(0.2)).as_deref(), Some("0 % to 20 %"));
        assert_eq!(range(Unit::Share, None, None), None);
    }

    #[test]
    fn a_long_list_ends_in_a_number() {
        let one = figure(1.0, Spread::Exact);
        let list = |length| list(&vec![&one; length], Unit::Multiple, Language::Korean);
        assert_eq!(list(2), "m 1.00×, m 1.00×");
        assert!(list(9).ends_with("m 1.00×, 외 3개"));
    }
}

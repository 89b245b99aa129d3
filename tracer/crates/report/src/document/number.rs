//! Numbers that say where they come from: which fields of the JSON report they are made of, such as
//! `median of runs[0:12:4]: per_operation.elapsed_ns`.

use taskweight_core::format::{bytes, count, duration, rate, rate_range, time, time_range};
use taskweight_core::metric::Metric;
use taskweight_core::report::{Histogram, Probe, Report, Run};
use taskweight_core::stats::histogram::merge;
use taskweight_core::stats::summary::{Summary, summarise};

use super::selection::selection;
use super::table::Cell;

/// A number as it is shown, and its origin.
#[derive(Clone, Debug)]
pub struct Number {
    /// All its digits.
    pub value: String,
    /// As a reader likes it.
    pub shown: String,
    /// An expression of fields of the JSON report.
    pub origin: String,
}

impl Number {
    /// A field of the report, by its path there.
    pub(super) fn field(value: f64, shown: String, path: impl Into<String>) -> Self {
        Self { value: value.to_string(), shown, origin: path.into() }
    }

    /// A count, which is shown and kept exactly.
    pub(super) fn count(value: u64, path: impl Into<String>) -> Self {
        Self { value: value.to_string(), shown: count(value), origin: path.into() }
    }

    /// A whole number of nanoseconds.
    pub(super) fn duration(ns: u64, path: impl Into<String>) -> Self {
        Self { value: ns.to_string(), shown: duration(ns), origin: path.into() }
    }

    pub(super) fn time(ns: f64, path: impl Into<String>) -> Self {
        Self::field(ns, time(ns), path)
    }

    pub(super) fn bytes(size: f64, path: impl Into<String>) -> Self {
        Self::field(size, bytes(size), path)
    }
}

impl Cell {
    /// The number of a row of the registry, of the record at this path; or why there is none.
    pub(super) fn of<Of>(metric: &Metric<Of>, probes: &[Probe], record: &Of, path: &str) -> Self {
        match metric.value(probes, record) {
            Ok(value) => Number::field(value, metric.unit.total(value), metric.origin(path)).into(),
            Err(reason) => Self::Absent(reason),
        }
    }
}

/// How figures of a kind are shown: one, and the ends of an interval around a median.
pub(super) type Form = (fn(f64) -> String, fn(f64, f64, f64) -> String);

pub(super) const TIME: Form = (time, time_range);
pub(super) const COUNT: Form = (rate, rate_range);
pub(super) const MULTIPLE: Form = (|ratio| format!("{ratio:.2}"), |_, low, high| format!("{low:.2}-{high:.2}"));

/// A median over repetitions with its interval.
pub(super) struct Estimate {
    pub(super) summary: Summary,
    pub(super) median: Number,
    /// As text, and both ends; `None` with one repetition.
    pub(super) interval: Option<(String, [Number; 2])>,
}

impl Estimate {
    /// Median and both ends, as charts want them.
    pub(super) fn with_ends(&self) -> (f64, Option<(f64, f64)>) {
        (self.summary.median, self.summary.interval.map(|interval| (interval.low, interval.high)))
    }
}

/// Runs of a report that a figure is made from: the repetitions of one model at one piece of work.
#[derive(Clone)]
pub(super) struct Repetitions<'a> {
    pub(super) runs: Vec<&'a Run>,
    /// Such as `runs[0:12:4]`.
    name: String,
}

impl<'a> Repetitions<'a> {
    pub(super) fn new(report: &Report, runs: Vec<&'a Run>) -> Self {
        let index = |run: &&Run| report.runs.iter().position(|one| std::ptr::eq(one, *run));
        let indices: Vec<usize> = runs.iter().filter_map(index).collect();
        Self { name: format!("runs[{}]", selection(&indices)), runs }
    }

    /// Whose they are.
    pub(super) fn model(&self) -> &'a str {
        self.runs.first().map_or("", |run| run.case.model.as_str())
    }

    /// What a figure of these runs says of its origin.
    pub(super) fn origin(&self, what: &str, expression: &str) -> String {
        format!("{what} of {}: {expression}", self.name)
    }

    /// The median of `value`, which is `expression` in terms of the fields of a run; `None` when a run lacks it.
    pub(super) fn estimate(
        &self,
        expression: &str,
        value: impl Fn(&Run) -> Option<f64>,
        (show, range): Form,
    ) -> Option<Estimate> {
        let values: Option<Vec<f64>> = self.runs.iter().map(|run| value(run)).collect();
        let summary = summarise(&values?)?;
        let number = |what: &str, value: f64| Number::field(value, show(value), self.origin(what, expression));
        let interval = summary.interval.map(|interval| {
            let ends = [number("low", interval.low), number("high", interval.high)];
            (range(summary.median, interval.low, interval.high), ends)
        });
        Some(Estimate { summary, median: number("median", summary.median), interval })
    }

    /// A distribution over all repetitions.
    pub(super) fn merged(&self, path: &str, histogram: impl Fn(&'a Run) -> Option<&'a Histogram>) -> Distribution {
        let merged = merge(self.runs.iter().filter_map(|run| histogram(run)));
        Distribution { histogram: merged, origin: format!("{}: {path}", self.name) }
    }
}

/// A distribution of durations and its origin.
pub(super) struct Distribution {
    pub(super) histogram: Histogram,
    origin: String,
}

impl Distribution {
    /// A percentile or an end, by its name in the report.
    pub(super) fn time(&self, what: &str) -> Option<Number> {
        let Histogram { min, p50, p90, p99, p999, max, .. } = self.histogram;
        let names = ["min", "p50", "p90", "p99", "p999", "max"];
        let place = names.iter().position(|name| *name == what)?;
        let ns = [min, p50, p90, p99, p999, max].get(place).copied().flatten()?;
        Some(Number::duration(ns, format!("{what} of {}", self.origin)))
    }

    /// Durations counted.
    pub(super) fn count(&self) -> Number {
        Number::count(self.histogram.count, format!("count of {}", self.origin))
    }

    /// These of its figures, or why there is none.
    pub(super) fn times<const N: usize>(&self, names: [&str; N], reason: &str) -> [Cell; N] {
        names.map(|name| Cell::number_or(self.time(name), reason))
    }
}

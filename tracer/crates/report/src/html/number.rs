//! Numbers that say where they come from.
//!
//! Each number of a table is a `data` element: its `value` in full, its text as a reader likes it, and in its `title` which
//! fields of the JSON report it is made of, such as `median of runs[0:12:4]: per_operation.elapsed_ns`.

use maud::{Markup, Render, html};

use super::selection::selection;
use super::table::shown;
use taskweight_core::format::{count, duration};
use taskweight_core::report::{Histogram, Report, Run};
use taskweight_core::stats::histogram::merge;
use taskweight_core::stats::summary::{Summary, summarise};

/// A number as it is shown, and its origin.
#[derive(Clone, Debug)]
pub(super) struct Number {
    value: String,
    text: String,
    origin: String,
}

impl Number {
    /// A field of the report, by its path there.
    pub(super) fn field(value: f64, text: String, path: impl Into<String>) -> Self {
        Self { value: value.to_string(), text, origin: path.into() }
    }

    /// A count, which is shown and kept exactly.
    pub(super) fn count(value: u64, path: impl Into<String>) -> Self {
        Self { value: value.to_string(), text: count(value), origin: path.into() }
    }

    /// A whole number of nanoseconds.
    pub(super) fn duration(ns: u64, path: impl Into<String>) -> Self {
        Self { value: ns.to_string(), text: duration(ns), origin: path.into() }
    }
}

impl Render for Number {
    fn render(&self) -> Markup {
        html! { data value=(self.value) title=(shown(&self.origin)) { (self.text) } }
    }
}

/// A median over repetitions with its interval.
pub(super) struct Estimate {
    pub(super) summary: Summary,
    pub(super) median: Number,
    /// Lower and upper end; `None` with one repetition.
    pub(super) interval: Option<[Number; 2]>,
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

    /// What a figure of these runs says of its origin.
    pub(super) fn origin(&self, what: &str, expression: &str) -> String {
        format!("{what} of {}: {expression}", self.name)
    }

    /// The median of `value`, which is `expression` in terms of the fields of a run; `None` when a run lacks it.
    pub(super) fn estimate(
        &self,
        expression: &str,
        value: impl Fn(&Run) -> Option<f64>,
        text: fn(f64) -> String,
    ) -> Option<Estimate> {
        let values: Option<Vec<f64>> = self.runs.iter().map(|run| value(run)).collect();
        let summary = summarise(&values?)?;
        let number = |what: &str, value: f64| Number::field(value, text(value), self.origin(what, expression));
        let interval = summary.interval.map(|interval| [number("low", interval.low), number("high", interval.high)]);
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

/// What a table shows of a distribution.
pub(super) const DISTRIBUTION_HEAD: [&str; 7] = ["count", "min", "p50", "p90", "p99", "p99.9", "max"];

impl Distribution {
    /// In the order of [`DISTRIBUTION_HEAD`]; `None` where nothing was counted.
    pub(super) fn numbers(&self) -> [Option<Number>; 7] {
        let Histogram { count, min, p50, p90, p99, p999, max, .. } = &self.histogram;
        let origin = |what: &str| format!("{what} of {}", self.origin);
        let time = |what: &str, ns: &Option<u64>| ns.map(|ns| Number::duration(ns, origin(what)));
        [
            Some(Number::count(*count, origin("count"))),
            time("min", min),
            time("p50", p50),
            time("p90", p90),
            time("p99", p99),
            time("p999", p999),
            time("max", max),
        ]
    }
}

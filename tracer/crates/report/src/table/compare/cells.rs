//! Cells that several tables have.

use crate::table::text::Footnotes;
use crate::table::{interrupts_reason, missing, page_faults_reason};
use taskweight_core::format::{duration_short, rate, time, time_range};
use taskweight_core::report::{PerOperation, Report, Run};
use taskweight_core::stats::histogram::merge;

use super::{figure, time_per_operation, traced_to_twin};

/// Why there is nothing per operation.
pub(super) const UNCOUNTED: &str = "the number of operations is unknown";
/// Why there is no interval.
const ONE: &str = "needs at least two repetitions";

/// What cells are made from, and why some are empty.
pub(super) struct Cells<'a> {
    report: &'a Report,
    /// All runs that are shown in this way, of any number of tasks.
    pub(super) alike: &'a [&'a Run],
    pub(super) footnotes: Footnotes,
}

impl<'a> Cells<'a> {
    pub(super) fn new(report: &'a Report, alike: &'a [&'a Run]) -> Self {
        Self { report, alike, footnotes: Footnotes::default() }
    }

    pub(super) fn or_absent(&mut self, value: Option<String>, what: &str, reason: &str) -> String {
        self.footnotes.or_absent(value, what, reason)
    }

    /// Median time per operation, and its interval in the same unit.
    pub(super) fn time(&mut self, runs: &[&Run]) -> [String; 2] {
        let time_ns = time_per_operation(runs);
        let range = time_ns.and_then(|time| Some((time.median, time.interval?)));
        let interval = range.map(|(median, range)| time_range(median, range.low, range.high));
        [self.or_absent(time_ns.map(|summary| time(summary.median)), "time per op", UNCOUNTED), self.interval(interval)]
    }

    pub(super) fn interval(&mut self, interval: Option<String>) -> String {
        self.or_absent(interval, "95 % CI", ONE)
    }

    fn events(
        &mut self,
        runs: &[&Run],
        what: &str,
        reason: &str,
        value: impl Fn(&PerOperation) -> Option<f64>,
    ) -> String {
        let summary = figure(runs, |run| run.per_operation.as_ref().and_then(&value));
        self.or_absent(summary.map(|summary| rate(summary.median)), what, reason)
    }

    pub(super) fn switches(&mut self, runs: &[&Run]) -> String {
        self.events(runs, "context switches", UNCOUNTED, |figures| Some(figures.kernel_switches))
    }

    /// Without the probe the report has 0, which is not a count.
    pub(super) fn syscalls(&mut self, runs: &[&Run]) -> String {
        let no_calls = missing(self.report, "sys_enter");
        let reason = no_calls.as_deref().unwrap_or(UNCOUNTED);
        self.events(runs, "syscalls", reason, |figures| Some(figures.syscalls).filter(|_| no_calls.is_none()))
    }

    pub(super) fn page_faults(&mut self, runs: &[&Run]) -> String {
        let reason = page_faults_reason(self.report);
        self.events(runs, "page faults", &reason, |figures| figures.page_faults)
    }

    pub(super) fn transitions(&mut self, runs: &[&Run]) -> String {
        let no_calls = missing(self.report, "sys_enter");
        let reason = no_calls.clone().unwrap_or_else(|| page_faults_reason(self.report));
        let counted = |figures: &PerOperation| figures.kernel_transitions.filter(|_| no_calls.is_none());
        self.events(runs, "kernel entries", &reason, counted)
    }

    pub(super) fn interrupts(&mut self, runs: &[&Run]) -> String {
        let reason = interrupts_reason(self.report);
        self.events(runs, "interrupts", &reason, |figures| figures.interrupts)
    }

    /// Any count of the kernel's, per operation.
    pub(super) fn per_operation(&mut self, runs: &[&Run], what: &str, count: impl Fn(&Run) -> u64) -> String {
        let share = |run: &Run| {
            let operations = run.operations.filter(|operations| *operations > 0)?;
            Some(count(run) as f64 / operations as f64)
        };
        let summary = figure(runs, share);
        self.or_absent(summary.map(|summary| rate(summary.median)), what, UNCOUNTED)
    }

    pub(super) fn migrations(&mut self, runs: &[&Run]) -> String {
        match missing(self.report, "sched_migrate_task") {
            Some(reason) => self.footnotes.absent("migrations", &reason),
            None => self.per_operation(runs, "migrations", |run| run.kernel.migrations),
        }
    }

    /// Median and 99th percentile of the wait for a CPU; without blanks, so that the longest names of models fit.
    pub(super) fn queue_wait(&mut self, runs: &[&Run]) -> [String; 2] {
        let waits = merge(runs.iter().map(|run| &run.histograms.run_queue_ns));
        [waits.p50, waits.p99]
            .map(|wait| wait.map(|ns| duration_short(ns).replace(' ', "")))
            .map(|wait| self.or_absent(wait, "wait", "no thread became runnable"))
    }

    pub(super) fn traced_to_twin(&mut self, runs: &[&Run]) -> String {
        let ratio = traced_to_twin(runs).map(|ratio| format!("{ratio:.2}"));
        self.or_absent(ratio, "traced/untraced", "there is no untraced run")
    }
}

//! Models beside each other, one table for each scenario, number of tasks and placement.

use crate::report::model::{PerOperation, Report, Run};
use crate::stats::histogram::merge;
use crate::stats::summary::{Summary, summarise};

use super::figure::{duration_short, rate, time, time_range};
use super::grid::Grid;
use super::missing;
use super::text::{Footnotes, Page};

/// Two lines each, so that nine columns fit 80.
const HEAD: [&str; 10] = [
    "\nmodel",
    "time\nper op",
    "95 %\ninterval",
    "kernel\nswitch",
    "sys-\ncalls",
    "page\nfaults",
    "trans-\nitions",
    "queue\np50",
    "wait\np99",
    "traced\n/twin",
];

/// Why there is nothing per operation.
const UNCOUNTED: &str = "the operations are unknown";
/// Why there is no run-queue latency.
const NO_WAIT: &str = "no thread became runnable";

const LEGEND: &str = "time per op: from the untraced twins, median of the repetitions and its bootstrap interval, in \
     the same unit. kernel switch, syscalls, page faults: kernel events per operation, median of the traced runs. \
     transitions: system calls, and page faults from user mode. queue wait: from becoming runnable to running, all \
     repetitions. traced/twin: what the probes did to the elapsed time.";

/// Runs that can be compared: of the same scenario, tasks and placement.
pub(super) fn groups<'a>(runs: &[&'a Run]) -> Vec<Vec<&'a Run>> {
    gather(runs, |run| (run.scenario.clone(), run.tasks, run.pinned))
}

/// The repetitions of each model, in the order in which models first ran.
pub(super) fn models<'a>(runs: &[&'a Run]) -> Vec<Vec<&'a Run>> {
    gather(runs, |run| run.model.clone())
}

/// Elapsed time with probes as a multiple of that without; `None` without a twin.
pub(super) fn traced_to_twin(runs: &[&Run]) -> Option<f64> {
    let ratio = |run: &&Run| run.elapsed_ns.twin.map(|twin| run.elapsed_ns.traced as f64 / twin as f64);
    let ratios: Option<Vec<f64>> = runs.iter().map(ratio).collect();
    summarise(&ratios?).map(|summary| summary.median)
}

/// Time per operation of the repetitions.
pub(super) fn time_per_operation(runs: &[&Run]) -> Option<Summary> {
    figure(runs, |per_operation| Some(per_operation.elapsed_ns))
}

/// Such as `switch: 2 tasks, pinned to CPU 1`.
pub(super) fn name(run: &Run) -> String {
    let tasks = match run.tasks {
        Some(1) => ": 1 task".to_owned(),
        Some(tasks) => format!(": {tasks} tasks"),
        None => String::new(),
    };
    let pinned = run.pinned.map_or(", not pinned".to_owned(), |cpu| format!(", pinned to CPU {cpu}"));
    format!("{}{tasks}{pinned}", run.scenario.as_deref().unwrap_or(&run.model))
}

pub(super) fn render(report: &Report, runs: &[&Run], page: &mut Page) {
    for group in groups(runs) {
        let Some(first) = group.first() else { continue };
        let operation = first.operation.as_ref().map(|operation| format!(" - one operation is {operation}"));
        page.heading(&format!("{}{}", name(first), operation.unwrap_or_default()));
        let mut grid = Grid::new(&HEAD);
        let mut footnotes = Footnotes::default();
        for repetitions in models(&group) {
            grid.row(row(report, &repetitions, &mut footnotes));
        }
        grid.print(page);
        page.footnotes(&footnotes);
        page.blank();
    }
    if !runs.is_empty() {
        page.paragraph(LEGEND);
        page.blank();
    }
}

fn row(report: &Report, runs: &[&Run], footnotes: &mut Footnotes) -> [String; 10] {
    let no_calls = missing(report, "sys_enter");
    let faults_reason = super::page_faults_reason(report);
    let calls_reason = no_calls.as_deref().unwrap_or(UNCOUNTED);
    let transitions_reason = no_calls.as_deref().unwrap_or(&faults_reason);
    // Without the probe the count is 0, which nobody counted.
    let if_counted = |value: Option<f64>| value.filter(|_| no_calls.is_none());
    let mut cell = |value: Option<String>, what: &str, reason: &str| footnotes.or_absent(value, what, reason);
    let mut events = |what: &str, reason: &str, value: &dyn Fn(&PerOperation) -> Option<f64>| {
        cell(figure(runs, value).map(|summary| rate(summary.median)), what, reason)
    };
    let switches = events("kernel switches", UNCOUNTED, &|figures| Some(figures.kernel_switches));
    let syscalls = events("system calls", calls_reason, &|figures| if_counted(Some(figures.syscalls)));
    let faults = events("page faults", &faults_reason, &|figures| figures.page_faults);
    let transitions = events("transitions", transitions_reason, &|figures| if_counted(figures.kernel_transitions));
    let time_ns = time_per_operation(runs);
    let interval = time_ns.and_then(|time| time.interval.map(|range| time_range(time.median, range.low, range.high)));
    let waits = merge(runs.iter().map(|run| &run.histograms.run_queue_ns));
    [
        runs.first().map_or(String::new(), |run| run.model.clone()),
        cell(time_ns.map(|summary| time(summary.median)), "time per op", UNCOUNTED),
        cell(interval, "interval", "needs two repetitions or more"),
        switches,
        syscalls,
        faults,
        transitions,
        cell(waits.p50.map(duration_short), "queue wait", NO_WAIT),
        cell(waits.p99.map(duration_short), "queue wait", NO_WAIT),
        cell(traced_to_twin(runs).map(|ratio| format!("{ratio:.2}")), "traced/twin", "there is no untraced twin"),
    ]
}

/// A figure per operation over the repetitions; `None` when one of them lacks it.
fn figure(runs: &[&Run], value: impl Fn(&PerOperation) -> Option<f64>) -> Option<Summary> {
    let values: Option<Vec<f64>> = runs.iter().map(|run| run.per_operation.as_ref().and_then(&value)).collect();
    summarise(&values?)
}

/// Runs with the same key, in the order in which keys first appear.
fn gather<'a, Key: PartialEq>(runs: &[&'a Run], key: impl Fn(&Run) -> Key) -> Vec<Vec<&'a Run>> {
    let mut groups: Vec<(Key, Vec<&Run>)> = Vec::new();
    for run in runs {
        let key = key(run);
        match groups.iter_mut().find(|(existing, _)| *existing == key) {
            Some((_, members)) => members.push(run),
            None => groups.push((key, vec![run])),
        }
    }
    groups.into_iter().map(|(_, members)| members).collect()
}

//! What all sections are made from: the report, and the place that each model has in the whole document.

use taskweight_core::case::group;
use taskweight_core::format::{bytes, count};
use taskweight_core::metric;
use taskweight_core::report::{Report, Run};

use super::Options;
use super::number::Repetitions;
use crate::chart::LOOKS;

pub(super) struct Context<'a> {
    pub(super) report: &'a Report,
    pub(super) options: Options,
    /// In the order in which they first appear: a model's place is its series everywhere.
    models: Vec<&'a str>,
}

/// The repetitions of a model with one number of tasks.
pub(super) struct Point<'a> {
    pub(super) model: &'a str,
    pub(super) tasks: u64,
    pub(super) repetitions: Repetitions<'a>,
}

impl<'a> Context<'a> {
    pub(super) fn new(report: &'a Report, options: Options) -> Self {
        let of_runs = report.runs.iter().map(|run| run.case.model.as_str());
        let of_ledger = report.ledger.iter().map(|row| row.model.as_str());
        let of_anatomy = report.anatomy.iter().map(|anatomy| anatomy.model.as_str());
        let of_regimes = report.regimes.iter().map(|regime| regime.coroutine_model.as_str());
        let models = distinct(of_runs.chain(of_ledger).chain(of_anatomy).chain(of_regimes));
        Self { report, options, models }
    }

    /// Runs of a comparison, of scenarios that are such, and without memory to touch.
    pub(super) fn runs(&self, is_wanted: impl Fn(&str) -> bool) -> Vec<&'a Run> {
        let is_it = |run: &&Run| run.case.touch_bytes.is_none() && run.case.scenario.as_deref().is_some_and(&is_wanted);
        self.report.runs.iter().filter(is_it).collect()
    }

    /// Looks come again only where there are more models than anyone compares at once.
    pub(super) fn series(&self, model: &str) -> u8 {
        let place = self.models.iter().position(|one| *one == model).unwrap_or(0);
        (place % usize::from(LOOKS)) as u8
    }

    pub(super) fn repetitions(&self, runs: Vec<&'a Run>) -> Repetitions<'a> {
        Repetitions::new(self.report, runs)
    }

    /// The repetitions of each model.
    pub(super) fn by_model(&self, runs: &[&'a Run]) -> Vec<Repetitions<'a>> {
        models(runs).into_iter().map(|runs| self.repetitions(runs)).collect()
    }

    /// Runs by model, then by number of tasks; those of one place only are to be given.
    pub(super) fn points(&self, runs: &[&'a Run]) -> Vec<Point<'a>> {
        let mut points = Vec::new();
        for of_model in models(runs) {
            let mut groups = groups(&of_model);
            groups.sort_by_key(|group| group.first().and_then(|run| run.case.tasks));
            for group in groups {
                let Some((first, tasks)) = group.first().and_then(|run| Some((*run, run.case.tasks?))) else {
                    continue;
                };
                points.push(Point { model: &first.case.model, tasks, repetitions: self.repetitions(group) });
            }
        }
        points
    }

    /// Why what a probe counts is absent; `None` when the probe is there.
    pub(super) fn missing(&self, probe: &str) -> Option<String> {
        metric::missing(&self.report.probes, probe)
    }

    /// Why interrupts are absent.
    pub(super) fn no_interrupts(&self) -> String {
        let probes = ["local_timer_entry", "irq_handler_entry", "softirq_entry"];
        let reason = probes.iter().find_map(|probe| self.missing(probe));
        reason.unwrap_or_else(|| "not in the report".to_owned())
    }

    /// Why page faults are absent.
    pub(super) fn no_page_faults(&self) -> String {
        let reason = self.missing("page_fault_minor").or_else(|| self.missing("page_fault_major"));
        reason.unwrap_or_else(|| "the number of operations or of page faults is unknown".to_owned())
    }
}

/// Each once, in the order in which they first appear.
pub(super) fn distinct<T: PartialEq>(all: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut seen = Vec::new();
    for one in all {
        if !seen.contains(&one) {
            seen.push(one);
        }
    }
    seen
}

/// Those with the same key together, in the order in which keys first appear.
pub(super) fn gather<Item: Copy, Key: PartialEq>(
    all: impl IntoIterator<Item = Item>,
    key: impl Fn(Item) -> Key,
) -> Vec<Vec<Item>> {
    group(all, key).into_iter().map(|(_, members)| members).collect()
}

/// Runs that can be compared: of the same scenario, tasks, placement, depth and memory touched.
pub(crate) fn groups<'a>(runs: &[&'a Run]) -> Vec<Vec<&'a Run>> {
    gather(runs.iter().copied(), |run| run.case.circumstances())
}

/// The repetitions of each model, in the order in which models first ran.
pub(crate) fn models<'a>(runs: &[&'a Run]) -> Vec<Vec<&'a Run>> {
    gather(runs.iter().copied(), |run: &'a Run| run.case.model.as_str())
}

/// Such as `2 tasks, pinned to CPU 1`.
pub(crate) fn work(run: &Run) -> String {
    let tasks = match run.case.tasks.filter(|_| !run.case.only_parks()) {
        Some(1) => Some("1 task".to_owned()),
        tasks => tasks.map(|tasks| format!("{} tasks", count(tasks))),
    };
    let touching = run.case.touch_bytes.map(|touched| format!("touching {}", bytes(touched as f64)));
    let pinned = run.case.pinned.map_or_else(|| "unpinned".to_owned(), |cpu| format!("pinned to CPU {cpu}"));
    tasks.into_iter().chain(touching).chain([pinned]).collect::<Vec<_>>().join(", ")
}

/// Such as `switch: 2 tasks, pinned to CPU 1`.
pub(crate) fn name(run: &Run) -> String {
    let separator = if run.case.tasks.is_some() && !run.case.only_parks() { ": " } else { ", " };
    format!("{}{separator}{}", run.case.scenario.as_deref().unwrap_or(&run.case.model), work(run))
}

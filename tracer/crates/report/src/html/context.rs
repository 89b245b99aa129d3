//! What all sections are made from: the report, and the colour and mark that each model has on the whole page.

use maud::Markup;

use super::chart::marks;
use super::number::Repetitions;
use super::table::shown;
use crate::table::compare;
use taskweight_core::report::{Report, Run};

pub(super) struct Context<'a> {
    pub(super) report: &'a Report,
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
    pub(super) fn new(report: &'a Report) -> Self {
        let of_runs = report.runs.iter().map(|run| run.case.model.as_str());
        let of_ledger = report.ledger.iter().map(|row| row.model.as_str());
        let of_anatomy = report.anatomy.iter().map(|anatomy| anatomy.model.as_str());
        let of_regimes = report.regimes.iter().map(|regime| regime.coroutine_model.as_str());
        let mut models = Vec::new();
        for model in of_runs.chain(of_ledger).chain(of_anatomy).chain(of_regimes) {
            if !models.contains(&model) {
                models.push(model);
            }
        }
        Self { report, models }
    }

    /// Runs of a comparison, of one of these scenarios and without memory to touch.
    pub(super) fn runs(&self, scenarios: &[&str]) -> Vec<&'a Run> {
        let is_it = |run: &&Run| run.case.scenario.as_deref().is_some_and(|name| scenarios.contains(&name));
        self.report.runs.iter().filter(is_it).filter(|run| run.case.touch_bytes.is_none()).collect()
    }

    /// Looks come again only where there are more models than anyone compares at once.
    pub(super) fn series(&self, model: &str) -> u8 {
        let place = self.models.iter().position(|one| *one == model).unwrap_or(0);
        (place % usize::from(marks::LOOKS)) as u8
    }

    /// The key of a picture of lines with these models, in the page's order.
    pub(super) fn key(&self, models: &[&str]) -> Markup {
        let shown = self.models.iter().filter(|model| models.contains(model));
        let entries: Vec<_> = shown.map(|model| (self.series(model), self::shown(model))).collect();
        marks::key(&entries, true)
    }

    pub(super) fn repetitions(&self, runs: Vec<&'a Run>) -> Repetitions<'a> {
        Repetitions::new(self.report, runs)
    }

    /// Runs by model, then by number of tasks; those of one place only are to be given.
    pub(super) fn points(&self, runs: &[&'a Run]) -> Vec<Point<'a>> {
        let mut points = Vec::new();
        for of_model in compare::models(runs) {
            let mut groups = compare::groups(&of_model);
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
}

/// Such as `2 tasks, pinned to CPU 1`.
pub(super) fn work(run: &Run) -> String {
    let name = compare::name(run);
    let scenario = run.case.scenario.as_deref().unwrap_or_default();
    let rest = name.strip_prefix(scenario).unwrap_or(&name);
    shown(rest.trim_start_matches([':', ',']).trim())
}

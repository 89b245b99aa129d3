//! What is looked up in a report: runs of a scenario by circumstances and model, and rows of the ledger.

use std::cmp::Reverse;

use tracer_ebpf::Loss;

use super::{
    figure::{Figure, Spread},
    language::{Language, Text},
    who::Who,
};
use taskweight_core::{
    case::{Case, group},
    format::count,
    report::{LedgerRow, Report, Run, Witness},
};

/// A report, and the language in which it is spoken of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scope<'a> {
    pub(super) report: &'a Report,
    pub(super) language: Language,
}

/// Why something is not known, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Gap(pub(super) String);

/// Figures, at least one; or why there is none.
pub(super) type Measured = Result<Vec<Figure>, Gap>;

/// A run, and its index in the report.
pub(super) type Indexed<'a> = (usize, &'a Run);

/// Runs of a scenario under the same circumstances, by model.
#[derive(Clone, Debug)]
pub(super) struct Cell<'a> {
    pub(super) scenario: &'a str,
    pub(super) tasks: u64,
    pub(super) pinned: Option<u32>,
    models: Vec<(&'a str, Vec<Indexed<'a>>)>,
}

impl<'a> Cell<'a> {
    pub(super) fn has(&self, who: Who) -> bool {
        self.models(who).next().is_some()
    }

    /// Models with their repetitions.
    pub(super) fn models(&self, who: Who) -> impl Iterator<Item = (&'a str, &[Indexed<'a>])> {
        let included = self.models.iter().filter(move |(model, _)| who.includes(model));
        included.map(|(model, runs)| (*model, runs.as_slice()))
    }
}

const NO_RUN: Text = Text::new("`{}` has no run of {}", "`{}` 시나리오에서 실행한 {} 모델이 없다");
const NOT_TOGETHER: Text = Text::new(
    "`{}` has no runs of {} with the same number of tasks and the same pinning",
    "`{}` 시나리오에서 태스크 수와 CPU가 같은 {} 실행이 없다",
);
const NO_FIGURE: Text = Text::new("the runs of `{}` do not have: {}", "`{}` 시나리오의 실행 결과에 다음 값이 없다: {}");
const UNCOUNTED: Text = Text::new(
    "in the runs of `{}`, events were lost or counts differ from the kernel's own counters",
    "`{}` 시나리오의 실행에서 이벤트가 유실되었거나 커널 자체의 집계와 다르다",
);
const NO_WEIGHT: Text =
    Text::new("`idle` has no linear memory per task for {}: {}", "`idle` 시나리오의 메모리 장부에 값이 없다({}): {}");

/// Losses that make counts too small; others are of durations only.
const OF_COUNTS: [Loss; 3] = [Loss::ThreadTableFull, Loss::PidOutOfRange, Loss::PidReused];

/// Whether every event was counted, as far as the losses and the kernel's own counts tell.
fn is_counted_whole(run: &Run) -> bool {
    let lost = |cause: &str| run.loss.get(cause).is_some_and(|count| *count > 0);
    let is_lossy = OF_COUNTS.iter().any(|cause| lost(cause.name())) || lost("recursion_misses");
    !is_lossy && run.witness.values().all(Witness::agrees)
}

impl<'a> Scope<'a> {
    pub(super) fn say(&self, text: Text, words: &[&str]) -> String {
        text.with(self.language, words)
    }

    pub(super) fn gap(&self, text: Text, words: &[&str]) -> Gap {
        Gap(self.say(text, words))
    }

    pub(super) fn no_run(&self, scenario: &str, who: Who) -> Gap {
        self.gap(NO_RUN, &[scenario, who.name().of(self.language)])
    }

    /// Runs of a scenario by circumstances, without those that touch memory, which do other work.
    pub(super) fn cells(&self, scenario: &'static str) -> Vec<Cell<'a>> {
        let is_of_it = |case: &Case| case.scenario.as_deref() == Some(scenario) && case.touch_bytes.is_none();
        let runs = self.report.runs.iter().enumerate().filter(|(_, run)| is_of_it(&run.case));
        let cell = |((tasks, pinned), runs): ((Option<u64>, _), Vec<Indexed<'a>>)| {
            let models = group(runs, |(_, run)| run.case.model.as_str());
            Some(Cell { scenario, tasks: tasks?, pinned, models })
        };
        let by_place = group(runs, |(_, run)| (run.case.tasks, run.case.pinned));
        let mut cells: Vec<Cell<'a>> = by_place.into_iter().filter_map(cell).collect();
        // Bound to one CPU a task switch is a switch and nothing else; with few tasks it is the plainest.
        cells.sort_by_key(|cell| (cell.pinned.is_none(), cell.tasks));
        cells
    }

    /// The plainest circumstances under which all of these ran.
    pub(super) fn plainest(&self, scenario: &'static str, all: &[Who]) -> Result<Cell<'a>, Gap> {
        self.first(scenario, all, self.cells(scenario))
    }

    /// The largest number of tasks at which all of these ran.
    pub(super) fn largest(&self, scenario: &'static str, all: &[Who]) -> Result<Cell<'a>, Gap> {
        let mut cells = self.cells(scenario);
        cells.sort_by_key(|cell| Reverse(cell.tasks));
        self.first(scenario, all, cells)
    }

    fn first(&self, scenario: &str, all: &[Who], cells: Vec<Cell<'a>>) -> Result<Cell<'a>, Gap> {
        if let Some(absent) = all.iter().find(|who| !cells.iter().any(|cell| cell.has(**who))) {
            return Err(self.no_run(scenario, *absent));
        }
        let names: Vec<_> = all.iter().map(|who| who.name().of(self.language)).collect();
        let together = cells.into_iter().find(|cell| all.iter().all(|who| cell.has(*who)));
        together.ok_or_else(|| self.gap(NOT_TOGETHER, &[scenario, &names.join(", ")]))
    }

    /// A count of the kernel's events of each model, as [`Self::figures`]; runs of which some were not counted are left out.
    pub(super) fn counts(
        &self,
        cell: &Cell<'a>,
        who: Who,
        quantity: Text,
        value: impl Fn(&Run) -> Option<f64>,
    ) -> Measured {
        let mut counted = cell.clone();
        for (_, runs) in &mut counted.models {
            runs.retain(|(_, run)| is_counted_whole(run));
        }
        counted.models.retain(|(_, runs)| !runs.is_empty());
        match counted.has(who) {
            true => self.figures(&counted, who, quantity, value),
            false => Err(self.gap(UNCOUNTED, &[cell.scenario])),
        }
    }

    /// A figure of each model over its repetitions. A model of which one repetition lacks it is left out.
    pub(super) fn figures(
        &self,
        cell: &Cell<'a>,
        who: Who,
        quantity: Text,
        value: impl Fn(&Run) -> Option<f64>,
    ) -> Measured {
        let figure = |(model, runs): (&str, &[Indexed<'a>])| {
            let samples: Option<Vec<f64>> = runs.iter().map(|(_, run)| value(run)).collect();
            self.of_runs(cell, model, &samples?, runs.iter().map(|(index, _)| *index).collect())
        };
        let figures: Vec<_> = cell.models(who).filter_map(figure).collect();
        if figures.is_empty() {
            return Err(self.gap(NO_FIGURE, &[cell.scenario, quantity.of(self.language)]));
        }
        Ok(figures)
    }

    pub(super) fn of_runs(
        &self,
        cell: &Cell<'_>,
        model: &str,
        samples: &[f64],
        mut runs: Vec<usize>,
    ) -> Option<Figure> {
        runs.sort_unstable();
        Figure::of_samples(model, samples, runs, self.place(cell))
    }

    /// Such as `switch, 2 tasks, CPU 1`.
    pub(super) fn place(&self, cell: &Cell<'_>) -> String {
        self.place_of(cell.scenario, cell.tasks, cell.pinned)
    }

    pub(super) fn place_of(&self, scenario: &str, tasks: u64, pinned: Option<u32>) -> String {
        const TASK: Text = Text::new("{}, {} task", "{}, 태스크 {}개");
        const TASKS: Text = Text::new("{}, {} tasks", "{}, 태스크 {}개");
        let cpu = pinned.map_or(String::new(), |cpu| format!(", CPU {cpu}"));
        self.say(if tasks == 1 { TASK } else { TASKS }, &[scenario, &count(tasks)]) + &cpu
    }

    /// Rows of `idle` in the ledger.
    pub(super) fn weights(&self, who: Who) -> impl Iterator<Item = &'a LedgerRow> {
        self.report.ledger.iter().filter(move |row| row.scenario == "idle" && who.includes(&row.model))
    }

    /// What a number of tasks weighs by a column of the ledger, bytes. A model whose figure is no line is left out.
    pub(super) fn weight(&self, who: Who, column: &str, tasks: f64) -> Measured {
        if self.weights(who).next().is_none() {
            return Err(self.no_run("idle", who));
        }
        let figure = |row: &LedgerRow| {
            let line = row.per_task.get(column).filter(|line| line.is_line)?;
            let spread = Spread::Between(line.low * tasks, line.high * tasks);
            let (model, value) = (row.model.clone(), line.slope * tasks);
            let source = format!("ledger, idle, {column}");
            Some(Figure { model, value, spread, runs: self.runs_of(row), source, note: None })
        };
        let figures: Vec<_> = self.weights(who).filter_map(figure).collect();
        if figures.is_empty() {
            return Err(self.gap(NO_WEIGHT, &[who.name().of(self.language), column]));
        }
        Ok(figures)
    }

    /// Runs that a row of the ledger is made of.
    pub(super) fn runs_of(&self, row: &LedgerRow) -> Vec<usize> {
        let is_of_it = |run: &Run| run.case.model == row.model && run.case.scenario.as_ref() == Some(&row.scenario);
        self.report.runs.iter().enumerate().filter(|(_, run)| is_of_it(run)).map(|(index, _)| index).collect()
    }
}

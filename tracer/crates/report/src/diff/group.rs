//! Runs of the same kind: what is set beside what.

use crate::document::{context, memory};
use taskweight_core::case::{Case, group};
use taskweight_core::report::{LedgerRow, Report, Run};

use super::figures::{self, Figures};

/// Two sides with equal keys are compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// Runs of a scenario.
    Runs {
        /// What was measured; the CPU is no matter.
        case: Case,
        /// Whether the run was bound to one CPU.
        is_pinned: bool,
    },
    /// A command: whatever it was on either side.
    Command,
    /// Bytes for each task.
    Ledger(Case),
}

/// The repetitions of one case in one report.
#[derive(Clone, Debug)]
pub struct Group {
    /// What they have in common.
    pub key: Key,
    /// The same in words.
    pub title: String,
    /// CPU to which the first of them was bound.
    pub pinned: Option<u32>,
    /// Figures of each repetition.
    pub repetitions: Vec<Figures>,
}

/// The groups of a report, in its order. With `model`, those of it alone, under no name: they match whatever is on the
/// other side.
#[must_use]
pub fn groups(report: &Report, model: Option<&str>) -> Vec<Group> {
    let is_wanted = |name: &str| model.is_none_or(|wanted| wanted == name);
    let runs = report.runs.iter().filter(|run| is_wanted(&run.case.model));
    let by_key = group(runs, |run| run_key(run, model.is_some()));
    let mut groups: Vec<Group> = by_key.into_iter().filter_map(|(key, runs)| of_runs(&runs, key)).collect();
    groups.extend(report.ledger.iter().filter(|row| is_wanted(&row.model)).map(|row| of_ledger(row, model.is_some())));
    groups
}

fn of_runs(runs: &[&Run], key: Key) -> Option<Group> {
    let first = runs.first()?;
    let work = context::name(first);
    let title = if first.case.scenario.is_some() { format!("{}, {work}", first.case.model) } else { work };
    let repetitions = runs.iter().map(|run| figures::of_run(run)).collect();
    Some(Group { key, title, pinned: first.case.pinned, repetitions })
}

fn run_key(run: &Run, is_nameless: bool) -> Key {
    if run.case.scenario.is_none() {
        return Key::Command;
    }
    let case = Case { pinned: None, ..named(run.case.clone(), is_nameless) };
    Key::Runs { case, is_pinned: run.case.pinned.is_some() }
}

/// Under no name, a case matches that of any model.
fn named(case: Case, is_nameless: bool) -> Case {
    if is_nameless { Case { model: String::new(), ..case } } else { case }
}

/// A row is one repetition: its slopes have intervals of their own. A column that is no line has no figure.
fn of_ledger(row: &LedgerRow, is_nameless: bool) -> Group {
    let key = Key::Ledger(named(Case::from(row), is_nameless));
    let is_of_no_line = |path: &str| {
        row.per_task.iter().any(|(name, column)| !column.is_line && path.starts_with(&format!("per_task.{name}.")))
    };
    let mut figures = figures::of_ledger(row);
    figures.retain(|path, _| !is_of_no_line(path));
    let title = format!("{}, {}: bytes per task", row.model, memory::scene(row));
    Group { key, title, pinned: None, repetitions: vec![figures] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use taskweight_core::report::PerTask;

    fn run(model: &str, pinned: Option<u32>, repetition: u32) -> Run {
        let (model, scenario) = (model.to_owned(), Some(String::from("switch")));
        Run { case: Case { model, scenario, pinned, ..Case::default() }, repetition, ..Run::default() }
    }

    fn report(runs: Vec<Run>, ledger: Vec<LedgerRow>) -> Report {
        let text = include_str!("../../tests/fixtures/command.json");
        Report { runs, ledger, ..serde_json::from_str(text).unwrap() }
    }

    #[test]
    fn repetitions_are_one_group_wherever_they_were_bound() {
        let report = report(vec![run("go", Some(1), 0), run("go", None, 0), run("go", Some(3), 1)], Vec::new());
        let groups = groups(&report, None);
        assert_eq!(groups.iter().map(|group| group.repetitions.len()).collect::<Vec<_>>(), [2, 1]);
    }

    #[test]
    fn a_model_alone_matches_another_one() {
        let report = report(vec![run("go", None, 0), run("tokio", None, 0)], Vec::new());
        let [go, tokio] = ["go", "tokio"].map(|model| groups(&report, Some(model)));
        assert_eq!((go.len(), tokio.len()), (1, 1));
        assert_eq!(go[0].key, tokio[0].key);
    }

    #[test]
    fn a_weight_that_is_no_line_is_no_figure() {
        let column = |is_line| PerTask { slope: 8.0, is_line, ..PerTask::default() };
        let per_task =
            [("slab_bytes", false), ("total_bytes", true)].map(|(name, line)| (name.to_owned(), column(line)));
        let row = LedgerRow { per_task: per_task.into_iter().collect(), ..LedgerRow::default() };
        let figures = &groups(&report(Vec::new(), vec![row]), None)[0].repetitions[0];
        assert_eq!(figures.get("per_task.total_bytes.slope"), Some(&8.0));
        assert_eq!(figures.get("per_task.slab_bytes.slope"), None);
    }
}

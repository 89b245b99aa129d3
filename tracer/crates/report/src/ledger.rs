//! What one task weighs: rows out of runs with different numbers of tasks.

use std::collections::BTreeMap;

use taskweight_core::case::Case;
use taskweight_core::report::{LedgerPoint, LedgerRow, PerTask, Run};
use taskweight_core::stats::regression;

/// The scenarios in which tasks do nothing but exist.
const SCENARIOS: [&str; 2] = ["idle", "deep"];

/// A column whose slope is known to this share of the total's may scatter as it likes: a page more or less of a few is no
/// line, and no matter.
const UNIMPORTANT_SHARE: f64 = 0.02;

/// One row for each model, scenario and depth, in the order in which they come first.
#[must_use]
pub fn rows(runs: &[Run]) -> Vec<LedgerRow> {
    let mut rows: Vec<LedgerRow> = Vec::new();
    for run in runs {
        let Some((empty, point)) = row_and_point(run) else { continue };
        let case = Case::from(&empty);
        let index = rows.iter().position(|row| Case::from(row) == case).unwrap_or_else(|| {
            rows.push(empty);
            rows.len() - 1
        });
        let row = &mut rows[index];
        row.tasks_reached = row.tasks_reached.max(point.tasks);
        match run.own.as_ref().and_then(|own| own.stopped_by.clone()) {
            // It prepared for more tasks than it has: what it weighs is not theirs.
            Some(stopped_by) => row.stopped_by = Some(stopped_by),
            None => row.points.push(point),
        }
    }
    for row in &mut rows {
        row.points.sort_by_key(|point| point.tasks);
        row.per_task = per_task(&row.points);
    }
    rows
}

/// A run's row as yet without points, and its point; `None` for a run that has no part in the ledger.
fn row_and_point(run: &Run) -> Option<(LedgerRow, LedgerPoint)> {
    let scenario = run.case.scenario.clone().filter(|name| SCENARIOS.contains(&name.as_str()))?;
    let memory = run.memory.as_ref()?;
    let sample = memory.ready.as_ref()?;
    let reached = run.own.as_ref().map(|own| own.tasks_reached);
    let point = LedgerPoint { tasks: memory.tasks.or(reached).or(run.case.tasks)?, figures: sample.figures };
    let row = LedgerRow {
        model: run.case.model.clone(),
        scenario,
        depth_bytes: run.case.depth_bytes,
        held: run.case.held,
        ..LedgerRow::default()
    };
    Some((row, point))
}

fn per_task(points: &[LedgerPoint]) -> BTreeMap<String, PerTask> {
    let names = LedgerPoint::default().figures.columns().map(|(name, _)| name);
    let total = names.iter().position(|name| *name == "total_bytes").and_then(|index| fit(points, index));
    let unimportant = total.map_or(0.0, |total| UNIMPORTANT_SHARE * total.slope);
    let of_column = |(index, name): (usize, &str)| {
        let line = fit(points, index)?;
        let is_line = line.is_line() || line.is_known_within(unimportant);
        let regression::Line { slope, low, high, r2, .. } = line;
        Some((name.to_owned(), PerTask { slope, low, high, r2, is_line }))
    };
    names.into_iter().enumerate().filter_map(of_column).collect()
}

fn fit(points: &[LedgerPoint], column: usize) -> Option<regression::Line> {
    let value = |point: &LedgerPoint| Some((point.tasks as f64, point.figures.columns()[column].1? as f64));
    regression::fit(&points.iter().filter_map(value).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use taskweight_core::report::{MemoryFigures, OwnFigures, Report, RunMemory, Sample};

    /// A run of the fixture, as if of another model with so many tasks.
    fn run(model: &str, scenario: &str, tasks: u64, figures: MemoryFigures) -> Run {
        let report: Report = serde_json::from_str(include_str!("../tests/fixtures/compare.json")).unwrap();
        let memory = RunMemory {
            tasks: Some(tasks),
            ready: Some(Sample { figures, sources: BTreeMap::new() }),
            ..RunMemory::default()
        };
        let own = None;
        let first = report.runs.into_iter().next().unwrap();
        let case = Case { model: model.to_owned(), scenario: Some(scenario.to_owned()), ..first.case };
        Run { case, memory: Some(memory), own, ..first }
    }

    fn figures(tasks: u64) -> MemoryFigures {
        MemoryFigures {
            reserved_bytes: Some(5_000_000 + tasks * 8_392_704),
            stack_resident_bytes: (tasks > 500).then_some(tasks * 8_192),
            kernel_stack_bytes: Some(tasks * tasks * 100),
            page_tables_bytes: (tasks == 100).then_some(1),
            ..MemoryFigures::default()
        }
    }

    #[test]
    fn a_row_for_each_model_scenario_and_depth() {
        let mut runs: Vec<Run> =
            [10_000, 100, 1_000, 3_162].map(|tasks| run("os-thread", "idle", tasks, figures(tasks))).into();
        runs.push(run("os-thread", "switch", 2, figures(2)));
        for held in [true, false] {
            let deep = run("os-thread", "deep", 100, figures(100));
            let case = Case { depth_bytes: Some(1_024), held: Some(held), ..deep.case };
            runs.push(Run { case, ..deep });
        }
        runs.push(Run { memory: None, ..run("tokio", "idle", 100, figures(100)) });
        let rows = rows(&runs);
        assert_eq!(
            rows.iter().map(|row| (row.scenario.as_str(), row.held)).collect::<Vec<_>>(),
            [("idle", None), ("deep", Some(true)), ("deep", Some(false))]
        );
        assert_eq!(rows[0].points.iter().map(|point| point.tasks).collect::<Vec<_>>(), [100, 1_000, 3_162, 10_000]);
        assert!(rows[1].per_task.is_empty(), "one point is no line");
    }

    #[test]
    fn slopes_by_column() {
        let runs: Vec<Run> =
            [100, 316, 1_000, 3_162, 10_000].map(|tasks| run("os-thread", "idle", tasks, figures(tasks))).into();
        let row = &rows(&runs)[0];
        let reserved = row.per_task["reserved_bytes"];
        assert!((reserved.slope - 8_392_704.0).abs() < 1e-3 && reserved.is_line, "{reserved:?}");
        let stack = row.per_task["stack_resident_bytes"];
        assert!((stack.slope - 8_192.0).abs() < 1e-6 && stack.is_line, "three points are enough: {stack:?}");
        assert!(!row.per_task["kernel_stack_bytes"].is_line, "a square is no line");
        assert!(!row.per_task.contains_key("page_tables_bytes") && !row.per_task.contains_key("total_bytes"));
    }

    #[test]
    fn how_far_a_model_got() {
        let mut runs =
            vec![run("os-thread", "idle", 10_000, figures(10_000)), run("os-thread", "idle", 32_453, figures(32_453))];
        let stopped_by = Some(String::from("pid_max 32768"));
        runs[1].own =
            Some(OwnFigures { tasks_reached: 32_450, stopped_by: stopped_by.clone(), ..OwnFigures::default() });
        let row = &rows(&runs)[0];
        assert_eq!((row.tasks_reached, &row.stopped_by), (32_453, &stopped_by));
        assert_eq!(row.points.len(), 1, "one that was stopped is no point");
    }

    #[test]
    fn a_row_as_it_is_written() {
        let row = &rows(&[run("go", "idle", 100, figures(100))])[0];
        let value = serde_json::to_value(row).unwrap();
        assert_eq!(
            value["points"][0],
            json!({
                "tasks": 100, "reserved_bytes": 844_270_400_u64, "stack_reserved_bytes": null, "stack_resident_bytes": null,
                "other_resident_bytes": null, "page_tables_bytes": 1, "kernel_stack_bytes": 1_000_000,
                "slab_bytes": null, "total_bytes": null, "witness_bytes": null,
            })
        );
        assert_eq!(&serde_json::from_value::<LedgerRow>(value).unwrap(), row);
    }
}

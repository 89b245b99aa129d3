//! From runs to cells: both sides of each, their ratio, and the cause where it is small.

use crate::{
    report::model::{ProbeState, Ratio, Regime, Report, Run, Side},
    stats::summary::{Summary, summarise},
    workload::catalog::Model,
};

use super::{
    cause::{Evidence, cause},
    grid::{Cell, Grid},
};

/// Below this ratio the reader is told why.
pub const SMALL_RATIO: f64 = 2.0;

/// The cells of every model of coroutines, in the order of the grid.
pub fn regimes(report: &Report, grid: &Grid) -> Vec<Regime> {
    let mut all = Vec::new();
    for model in &grid.coroutines {
        let mut regimes: Vec<Regime> =
            grid.cells.iter().map(|cell| regime(report, grid.threads, model, cell)).collect();
        let causes: Vec<_> = regimes.iter().map(|regime| small_ratio_cause(regime, &regimes)).collect();
        regimes.iter_mut().zip(causes).for_each(|(regime, cause)| regime.cause = cause);
        all.append(&mut regimes);
    }
    all
}

fn regime(report: &Report, threads: &Model, coroutines: &Model, cell: &Cell) -> Regime {
    let [thread_runs, coroutine_runs] = [threads, coroutines].map(|model| runs(report, model, cell));
    let ratio = ratio(&thread_runs, &coroutine_runs);
    let reason = || {
        let absent = |model, runs: &[&Run]| runs.is_empty().then(|| reason(report, model, cell));
        let of_a_side = absent(threads, &thread_runs).or_else(|| absent(coroutines, &coroutine_runs));
        of_a_side.unwrap_or_else(|| "no repetition in which both were measured".to_owned())
    };
    Regime {
        thread_model: threads.name.to_owned(),
        coroutine_model: coroutines.name.to_owned(),
        pinned: cell.pinned,
        scenario: cell.scenario.name().to_owned(),
        tasks: cell.tasks,
        touch_bytes: cell.touch_bytes,
        ratio,
        thread: side(report, &thread_runs),
        coroutine: side(report, &coroutine_runs),
        cause: None,
        reason: ratio.is_none().then(reason),
    }
}

fn runs<'a>(report: &'a Report, model: &Model, cell: &Cell) -> Vec<&'a Run> {
    let is_it = |run: &&Run| {
        let work = (run.scenario.as_deref(), run.tasks, run.pinned, run.touch_bytes.unwrap_or(0));
        run.model == model.name && work == (Some(cell.scenario.name()), Some(cell.tasks), cell.pinned, cell.touch_bytes)
    };
    report.runs.iter().filter(is_it).collect()
}

/// Of repetitions in which both were measured: what disturbs one disturbs its neighbour, and falls out.
fn ratio(threads: &[&Run], coroutines: &[&Run]) -> Option<Ratio> {
    let pairs = threads.iter().filter_map(|thread| {
        let coroutine = coroutines.iter().find(|run| run.repetition == thread.repetition)?;
        Some(thread.per_operation?.elapsed_ns / coroutine.per_operation?.elapsed_ns)
    });
    let Summary { median, interval, .. } = summarise(&pairs.collect::<Vec<_>>())?;
    let (low, high) = interval.map(|range| (range.low, range.high)).unzip();
    Some(Ratio { median, low, high })
}

fn side(report: &Report, runs: &[&Run]) -> Option<Side> {
    let median = |value: &dyn Fn(&Run) -> Option<f64>| {
        Some(summarise(&runs.iter().filter_map(|run| value(run)).collect::<Vec<_>>())?.median)
    };
    let is_there = |probe: &str| !report.probes.iter().any(|one| one.name == probe && one.state == ProbeState::Missing);
    let per_operation = |count: u64, run: &Run| Some(count as f64 / run.operations.filter(|all| *all > 0)? as f64);
    Some(Side {
        elapsed_ns: median(&|run| Some(run.per_operation?.elapsed_ns))?,
        kernel_switches: median(&|run| Some(run.per_operation?.kernel_switches))?,
        syscalls: median(&|run| Some(run.per_operation?.syscalls)).filter(|_| is_there("sys_enter")),
        migrations: median(&|run| per_operation(run.kernel.migrations, run)).filter(|_| is_there("sched_migrate_task")),
        idle_exits: median(&|run| per_operation(run.kernel.idle_exits, run)),
    })
}

/// Why a model was not measured in a cell.
fn reason(report: &Report, model: &Model, cell: &Cell) -> String {
    let (name, scenario) = (model.name, cell.scenario.name());
    if let Some(reason) = &cell.left_out {
        return reason.clone();
    }
    if !model.scenarios.contains(&cell.scenario) {
        let not_offered = model.not_offered.unwrap_or("it is not offered");
        return format!("{name}: {not_offered}");
    }
    // What is touched is not in a failure but in its reason; a failure of the same work has the same cause as a rule.
    let touching = (cell.touch_bytes > 0).then(|| format!("touching {} bytes", cell.touch_bytes));
    let failure = report.failures.iter().find(|failure| {
        let work = (failure.scenario.as_deref(), failure.tasks, failure.pinned);
        failure.model == name
            && work == (Some(scenario), Some(cell.tasks), cell.pinned)
            && touching.as_ref().map_or(!failure.reason.starts_with("touching "), |t| failure.reason.starts_with(t))
    });
    match failure {
        Some(failure) => format!("{name} failed: {}", failure.reason),
        None if report.interrupted => "the measurement was interrupted".to_owned(),
        None if cell.touch_bytes > 0 => format!("{name} does not offer {scenario} with --touch"),
        None => format!("{name} does not offer {scenario}"),
    }
}

/// The cause, from the cell and from the one that differs only in that nothing is touched.
fn small_ratio_cause(regime: &Regime, all: &[Regime]) -> Option<String> {
    regime.ratio.filter(|ratio| ratio.median < SMALL_RATIO)?;
    let place = |regime: &Regime| (regime.pinned, regime.scenario.clone(), regime.tasks);
    let untouched = all.iter().find(|other| other.touch_bytes == 0 && place(other) == place(regime));
    Some(cause(&Evidence {
        waits_for_pipes: regime.scenario == "switch-io",
        touch_bytes: regime.touch_bytes,
        thread: regime.thread?,
        coroutine: regime.coroutine?,
        thread_untouched_ns: untouched.and_then(|other| Some(other.thread?.elapsed_ns)),
        coroutine_untouched_ns: untouched.and_then(|other| Some(other.coroutine?.elapsed_ns)),
    }))
}

//! From runs to cells: both sides of each, their ratio, and the cause where it is small.

use taskweight_core::{
    catalog::Model,
    report::{Ratio, Regime, Report, Run, Side},
    stats::summary::{Summary, summarise},
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

fn regime(report: &Report, threads: &'static Model, coroutines: &'static Model, cell: &Cell) -> Regime {
    let [thread_runs, coroutine_runs] = [threads, coroutines].map(|model| runs(report, model, cell));
    let ratio = ratio(&thread_runs, &coroutine_runs);
    let reason = || {
        // The side that can never be measured, before the one that was not because of it.
        let sides = [(coroutines, &coroutine_runs), (threads, &thread_runs)];
        let is_never = |(model, _): &&(&Model, _)| !model.scenarios.contains(&cell.scenario);
        let absent = sides.iter().find(is_never).or_else(|| sides.iter().find(|(_, runs)| runs.is_empty()));
        let neither = || "no repetition measured both".to_owned();
        absent.map_or_else(neither, |(model, _)| reason(report, model, cell))
    };
    Regime {
        thread_model: threads.name.to_owned(),
        coroutine_model: coroutines.name.to_owned(),
        pinned: cell.pinned,
        scenario: cell.scenario.name().to_owned(),
        tasks: cell.tasks,
        touch_bytes: cell.touch_bytes,
        ratio,
        thread: side(&thread_runs),
        coroutine: side(&coroutine_runs),
        cause: None,
        reason: ratio.is_none().then(reason),
    }
}

fn runs<'a>(report: &'a Report, model: &'static Model, cell: &Cell) -> Vec<&'a Run> {
    let case = cell.case(model);
    report.runs.iter().filter(|run| run.case == case).collect()
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

fn side(runs: &[&Run]) -> Option<Side> {
    let median = |value: &dyn Fn(&Run) -> Option<f64>| {
        Some(summarise(&runs.iter().filter_map(|run| value(run)).collect::<Vec<_>>())?.median)
    };
    let per_operation = |count: u64, run: &Run| Some(count as f64 / run.operations.filter(|all| *all > 0)? as f64);
    Some(Side {
        elapsed_ns: median(&|run| Some(run.per_operation?.elapsed_ns))?,
        kernel_switches: median(&|run| Some(run.per_operation?.kernel_switches))?,
        syscalls: median(&|run| Some(run.per_operation?.syscalls)),
        migrations: median(&|run| per_operation(run.kernel.migrations, run)),
        idle_exits: median(&|run| per_operation(run.kernel.idle_exits, run)),
    })
}

/// Why a model was not measured in a cell.
fn reason(report: &Report, model: &'static Model, cell: &Cell) -> String {
    let (name, scenario) = (model.name, cell.scenario.name());
    if let Some(reason) = &cell.left_out {
        return reason.clone();
    }
    if !model.scenarios.contains(&cell.scenario) {
        let not_offered = model.not_offered.unwrap_or("it is not offered");
        return format!("{name}: {not_offered}");
    }
    let case = cell.case(model);
    let failure = report.failures.iter().find(|failure| failure.case == case);
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

#[cfg(test)]
mod tests {
    use super::*;
    use taskweight_core::{
        case::Case,
        catalog::MODELS,
        report::{Failure, PerOperation},
        scenario::Scenario,
    };

    const TOUCHED: u64 = 256 << 10;

    fn model(name: &str) -> &'static Model {
        MODELS.iter().find(|model| model.name == name).expect("known")
    }

    /// Two pinned cells of two tasks each: without and with memory to touch.
    fn grid(scenario: Scenario) -> Grid {
        let cell = |touch_bytes| Cell { pinned: Some(1), scenario, tasks: 2, touch_bytes, left_out: None };
        let coroutines = ["tokio", "corosensei"].map(model).to_vec();
        Grid { threads: model("os-thread"), coroutines, cells: vec![cell(0), cell(TOUCHED)] }
    }

    fn case() -> Case {
        Case { scenario: Some("switch".to_owned()), tasks: Some(2), pinned: Some(1), ..Case::default() }
    }

    fn empty_report() -> Report {
        let report: Report = serde_json::from_str(include_str!("../../tests/fixtures/compare.json")).expect("a report");
        Report { runs: Vec::new(), failures: Vec::new(), ..report }
    }

    /// Runs with these times per task switch, one for each repetition.
    fn add(report: &mut Report, model: &str, touch_bytes: Option<u64>, times_ns: &[f64]) {
        let all: Report = serde_json::from_str(include_str!("../../tests/fixtures/compare.json")).expect("a report");
        let like = all.runs.into_iter().next().expect("a run");
        for (repetition, elapsed_ns) in times_ns.iter().enumerate() {
            let case = Case { model: model.to_owned(), touch_bytes, ..case() };
            let mut run = Run { case, repetition: repetition as u32, ..like.clone() };
            run.operations = Some(1000);
            (run.kernel.migrations, run.kernel.idle_exits) = (20, 800);
            run.per_operation = Some(PerOperation {
                elapsed_ns: *elapsed_ns,
                kernel_switches: 1.0,
                syscalls: 2.0,
                ..Default::default()
            });
            report.runs.push(run);
        }
    }

    #[test]
    fn the_ratio_is_the_median_of_those_within_a_repetition() {
        let mut report = empty_report();
        add(&mut report, "os-thread", None, &[2000.0, 9000.0, 2400.0]);
        add(&mut report, "tokio", None, &[100.0, 450.0, 100.0]);
        let regime = &regimes(&report, &grid(Scenario::Switch))[0];
        assert_eq!(regime.ratio, Some(Ratio { median: 20.0, low: Some(20.0), high: Some(24.0) }));
        let thread = regime.thread.expect("measured");
        assert_eq!((thread.elapsed_ns, thread.migrations, thread.idle_exits), (2400.0, Some(0.02), Some(0.8)));
        assert_eq!((regime.cause.as_ref(), regime.reason.as_ref()), (None, None));
    }

    #[test]
    fn a_small_ratio_has_its_cause_from_the_cell_where_nothing_is_touched() {
        let mut report = empty_report();
        add(&mut report, "os-thread", None, &[2000.0]);
        add(&mut report, "tokio", None, &[100.0]);
        add(&mut report, "os-thread", Some(TOUCHED), &[8000.0]);
        add(&mut report, "tokio", Some(TOUCHED), &[6000.0]);
        let regimes = regimes(&report, &grid(Scenario::Switch));
        assert_eq!((regimes[0].touch_bytes, regimes[0].cause.as_ref()), (0, None));
        let both =
            "both are bound by memory: touching 256 KiB takes 98 % of a coroutine switch, 75 % of a thread switch";
        assert_eq!((regimes[1].touch_bytes, regimes[1].cause.as_deref()), (TOUCHED, Some(both)));
        assert_eq!(regimes[1].ratio.map(|ratio| (ratio.low, ratio.high)), Some((None, None)));
    }

    #[test]
    fn what_was_not_measured_says_why() {
        let mut report = empty_report();
        add(&mut report, "os-thread", None, &[2000.0]);
        add(&mut report, "os-thread", Some(TOUCHED), &[2000.0]);
        report.failures.push(Failure {
            case: Case { model: "tokio".to_owned(), ..case() },
            repetition: 0,
            half: "twin".to_owned(),
            reason: "out of luck".to_owned(),
        });
        let reasons = |report: &Report, grid: &Grid| -> Vec<String> {
            regimes(report, grid).into_iter().filter_map(|regime| regime.reason).collect()
        };
        let mut grid = grid(Scenario::Switch);
        assert_eq!(
            reasons(&report, &grid),
            [
                "tokio failed: out of luck",
                "tokio does not offer switch with --touch",
                "corosensei does not offer switch",
                "corosensei does not offer switch with --touch"
            ]
        );
        report.interrupted = true;
        assert_eq!(reasons(&report, &grid)[1], "the measurement was interrupted");
        grid.cells[1].left_out = Some("would touch too much".to_owned());
        grid.cells[1].tasks = 10_000;
        assert_eq!(reasons(&report, &grid)[1], "would touch too much");
    }

    #[test]
    fn a_scenario_that_a_model_never_offers_has_the_models_own_reason() {
        let regimes = regimes(&empty_report(), &grid(Scenario::SwitchIo));
        let reason = regimes[2].reason.as_deref().expect("a reason");
        assert_eq!((regimes[2].coroutine_model.as_str(), regimes[2].ratio), ("corosensei", None));
        assert!(reason.starts_with("corosensei: switch-io, echo and hog are not offered"), "{reason}");
    }
}

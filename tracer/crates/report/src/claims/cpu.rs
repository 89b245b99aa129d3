//! The claim about computation.

use super::{
    claim::{Claim, Part, RefutedBy, Role, TOO_WIDE, none, nothing},
    figure::{Bound, Figure, Unit},
    language::Text,
    pairs::{paired, time_ns},
    scope::{Cell, Indexed, Measured, Scope},
    who::{BOTH, Who},
};
use taskweight_core::{format::count, stats::summary::summarise};

const GAIN: Text = Text::new("share of the possible speedup", "CPU 수가 허용하는 속도 향상 가운데 달성한 비율");

/// Half of the way from one CPU to all.
const HALF: f64 = 0.5;

pub(super) const CPU_BOUND: Claim = Claim {
    id: "cpu-bound",
    sentence: Text::new(
        "Threads suit CPU-bound work, as they use several CPUs.",
        "스레드는 멀티코어를 활용하는 CPU 집약적 작업에 적합하다.",
    ),
    short: Text::new("threads suit CPU-bound work", "스레드는 CPU 집약적 작업에 적합하다"),
    parts: &[
        Part {
            role: Role::Core,
            quantity: GAIN,
            unit: Unit::Share,
            bound: Bound::AtLeast(HALF),
            measure: |scope| gains(scope, Who::Threads),
            kept: Text::new(
                "Threads get faster with more CPUs (share of the possible speedup: {}).",
                "스레드는 CPU가 늘어나는 만큼 빨라진다(가능한 속도 향상 가운데 달성한 비율: {}).",
            ),
            broken: Text::new(
                "These threads hardly get faster with more CPUs (share of the possible speedup: {}).",
                "다음 스레드는 CPU가 늘어도 거의 빨라지지 않는다(가능한 속도 향상 가운데 달성한 비율: {}).",
            ),
        },
        Part {
            role: Role::Caveat,
            quantity: GAIN,
            unit: Unit::Share,
            bound: Bound::AtMost(HALF),
            measure: |scope| gains(scope, Who::Coroutines),
            kept: Text::new(
                "These coroutines achieve less than half of the possible speedup ({}).",
                "다음 코루틴이 얻는 속도 향상은 그 절반에 못 미친다({}).",
            ),
            broken: Text::new(
                "Coroutines on a multi-threaded runtime suit it as well ({}).",
                "런타임이 여러 스레드를 쓰는 코루틴도 마찬가지로 적합하다({}).",
            ),
        },
    ],
    refuted_by: RefutedBy::OnePart,
    remark: nothing,
    beside: none,
    undecided: TOO_WIDE,
    measured_by: "sudo taskweight compare --scenarios cpu",
};

/// How much of the possible speed-up there is over one task, within each repetition.
fn gains(scope: &Scope<'_>, who: Who) -> Measured {
    const ONE_CPU: Text = Text::new("there is only one CPU", "CPU가 하나뿐이다");
    const ALONE: Text = Text::new(
        "`cpu` has no runs both with 1 task and with several",
        "`cpu` 시나리오에 태스크 1개의 실행과 여러 개의 실행이 함께 있지 않다",
    );
    const BUSY: Text = Text::new(
        "other programs kept the CPUs busy: with 1 task in `cpu`, threads waited for a CPU {} of the time",
        "다른 프로그램이 CPU를 쓰고 있었다(`cpu` 시나리오에서 태스크가 1개일 때 스레드가 CPU를 기다린 시간의 비율: {})",
    );
    let cpus = cpus(scope);
    if cpus < 2 {
        return Err(scope.gap(ONE_CPU, &[]));
    }
    let cells: Vec<_> = scope.cells("cpu").into_iter().filter(|cell| cell.pinned.is_none()).collect();
    if !cells.iter().any(|cell| cell.has(who)) {
        return Err(scope.no_run("cpu", who));
    }
    let alone = cells.iter().find(|cell| cell.tasks == 1).ok_or_else(|| scope.gap(ALONE, &[]))?;
    let waiting = share_waiting(alone).filter(|share| *share > FREE);
    if let Some(share) = waiting {
        return Err(scope.gap(BUSY, &[&Unit::Share.show(share)]));
    }
    // As many tasks as CPUs, or the next number above it.
    let several = cells.iter().find(|cell| cell.tasks >= cpus && BOTH.iter().all(|who| cell.has(*who)));
    let several = several.ok_or_else(|| scope.gap(ALONE, &[]))?;
    let figures: Vec<_> = several.models(who).filter_map(|(model, _)| gain(scope, alone, several, model)).collect();
    if figures.is_empty() { Err(scope.gap(ALONE, &[])) } else { Ok(figures) }
}

/// Share of its time that a thread which has the machine for itself may wait for a CPU.
const FREE: f64 = 0.1;

/// Share of the traced time that single threads waited for a CPU, median of all runs. Others than threads have helpers, which
/// wait for each other.
fn share_waiting(alone: &Cell<'_>) -> Option<f64> {
    let share = |(_, run): &Indexed<'_>| {
        let waits = &run.histograms.run_queue_ns;
        waits.mean.unwrap_or(0.0) * waits.count as f64 / run.elapsed_ns.traced as f64
    };
    let shares: Vec<_> = alone.models(Who::Threads).flat_map(|(_, runs)| runs.iter().map(share)).collect();
    Some(summarise(&shares)?.median)
}

fn gain(scope: &Scope<'_>, alone: &Cell<'_>, several: &Cell<'_>, model: &str) -> Option<Figure> {
    const SPEED_UP: Text = Text::new("{} with {} tasks", "태스크 {1}개에서 {0}");
    let speed_ups = paired(of(alone, model)?, of(several, model)?, time_ns);
    let usable = cpus(scope).min(several.tasks) as f64;
    let shares: Vec<_> = speed_ups.iter().map(|(_, speed_up)| (speed_up - 1.0) / (usable - 1.0)).collect();
    let runs = speed_ups.iter().flat_map(|(runs, _)| *runs).collect();
    let mut figure = scope.of_runs(several, model, &shares, runs)?;
    let median = 1.0 + figure.value * (usable - 1.0);
    let words = [Unit::Multiple.show(median), count(several.tasks)];
    figure.note = Some(scope.say(SPEED_UP, &[&words[0], &words[1]]));
    Some(figure)
}

fn of<'c, 'a>(cell: &'c Cell<'a>, model: &str) -> Option<&'c [Indexed<'a>]> {
    [Who::Threads, Who::Coroutines]
        .into_iter()
        .flat_map(|who| cell.models(who))
        .find(|(name, _)| *name == model)
        .map(|(_, runs)| runs)
}

/// CPUs that the programs may use.
fn cpus(scope: &Scope<'_>) -> u64 {
    let environment = &scope.report.environment;
    let range = |range: &str| {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        Some(last.trim().parse::<u64>().ok()?.checked_sub(first.trim().parse().ok()?)? + 1)
    };
    let allowed: Option<u64> =
        environment.cpus_allowed.as_ref().and_then(|list| list.split(',').map(range).sum::<Option<u64>>());
    allowed.unwrap_or(environment.cpus_online.into())
}

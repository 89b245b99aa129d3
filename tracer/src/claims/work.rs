//! Claims about the work that threads and coroutines suit.

use super::{
    Evidence,
    claim::{Claim, Part, RefutedBy, Role, none, nothing},
    figure::{Bound, Figure, Unit},
    language::Text,
    scope::{Cell, Indexed, Measured, Scope},
    who::{Family, Who},
};
use crate::{
    report::{
        model::Run,
        table::figure::{count, significant},
    },
    stats::{histogram::merge, summary::summarise},
};

const GAIN: Text =
    Text::new("share of the speed-up that the CPUs allow", "CPU 수가 허용하는 속도 향상 가운데 달성한 비율");
const THROUGHPUT: Text = Text::new("requests per second against threads", "스레드 대비 초당 요청 수");
const MEMORY: Text = Text::new("memory of the server against threads", "스레드 대비 서버 메모리");

/// Half of the way from one CPU to all.
const HALF: f64 = 0.5;

pub(super) const CPU_BOUND: Claim = Claim {
    id: "cpu-bound",
    sentence: Text::new(
        "Threads suit CPU-bound work, as they use several CPUs.",
        "스레드는 멀티코어를 활용하는 CPU 집약적 작업에 적합하다.",
    ),
    parts: &[
        Part {
            role: Role::Core,
            quantity: GAIN,
            unit: Unit::Share,
            bound: Bound::AtLeast(HALF),
            measure: |scope| gains(scope, Who::Threads),
            kept: Text::new(
                "Threads gain this share of the speed-up that the CPUs allow: {}.",
                "스레드가 CPU 수가 허용하는 속도 향상 가운데 달성한 비율은 다음과 같다: {}.",
            ),
            broken: Text::new(
                "These threads hardly gain from more CPUs: {} of the speed-up that they allow.",
                "다음 스레드는 CPU가 늘어도 거의 빨라지지 않는다(가능한 속도 향상 가운데 달성한 비율: {}).",
            ),
        },
        Part {
            role: Role::Caveat,
            quantity: GAIN,
            unit: Unit::Share,
            bound: Bound::AtMost(HALF),
            measure: |scope| gains(scope, Who::Coroutines),
            kept: Text::new("These coroutines do not: {}.", "다음 코루틴은 그렇지 못하다({})."),
            broken: Text::new(
                "Coroutines whose runtime has several threads suit it as well: {}.",
                "런타임이 여러 스레드를 쓰는 코루틴도 마찬가지로 적합하다({}).",
            ),
        },
    ],
    refuted_by: RefutedBy::OnePart,
    remark: nothing,
    beside: none,
    measured_by: "sudo taskweight compare --scenarios cpu",
};

pub(super) const IO_BOUND: Claim = Claim {
    id: "io-bound",
    sentence: Text::new(
        "Coroutines suit I/O-bound work with many connections.",
        "코루틴은 대규모 동시 연결을 처리하는 I/O 집약적 작업에 적합하다.",
    ),
    parts: &[
        Part {
            role: Role::Core,
            quantity: THROUGHPUT,
            unit: Unit::Multiple,
            bound: Bound::AtLeast(1.0),
            measure: |scope| against_threads(scope, THROUGHPUT, |run| Some(1e9 / run.per_operation?.elapsed_ns)),
            kept: Text::new(
                "On the most connections measured, these coroutines answer more requests than threads: {}.",
                "측정한 가장 많은 연결에서 다음 코루틴은 스레드보다 많은 요청에 응답한다(초당 요청 수의 비: {}).",
            ),
            broken: Text::new(
                "On the most connections measured, these coroutines answer fewer requests than threads: {}.",
                "측정한 가장 많은 연결에서 다음 코루틴은 스레드보다 적은 요청에 응답한다(초당 요청 수의 비: {}).",
            ),
        },
        Part {
            role: Role::Core,
            quantity: MEMORY,
            unit: Unit::Multiple,
            bound: Bound::AtMost(1.0),
            measure: |scope| against_threads(scope, MEMORY, memory),
            kept: Text::new("Their server takes less memory: {}.", "서버 메모리는 더 적게 쓴다(스레드 서버의 {})."),
            broken: Text::new("These take more memory: {}.", "다음은 메모리를 더 많이 쓴다(스레드 서버의 {})."),
        },
    ],
    refuted_by: RefutedBy::AllParts,
    remark: by_connections,
    beside: seen_by_clients,
    measured_by: "sudo taskweight compare --models os-thread,tokio --scenarios echo",
};

const BOTH: [Who; 2] = [Who::Threads, Who::Coroutines];

/// How much of the possible speed-up there is over one task, within each repetition.
fn gains(scope: &Scope<'_>, who: Who) -> Measured {
    const ONE_CPU: Text = Text::new("there is one CPU only", "CPU가 하나뿐이다");
    const ALONE: Text = Text::new(
        "`cpu` has no runs both with 1 task and with several",
        "`cpu` 시나리오에 태스크 1개의 실행과 여러 개의 실행이 함께 있지 않다",
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
    // As many tasks as CPUs, or the next number above it.
    let several = cells.iter().find(|cell| cell.tasks >= cpus && BOTH.iter().all(|who| cell.has(*who)));
    let several = several.ok_or_else(|| scope.gap(ALONE, &[]))?;
    let figures: Vec<_> = several.models(who).filter_map(|(model, _)| gain(scope, alone, several, model)).collect();
    if figures.is_empty() { Err(scope.gap(ALONE, &[])) } else { Ok(figures) }
}

fn gain(scope: &Scope<'_>, alone: &Cell<'_>, several: &Cell<'_>, model: &str) -> Option<Figure> {
    const SPEED_UP: Text = Text::new("{} times as fast with {} tasks", "태스크 {1}개에서 {0}배");
    let speed_ups = paired(of(alone, model)?, of(several, model)?, time_ns);
    let usable = cpus(scope).min(several.tasks) as f64;
    let shares: Vec<_> = speed_ups.iter().map(|(_, speed_up)| (speed_up - 1.0) / (usable - 1.0)).collect();
    let runs = speed_ups.iter().flat_map(|(runs, _)| *runs).collect();
    let mut figure = scope.of_runs(several, model, &shares, runs)?;
    let median = 1.0 + figure.value * (usable - 1.0);
    let words = [significant(median), count(several.tasks)];
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

fn time_ns(run: &Run) -> Option<f64> {
    run.elapsed_ns.twin?;
    Some(run.per_operation?.elapsed_ns)
}

/// The first over the second within each repetition, in which they ran one after the other; with the runs' indices.
fn paired(
    first: &[Indexed<'_>],
    second: &[Indexed<'_>],
    value: impl Fn(&Run) -> Option<f64>,
) -> Vec<([usize; 2], f64)> {
    let ratio = |(index, run): &Indexed<'_>| {
        let (other_index, other) = second.iter().find(|(_, other)| other.repetition == run.repetition)?;
        let ratio = value(run)? / value(other)?;
        ratio.is_finite().then_some(([*index, *other_index], ratio))
    };
    first.iter().filter_map(ratio).collect()
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

/// Memory of the server when all connections are open, bytes.
fn memory(run: &Run) -> Option<f64> {
    Some(run.memory.as_ref()?.ready.as_ref()?.figures.total_bytes? as f64)
}

/// A figure of coroutines as a multiple of that of the threads in the same language that answer most requests.
fn against_threads(scope: &Scope<'_>, quantity: Text, value: fn(&Run) -> Option<f64>) -> Measured {
    const ABSENT: Text = Text::new(
        "`echo` has no runs of threads and of coroutines in one language that tell: {}",
        "`echo` 시나리오에 같은 언어의 스레드와 코루틴을 비교할 값이 없다: {}",
    );
    let cell = scope.largest("echo", &BOTH)?;
    let figures: Vec<_> =
        cell.models(Who::Coroutines).filter_map(|(model, runs)| ratio(scope, &cell, model, runs, value)).collect();
    if figures.is_empty() { Err(scope.gap(ABSENT, &[quantity.of(scope.language)])) } else { Ok(figures) }
}

fn ratio(
    scope: &Scope<'_>,
    cell: &Cell<'_>,
    model: &str,
    runs: &[Indexed<'_>],
    value: fn(&Run) -> Option<f64>,
) -> Option<Figure> {
    let threads = fastest_threads(cell, Family::of(model))?;
    let ratios = paired(runs, threads, value);
    let samples: Vec<_> = ratios.iter().map(|(_, ratio)| *ratio).collect();
    scope.of_runs(cell, model, &samples, ratios.iter().flat_map(|(runs, _)| *runs).collect())
}

fn fastest_threads<'c, 'a>(cell: &'c Cell<'a>, family: Family) -> Option<&'c [Indexed<'a>]> {
    let alike = cell.models(Who::Threads).filter(|(model, _)| Family::of(model) == family);
    let timed = alike.filter_map(|(_, runs)| Some((median(runs, time_ns)?, runs)));
    timed.min_by(|one, other| one.0.total_cmp(&other.0)).map(|(_, runs)| runs)
}

fn median(runs: &[Indexed<'_>], value: impl Fn(&Run) -> Option<f64>) -> Option<f64> {
    let samples: Option<Vec<_>> = runs.iter().map(|(_, run)| value(run)).collect();
    Some(summarise(&samples?)?.median)
}

/// Cells of `echo` with both, by rising number of connections.
fn rising<'a>(scope: &Scope<'a>) -> Vec<Cell<'a>> {
    let mut cells = scope.cells("echo");
    cells.retain(|cell| BOTH.iter().all(|who| cell.has(*who)));
    cells.sort_by_key(|cell| cell.tasks);
    cells
}

/// How the ratio changes with the number of connections, and where it passes 1.
fn by_connections(scope: &Scope<'_>) -> Option<String> {
    const COURSE: Text = Text::new("By connections: {}.", "연결 수에 따른 초당 요청 수의 비: {}.");
    const CONNECTIONS: Text = Text::new("{} at {}", "연결 {1}개에서 {0}");
    let cells = rising(scope);
    let mut courses: Vec<(&str, Vec<String>)> = Vec::new();
    for cell in &cells {
        for (model, runs) in cell.models(Who::Coroutines) {
            let value = |run: &Run| Some(1e9 / time_ns(run)?);
            let Some(figure) = ratio(scope, cell, model, runs, value) else { continue };
            let words = scope.say(CONNECTIONS, &[&Unit::Multiple.show(figure.value), &count(cell.tasks)]);
            match courses.iter_mut().find(|(name, _)| *name == model) {
                Some((_, course)) => course.push(words),
                None => courses.push((model, vec![words])),
            }
        }
    }
    let courses: Vec<_> = courses.iter().map(|(model, course)| format!("{model} {}", course.join(", "))).collect();
    (cells.len() > 1 && !courses.is_empty()).then(|| scope.say(COURSE, &[&courses.join("; ")]))
}

/// Throughput, latency and kernel transitions of every server at every number of connections.
fn seen_by_clients(scope: &Scope<'_>) -> Vec<Evidence> {
    const REQUESTS: Text = Text::new("requests per second", "초당 요청 수");
    const P99: Text = Text::new("99th percentile of latency", "지연 시간의 99번째 백분위수");
    const TRANSITIONS: Text = Text::new("kernel transitions per request", "요청 하나당 커널 모드 전환");
    const BYTES: Text = Text::new("memory of the server", "서버 메모리");
    let mut evidence = Vec::new();
    let mut add = |figures: Measured, quantity, unit: Unit| {
        let figures = figures.unwrap_or_default();
        evidence.extend(figures.iter().map(|figure| figure.evidence(quantity, unit, scope.language)));
    };
    for cell in rising(scope) {
        for who in BOTH {
            add(scope.figures(&cell, who, REQUESTS, |run| Some(1e9 / time_ns(run)?)), REQUESTS, Unit::Rate);
            add(scope.figures(&cell, who, P99, p99_ns), P99, Unit::Nanoseconds);
            add(
                scope.figures(&cell, who, TRANSITIONS, |run| run.per_operation?.kernel_transitions),
                TRANSITIONS,
                Unit::Rate,
            );
            add(scope.figures(&cell, who, BYTES, memory), BYTES, Unit::Bytes);
        }
    }
    evidence
}

fn p99_ns(run: &Run) -> Option<f64> {
    Some(merge(run.own.as_ref()?.latency_ns.as_ref()).p99? as f64)
}

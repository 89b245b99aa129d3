//! The claim about servers with many connections.

use super::{
    Evidence,
    claim::{Claim, Part, RefutedBy, Role, TOO_WIDE},
    figure::{Bound, Figure, Unit},
    language::Text,
    pairs::{median, paired, time_ns},
    scope::{Cell, Indexed, Measured, Scope},
    who::{BOTH, Family, Who},
};
use crate::{
    report::{model::Run, table::figure::count},
    stats::histogram::merge,
};

const THROUGHPUT: Text = Text::new("requests per second against threads", "스레드 대비 초당 요청 수");
const MEMORY: Text = Text::new("memory of the server against threads", "스레드 대비 서버 메모리");

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
            measure: |scope| against_threads(scope, THROUGHPUT, |run| Some(1e9 / time_ns(run)?)),
            kept: Text::new(
                "On the most connections measured, these coroutines answer more requests than threads (ratio of requests per second: {}).",
                "측정한 것 가운데 연결이 가장 많을 때 다음 코루틴은 스레드보다 많은 요청에 응답한다(초당 요청 수의 비: {}).",
            ),
            broken: Text::new(
                "On the most connections measured, these coroutines answer fewer requests than threads (ratio of requests per second: {}).",
                "측정한 것 가운데 연결이 가장 많을 때 다음 코루틴은 스레드보다 적은 요청에 응답한다(초당 요청 수의 비: {}).",
            ),
        },
        Part {
            role: Role::Core,
            quantity: MEMORY,
            unit: Unit::Multiple,
            bound: Bound::AtMost(1.0),
            measure: |scope| against_threads(scope, MEMORY, memory),
            kept: Text::new(
                "Their server takes less memory (as a multiple of that of threads: {}).",
                "서버의 메모리 사용량은 더 적다(스레드 서버 대비: {}).",
            ),
            broken: Text::new(
                "The server of these takes more memory (as a multiple of that of threads: {}).",
                "다음 서버는 메모리를 더 많이 사용한다(스레드 서버 대비: {}).",
            ),
        },
    ],
    refuted_by: RefutedBy::AllParts,
    remark: by_connections,
    beside: seen_by_clients,
    undecided: TOO_WIDE,
    measured_by: "sudo taskweight compare --models os-thread,tokio --scenarios echo",
};

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

/// Cells of `echo` with both, by rising number of connections.
fn rising<'a>(scope: &Scope<'a>) -> Vec<Cell<'a>> {
    let mut cells = scope.cells("echo");
    cells.retain(|cell| BOTH.iter().all(|who| cell.has(*who)));
    cells.sort_by_key(|cell| cell.tasks);
    cells
}

/// How the ratio changes with the number of connections, and where it passes 1.
fn by_connections(scope: &Scope<'_>) -> Option<String> {
    const COURSE: Text = Text::new("By number of connections: {}.", "연결 수에 따른 초당 요청 수의 비: {}.");
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

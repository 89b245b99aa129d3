//! How servers compare as connections become more.

use super::{
    Evidence,
    echo::{THROUGHPUT, memory, ratio},
    figure::{Unit, list},
    language::Text,
    pairs::time_ns,
    scope::{Cell, Measured, Scope},
    who::{BOTH, Who},
};
use taskweight_core::{format::count, report::Run, stats::histogram::merge};

const P99: Text = Text::new("99th percentile of latency", "지연 시간의 99번째 백분위수");

/// A model with its throughput as a multiple of threads', by rising number of connections.
type Course<'a> = (&'a str, Vec<(u64, f64)>);

/// Cells of `echo` with both threads and coroutines, by rising number of connections.
fn rising<'a>(scope: &Scope<'a>) -> Vec<Cell<'a>> {
    let mut cells = scope.cells("echo");
    cells.retain(|cell| BOTH.iter().all(|who| cell.has(*who)));
    cells.sort_by_key(|cell| cell.tasks);
    cells
}

fn per_second(run: &Run) -> Option<f64> {
    Some(1e9 / time_ns(run)?)
}

fn p99_ns(run: &Run) -> Option<f64> {
    Some(merge(run.own.as_ref()?.latency_ns.as_ref()).p99? as f64)
}

/// Where coroutines get ahead as connections become more, and what clients wait at most of them.
pub(super) fn course(scope: &Scope<'_>) -> Option<String> {
    const AHEAD: Text = Text::new("Faster than threads: {}.", "스레드를 앞서기 시작하는 연결 수: {}.");
    let courses = courses(scope);
    let mut sentences = Vec::new();
    if courses.iter().any(|(_, ratios)| ratios.len() > 1) {
        sentences.push(scope.say(AHEAD, &[&all_ahead(scope, &courses)]));
    }
    sentences.extend(latency(scope));
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

fn courses<'a>(scope: &Scope<'a>) -> Vec<Course<'a>> {
    let mut courses: Vec<Course<'a>> = Vec::new();
    for cell in &rising(scope) {
        for (model, runs) in cell.models(Who::Coroutines) {
            let Some(figure) = ratio(scope, cell, model, runs, per_second) else { continue };
            match courses.iter_mut().find(|(name, _)| *name == model) {
                Some((_, ratios)) => ratios.push((cell.tasks, figure.value)),
                None => courses.push((model, vec![(cell.tasks, figure.value)])),
            }
        }
    }
    courses
}

/// Models that get ahead at the same number of connections stand together: `tokio, go from 10 on`.
fn all_ahead(scope: &Scope<'_>, courses: &[Course<'_>]) -> String {
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for (model, ratios) in courses {
        let words = ahead(scope, ratios);
        match groups.iter_mut().find(|(known, _)| *known == words) {
            Some((_, models)) => models.push(model),
            None => groups.push((words, vec![model])),
        }
    }
    let groups: Vec<_> = groups.into_iter().map(|(words, models)| format!("{} {words}", models.join(", "))).collect();
    groups.join("; ")
}

/// The number of connections from which on all that were measured have more throughput than threads.
fn ahead(scope: &Scope<'_>, ratios: &[(u64, f64)]) -> String {
    const FROM: Text = Text::new("from {} connections", "{}개");
    const NOWHERE: Text = Text::new("nowhere", "없음");
    let from = ratios.iter().rev().take_while(|(_, ratio)| *ratio >= 1.0).last();
    from.map_or_else(|| scope.say(NOWHERE, &[]), |(from, _)| scope.say(FROM, &[&count(*from)]))
}

fn latency(scope: &Scope<'_>) -> Option<String> {
    const LATENCY: Text = Text::new(
        "99th percentile of latency at the highest number of connections: {}.",
        "연결이 가장 많을 때 지연 시간의 99번째 백분위수: {}.",
    );
    let cell = scope.largest("echo", &BOTH).ok()?;
    let figures: Vec<_> =
        BOTH.iter().filter_map(|who| scope.figures(&cell, *who, P99, p99_ns).ok()).flatten().collect();
    let shown = list(&figures.iter().collect::<Vec<_>>(), Unit::Nanoseconds, scope.language);
    (!figures.is_empty()).then(|| scope.say(LATENCY, &[&shown]))
}

/// Throughput, latency, kernel transitions and memory of every server at every number of connections, and throughput against
/// that of threads where connections are not the most.
pub(super) fn seen_by_clients(scope: &Scope<'_>) -> Vec<Evidence> {
    const REQUESTS: Text = Text::new("requests per second", "초당 요청 수");
    const TRANSITIONS: Text = Text::new("kernel entries per request", "요청 하나당 커널 모드 전환");
    const BYTES: Text = Text::new("server memory", "서버 메모리");
    let transitions = |run: &Run| run.per_operation?.kernel_transitions;
    let mut evidence = Vec::new();
    let mut add = |figures: Measured, quantity, unit: Unit| {
        let figures = figures.unwrap_or_default();
        evidence.extend(figures.iter().map(|figure| figure.evidence(quantity, unit, scope.language)));
    };
    let cells = rising(scope);
    for (place, cell) in cells.iter().enumerate() {
        if place + 1 < cells.len() {
            let ratios = cell.models(Who::Coroutines);
            let ratios = ratios.filter_map(|(model, runs)| ratio(scope, cell, model, runs, per_second)).collect();
            add(Ok(ratios), THROUGHPUT, Unit::Multiple);
        }
        for who in BOTH {
            add(scope.figures(cell, who, REQUESTS, per_second), REQUESTS, Unit::Rate);
            add(scope.figures(cell, who, P99, p99_ns), P99, Unit::Nanoseconds);
            add(scope.counts(cell, who, TRANSITIONS, transitions), TRANSITIONS, Unit::Rate);
            add(scope.figures(cell, who, BYTES, memory), BYTES, Unit::Bytes);
        }
    }
    evidence
}

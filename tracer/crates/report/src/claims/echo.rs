//! The claim about servers with many connections.

use super::{
    claim::{Claim, Part, RefutedBy, Role, TOO_WIDE},
    connections,
    figure::{Bound, Figure, Unit},
    language::Text,
    pairs::{median, paired, time_ns},
    scope::{Cell, Indexed, Measured, Scope},
    who::{BOTH, Family, Who},
};
use taskweight_core::report::Run;

pub(super) const THROUGHPUT: Text = Text::new("requests per second relative to threads", "스레드 대비 초당 요청 수");
const MEMORY: Text = Text::new("server memory relative to threads", "스레드 대비 서버 메모리");

pub(super) const IO_BOUND: Claim = Claim {
    id: "io-bound",
    sentence: Text::new(
        "Coroutines suit I/O-bound work with many connections.",
        "코루틴은 대규모 동시 연결을 처리하는 I/O 집약적 작업에 적합하다.",
    ),
    short: Text::new("coroutines suit many connections", "코루틴은 I/O 집약적 작업에 적합하다"),
    parts: &[
        Part {
            role: Role::Core,
            quantity: THROUGHPUT,
            unit: Unit::Multiple,
            bound: Bound::AtLeast(1.0),
            measure: |scope| against_threads(scope, THROUGHPUT, |run| Some(1e9 / time_ns(run)?)),
            kept: Text::new(
                "At the highest number of connections, these coroutines answer more requests than threads (ratio of requests per second: {}).",
                "측정한 것 가운데 연결이 가장 많을 때 다음 코루틴은 스레드보다 많은 요청에 응답한다(초당 요청 수의 비: {}).",
            ),
            broken: Text::new(
                "At the highest number of connections, these coroutines answer fewer requests than threads (ratio of requests per second: {}).",
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
                "Their servers use less memory (relative to threads: {}).",
                "서버의 메모리 사용량은 더 적다(스레드 서버 대비: {}).",
            ),
            broken: Text::new(
                "These servers use more memory (relative to threads: {}).",
                "다음 서버는 메모리를 더 많이 사용한다(스레드 서버 대비: {}).",
            ),
        },
    ],
    refuted_by: RefutedBy::AllParts,
    remark: connections::course,
    beside: connections::seen_by_clients,
    undecided: TOO_WIDE,
    measured_by: "sudo taskweight compare --models os-thread,tokio --scenarios echo",
};

/// Memory of the server when all connections are open, bytes.
pub(super) fn memory(run: &Run) -> Option<f64> {
    Some(run.memory.as_ref()?.ready.as_ref()?.figures.total_bytes? as f64)
}

/// A figure of coroutines as a multiple of that of the threads in the same language that answer most requests.
fn against_threads(scope: &Scope<'_>, quantity: Text, value: fn(&Run) -> Option<f64>) -> Measured {
    const ABSENT: Text = Text::new(
        "`echo` has no comparable runs of threads and coroutines in the same language: {}",
        "`echo` 시나리오에 같은 언어의 스레드와 코루틴을 비교할 값이 없다: {}",
    );
    let cell = scope.largest("echo", &BOTH)?;
    let figures: Vec<_> =
        cell.models(Who::Coroutines).filter_map(|(model, runs)| ratio(scope, &cell, model, runs, value)).collect();
    if figures.is_empty() { Err(scope.gap(ABSENT, &[quantity.of(scope.language)])) } else { Ok(figures) }
}

/// A figure of one model as a multiple of that of the threads in the same language that answer most requests.
pub(super) fn ratio(
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

//! Claims about switching: by whom, when, at what cost.

use super::{
    claim::{Claim, Part, RefutedBy, Role, none, nothing},
    figure::{Bound, Figure, Spread, Unit, list},
    language::Text,
    scope::{Measured, Scope},
    who::Who,
};
use crate::{report::model::Run, report::table::figure::time, workload::catalog};

const BOTH: [Who; 2] = [Who::Threads, Who::Coroutines];

const SWITCHES: Text = Text::new("kernel switches per hand-over", "컨텍스트 스위칭 한 번당 커널 스위칭");
const TRANSITIONS: Text = Text::new("kernel transitions per hand-over", "컨텍스트 스위칭 한 번당 커널 모드 전환");
const TRANSITIONS_PER_REQUEST: Text = Text::new("kernel transitions per request", "요청 하나당 커널 모드 전환");
const WORST_TICK: Text = Text::new("delay of the latest tick", "가장 늦은 틱의 지연");
const PREEMPTED: Text = Text::new("involuntary switches in a run", "실행 한 번의 비자발적 스위칭");
const CALLS: Text = Text::new("cost of a switch in function calls", "함수 호출과 비교한 컨텍스트 스위칭 비용");

/// Half of all hand-overs. Where one CPU hands over to another, a woken thread may run without a switch of the waker.
const MOSTLY: Bound = Bound::AtLeast(0.5);
/// One in a hundred hand-overs: what is left then are timers of the runtime, page faults and the opening of the gate.
const HARDLY_EVER: Bound = Bound::AtMost(0.01);
/// Half of the 200 ms for which the task of `hog` computes: ticks of tasks that have to wait for it are late by all of it.
const HALF_OF_HOG_NS: f64 = 100e6;

pub(super) const BY_THE_KERNEL: Claim = Claim {
    id: "switched-by-kernel",
    sentence: Text::new(
        "A switch between threads is made by the kernel; a switch between coroutines is not.",
        "스레드의 컨텍스트 스위칭은 커널이 수행하지만, 코루틴의 컨텍스트 스위칭은 커널을 거치지 않는다.",
    ),
    parts: &[
        Part {
            role: Role::Core,
            quantity: SWITCHES,
            unit: Unit::Rate,
            bound: MOSTLY,
            measure: |scope| {
                let cell = scope.plainest("switch", &BOTH)?;
                scope.figures(&cell, Who::Threads, SWITCHES, |run| Some(run.per_operation?.kernel_switches))
            },
            kept: Text::new(
                "Threads are switched by the kernel: {} kernel switches per hand-over.",
                "스레드는 커널이 전환한다(컨텍스트 스위칭 한 번당 커널 스위칭 횟수: {}).",
            ),
            broken: Text::new(
                "These threads mostly hand over without a switch of the kernel: {} per hand-over.",
                "다음 스레드는 대부분 커널 스위칭 없이 전환된다(컨텍스트 스위칭 한 번당 커널 스위칭 횟수: {}).",
            ),
        },
        Part {
            role: Role::Core,
            quantity: TRANSITIONS,
            unit: Unit::Rate,
            bound: HARDLY_EVER,
            measure: |scope| {
                scope.needs_probe("sys_enter")?;
                let cell = scope.plainest("switch", &BOTH)?;
                scope.figures(&cell, Who::Coroutines, TRANSITIONS, transitions)
            },
            kept: Text::new(
                "Coroutines are switched without entering it: {} kernel transitions per hand-over.",
                "코루틴은 커널에 들어가지 않고 전환된다(컨텍스트 스위칭 한 번당 커널 모드 전환 횟수: {}).",
            ),
            broken: Text::new(
                "These coroutines do enter it: {} kernel transitions per hand-over.",
                "다음 코루틴은 전환할 때 커널에 들어간다(컨텍스트 스위칭 한 번당 커널 모드 전환 횟수: {}).",
            ),
        },
    ],
    refuted_by: RefutedBy::OnePart,
    remark: nothing,
    beside: none,
    measured_by: "sudo taskweight compare --scenarios switch",
};

pub(super) const PREEMPTION: Claim = Claim {
    id: "preemption",
    sentence: Text::new(
        "Threads are scheduled preemptively, coroutines cooperatively.",
        "스레드는 선점형으로, 코루틴은 협력형으로 스케줄링된다.",
    ),
    parts: &[
        Part {
            role: Role::Core,
            quantity: WORST_TICK,
            unit: Unit::Nanoseconds,
            bound: Bound::AtMost(HALF_OF_HOG_NS),
            measure: |scope| worst_tick(scope, Who::Threads),
            kept: Text::new(
                "While one task computes for 200 ms without giving way, the other threads go on: their latest tick was late by {}.",
                "한 태스크가 양보 없이 200 ms 동안 계산해도 나머지 스레드는 계속 실행된다(가장 늦은 틱의 지연: {}).",
            ),
            broken: Text::new(
                "While one task computes for 200 ms without giving way, these threads wait: their latest tick was late by {}.",
                "한 태스크가 양보 없이 200 ms 동안 계산하면 다음 스레드는 기다려야 한다(가장 늦은 틱의 지연: {}).",
            ),
        },
        Part {
            role: Role::Core,
            quantity: WORST_TICK,
            unit: Unit::Nanoseconds,
            bound: Bound::AtLeast(HALF_OF_HOG_NS),
            measure: |scope| worst_tick(scope, Who::Coroutines),
            kept: Text::new(
                "Coroutines wait until it gives way: late by {}.",
                "코루틴은 그 태스크가 양보할 때까지 기다린다(가장 늦은 틱의 지연: {}).",
            ),
            broken: Text::new(
                "These coroutines do not wait, as their runtime interrupts the task or goes on in another thread: late by {}.",
                "다음 코루틴은 런타임이 그 태스크를 중단시키거나 다른 스레드에서 실행을 이어 가므로 기다리지 않는다(가장 늦은 틱의 지연: {}).",
            ),
        },
        Part {
            role: Role::Caveat,
            quantity: PREEMPTED,
            unit: Unit::Rate,
            bound: Bound::AtLeast(1.0),
            measure: |scope| {
                let cell = scope.plainest("hog", &BOTH)?;
                scope.figures(&cell, Who::Threads, PREEMPTED, |run| Some(run.kernel.switches.preempted as f64))
            },
            kept: Text::new(
                "The kernel took the CPU from threads: {} involuntary switches in a run.",
                "커널은 스레드의 CPU를 강제로 회수했다(실행 한 번의 비자발적 스위칭 횟수: {}).",
            ),
            broken: Text::new(
                "There were CPUs enough, so that hardly any thread was preempted: {} involuntary switches in a run; `--pin` \
                 binds them to one.",
                "CPU가 충분하여 선점이 거의 일어나지 않았다(실행 한 번의 비자발적 스위칭 횟수: {}). `--pin`을 쓰면 CPU 하나에서 측정한다.",
            ),
        },
    ],
    refuted_by: RefutedBy::OnePart,
    remark: nothing,
    beside: none,
    measured_by: "sudo taskweight compare --scenarios hog",
};

pub(super) const COST: Claim = Claim {
    id: "switch-cost",
    sentence: Text::new(
        "A switch between threads is expensive; one between coroutines costs about as much as a function call.",
        "스레드의 컨텍스트 스위칭은 비싸고, 코루틴의 컨텍스트 스위칭은 단순한 함수 호출과 유사할 정도로 저렴하다.",
    ),
    parts: &[
        Part {
            role: Role::Core,
            quantity: CALLS,
            unit: Unit::Multiple,
            // Two orders of magnitude above that to which the sentence compares coroutines.
            bound: Bound::AtLeast(100.0),
            measure: |scope| in_calls(scope, Who::Threads),
            kept: Text::new(
                "A switch between threads costs more than a hundred function calls: {}.",
                "스레드의 컨텍스트 스위칭 비용은 함수 호출의 100배가 넘는다({}).",
            ),
            broken: Text::new(
                "These threads are switched at less than a hundred function calls: {}.",
                "다음 스레드의 컨텍스트 스위칭 비용은 함수 호출의 100배에 못 미친다({}).",
            ),
        },
        Part {
            role: Role::Core,
            quantity: CALLS,
            unit: Unit::Multiple,
            // Within the order of magnitude of one.
            bound: Bound::AtMost(10.0),
            measure: |scope| in_calls(scope, Who::Coroutines),
            kept: Text::new(
                "These coroutines are switched at no more than ten: {}.",
                "다음 코루틴의 컨텍스트 스위칭 비용은 함수 호출의 10배를 넘지 않는다({}).",
            ),
            broken: Text::new(
                "These coroutines cost more than ten: {}.",
                "다음 코루틴의 컨텍스트 스위칭 비용은 함수 호출의 10배를 넘는다({}).",
            ),
        },
    ],
    refuted_by: RefutedBy::OnePart,
    remark: |scope| {
        const CALL: Text =
            Text::new("An indirect function call takes {} here.", "이 기계에서 간접 함수 호출 한 번은 {} 걸린다.");
        let call = scope.report.reference.as_ref()?.indirect_call_ns;
        Some(scope.say(CALL, &[&time(call.median)]))
    },
    beside: |scope| {
        let Some(reference) = &scope.report.reference else { return Vec::new() };
        let call = reference.indirect_call_ns;
        let figure = Figure {
            model: String::from("taskweight"),
            value: call.median,
            spread: call.low.zip(call.high).map_or(Spread::Unknown, |(low, high)| Spread::Between(low, high)),
            runs: Vec::new(),
            source: String::from("reference.indirect_call_ns"),
            note: None,
        };
        vec![figure.evidence(
            Text::new("one indirect function call", "간접 함수 호출 한 번"),
            Unit::Nanoseconds,
            scope.language,
        )]
    },
    measured_by: "sudo taskweight compare --scenarios switch",
};

pub(super) const NO_TRANSITION: Claim = Claim {
    id: "no-transition",
    sentence: Text::new(
        "Coroutines run on one thread or a few, and cause no transition to kernel mode, not even when they wait for I/O.",
        "코루틴은 하나의 스레드(또는 소수의 스레드 풀) 위에서 동작하므로, I/O를 기다릴 때에도 커널 모드 전환이 발생하지 않는다.",
    ),
    parts: &[
        Part {
            role: Role::Core,
            quantity: TRANSITIONS,
            unit: Unit::Rate,
            bound: HARDLY_EVER,
            measure: |scope| of_coroutines(scope, "switch", TRANSITIONS),
            kept: Text::new(
                "Where coroutines wait for each other, there is none: {} kernel transitions per hand-over.",
                "코루틴이 서로를 기다릴 때는 커널 모드 전환이 발생하지 않는다(컨텍스트 스위칭 한 번당 횟수: {}).",
            ),
            broken: Text::new(
                "These enter the kernel even to wait for each other: {} kernel transitions per hand-over.",
                "다음 코루틴은 서로를 기다릴 때에도 커널 모드 전환이 발생한다(컨텍스트 스위칭 한 번당 횟수: {}).",
            ),
        },
        Part {
            role: Role::Caveat,
            quantity: TRANSITIONS,
            unit: Unit::Rate,
            bound: HARDLY_EVER,
            measure: |scope| of_coroutines(scope, "switch-io", TRANSITIONS),
            kept: Text::new(
                "Nor is there where they wait for pipes: {} per hand-over.",
                "파이프를 기다릴 때에도 발생하지 않는다(컨텍스트 스위칭 한 번당 횟수: {}).",
            ),
            broken: Text::new(
                "Where they wait for pipes, they enter the kernel: {} per hand-over.",
                "파이프를 기다릴 때는 커널 모드 전환이 발생한다(컨텍스트 스위칭 한 번당 횟수: {}).",
            ),
        },
        Part {
            role: Role::Extra,
            quantity: TRANSITIONS_PER_REQUEST,
            unit: Unit::Rate,
            bound: HARDLY_EVER,
            measure: |scope| of_coroutines(scope, "echo", TRANSITIONS_PER_REQUEST),
            kept: Text::new(
                "A server that answers requests does not enter it: {} per request.",
                "요청에 응답하는 서버에서도 발생하지 않는다(요청 하나당 횟수: {}).",
            ),
            broken: Text::new(
                "So does a server that answers requests: {} per request.",
                "요청에 응답하는 서버에서도 커널 모드 전환이 발생한다(요청 하나당 횟수: {}).",
            ),
        },
    ],
    refuted_by: RefutedBy::OnePart,
    remark: |scope| {
        const THREADS: Text = Text::new(
            "Threads that wait for pipes: {} per hand-over.",
            "비교: 파이프를 기다리는 스레드의 컨텍스트 스위칭 한 번당 횟수는 {}이다.",
        );
        let cell = scope.plainest("switch-io", &[Who::Threads]).ok()?;
        let figures = scope.figures(&cell, Who::Threads, TRANSITIONS, transitions).ok()?;
        Some(scope.say(THREADS, &[&list(&figures.iter().collect::<Vec<_>>(), Unit::Rate, scope.language)]))
    },
    beside: none,
    measured_by: "sudo taskweight compare --scenarios switch,switch-io,echo",
};

/// `None` where a probe is missing.
fn transitions(run: &Run) -> Option<f64> {
    run.per_operation?.kernel_transitions
}

fn of_coroutines(scope: &Scope<'_>, scenario: &'static str, quantity: Text) -> Measured {
    scope.needs_probe("sys_enter")?;
    let cell = scope.plainest(scenario, &[Who::Coroutines])?;
    scope.figures(&cell, Who::Coroutines, quantity, transitions)
}

fn worst_tick(scope: &Scope<'_>, who: Who) -> Measured {
    let cell = scope.plainest("hog", &BOTH)?;
    scope.figures(&cell, who, WORST_TICK, |run| Some(run.own.as_ref()?.lateness_ns.as_ref()?.max? as f64))
}

/// Times per hand-over as multiples of a function call. Interpreters have function calls of another kind.
fn in_calls(scope: &Scope<'_>, who: Who) -> Measured {
    const NO_CALL: Text =
        Text::new("the report does not have the time of a function call", "보고서에 함수 호출 시간이 없다");
    const ONLY_INTERPRETED: Text =
        Text::new("only interpreters ran in `switch`", "`switch` 시나리오에 인터프리터 모델만 있다");
    let cell = scope.plainest("switch", &BOTH)?;
    let reference = scope.report.reference.as_ref().ok_or_else(|| scope.gap(NO_CALL, &[]))?;
    let call = reference.indirect_call_ns;
    let mut figures = scope.figures(&cell, who, CALLS, |run| Some(run.per_operation?.elapsed_ns))?;
    figures.retain(|figure| catalog::find(&figure.model).is_some_and(|model| !model.interpreted));
    for figure in &mut figures {
        figure.note = Some(time(figure.value));
        figure.value /= call.median;
        // The widest that both intervals together allow.
        figure.spread = match (figure.spread, call.low, call.high) {
            (Spread::Between(low, high), Some(least), Some(most)) => Spread::Between(low / most, high / least),
            _ => Spread::Unknown,
        };
    }
    if figures.is_empty() { Err(scope.gap(ONLY_INTERPRETED, &[])) } else { Ok(figures) }
}

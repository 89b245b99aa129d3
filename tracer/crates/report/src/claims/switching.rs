//! Claims about by whom a switch is made.

use super::{
    claim::{Claim, Part, RefutedBy, Role, TOO_WIDE, none, nothing},
    figure::{Bound, Unit, list},
    language::Text,
    scope::{Measured, Scope},
    who::{BOTH, Who},
};
use taskweight_core::report::Run;

const SWITCHES: Text = Text::new("kernel switches per hand-over", "컨텍스트 스위칭 한 번당 커널 스위칭");
const TRANSITIONS: Text = Text::new("kernel transitions per hand-over", "컨텍스트 스위칭 한 번당 커널 모드 전환");
const TRANSITIONS_PER_REQUEST: Text = Text::new("kernel transitions per request", "요청 하나당 커널 모드 전환");

/// Half of all hand-overs. Where one CPU hands over to another, a woken thread may run without a switch of the waker.
const MOSTLY: Bound = Bound::AtLeast(0.5);
/// One in a hundred hand-overs: what is left then are timers of the runtime, page faults and the opening of the gate.
const HARDLY_EVER: Bound = Bound::AtMost(0.01);

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
                scope.counts(&cell, Who::Threads, SWITCHES, |run| Some(run.per_operation?.kernel_switches))
            },
            kept: Text::new(
                "Threads are switched by the kernel (kernel switches per hand-over: {}).",
                "스레드는 커널이 전환한다(컨텍스트 스위칭 한 번당 커널 스위칭 횟수: {}).",
            ),
            broken: Text::new(
                "These threads mostly hand over without a switch of the kernel (kernel switches per hand-over: {}).",
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
                scope.counts(&cell, Who::Coroutines, TRANSITIONS, transitions)
            },
            kept: Text::new(
                "Coroutines are switched without entering it (kernel transitions per hand-over: {}).",
                "코루틴은 커널에 들어가지 않고 전환된다(컨텍스트 스위칭 한 번당 커널 모드 전환 횟수: {}).",
            ),
            broken: Text::new(
                "These coroutines do enter the kernel (kernel transitions per hand-over: {}).",
                "다음 코루틴은 전환할 때 커널에 들어간다(컨텍스트 스위칭 한 번당 커널 모드 전환 횟수: {}).",
            ),
        },
    ],
    refuted_by: RefutedBy::OnePart,
    remark: nothing,
    beside: none,
    undecided: TOO_WIDE,
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
                "Where coroutines wait for each other, there is none (kernel transitions per hand-over: {}).",
                "코루틴이 서로를 기다릴 때는 커널 모드 전환이 발생하지 않는다(컨텍스트 스위칭 한 번당 횟수: {}).",
            ),
            broken: Text::new(
                "These enter the kernel even to wait for each other (kernel transitions per hand-over: {}).",
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
                "Nor is there where they wait for pipes (per hand-over: {}).",
                "파이프를 기다릴 때에도 발생하지 않는다(컨텍스트 스위칭 한 번당 횟수: {}).",
            ),
            broken: Text::new(
                "Where they wait for pipes, they enter the kernel (per hand-over: {}).",
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
                "A server that answers requests does not enter it (per request: {}).",
                "요청에 응답하는 서버에서도 발생하지 않는다(요청 하나당 횟수: {}).",
            ),
            broken: Text::new(
                "A server that answers requests enters it as well (per request: {}).",
                "요청에 응답하는 서버에서도 커널 모드 전환이 발생한다(요청 하나당 횟수: {}).",
            ),
        },
    ],
    refuted_by: RefutedBy::OnePart,
    remark: |scope| {
        const THREADS: Text = Text::new(
            "For comparison, threads that wait for pipes: {}.",
            "비교를 위해 파이프를 기다리는 스레드의 횟수를 들면 다음과 같다: {}.",
        );
        let cell = scope.plainest("switch-io", &[Who::Threads]).ok()?;
        let figures = scope.counts(&cell, Who::Threads, TRANSITIONS, transitions).ok()?;
        Some(scope.say(THREADS, &[&list(&figures.iter().collect::<Vec<_>>(), Unit::Rate, scope.language)]))
    },
    beside: none,
    undecided: TOO_WIDE,
    measured_by: "sudo taskweight compare --scenarios switch,switch-io,echo",
};

/// `None` where a probe is missing.
fn transitions(run: &Run) -> Option<f64> {
    run.per_operation?.kernel_transitions
}

fn of_coroutines(scope: &Scope<'_>, scenario: &'static str, quantity: Text) -> Measured {
    scope.needs_probe("sys_enter")?;
    let cell = scope.plainest(scenario, &[Who::Coroutines])?;
    scope.counts(&cell, Who::Coroutines, quantity, transitions)
}

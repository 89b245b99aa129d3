//! Claims about by whom a switch is made.

use super::{
    claim::{Claim, Part, RefutedBy, Role, TOO_WIDE, none, nothing},
    figure::{Bound, Unit, list},
    language::Text,
    scope::{Measured, Scope},
    who::{BOTH, Who},
};
use taskweight_core::report::Run;

const SWITCHES: Text = Text::new("context switches per task switch", "컨텍스트 스위칭 한 번당 커널 스위칭");
const TRANSITIONS: Text = Text::new("kernel entries per task switch", "컨텍스트 스위칭 한 번당 커널 모드 전환");
const TRANSITIONS_PER_REQUEST: Text = Text::new("kernel entries per request", "요청 하나당 커널 모드 전환");

/// Half of all task switches. Where one CPU hands over to another, a woken thread may run without a switch of the waker.
const MOSTLY: Bound = Bound::AtLeast(0.5);
/// One in a hundred task switches: what is left then are timers of the runtime, page faults and the opening of the gate.
const HARDLY_EVER: Bound = Bound::AtMost(0.01);

pub(super) const BY_THE_KERNEL: Claim = Claim {
    id: "switched-by-kernel",
    sentence: Text::new(
        "Context switches between threads go through the kernel; switches between coroutines do not.",
        "스레드의 컨텍스트 스위칭은 커널이 수행하지만, 코루틴의 컨텍스트 스위칭은 커널을 거치지 않는다.",
    ),
    short: Text::new("the kernel switches threads only", "스레드만 커널이 전환한다"),
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
                "The kernel switches threads (context switches per task switch: {}).",
                "스레드는 커널이 전환한다(컨텍스트 스위칭 한 번당 커널 스위칭 횟수: {}).",
            ),
            broken: Text::new(
                "These threads mostly switch without a kernel context switch (context switches per task switch: {}).",
                "다음 스레드는 대부분 커널 스위칭 없이 전환된다(컨텍스트 스위칭 한 번당 커널 스위칭 횟수: {}).",
            ),
        },
        Part {
            role: Role::Core,
            quantity: TRANSITIONS,
            unit: Unit::Rate,
            bound: HARDLY_EVER,
            measure: |scope| {
                let cell = scope.plainest("switch", &BOTH)?;
                scope.counts(&cell, Who::Coroutines, TRANSITIONS, transitions)
            },
            kept: Text::new(
                "Coroutines switch without entering the kernel (kernel entries per task switch: {}).",
                "코루틴은 커널에 들어가지 않고 전환된다(컨텍스트 스위칭 한 번당 커널 모드 전환 횟수: {}).",
            ),
            broken: Text::new(
                "These coroutines enter the kernel (kernel entries per task switch: {}).",
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
        "Coroutines run on one thread or a few, and do not enter kernel mode, even when they wait for I/O.",
        "코루틴은 하나의 스레드(또는 소수의 스레드 풀) 위에서 동작하므로, I/O를 기다릴 때에도 커널 모드 전환이 발생하지 않는다.",
    ),
    short: Text::new("coroutines switch without the kernel", "코루틴은 커널 모드로 전환하지 않는다"),
    parts: &[
        Part {
            role: Role::Core,
            quantity: TRANSITIONS,
            unit: Unit::Rate,
            bound: HARDLY_EVER,
            measure: |scope| of_coroutines(scope, "switch", TRANSITIONS),
            kept: Text::new(
                "Waiting for each other, coroutines do not enter the kernel (kernel entries per task switch: {}).",
                "코루틴이 서로를 기다릴 때는 커널 모드 전환이 발생하지 않는다(컨텍스트 스위칭 한 번당 횟수: {}).",
            ),
            broken: Text::new(
                "These enter the kernel even when waiting for each other (kernel entries per task switch: {}).",
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
                "Nor do they when waiting for pipes (per task switch: {}).",
                "파이프를 기다릴 때에도 발생하지 않는다(컨텍스트 스위칭 한 번당 횟수: {}).",
            ),
            broken: Text::new(
                "When waiting for pipes, they enter the kernel (per task switch: {}).",
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
                "Nor does a server answering requests (per request: {}).",
                "요청에 응답하는 서버에서도 발생하지 않는다(요청 하나당 횟수: {}).",
            ),
            broken: Text::new(
                "So does a server answering requests (per request: {}).",
                "요청에 응답하는 서버에서도 커널 모드 전환이 발생한다(요청 하나당 횟수: {}).",
            ),
        },
    ],
    refuted_by: RefutedBy::OnePart,
    remark: |scope| {
        const THREADS: Text = Text::new(
            "For comparison, threads waiting for pipes: {}.",
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

/// `None` where nothing was measured.
fn transitions(run: &Run) -> Option<f64> {
    run.per_operation?.kernel_transitions
}

fn of_coroutines(scope: &Scope<'_>, scenario: &'static str, quantity: Text) -> Measured {
    let cell = scope.plainest(scenario, &[Who::Coroutines])?;
    scope.counts(&cell, Who::Coroutines, quantity, transitions)
}

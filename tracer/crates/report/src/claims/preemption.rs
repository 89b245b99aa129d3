//! The claim about when a switch is made.

use super::{
    claim::{Claim, Part, RefutedBy, Role, TOO_WIDE, none, nothing},
    figure::{Bound, Unit},
    language::Text,
    scope::{Measured, Scope},
    who::{BOTH, Who},
};

const WORST_TICK: Text = Text::new("delay of the latest tick", "가장 늦은 틱의 지연");
const PREEMPTED: Text = Text::new("preempted switches per run", "실행 한 번의 비자발적 스위칭");

/// Half of the 200 ms for which the task of `hog` computes: ticks of tasks that have to wait for it are late by all of it.
const HALF_OF_HOG_NS: f64 = 100e6;

pub(super) const PREEMPTION: Claim = Claim {
    id: "preemption",
    sentence: Text::new(
        "Threads are scheduled preemptively, coroutines cooperatively.",
        "스레드는 선점형으로, 코루틴은 협력형으로 스케줄링된다.",
    ),
    short: Text::new("threads are preempted, coroutines yield", "스레드는 선점형, 코루틴은 협력형이다"),
    parts: &[
        Part {
            role: Role::Core,
            quantity: WORST_TICK,
            unit: Unit::Nanoseconds,
            bound: Bound::AtMost(HALF_OF_HOG_NS),
            measure: |scope| worst_tick(scope, Who::Threads),
            kept: Text::new(
                "While one task computes for 200 ms, the other threads keep running (delay of the latest tick: {}).",
                "한 태스크가 200 ms 동안 계산해도 나머지 스레드는 계속 실행된다(가장 늦은 틱의 지연: {}).",
            ),
            broken: Text::new(
                "While one task computes for 200 ms, these threads wait (delay of the latest tick: {}).",
                "한 태스크가 200 ms 동안 계산하면 다음 스레드는 기다려야 한다(가장 늦은 틱의 지연: {}).",
            ),
        },
        Part {
            role: Role::Core,
            quantity: WORST_TICK,
            unit: Unit::Nanoseconds,
            bound: Bound::AtLeast(HALF_OF_HOG_NS),
            measure: |scope| worst_tick(scope, Who::Coroutines),
            kept: Text::new(
                "Coroutines wait until it yields (delay of the latest tick: {}).",
                "코루틴은 그 태스크가 양보할 때까지 기다린다(가장 늦은 틱의 지연: {}).",
            ),
            broken: Text::new(
                "These coroutines keep running, because their runtime interrupts the task or uses another thread (delay of the latest tick: {}).",
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
                scope.counts(&cell, Who::Threads, PREEMPTED, |run| Some(run.kernel.switches.preempted as f64))
            },
            kept: Text::new(
                "The kernel preempted threads (preempted switches per run: {}).",
                "커널은 스레드의 CPU를 강제로 회수했다(실행 한 번의 비자발적 스위칭 횟수: {}).",
            ),
            broken: Text::new(
                "There were enough CPUs, so hardly any thread was preempted (preempted switches per run: {}); use `--pin` to run \
                 all on one CPU.",
                "CPU가 충분하여 선점이 거의 일어나지 않았다(실행 한 번의 비자발적 스위칭 횟수: {}). `--pin`을 쓰면 CPU 하나에서 측정한다.",
            ),
        },
    ],
    refuted_by: RefutedBy::OnePart,
    remark: nothing,
    beside: none,
    undecided: TOO_WIDE,
    measured_by: "sudo taskweight compare --scenarios hog",
};

fn worst_tick(scope: &Scope<'_>, who: Who) -> Measured {
    let cell = scope.plainest("hog", &BOTH)?;
    scope.figures(&cell, who, WORST_TICK, |run| Some(run.own.as_ref()?.lateness_ns.as_ref()?.max? as f64))
}

//! The answer in three sentences.

use super::{
    figure::Unit,
    language::Text,
    pairs::time_ns,
    scope::{Measured, Scope},
    who::Who,
};
use taskweight_core::report::Run;

/// One sentence each: the cost of a switch, the weight of a task, and where the difference ends. Of what was not measured,
/// there is none.
pub(super) fn sentences(scope: &Scope<'_>) -> Vec<String> {
    [switching(scope), weights(scope), waiting(scope)].into_iter().flatten().collect()
}

fn switching(scope: &Scope<'_>) -> Option<String> {
    const SWITCHING: Text = Text::new(
        "Thread switch: {}, {} context switches. Coroutine switch: {}, {} context switches.",
        "컨텍스트 스위칭 한 번에 스레드는 {}가 걸리고 커널 스위칭이 {}회 일어나며, 코루틴은 {}가 걸리고 커널 스위칭이 {}회 일어난다.",
    );
    sides(scope, "switch", SWITCHING)
}

fn waiting(scope: &Scope<'_>) -> Option<String> {
    const WAITING: Text = Text::new(
        "Through a pipe: thread switch {}, {} kernel entries; coroutine switch {}, {} kernel entries.",
        "파이프를 기다려야 하는 경우 스레드는 {}가 걸리고 커널 모드 전환이 {}회 일어나며, 코루틴은 {}가 걸리고 커널 모드 전환이 {}회 일어난다.",
    );
    sides(scope, "switch-io", WAITING)
}

/// Times and counts of threads, then of coroutines, under the plainest circumstances that they have in common.
fn sides(scope: &Scope<'_>, scenario: &'static str, sentence: Text) -> Option<String> {
    let cell = scope.plainest(scenario, &[Who::Threads, Who::Coroutines]).ok()?;
    let events = if scenario == "switch" { kernel_switches } else { kernel_transitions };
    let mut words = Vec::new();
    for who in [Who::Threads, Who::Coroutines] {
        let figures = |value: fn(&Run) -> Option<f64>| scope.figures(&cell, who, Text::same(""), value);
        words.push(range(figures(time_ns), Unit::Nanoseconds, scope)?);
        words.push(range(figures(events), Unit::Rate, scope)?);
    }
    Some(scope.say(sentence, &words.iter().map(String::as_str).collect::<Vec<_>>()))
}

fn kernel_switches(run: &Run) -> Option<f64> {
    Some(run.per_operation?.kernel_switches)
}

fn kernel_transitions(run: &Run) -> Option<f64> {
    run.per_operation?.kernel_transitions
}

fn weights(scope: &Scope<'_>) -> Option<String> {
    const WEIGHTS: Text = Text::new(
        "Idle thread: {} of memory, {} of stack space. Idle coroutine: {} of memory, {} of stack space.",
        "대기 중인 스레드 하나는 메모리 {}를 차지하고 스택용 주소 공간 {}를 예약하며, 코루틴 하나는 {}를 차지하고 {}를 예약한다.",
    );
    let mut words = Vec::new();
    for who in [Who::Threads, Who::Coroutines] {
        for column in ["total_bytes", "stack_reserved_bytes"] {
            words.push(range(scope.weight(who, column, 1.0), Unit::Bytes, scope)?);
        }
    }
    Some(scope.say(WEIGHTS, &words.iter().map(String::as_str).collect::<Vec<_>>()))
}

/// From the least to the most of all models.
fn range(figures: Measured, unit: Unit, scope: &Scope<'_>) -> Option<String> {
    let values: Vec<f64> = figures.ok()?.iter().map(|figure| figure.value).collect();
    let least = values.iter().copied().min_by(f64::total_cmp)?;
    let most = values.iter().copied().max_by(f64::total_cmp)?;
    Some(unit.span(least, most, scope.language))
}

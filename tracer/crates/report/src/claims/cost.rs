//! The claim about what a switch costs.

use super::{
    claim::{Claim, Part, RefutedBy, Role, TOO_WIDE},
    figure::{Bound, Figure, Spread, Unit},
    language::Text,
    pairs::time_ns,
    scope::{Measured, Scope},
    who::{BOTH, Who},
};
use taskweight_core::{catalog, format::time};

const CALLS: Text = Text::new("cost of a task switch in function calls", "함수 호출과 비교한 컨텍스트 스위칭 비용");

pub(super) const COST: Claim = Claim {
    id: "switch-cost",
    sentence: Text::new(
        "A thread context switch is expensive; a coroutine switch costs about as much as a function call.",
        "스레드의 컨텍스트 스위칭은 비싸고, 코루틴의 컨텍스트 스위칭은 단순한 함수 호출과 유사할 정도로 저렴하다.",
    ),
    short: Text::new("a coroutine switch is as cheap as a call", "코루틴 스위칭은 함수 호출만큼 싸다"),
    parts: &[
        Part {
            role: Role::Core,
            quantity: CALLS,
            unit: Unit::Multiple,
            // Two orders of magnitude above that to which the sentence compares coroutines.
            bound: Bound::AtLeast(100.0),
            measure: |scope| in_calls(scope, Who::Threads),
            kept: Text::new(
                "A thread switch costs more than 100 function calls ({}).",
                "스레드의 컨텍스트 스위칭 비용은 함수 호출의 100배가 넘는다({}).",
            ),
            broken: Text::new(
                "A switch of these threads costs less than 100 function calls ({}).",
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
                "A switch of these coroutines costs at most 10 function calls ({}).",
                "다음 코루틴의 컨텍스트 스위칭 비용은 함수 호출의 10배를 넘지 않는다({}).",
            ),
            broken: Text::new(
                "A switch of these coroutines costs more than 10 function calls ({}).",
                "다음 코루틴의 컨텍스트 스위칭 비용은 함수 호출의 10배를 넘는다({}).",
            ),
        },
    ],
    refuted_by: RefutedBy::OnePart,
    remark: |scope| {
        const CALL: Text = Text::new(
            "An indirect function call takes {} on this machine.",
            "이 기계에서 간접 함수 호출 한 번은 {} 걸린다.",
        );
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
    undecided: TOO_WIDE,
    measured_by: "sudo taskweight compare --scenarios switch",
};

/// Times per task switch as multiples of a function call. Interpreters have function calls of another kind.
fn in_calls(scope: &Scope<'_>, who: Who) -> Measured {
    const NO_CALL: Text = Text::new("the report has no function call time", "보고서에 함수 호출 시간이 없다");
    const ONLY_INTERPRETED: Text =
        Text::new("`switch` has only interpreted models", "`switch` 시나리오에 인터프리터 모델만 있다");
    let cell = scope.plainest("switch", &BOTH)?;
    let reference = scope.report.reference.as_ref().ok_or_else(|| scope.gap(NO_CALL, &[]))?;
    let call = reference.indirect_call_ns;
    let mut figures = scope.figures(&cell, who, CALLS, time_ns)?;
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

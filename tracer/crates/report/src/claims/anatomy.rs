//! The claim about the steps of a switch.

use super::{
    Evidence,
    claim::{Claim, Part, RefutedBy, Role, TOO_WIDE},
    figure::{Bound, Figure, Spread, Unit},
    language::Text,
    scope::{Gap, Scope},
    who::Who,
};
use taskweight_core::report::Anatomy;

/// The steps of the textbook by the segments of an anatomy. Saving and restoring are one segment: the kernel exchanges the
/// state of both threads in one function.
const STEPS: [(&str, Text); 4] = [
    ("enter_kernel", Text::new("enter kernel mode", "커널 모드 전환")),
    ("state_switch", Text::new("save and restore the CPU state", "CPU 상태 저장·복원")),
    ("scheduling", Text::new("schedule", "스케줄링")),
    ("leave_kernel", Text::new("return to user mode", "유저 모드 전환")),
];

/// What else there is in a task switch, by the steps of an anatomy.
const OTHERS: [(&str, Text); 6] = [
    ("wake", Text::new("waking the next thread", "다음 스레드를 깨우는 일")),
    ("waker gives way", Text::new("the waker yielding the CPU", "깨운 스레드가 CPU를 내주는 일")),
    ("wait", Text::new("waiting for the CPU", "CPU를 기다리는 시간")),
    ("user", Text::new("the program's own code in user mode", "유저 모드에서 실행되는 프로그램 자체")),
    ("return", Text::new("the rest of the resumed thread's system call", "재개된 스레드가 시스템 콜을 마무리하는 일")),
    ("other calls", Text::new("other system calls", "그 밖의 시스템 콜")),
];

/// Saving and restoring count as two.
const STEP_COUNT: f64 = 5.0;

const SEEN: Text = Text::new("steps that take time", "시간이 걸리는 단계의 수");
const SHARE: Text = Text::new("share of the five steps", "다섯 단계의 비율");

pub(super) const FIVE_STEPS: Claim = Claim {
    id: "five-steps",
    sentence: Text::new(
        "A context switch between threads takes five steps: enter kernel mode, save the CPU state, schedule, restore the CPU \
         state, return to user mode.",
        "스레드의 컨텍스트 스위칭은 커널 모드 전환, CPU 상태 저장, 스케줄링, CPU 상태 복원, 유저 모드 전환의 다섯 단계로 이루어진다.",
    ),
    short: Text::new("a thread switch takes five steps", "스레드 스위칭은 다섯 단계다"),
    parts: &[
        Part {
            role: Role::Core,
            quantity: SEEN,
            unit: Unit::Count,
            bound: Bound::AtLeast(STEP_COUNT),
            measure: |scope| {
                let figure = |anatomy: &Anatomy| figure(scope, anatomy, steps_seen(anatomy), Spread::Exact);
                of_threads(scope).map(|all| all.into_iter().map(figure).collect())
            },
            kept: Text::new(
                "All five steps occur in a thread switch.",
                "스레드의 컨텍스트 스위칭에서 다섯 단계가 모두 확인된다.",
            ),
            broken: Text::new(
                "Not all five steps occur (steps found: {}).",
                "다섯 단계가 모두 확인되지는 않는다(확인된 단계 수: {}).",
            ),
        },
        Part {
            role: Role::Caveat,
            quantity: SHARE,
            unit: Unit::Share,
            // What is said to consist of five steps has little else in it.
            bound: Bound::AtLeast(0.8),
            measure: |scope| {
                let figure = |anatomy: &Anatomy| {
                    let (share, spread) = share_of_steps(anatomy);
                    figure(scope, anatomy, share, spread)
                };
                of_threads(scope).map(|all| all.into_iter().map(figure).collect())
            },
            kept: Text::new("They take most of its time ({}).", "다섯 단계가 시간의 대부분을 차지한다({})."),
            broken: Text::new(
                "But they are not all of it (share of the time: {}).",
                "그러나 그것이 전부는 아니다(전체 시간에서 다섯 단계의 비율: {}).",
            ),
        },
    ],
    refuted_by: RefutedBy::OnePart,
    remark: largest_other,
    beside: |scope| of_threads(scope).map_or_else(|_| Vec::new(), |all| each_step(scope, &all)),
    undecided: TOO_WIDE,
    measured_by: "sudo taskweight anatomy",
};

/// Dissections of threads of which all segments can be separated.
fn of_threads<'a>(scope: &Scope<'a>) -> Result<Vec<&'a Anatomy>, Gap> {
    const NONE: Text =
        Text::new("no breakdown of a thread switch", "스레드의 컨텍스트 스위칭을 단계별로 측정한 결과가 없다");
    const MERGED: Text = Text::new("this kernel merges the steps: {}", "이 커널에서는 단계를 구분할 수 없다: {}");
    let of_switch = |anatomy: &&Anatomy| anatomy.scenario == "switch" && Who::Threads.includes(&anatomy.model);
    let all: Vec<_> = scope.report.anatomy.iter().filter(of_switch).collect();
    let separate: Vec<_> = all.iter().copied().filter(|anatomy| anatomy.merged.is_empty()).collect();
    match (all.first(), separate.is_empty()) {
        (_, false) => Ok(separate),
        (Some(merged), true) => Err(scope.gap(MERGED, &[&merged.merged.join("; ")])),
        (None, true) => Err(scope.gap(NONE, &[])),
    }
}

fn segment_ns(anatomy: &Anatomy, name: &str) -> f64 {
    anatomy.segments.iter().filter(|segment| segment.name == name).map(|segment| segment.per_hand_over_ns).sum()
}

fn steps_seen(anatomy: &Anatomy) -> f64 {
    let steps = |name: &str| if name == "state_switch" { 2.0 } else { 1.0 };
    STEPS.iter().filter(|(name, _)| segment_ns(anatomy, name) > 0.0).map(|(name, _)| steps(name)).sum()
}

/// The share of the sum. What the sum does not explain of the untraced time, or has too much, could belong to the steps or to
/// the rest: these are the ends of the interval.
fn share_of_steps(anatomy: &Anatomy) -> (f64, Spread) {
    let steps_ns: f64 = STEPS.iter().map(|(name, _)| segment_ns(anatomy, name)).sum();
    let share = steps_ns / anatomy.sum_ns;
    if !share.is_finite() || anatomy.twin_ns <= 0.0 {
        return (0.0, Spread::Unknown);
    }
    let of_twin = |ns: f64| (ns / anatomy.twin_ns).clamp(0.0, 1.0);
    let low = of_twin(steps_ns + anatomy.unexplained_ns.min(0.0));
    let high = of_twin(steps_ns + anatomy.unexplained_ns.max(0.0));
    (share, Spread::Between(low.min(share), high.max(share)))
}

fn figure(scope: &Scope<'_>, anatomy: &Anatomy, value: f64, spread: Spread) -> Figure {
    let source = format!("anatomy: {}", scope.place_of(&anatomy.scenario, anatomy.tasks, anatomy.pinned));
    Figure { model: anatomy.model.clone(), value, spread, runs: Vec::new(), source, note: None }
}

/// What takes longest of all that the textbook does not list.
fn largest_other(scope: &Scope<'_>) -> Option<String> {
    const LARGEST: Text = Text::new(
        "The largest part that the textbook does not list: {} ({}).",
        "교과서에 없는 부분 가운데 가장 오래 걸리는 것은 '{}'이다({}).",
    );
    let all = of_threads(scope).ok()?;
    let share = |anatomy: &Anatomy, step: &str| {
        let of_step = anatomy.segments.iter().filter(|segment| segment.step == step);
        of_step.map(|segment| segment.per_hand_over_ns).sum::<f64>() / anatomy.sum_ns
    };
    let total = |step: &str| all.iter().map(|anatomy| share(anatomy, step)).sum::<f64>();
    let (step, words) = OTHERS.iter().max_by(|one, other| total(one.0).total_cmp(&total(other.0)))?;
    let shares: Vec<_> =
        all.iter().map(|anatomy| format!("{} {}", anatomy.model, Unit::Share.show(share(anatomy, step)))).collect();
    Some(scope.say(LARGEST, &[words.of(scope.language), &shares.join(", ")]))
}

fn each_step(scope: &Scope<'_>, all: &[&Anatomy]) -> Vec<Evidence> {
    let of_step = |anatomy: &Anatomy, name: &str, words: Text| {
        let ns = segment_ns(anatomy, name);
        figure(scope, anatomy, ns, Spread::Unknown).evidence(words, Unit::Nanoseconds, scope.language)
    };
    STEPS.iter().flat_map(|(name, words)| all.iter().map(|anatomy| of_step(anatomy, name, *words))).collect()
}

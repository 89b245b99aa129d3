//! Claims about memory: what a task takes, and how many there can be.

use super::{
    claim::{Claim, Part, RefutedBy, Role, TOO_WIDE, none, nothing},
    figure::{Bound, Figure, Spread, Unit},
    language::Text,
    scope::{Measured, Scope},
    who::Who,
};
use taskweight_core::report::LedgerRow;

const KIB: f64 = 1024.0;
const MIB: f64 = 1024.0 * KIB;
/// What "about" allows: beyond it, the half or the double would be nearer.
const ABOUT: f64 = 1.5;

const STACK: Text = Text::new("address space of a stack", "스택 하나의 주소 공간");
const THOUSAND: Text = Text::new("memory of 1,000 idle threads", "대기 중인 스레드 1,000개의 실제 메모리");
const WEIGHT: Text = Text::new("memory per task", "태스크 하나가 차지하는 메모리");
const REACHED: Text = Text::new("tasks created", "생성된 태스크의 수");

pub(super) const THREAD_STACK: Claim = Claim {
    id: "thread-stack",
    sentence: Text::new(
        "Each thread has its own stack of about 1 MB, so 1,000 threads take about 1 GB of memory.",
        "스레드는 자신만의 스택을 약 1MB씩 할당받으므로, 1,000개의 스레드는 약 1GB의 메모리를 소모한다.",
    ),
    short: Text::new("1,000 threads take 1 GB of stack", "스레드 1,000개는 스택 1GB를 쓴다"),
    parts: &[
        Part {
            role: Role::Core,
            quantity: STACK,
            unit: Unit::Bytes,
            bound: ABOUT_A_MEGABYTE,
            measure: |scope| scope.weight(Who::JavaThreads, "stack_reserved_bytes", 1.0),
            kept: Text::new(
                "In Java, the textbook's example, it is true of address space (per stack: {}).",
                "교과서가 기준으로 삼은 Java에서는, 주소 공간으로 보면 맞다(스택 하나의 크기: {}).",
            ),
            broken: Text::new(
                "In Java, the textbook's example, it is not true (address space per stack: {}).",
                "교과서가 기준으로 삼은 Java에서도 그렇지 않다(스택 하나의 주소 공간: {}).",
            ),
        },
        Part {
            role: Role::Caveat,
            quantity: STACK,
            unit: Unit::Bytes,
            bound: ABOUT_A_MEGABYTE,
            measure: |scope| scope.weight(Who::NativeThreads, "stack_reserved_bytes", 1.0),
            kept: Text::new("Native threads reserve a similar amount ({}).", "네이티브 스레드도 비슷하다({})."),
            broken: Text::new(
                "Native threads reserve a different amount ({}).",
                "네이티브 스레드의 스택 크기는 이와 다르다({}).",
            ),
        },
        Part {
            role: Role::Caveat,
            quantity: THOUSAND,
            unit: Unit::Bytes,
            bound: Bound::Within(1000.0 * MIB / ABOUT, 1000.0 * MIB * ABOUT),
            measure: |scope| scope.weight(Who::Threads, "total_bytes", 1000.0),
            kept: Text::new(
                "1,000 idle threads do use that much physical memory ({}).",
                "대기 중인 스레드 1,000개는 실제로도 그만큼의 메모리를 차지한다({}).",
            ),
            broken: Text::new(
                "But reserved is not resident (physical memory of 1,000 idle threads: {}).",
                "그러나 예약한 공간이 곧 실제로 쓰는 메모리는 아니다(대기 중인 스레드 1,000개가 차지하는 실제 메모리: {}).",
            ),
        },
    ],
    refuted_by: RefutedBy::OnePart,
    remark: nothing,
    beside: none,
    undecided: TOO_WIDE,
    measured_by: "sudo taskweight compare --models os-thread,java-platform --scenarios idle",
};

const ABOUT_A_MEGABYTE: Bound = Bound::Within(MIB / ABOUT, MIB * ABOUT);

pub(super) const COROUTINE_WEIGHT: Claim = Claim {
    id: "coroutine-weight",
    sentence: Text::new(
        "A coroutine takes a few KB or less; a goroutine starts with a stack of 2 KB.",
        "코루틴 하나는 수 KB 이하의 메모리만 사용하며, Go의 고루틴은 초기 스택 크기가 2KB에 불과하다.",
    ),
    short: Text::new("a coroutine takes a few KB", "코루틴은 수 KB를 쓴다"),
    parts: &[
        Part {
            role: Role::Core,
            quantity: WEIGHT,
            unit: Unit::Bytes,
            // "A few" has one digit.
            bound: Bound::AtMost(10.0 * KIB),
            measure: |scope| scope.weight(Who::Coroutines, "total_bytes", 1.0),
            kept: Text::new(
                "Memory of an idle coroutine, including kernel memory: {}.",
                "대기 중인 코루틴 하나가 차지하는 메모리는 커널의 몫까지 합하여 다음과 같다: {}.",
            ),
            broken: Text::new(
                "These use more than a few KB: {}.",
                "다음 코루틴은 수 KB보다 많은 메모리를 차지한다: {}.",
            ),
        },
        Part {
            role: Role::Core,
            quantity: STACK,
            unit: Unit::Bytes,
            // The stacks are counted in whole slots: nothing lies between 2 KB and the next size, 4 KB.
            bound: Bound::Within(1.9 * KIB, 2.1 * KIB),
            measure: |scope| scope.weight(Who::Goroutines, "stack_reserved_bytes", 1.0),
            kept: Text::new(
                "The initial stack of a goroutine is as the textbook says ({}).",
                "고루틴의 초기 스택 크기는 교과서와 같다({}).",
            ),
            broken: Text::new(
                "The stack of a goroutine is not as the textbook says ({}).",
                "고루틴의 스택 크기는 교과서와 다르다({}).",
            ),
        },
    ],
    refuted_by: RefutedBy::OnePart,
    remark: nothing,
    beside: none,
    undecided: TOO_WIDE,
    measured_by: "sudo taskweight compare --models tokio,go --scenarios idle",
};

/// Bytes below which there is no stack: one would hold at least the registers of a switch and a return address. What scatter
/// there is in a slope is less, too.
const NO_STACK: Bound = Bound::AtMost(64.0);

pub(super) const NO_OWN_STACK: Claim = Claim {
    id: "no-own-stack",
    sentence: Text::new("Coroutines have no stack of their own.", "코루틴은 독립적인 스택을 갖지 않는다."),
    short: Text::new("coroutines have no stack of their own", "코루틴에는 자기 스택이 없다"),
    parts: &[
        Part {
            role: Role::Core,
            quantity: STACK,
            unit: Unit::Bytes,
            bound: NO_STACK,
            measure: |scope| scope.weight(Who::Stackless, "stack_reserved_bytes", 1.0),
            kept: Text::new(
                "True of stackless coroutines (additional stack per coroutine: {}).",
                "스택리스 코루틴에 대해서는 맞다(코루틴 하나가 늘 때 늘어나는 스택: {}).",
            ),
            broken: Text::new(
                "These stackless coroutines do add stack ({}).",
                "스택리스라고 하는 다음 코루틴도 스택이 늘어난다({}).",
            ),
        },
        Part {
            role: Role::Caveat,
            quantity: STACK,
            unit: Unit::Bytes,
            bound: NO_STACK,
            measure: |scope| scope.weight(Who::Stackful, "stack_reserved_bytes", 1.0),
            kept: Text::new("True of stackful coroutines as well ({}).", "스택풀 코루틴에 대해서도 맞다({})."),
            broken: Text::new(
                "But stackful coroutines have one each (address space per stack: {}).",
                "그러나 스택풀 코루틴은 저마다 스택을 갖는다(스택 하나의 주소 공간: {}).",
            ),
        },
    ],
    refuted_by: RefutedBy::OnePart,
    remark: nothing,
    beside: none,
    undecided: TOO_WIDE,
    measured_by: "sudo taskweight compare --models tokio,corosensei,go --scenarios idle",
};

pub(super) const HOW_MANY: Claim = Claim {
    id: "how-many",
    sentence: Text::new(
        "Thousands of threads can be created, and millions of coroutines.",
        "스레드는 수천 개 수준까지, 코루틴은 수백만 개 이상까지 생성할 수 있다.",
    ),
    short: Text::new("1000s of threads, millions of coroutines", "스레드는 수천, 코루틴은 수백만 개다"),
    parts: &[
        Part {
            role: Role::Core,
            quantity: REACHED,
            unit: Unit::Count,
            bound: Bound::AtLeast(1000.0),
            measure: |scope| reached(scope, Who::Threads),
            kept: Text::new("Threads created: {}.", "생성된 스레드의 수는 다음과 같다: {}."),
            broken: Text::new(
                "Fewer than a thousand threads were created: {}.",
                "스레드는 천 개보다 적게 생성되었다: {}.",
            ),
        },
        Part {
            role: Role::Core,
            quantity: REACHED,
            unit: Unit::Count,
            bound: Bound::AtMost(999_999.0),
            measure: |scope| reached(scope, Who::Threads),
            // The first part has said how many.
            kept: Text::same(""),
            broken: Text::same(""),
        },
        Part {
            role: Role::Caveat,
            quantity: REACHED,
            unit: Unit::Count,
            // Thousands have four digits.
            bound: Bound::AtMost(9_999.0),
            measure: |scope| reached(scope, Who::Threads),
            kept: Text::same(""),
            broken: Text::new(
                "That is more than thousands: system settings limit the number of threads.",
                "수천 개보다 많다. 스레드의 수를 제한하는 것은 시스템 설정이다.",
            ),
        },
        Part {
            role: Role::Core,
            quantity: REACHED,
            unit: Unit::Count,
            bound: Bound::AtLeast(1e6),
            measure: |scope| reached(scope, Who::Coroutines),
            kept: Text::new("Coroutines created: {}.", "생성된 코루틴의 수는 다음과 같다: {}."),
            broken: Text::new(
                "Fewer than a million of these coroutines were created: {}.",
                "다음 코루틴은 백만 개보다 적게 생성되었다: {}.",
            ),
        },
    ],
    refuted_by: RefutedBy::OnePart,
    remark: |scope| {
        const UNSTOPPED: Text = Text::new(
            "Where no limit is named, no more were requested.",
            "한도를 적지 않은 모델은 그보다 많이 요청하지 않았다.",
        );
        let mut rows = [Who::Threads, Who::Coroutines].into_iter().flat_map(|who| scope.weights(who));
        rows.any(|row| row.stopped_by.is_none()).then(|| scope.say(UNSTOPPED, &[]))
    },
    beside: none,
    undecided: Text::new(
        "Unknown for {}, because no more were requested: `sudo taskweight memory` requests as many as possible.",
        "더 많이 요청하지 않아 판정할 수 없는 모델이 있다({}). `sudo taskweight memory`는 가능한 만큼 요청한다.",
    ),
    measured_by: "sudo taskweight memory",
};

/// How many tasks there were. Where nothing stopped them, there could be more, threads up to the number of thread ids.
fn reached(scope: &Scope<'_>, who: Who) -> Measured {
    let figures: Vec<_> = scope.weights(who).map(|row| reached_by(scope, row)).collect();
    if figures.is_empty() { Err(scope.no_run("idle", who)) } else { Ok(figures) }
}

fn reached_by(scope: &Scope<'_>, row: &LedgerRow) -> Figure {
    const STOPPED: Text = Text::new("stopped by {}", "{}에 걸려 멈춤");
    let ids = scope.report.environment.pid_max.filter(|_| Who::Threads.includes(&row.model));
    let value = row.tasks_reached as f64;
    let spread = match (&row.stopped_by, ids) {
        (Some(_), _) => Spread::Exact,
        (None, Some(ids)) => Spread::Between(value, value.max(f64::from(ids))),
        (None, None) => Spread::Between(value, f64::INFINITY),
    };
    let note = row.stopped_by.as_ref().map(|limit| scope.say(STOPPED, &[limit]));
    let source = String::from("ledger, idle, tasks_reached");
    Figure { model: row.model.clone(), value, spread, runs: scope.runs_of(row), source, note }
}

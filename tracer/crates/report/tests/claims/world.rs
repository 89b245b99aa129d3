//! Reports made up of runs with known figures.

use std::{path::Path, sync::LazyLock};

use taskweight_core::case::Case;
use taskweight_core::report::{
    Anatomy, AnatomySegment, Elapsed, MemoryFigures, OwnFigures, PerOperation, Reference, ReferenceTime, Report, Run,
    RunMemory, Sample, Switches,
};
use taskweight_core::stats::histogram::of_durations;
use taskweight_report::json;
use taskweight_report::ledger;

pub const KIB: u64 = 1 << 10;
pub const MIB: u64 = 1 << 20;
const REPETITIONS: u32 = 5;
/// By how much repetitions differ.
const JITTER: [f64; REPETITIONS as usize] = [1.0, 1.01, 0.99, 1.005, 0.995];

/// A report as `compare` makes it, of a machine with two CPUs.
pub fn report(runs: Vec<Run>) -> Report {
    let mut report = fixture().clone();
    (report.failures, report.probes, report.anatomy) =
        (Vec::new(), Vec::new(), vec![anatomy("os-thread", 900.0, 100.0)]);
    (report.environment.cpus_online, report.environment.cpus_allowed) = (2, Some(String::from("0-1")));
    report.environment.pid_max = Some(32_768);
    let indirect_call_ns = ReferenceTime { median: 1.5, low: Some(1.4), high: Some(1.6) };
    report.reference = Some(Reference { indirect_call_ns });
    report.ledger = ledger::rows(&runs);
    report.runs = runs;
    report
}

fn fixture() -> &'static Report {
    static FIXTURE: LazyLock<Report> = LazyLock::new(|| {
        json::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/compare.json")).unwrap()
    });
    &FIXTURE
}

/// The repetitions of a model at some work; each is changed by its factor, which is near 1.
fn repetitions(model: &str, scenario: &str, tasks: u64, change: impl Fn(&mut Run, f64)) -> Vec<Run> {
    let like = &fixture().runs[0];
    let repetition = |(number, factor): (u32, f64)| {
        let case = Case {
            model: model.to_owned(),
            scenario: Some(scenario.to_owned()),
            tasks: Some(tasks),
            pinned: (scenario != "hog" && scenario != "cpu").then_some(1),
            ..like.case.clone()
        };
        let mut run = Run {
            case,
            repetition: number,
            operations: Some(10_000),
            elapsed_ns: Elapsed { twin: Some(1_000_000), traced: 1_100_000 },
            own: Some(OwnFigures { tasks_reached: tasks, ..OwnFigures::default() }),
            ..like.clone()
        };
        run.histograms.run_queue_ns = of_durations(&[(1_000, 10)]);
        change(&mut run, factor);
        run
    };
    (0..REPETITIONS).zip(JITTER).map(repetition).collect()
}

fn per_operation(ns: f64, switches: f64, transitions: f64) -> Option<PerOperation> {
    Some(PerOperation {
        elapsed_ns: ns,
        kernel_switches: switches,
        syscalls: transitions,
        page_faults: Some(0.0),
        kernel_transitions: Some(transitions),
        interrupts: None,
    })
}

/// task switches in `switch` or `switch-io`: time, kernel switches and transitions of each.
pub fn ring(model: &str, scenario: &str, ns: f64, switches: f64, transitions: f64) -> Vec<Run> {
    repetitions(model, scenario, 2, |run, factor| {
        run.per_operation = per_operation(ns * factor, switches * factor, transitions * factor);
    })
}

/// How late the latest tick was, and how often the kernel preempted.
pub fn hog(model: &str, late_ms: f64, preempted: u64) -> Vec<Run> {
    repetitions(model, "hog", 100, |run, factor| {
        let late_ns = (late_ms * factor * 1e6) as u64;
        run.own.as_mut().unwrap().lateness_ns = Some(of_durations(&[(1_000, 100), (late_ns, 1)]));
        run.kernel.switches = Switches { preempted, ..Switches::default() };
    })
}

/// Time of a chunk with 1 task and with 2.
pub fn cpu(model: &str, alone_ns: f64, both_ns: f64) -> Vec<Run> {
    let of = |tasks, ns| {
        repetitions(model, "cpu", tasks, move |run, factor| run.per_operation = per_operation(ns * factor, 0.0, 0.0))
    };
    [of(1, alone_ns), of(2, both_ns)].concat()
}

/// Time and transitions of a request on so many connections, and the memory of the server.
pub fn echo(model: &str, connections: u64, ns: f64, transitions: f64, bytes: u64) -> Vec<Run> {
    repetitions(model, "echo", connections, |run, factor| {
        run.per_operation = per_operation(ns * factor, 1.0, transitions);
        run.own.as_mut().unwrap().latency_ns = Some(of_durations(&[(20_000, 985), (90_000, 15)]));
        let figures = MemoryFigures { total_bytes: Some(bytes), ..MemoryFigures::default() };
        run.memory = weighed(connections, figures);
    })
}

fn weighed(tasks: u64, figures: MemoryFigures) -> Option<RunMemory> {
    let ready = Some(Sample { figures, ..Sample::default() });
    Some(RunMemory { tasks: Some(tasks), ready, ..RunMemory::default() })
}

/// Parked tasks that weigh so much each: `stack` of address space, `total` of memory. The last number of tasks is `most`, where
/// a limit stopped them if there is one.
pub fn idle(model: &str, stack: u64, total: u64, most: u64, stopped_by: Option<&str>) -> Vec<Run> {
    let parked = |tasks: u64, stopped_by: Option<&str>| {
        let mut run = repetitions(model, "idle", tasks, |_, _| {}).remove(0);
        run.memory = weighed(
            tasks,
            MemoryFigures {
                stack_reserved_bytes: Some(65_536 + tasks * stack),
                total_bytes: Some(1_000_000 + tasks * total),
                ..MemoryFigures::default()
            },
        );
        run.own.as_mut().unwrap().stopped_by = stopped_by.map(str::to_owned);
        run
    };
    let points = [100, 316, 1_000, 3_162].map(|tasks| parked(tasks, None));
    points.into_iter().chain([parked(most, stopped_by)]).collect()
}

/// A task switch of which `steps_ns` are the five steps and `rest_ns` something else; the sum is all of the time.
pub fn anatomy(model: &str, steps_ns: f64, rest_ns: f64) -> Anatomy {
    let segment = |name: &str, step: &str, per_hand_over_ns: f64| AnatomySegment {
        name: name.to_owned(),
        step: step.to_owned(),
        per_hand_over_ns,
        ..AnatomySegment::default()
    };
    let quarter = steps_ns / 4.0;
    Anatomy {
        model: model.to_owned(),
        scenario: String::from("switch"),
        tasks: 2,
        pinned: Some(1),
        segments: vec![
            segment("leave_kernel", "leave kernel", quarter),
            segment("enter_kernel", "enter kernel", quarter),
            segment("wake_up", "wake", rest_ns),
            segment("scheduling", "schedule", quarter),
            segment("state_switch", "save, restore", quarter),
        ],
        sum_ns: steps_ns + rest_ns,
        twin_ns: steps_ns + rest_ns,
        ..Anatomy::default()
    }
}

/// A world as the textbook has it, in which every claim holds - but one: where goroutines have a stack of 2 KB, coroutines do
/// not have none.
pub fn textbook() -> Vec<Run> {
    [
        ring("os-thread", "switch", 2_000.0, 1.0, 1.2),
        ring("tokio", "switch", 5.0, 0.0001, 0.0001),
        ring("go", "switch", 8.0, 0.0001, 0.0001),
        ring("os-thread", "switch-io", 2_500.0, 1.0, 2.0),
        ring("tokio", "switch-io", 50.0, 0.0001, 0.0001),
        hog("os-thread", 4.0, 200),
        hog("tokio", 199.0, 1),
        idle("os-thread", MIB, 1_100 * KIB, 8_000, Some("kernel.threads-max 8000")),
        idle("java-platform", MIB, 1_000 * KIB, 8_000, Some("kernel.threads-max 8000")),
        idle("tokio", 0, 520, 1_000_000, None),
        idle("go", 2 * KIB, 2_700, 1_000_000, None),
        cpu("os-thread", 20_000.0, 10_200.0),
        cpu("tokio", 20_000.0, 20_100.0),
        echo("os-thread", 10, 10_000.0, 3.0, 3 * MIB),
        echo("tokio", 10, 9_000.0, 0.001, 2 * MIB),
        echo("os-thread", 1_000, 12_000.0, 3.0, 40 * MIB),
        echo("tokio", 1_000, 4_000.0, 0.001, 3 * MIB),
    ]
    .concat()
}

/// The same runs with all of a model's in a scenario replaced; `None` for every scenario.
pub fn with(mut runs: Vec<Run>, model: &str, scenario: Option<&str>, others: Vec<Run>) -> Vec<Run> {
    runs.retain(|run| {
        run.case.model != model || scenario.is_some_and(|scenario| run.case.scenario.as_deref() != Some(scenario))
    });
    runs.extend(others);
    runs
}

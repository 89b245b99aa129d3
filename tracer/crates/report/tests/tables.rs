//! The tables of each scenario: their columns, their legends, what stands where a figure is absent.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests too")]

use std::path::Path;

use taskweight_core::report::{OwnFigures, Report, Run};
use taskweight_core::stats::histogram::of_durations;
use taskweight_report::document::Options;
use taskweight_report::json;
use taskweight_report::paint::text::render;
use taskweight_report::warning::{Warning, warnings};
use unicode_width::UnicodeWidthStr as _;

/// A report with these runs, and a run that others are made from.
fn report(runs: impl Fn(&Run) -> Vec<Run>) -> Report {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/compare.json");
    let mut report = json::read(&path).unwrap();
    report.failures.clear();
    report.ledger.clear();
    report.runs = runs(&report.runs[0]);
    report
}

fn run(like: &Run, scenario: &str, model: &str, tasks: u64, change: impl Fn(&mut Run, &mut OwnFigures)) -> Run {
    let mut run = like.clone();
    (run.case.model, run.case.scenario, run.case.tasks) = (model.to_owned(), Some(scenario.to_owned()), Some(tasks));
    (run.operation, run.case.pinned) = (Some(format!("one operation of {scenario}")), None);
    let mut own = OwnFigures { tasks_reached: tasks, ..OwnFigures::default() };
    change(&mut run, &mut own);
    run.own = Some(own);
    run
}

/// The rendered report, which fits its page.
fn text(report: &Report) -> String {
    let text = render(report, &Options::default());
    println!("{text}");
    for line in text.lines() {
        assert!(line.width() <= 80, "{} columns: {line}", line.width());
        assert!(line.chars().all(|character| !character.is_control()), "{line:?}");
    }
    text
}

fn unfolded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn assert_has(text: &str, parts: &[&str]) {
    parts.iter().for_each(|part| assert!(unfolded(text).contains(part), "{part:?} is not in\n{text}"));
}

#[test]
fn self_timed_switches_stand_beside_what_the_kernel_saw() {
    let timed = |_: &mut Run, own: &mut OwnFigures| {
        own.hand_over_ns = Some(of_durations(&[(2_000, 98), (3_100, 2)]));
        own.clock_ns = Some(25);
    };
    let text = text(&report(|like| {
        let untimed = run(like, "switch", "tokio", 2, |_, _| {});
        vec![run(like, "switch", "os-thread", 2, timed), run(like, "switch", "os-thread", 2, timed), untimed]
    }));
    assert_has(&text, &["2.00 3.00 0.0004 2.00 µs 3.10 µs"]);
    assert_has(&text, &["self-timed: one switch in 64", "(tokio): the program does not time its switches"]);
}

#[test]
fn a_server_is_seen_from_both_sides() {
    let answered = |run: &mut Run, own: &mut OwnFigures| {
        run.operations = Some(20_000);
        let figures = run.per_operation.as_mut().unwrap();
        (figures.elapsed_ns, figures.interrupts) = (24_000.0, Some(0.25));
        (run.cpu.user_ns, run.cpu.system_ns) = (Some(100_000_000), Some(140_000_000));
        own.latency_ns = Some(of_durations(&[(23_000, 985), (61_000, 14), (120_000, 1)]));
    };
    let report = report(|like| {
        let repetition = |number: u32| {
            let mut run = run(like, "echo", "python-greenlet", 10, answered);
            run.repetition = number;
            run.per_operation.as_mut().unwrap().elapsed_ns += f64::from(number * 100);
            run
        };
        vec![repetition(0), repetition(1), repetition(2), run(like, "echo", "os-thread", 10, |_, _| {})]
    });
    let text = text(&report);
    assert_has(&text, &["python-greenlet 41.5k 41.3-41.7 23.0 µs 61.0 µs 3.00 3.00 12.0 µs"]);
    assert_has(
        &text,
        &[
            "- 95 % CI (os-thread): needs at least",
            "- latency p50, latency p99 (os-thread): not measured",
            "latency: of untraced requests",
        ],
    );
}

#[test]
fn late_ticks_tell_preemptive_from_cooperative() {
    let ticked = |late: u64| {
        move |run: &mut Run, own: &mut OwnFigures| {
            (run.operations, run.kernel.switches.preempted) = (Some(30_000), 1_234);
            own.lateness_ns = Some(of_durations(&[(60_000, 29_000), (late, 1_000)]));
        }
    };
    let text = text(&report(|like| {
        let threads = run(like, "hog", "os-thread", 100, ticked(4_100_000));
        vec![threads, run(like, "hog", "tokio", 100, ticked(198_000_000)), run(like, "hog", "go", 100, |_, _| {})]
    }));
    assert_has(&text, &["os-thread 30,000 60.0 µs 4.10 ms 4.10 ms 1,234", "tokio 30,000 60.0 µs 198 ms 198 ms 1,234"]);
    assert_has(
        &text,
        &["late: ticks that are due", "- late p50, late p99, latest (go): the program does not report it"],
    );
}

fn computed(time_ns: f64, sum: u64) -> impl Fn(&mut Run, &mut OwnFigures) {
    move |run, own| {
        (run.operations, run.kernel.migrations) = (Some(4_000), 20);
        run.per_operation.as_mut().unwrap().elapsed_ns = time_ns;
        own.checksum = Some(sum);
    }
}

#[test]
fn speed_up_is_against_one_task_of_the_same_model() {
    let report = report(|like| {
        let alone = run(like, "cpu", "go", 1, computed(20_000.0, 7));
        let four = run(like, "cpu", "go", 4, computed(5_100.0, 7));
        vec![alone, four, run(like, "cpu", "tokio", 4, computed(20_000.0, 7))]
    });
    let text = text(&report);
    assert_has(&text, &["go 20.0 µs - 1.00 2.00", "go 5.10 µs - 3.92 2.00 0.0008 0.0050", "tokio 20.0 µs - - 2.00"]);
    assert_has(&text, &["- speedup (tokio): not measured with 1 task", "speedup: the same"]);
    let verbose = render(&report, &Options { verbose: true, ..Options::default() });
    assert!(!text.contains("Checksums") && verbose.contains("Checksums agree: 2 models"), "{verbose}");
}

#[test]
fn a_checksum_that_differs_is_a_warning() {
    let report = report(|like| {
        let few =
            run(like, "cpu", "python-thread", 2, |run, own| (run.operations, own.checksum) = (Some(100), Some(9)));
        vec![
            run(like, "cpu", "go", 2, computed(1.0, 7)),
            run(like, "cpu", "os-thread", 2, computed(1.0, 8)),
            run(like, "cpu", "tokio", 2, computed(1.0, 8)),
            few,
        ]
    });
    let differing = "4,000 chunks: 7 (go), 8 (os-thread, tokio)".to_owned();
    assert!(warnings(&report).contains(&Warning::Checksums(vec![differing])));
    let text = text(&report);
    assert_has(&text, &["Checksums differ: 4,000 chunks: 7 (go), 8 (os-thread, tokio)", "Warning: checksums of `cpu`"]);
}

#[test]
fn idle_says_how_far_each_model_gets() {
    let report = report(|like| {
        let parked = |model, tasks| run(like, "idle", model, tasks, |_, _| {});
        let limited = run(like, "idle", "os-thread", 100_000, |run, own| {
            (run.threads_omitted, own.tasks_reached) = (32_436, 32_453);
            own.stopped_by = Some("kernel.pid_max 32768".to_owned());
        });
        vec![parked("os-thread", 1_000), parked("tokio", 1_000), limited, parked("tokio", 100_000)]
    });
    let text = text(&report);
    assert_has(&text, &["kernel.pid_max 32768 32,453 os-thread", "no limit hit 100,000 tokio"]);
    assert_eq!(text.matches("Maximum tasks reached").count(), 1);
    assert!(!warnings(&report).iter().any(|warning| matches!(warning, Warning::Overhead(_) | Warning::Noise(_))));
}

#[test]
fn runtimes_are_named_on_demand() {
    let mut report = report(|like| vec![run(like, "switch", "go", 2, |_, _| {})]);
    report.environment.runtimes.insert("go".to_owned(), "go1.27\x1b[2J linux/amd64".to_owned());
    assert!(!text(&report).contains("go1.27"));
    let verbose = render(&report, &Options { verbose: true, ..Options::default() });
    assert!(verbose.contains("\ngo  go1.27\\x1b[2J linux/amd64\n"), "{verbose}");
}

#[test]
fn what_users_bring_along_cannot_act_on_the_terminal() {
    let hostile = format!("\x1b]0;x\x07\n\u{202e}任务 {}", "long".repeat(40));
    for scenario in ["switch", "switch-io", "yield", "control", "spawn", "idle", "echo", "cpu", "hog", &hostile] {
        let everything = |_: &mut Run, own: &mut OwnFigures| {
            own.stopped_by = Some(hostile.clone());
            let durations = Some(of_durations(&[(u64::MAX, u64::MAX), (1, 7)]));
            (own.hand_over_ns, own.lateness_ns, own.latency_ns) = (durations.clone(), durations.clone(), durations);
            (own.clock_ns, own.checksum, own.tasks_reached) = (Some(u64::MAX), Some(u64::MAX), u64::MAX);
        };
        let text = text(&report(|like| {
            let mut most = run(like, scenario, &hostile, u64::MAX, everything);
            (most.operations, most.threads_omitted) = (Some(u64::MAX), u64::MAX);
            let least = run(like, scenario, "x", 1, |run, _| (run.operations, run.per_operation) = (Some(0), None));
            vec![most, least]
        }));
        assert!(text.contains(r"\x1b"), "{text}");
    }
}

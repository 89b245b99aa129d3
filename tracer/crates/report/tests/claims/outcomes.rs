//! Each claim: where it holds, where it holds with a qualification, where it does not hold.

use taskweight_core::report::Run;
use taskweight_report::claims::Outcome::{DoesNotHold, Holds, NotMeasured, Qualified};

use crate::world::{KIB, MIB, anatomy, cpu, echo, hog, idle, report, ring, textbook, with};
use crate::{IDS, assert_outcome, outcome, verdict};

fn without(model: &str, scenario: &str) -> Vec<Run> {
    with(textbook(), model, Some(scenario), Vec::new())
}

#[test]
fn the_textbook_is_right_about_its_own_world() {
    let report = report(textbook());
    for id in IDS {
        let expected = if id == "no-own-stack" { Qualified } else { Holds };
        assert_eq!(outcome(&report, id), expected, "{}", verdict(&report, id).sentence);
    }
}

#[test]
fn by_whom_a_switch_is_made() {
    let id = "switched-by-kernel";
    assert_outcome(textbook(), id, Holds, &["os-thread 1.00", "tokio 0.0001, go 0.0001"]);
    let enters = [textbook(), ring("ucontext", "switch", 300.0, 0.0, 1.0)].concat();
    assert_outcome(
        enters,
        id,
        Qualified,
        &["without entering the kernel (kernel entries per task switch: tokio 0.0001"],
    );
    let all_enter = ["tokio", "go"]
        .iter()
        .fold(textbook(), |runs, model| with(runs, model, Some("switch"), ring(model, "switch", 300.0, 0.0, 1.0)));
    assert_outcome(all_enter, id, DoesNotHold, &["These coroutines enter the kernel", "go 1.00"]);
    let spinning = with(textbook(), "os-thread", Some("switch"), ring("os-thread", "switch", 80.0, 0.1, 0.1));
    assert_outcome(spinning, id, DoesNotHold, &["mostly switch without a kernel context switch", "os-thread 0.100"]);
    assert_outcome(
        without("os-thread", "switch"),
        id,
        NotMeasured,
        &["`switch` has no run of threads", "--scenarios switch"],
    );
}

#[test]
fn when_a_switch_is_made() {
    let id = "preemption";
    assert_outcome(textbook(), id, Holds, &["os-thread 4.00 ms", "tokio 199 ms"]);
    let preempted = [textbook(), hog("go", 5.0, 100)].concat();
    assert_outcome(preempted, id, Qualified, &["These coroutines keep running", "go 5.00 ms"]);
    let idle_cpus = with(textbook(), "os-thread", Some("hog"), hog("os-thread", 4.0, 0));
    assert_outcome(idle_cpus, id, Qualified, &["There were enough CPUs", "`--pin`"]);
    let waits = with(textbook(), "os-thread", Some("hog"), hog("os-thread", 198.0, 3));
    assert_outcome(waits, id, DoesNotHold, &["these threads wait", "os-thread 198 ms"]);
    let none_waits = with(textbook(), "tokio", Some("hog"), hog("go", 5.0, 100));
    assert_outcome(none_waits, id, DoesNotHold, &["go 5.00 ms"]);
    assert_outcome(without("tokio", "hog"), id, NotMeasured, &["`hog` has no run of coroutines"]);
}

#[test]
fn what_a_switch_costs() {
    let id = "switch-cost";
    assert_outcome(
        textbook(),
        id,
        Holds,
        &["os-thread 1333× [2.00 µs]", "tokio 3.33× [5.00 ns]", "takes 1.50 ns on this machine"],
    );
    let scheduler = [textbook(), ring("tokio-mt", "switch", 70.0, 0.0, 0.0)].concat();
    assert_outcome(scheduler, id, Qualified, &["tokio-mt 46.7× [70.0 ns]"]);
    let cheap = with(textbook(), "os-thread", Some("switch"), ring("os-thread", "switch", 60.0, 1.0, 1.0));
    assert_outcome(cheap, id, DoesNotHold, &["less than 100 function calls", "os-thread 40.0×"]);
    // At 9.5 times of a call that itself varies by a fifteenth, 10 is not excluded.
    let near = ["tokio", "go"]
        .iter()
        .fold(textbook(), |runs, model| with(runs, model, Some("switch"), ring(model, "switch", 14.25, 0.0, 0.0)));
    assert_outcome(near, id, Qualified, &["too wide to decide for tokio, go"]);
    assert_outcome(without("os-thread", "switch"), id, NotMeasured, &["`switch` has no run of threads"]);
}

#[test]
fn interpreters_are_not_compared_with_machine_code() {
    let python = [textbook(), ring("python-asyncio", "switch", 12_000.0, 0.0, 0.0)].concat();
    assert_outcome(python, "switch-cost", Holds, &[]);
    let only = ["tokio", "go"].iter().fold(textbook(), |runs, model| with(runs, model, Some("switch"), Vec::new()));
    let only = [only, ring("python-asyncio", "switch", 12_000.0, 0.0, 0.0)].concat();
    assert_outcome(only, "switch-cost", NotMeasured, &["only interpreted models"]);
}

#[test]
fn what_a_switch_consists_of() {
    let with_steps = |steps_ns, rest_ns| {
        let mut report = report(textbook());
        report.anatomy = vec![anatomy("os-thread", steps_ns, rest_ns), anatomy("tokio", 0.0, 60.0)];
        (outcome(&report, "five-steps"), verdict(&report, "five-steps").sentence)
    };
    let (holds, sentence) = with_steps(900.0, 100.0);
    assert!(holds == Holds && sentence.contains("os-thread 90 %"), "{sentence}");
    let (qualified, sentence) = with_steps(900.0, 700.0);
    assert!(
        qualified == Qualified && sentence.contains("does not list: waking the next thread (os-thread 44 %)"),
        "{sentence}"
    );
    let (missing, sentence) = with_steps(0.0, 700.0);
    assert!(missing == DoesNotHold && sentence.contains("os-thread 0"), "{sentence}");
}

#[test]
fn an_anatomy_that_does_not_add_up_or_does_not_separate_proves_nothing() {
    let mut report = report(textbook());
    report.anatomy[0].twin_ns = 1_300.0;
    report.anatomy[0].unexplained_ns = 300.0;
    assert_eq!(outcome(&report, "five-steps"), Qualified, "900 of 1300 ns may be all that the steps are");
    report.anatomy[0].merged = vec![String::from("state_switch is part of wakee_syscall")];
    assert_eq!(outcome(&report, "five-steps"), NotMeasured);
    report.anatomy.clear();
    let verdict = verdict(&report, "five-steps");
    assert_eq!((verdict.outcome, verdict.remedy.as_deref()), (NotMeasured, Some("sudo taskweight anatomy")));
}

#[test]
fn whether_coroutines_stay_out_of_the_kernel() {
    let id = "no-transition";
    assert_outcome(textbook(), id, Holds, &["Nor do they when waiting for pipes", "os-thread 2.00"]);
    let reads = with(textbook(), "tokio", Some("switch-io"), ring("tokio", "switch-io", 1_500.0, 0.0, 3.0));
    assert_outcome(
        reads,
        id,
        Qualified,
        &["When waiting for pipes, they enter the kernel (per task switch: tokio 3.00)"],
    );
    let serves = with(textbook(), "tokio", Some("echo"), echo("tokio", 10, 9_000.0, 2.1, MIB));
    assert_outcome(serves, id, Qualified, &["So does a server answering requests (per request: tokio 2.10)"]);
    let all_enter = ["tokio", "go"]
        .iter()
        .fold(textbook(), |runs, model| with(runs, model, Some("switch"), ring(model, "switch", 300.0, 0.0, 1.0)));
    assert_outcome(all_enter, id, DoesNotHold, &["even when waiting for each other"]);
    assert_outcome(without("tokio", "switch-io"), id, NotMeasured, &["`switch-io` has no run of coroutines"]);
    assert_outcome(without("tokio", "echo"), id, Holds, &["Nor do they"]);
}

#[test]
fn what_a_thread_takes() {
    let id = "thread-stack";
    let stopped = Some("kernel.threads-max 8000");
    assert_outcome(textbook(), id, Holds, &["java-platform 1.00 MiB", "os-thread 1.05 GiB"]);
    let resident = with(textbook(), "os-thread", Some("idle"), idle("os-thread", 8 * MIB, 37 * KIB, 8_000, stopped));
    let resident = with(resident, "java-platform", None, idle("java-platform", MIB, 54 * KIB, 8_000, stopped));
    let sentences = ["reserve a different amount (os-thread 8.00 MiB)", "os-thread 36.1 MiB, java-platform 52.7 MiB"];
    assert_outcome(resident, id, Qualified, &sentences);
    let small = with(textbook(), "java-platform", None, idle("java-platform", 256 * KIB, 54 * KIB, 8_000, stopped));
    assert_outcome(small, id, DoesNotHold, &["it is not true", "java-platform 256 KiB"]);
    let native_only = with(textbook(), "java-platform", None, Vec::new());
    assert_outcome(native_only, id, NotMeasured, &["`idle` has no run of Java threads"]);
}

#[test]
fn what_a_coroutine_takes() {
    let id = "coroutine-weight";
    assert_outcome(textbook(), id, Holds, &["tokio 520 B", "go 2.00 KiB"]);
    let heavy = with(textbook(), "go", Some("idle"), idle("go", 2 * KIB, 20 * KIB, 1_000_000, None));
    assert_outcome(heavy, id, Qualified, &["more than a few KB: go 20.0 KiB"]);
    let larger = with(textbook(), "go", Some("idle"), idle("go", 8 * KIB, 9 * KIB, 1_000_000, None));
    assert_outcome(larger, id, DoesNotHold, &["is not as the textbook says (go 8.00 KiB)"]);
    assert_outcome(without("go", "idle"), id, NotMeasured, &["`idle` has no run of goroutines"]);
}

#[test]
fn whether_a_coroutine_has_a_stack() {
    let id = "no-own-stack";
    let without_stack = with(textbook(), "go", Some("idle"), idle("corosensei", 0, 300, 1_000_000, None));
    assert_outcome(without_stack, id, Holds, &["stackful coroutines as well (corosensei 0 B)"]);
    assert_outcome(
        textbook(),
        id,
        Qualified,
        &["But stackful coroutines have one each (address space per stack: go 2.00 KiB)"],
    );
    let all = with(textbook(), "tokio", Some("idle"), idle("tokio", 4 * KIB, 5 * KIB, 1_000_000, None));
    assert_outcome(all, id, DoesNotHold, &["tokio 4.00 KiB"]);
    assert_outcome(without("tokio", "idle"), id, NotMeasured, &["`idle` has no run of stackless coroutines"]);
    assert_outcome(without("go", "idle"), id, NotMeasured, &["`idle` has no run of stackful coroutines"]);
}

#[test]
fn how_many_there_can_be() {
    let id = "how-many";
    assert_outcome(textbook(), id, Holds, &["os-thread 8,000 [stopped by kernel.threads-max 8000]", "go 1,000,000"]);
    let more = |most, limit| with(textbook(), "os-thread", Some("idle"), idle("os-thread", MIB, MIB, most, limit));
    assert_outcome(more(32_369, Some("kernel.pid_max 32768")), id, Qualified, &["That is more than thousands"]);
    assert_outcome(more(10_000, None), id, Qualified, &["os-thread 10,000.", "no more were requested"]);
    let mapped =
        with(textbook(), "go", Some("idle"), idle("corosensei", MIB, 7 * KIB, 32_747, Some("vm.max_map_count 65530")));
    assert_outcome(mapped.clone(), id, Qualified, &["corosensei 32,747 [stopped by vm.max_map_count 65530]"]);
    assert_outcome(
        with(mapped, "tokio", Some("idle"), Vec::new()),
        id,
        DoesNotHold,
        &["Fewer than a million of these coroutines"],
    );
    let mut hundreds = textbook();
    let is_of_many_threads =
        |run: &Run| run.case.tasks > Some(316) && ["os-thread", "java-platform"].contains(&&*run.case.model);
    hundreds.retain(|run| run.case.scenario.as_deref() != Some("idle") || !is_of_many_threads(run));
    assert_outcome(hundreds, id, NotMeasured, &["Unknown for os-thread, java-platform, because"]);
    let asked_for_few = ["tokio", "go"]
        .iter()
        .fold(textbook(), |runs, model| with(runs, model, Some("idle"), idle(model, 0, 500, 10_000, None)));
    assert_outcome(asked_for_few, id, NotMeasured, &["Unknown for tokio, go, because", "sudo taskweight memory"]);
    assert_outcome(without("tokio", "idle"), id, Holds, &["go 1,000,000"]);
}

#[test]
fn a_million_threads_refute_that_there_are_only_thousands() {
    let runs = ["os-thread", "java-platform"]
        .iter()
        .fold(textbook(), |runs, model| with(runs, model, Some("idle"), idle(model, MIB, MIB, 1_000_000, None)));
    let mut report = report(runs);
    report.environment.pid_max = Some(4_194_304);
    assert_eq!(outcome(&report, "how-many"), DoesNotHold);
}

#[test]
fn who_suits_computation() {
    let id = "cpu-bound";
    assert_outcome(textbook(), id, Holds, &["os-thread 96 % [1.96× with 2 tasks]", "tokio"]);
    let spread = [textbook(), cpu("go", 20_000.0, 10_500.0)].concat();
    assert_outcome(spread, id, Qualified, &["Coroutines on a multi-threaded runtime suit it as well (go 90 %"]);
    let locked = with(textbook(), "os-thread", Some("cpu"), cpu("python-thread", 20_000.0, 20_400.0));
    assert_outcome(locked, id, DoesNotHold, &["hardly get faster", "python-thread -2 %"]);
    assert_outcome(without("os-thread", "cpu"), id, NotMeasured, &["`cpu` has no run of threads"]);
}

#[test]
fn one_cpu_or_busy_ones_say_nothing_about_computation() {
    let mut single = report(textbook());
    single.environment.cpus_allowed = Some(String::from("1"));
    assert!(verdict(&single, "cpu-bound").sentence.starts_with("there is only one CPU"));
    assert_eq!(outcome(&single, "cpu-bound"), NotMeasured);
    let mut runs = textbook();
    for run in runs.iter_mut().filter(|run| run.case.scenario.as_deref() == Some("cpu") && run.case.tasks == Some(1)) {
        run.histograms.run_queue_ns = taskweight_core::stats::histogram::of_durations(&[(330_000, 1)]);
    }
    assert_outcome(runs, "cpu-bound", NotMeasured, &["other programs kept the CPUs busy", "30 %"]);
}

#[test]
fn who_suits_many_connections() {
    let id = "io-bound";
    assert_outcome(textbook(), id, Holds, &["tokio 3.00×", "tokio 0.075×"]);
    // By number of connections it stands with the figures beside.
    let evidence = verdict(&report(textbook()), id).evidence;
    let ratios = evidence.iter().filter(|one| one.quantity == "requests per second relative to threads");
    let ratios: Vec<_> = ratios.map(|one| (one.shown.as_str(), one.source.as_str(), one.decides)).collect();
    assert_eq!(ratios, [("3.00×", "echo, 1,000 tasks, CPU 1", true), ("1.11×", "echo, 10 tasks, CPU 1", false)]);
    assert_outcome(
        textbook(),
        id,
        Holds,
        &["Faster than threads: tokio from 10 connections", "number of connections: os-thread 90.0 µs"],
    );
    let later = with(textbook(), "tokio", Some("echo"), Vec::new());
    let later = [later, echo("tokio", 10, 11_000.0, 3.0, MIB), echo("tokio", 1_000, 9_000.0, 3.0, MIB)].concat();
    assert_outcome(later, id, Holds, &["Faster than threads: tokio from 1,000 connections"]);
    let slower = with(textbook(), "tokio", Some("echo"), echo("tokio", 1_000, 15_000.0, 3.0, MIB));
    assert_outcome(slower, id, Qualified, &["fewer requests than threads", "use less memory"]);
    let worse = with(textbook(), "tokio", Some("echo"), echo("tokio", 1_000, 15_000.0, 3.0, 80 * MIB));
    assert_outcome(worse, id, DoesNotHold, &["fewer requests than threads", "use more memory"]);
    assert_outcome(without("tokio", "echo"), id, NotMeasured, &["`echo` has no run of coroutines"]);
}

#[test]
fn coroutines_are_compared_with_threads_of_their_own_language() {
    let java = |runs| [runs, echo("java-virtual", 1_000, 11_000.0, 3.0, 10 * MIB)].concat();
    let twice_as_slow = echo("java-platform", 1_000, 22_000.0, 3.0, 100 * MIB);
    assert_outcome(java([textbook(), twice_as_slow].concat()), "io-bound", Holds, &["java-virtual 2.00×"]);
    let without_threads = verdict(&report(java(textbook())), "io-bound");
    let compared: Vec<_> = without_threads.evidence.iter().filter(|one| one.decides).map(|one| &*one.model).collect();
    assert_eq!(compared, ["tokio", "tokio"], "there are no Java threads to compare with");
}

//! `taskweight memory`: what one task weighs, beside what is known of it.

use std::thread;
use std::time::Duration;

use nix::sys::signal::Signal;
use taskweight_core::catalog::models;
use taskweight_core::report::{LedgerPoint, LedgerRow, PerTask, Report, Run};

use crate::gate::size;
use crate::invocation::{Invocation, Outcome, programs, subject};
use crate::machine::{Held, cgroups_of, programs_of, state, wait_for};

const KIB: f64 = 1024.0;

fn idle(models: &str, tasks: &str) -> Outcome {
    let options = ["--models", models, "--scenarios", "idle", "--tasks", tasks];
    Invocation::new("compare", &options).start().finish()
}

fn report(outcome: &Outcome) -> Report {
    let report = outcome.report();
    assert_eq!((outcome.code, report.failures.len()), (0, 0), "{}", outcome.stderr);
    report
}

fn row<'a>(report: &'a Report, model: &str) -> &'a LedgerRow {
    report.ledger.iter().find(|row| row.model == model).unwrap()
}

fn weight(row: &LedgerRow, column: &str) -> PerTask {
    let weight = row.per_task[&format!("{column}_bytes")];
    assert!(weight.is_line, "{column} of {}: {weight:?} {:?}", row.model, row.points);
    weight
}

fn assert_close(value: f64, expected: f64, share: f64, what: &str) {
    assert!((value - expected).abs() <= share * expected, "{what}: {value}, not {expected}");
}

#[test]
fn a_thread_reserves_megabytes_and_uses_kilobytes() {
    needs_bpf!();
    let (tasks, most) = size(("100,316,1000,3162,10000", 10_000), ("100,200,500,1000,2000", 2_000));
    let outcome = idle("os-thread,pthread", tasks);
    let report = report(&outcome);
    // The standard library's stack, with a guard and a stack for signals; the system's is what `ulimit -s` says.
    let stack_limit = nix::sys::resource::getrlimit(nix::sys::resource::Resource::RLIMIT_STACK).unwrap().0 as f64;
    for (model, stack_bytes) in [("os-thread", 2.0 * KIB * KIB), ("pthread", stack_limit)] {
        let row = row(&report, model);
        assert_eq!((row.points.len(), row.tasks_reached, row.stopped_by.as_deref()), (5, most, None));
        assert_close(weight(row, "stack_reserved").slope, stack_bytes, 0.01, "stack reserved");
        assert_close(weight(row, "reserved").slope, stack_bytes, 0.02, "reserved");
        assert_close(weight(row, "kernel_stack").slope, 16.0 * KIB, 0.05, "kernel stack");
        let resident = weight(row, "stack_resident").slope;
        assert!((4.0 * KIB..=12.0 * KIB).contains(&resident), "{resident}");
        let last = row.points[4].figures;
        assert_close(
            last.total_bytes.unwrap() as f64,
            last.witness_bytes.unwrap() as f64,
            0.1,
            "total with most threads",
        );
    }
    for run in &report.runs {
        let stacks = run.memory.as_ref().unwrap().stacks.as_ref().unwrap();
        assert_eq!((stacks.found, stacks.merged), (stacks.threads, 0), "{stacks:?}");
        assert!(stacks.threads > run.case.tasks.unwrap());
    }
    for words in ["idle: bytes per task", "16.0K", "Maximum tasks reached"] {
        assert!(outcome.stdout.contains(words), "{words}\n{}", outcome.stdout);
    }
}

#[test]
fn a_future_weighs_less_than_half_a_kilobyte_and_a_stackful_coroutine_has_a_page() {
    needs_bpf!();
    // Many of them: some kernels give a process half a megabyte more or less for its beginning.
    let emulated = ("1000,10000,30000,100000,300000", 300_000);
    let (tasks, most) = size(("1000,10000,100000,300000,1000000", 1_000_000), emulated);
    let futures = report(&idle("future", tasks));
    let future = weight(row(&futures, "future"), "total").slope;
    assert!((16.0..512.0).contains(&future), "{future}");
    assert_eq!(row(&futures, "future").tasks_reached, most);
    let cost = futures.own_cost.unwrap();
    assert!(cost.peak_rss_bytes < 200 << 20, "{cost:?}");
    let report = report(&idle("corosensei", "100,316,1000,3162,10000"));
    let stack = weight(row(&report, "corosensei"), "stack_resident").slope;
    assert_close(stack, 4.0 * KIB, 0.01, "one page");
    let reserved = weight(row(&report, "corosensei"), "stack_reserved").slope;
    assert_close(reserved, KIB * KIB, 0.01, "the crate's default");
}

#[test]
fn a_depth_that_was_used_stays_in_a_stack_and_leaves_a_future() {
    needs_bpf!();
    let options = ["--models", "pthread,future", "--scenarios", "deep", "--depths", "65536"];
    let report = report(&Invocation::new("compare", &options).start().finish());
    assert_eq!(report.ledger.len(), 4);
    let row = |model: &str, held: bool| {
        let row = report.ledger.iter().find(|row| row.model == model && row.held == Some(held)).unwrap();
        assert_eq!((row.depth_bytes, row.points.len()), (Some(65_536), 5));
        row
    };
    for (model, held) in [("pthread", false), ("pthread", true), ("future", true)] {
        assert!(weight(row(model, held), "total").slope > 65_536.0, "{model}");
    }
    // So little that steps of the heap's growth may show: no line is asked for.
    let left = row("future", false).per_task["total_bytes"];
    assert!(left.slope < 1024.0 && left.high < 2048.0, "{left:?}");
}

/// The subject with seven threads that have touched sixteen pages each, for so long.
fn parked_for(time: Duration) -> Run {
    let mut taskweight = Invocation::run(&[], &[&subject(), "stack-pages", "7", "16"]).start();
    assert_eq!(taskweight.line(), "parked");
    thread::sleep(time);
    drop(taskweight.take_stdin());
    taskweight.finish().run()
}

#[test]
fn a_command_has_its_memory_and_its_threads_have_their_stacks() {
    needs_bpf!();
    // On a slow machine it takes longer until looking at stacks can be afforded.
    let runs = [1, 5, 20, 60, 120].map(Duration::from_secs).into_iter().map(parked_for);
    let has_stacks = |run: &Run| run.memory.as_ref().unwrap().stacks.as_ref().is_some_and(|stacks| stacks.found == 8);
    let run = runs.into_iter().find(has_stacks).unwrap();
    let memory = run.memory.unwrap();
    let stacks = memory.stacks.unwrap();
    assert_eq!((stacks.threads, stacks.found), (8, 8), "{stacks:?}");
    let seen = memory.over_time.unwrap();
    assert!(seen.sampling_count >= 2 && seen.peak_rss_bytes > stacks.resident_bytes, "{seen:?}");
    assert!(memory.done.unwrap().figures.total_bytes > stacks.resident_bytes);
    let own: Vec<_> = run.threads.iter().filter(|thread| thread.tid != thread.pid).collect();
    assert_eq!(own.len(), 7);
    for thread in own {
        assert!(thread.stack_resident_bytes >= Some(16 * 4096), "{thread:?}");
        // It touched its pages below the place where it stands, and stands near the top.
        let [in_use, high_water] = [thread.stack_in_use_bytes, thread.stack_high_water_bytes];
        assert!(in_use < Some(8 * 4096) && high_water >= Some(16 * 4096), "{thread:?}");
        assert!(high_water <= thread.stack_reserved_bytes);
    }
}

#[test]
fn runtimes_that_keep_their_own_stacks_say_what_these_take() {
    needs_bpf!();
    let names = ["go", "java-virtual", "java-platform", "java-platform-1m"];
    let here = |name: &&&str| models(&[(**name).to_owned()]).unwrap()[0].command(&programs()).is_ok();
    let here: Vec<&str> = names.iter().filter(here).copied().collect();
    let report = report(&idle(&here.join(","), "100,316,1000,3162,10000"));
    for name in here {
        let row = row(&report, name);
        let reserved = || weight(row, "stack_reserved").slope;
        match name {
            // The first goroutines are put into what the runtime has in stock.
            "go" => assert!((2000.0..=8192.0).contains(&weight(row, "stack_resident").slope), "{row:?}"),
            // Frames of interpreted code are larger than those of compiled code, and when the compiler comes to it differs
            // from process to process: the points need not be on one line.
            "java-virtual" => {
                assert!(row.points.iter().all(|point| (64..4096).contains(&stack_of_a_task(point))), "{row:?}")
            }
            // Less the guard pages, which are within.
            _ => assert!((0.95 * KIB * KIB..=KIB * KIB).contains(&reserved()), "{name}: {}", reserved()),
        }
        assert_eq!(row.points.len(), 5);
    }
}

fn stack_of_a_task(point: &LedgerPoint) -> u64 {
    point.figures.stack_reserved_bytes.unwrap() / point.tasks
}

#[test]
fn cgroups_go_at_the_end_and_after_ctrl_c() {
    needs_bpf!();
    for signal in [None, Some(Signal::SIGINT)] {
        let taskweight = Invocation::run(&[], &[&subject(), "wait", "0"]).start();
        assert_eq!(taskweight.line(), "started");
        let pid = taskweight.pid();
        assert_eq!(cgroups_of(pid).len(), 1);
        if let Some(signal) = signal {
            taskweight.send(signal);
        }
        taskweight.finish();
        assert!(cgroups_of(pid).is_empty(), "{signal:?}");
    }
}

#[test]
fn the_cgroup_of_a_killed_run_goes_and_the_command_lives_on_without() {
    needs_bpf!();
    let mut taskweight = Invocation::run(&[], &[&subject(), "wait", "0"]).start();
    assert_eq!(taskweight.line(), "started");
    let pid = taskweight.pid();
    let command = programs_of(pid)[0];
    let (held, stdin) = (Held::of(command), taskweight.take_stdin());
    assert_eq!(cgroups_of(pid).len(), 1);
    taskweight.kill();
    wait_for("the end of the cgroup", || cgroups_of(pid).is_empty());
    assert!(matches!(state(command), Some('S' | 'R')), "{:?}", state(command));
    drop(stdin);
    assert!(held.ends());
}

#[test]
fn a_daemon_outlives_its_run_and_the_cgroup_does_not() {
    needs_bpf!();
    let mut taskweight = Invocation::run(&[], &[&subject(), "daemon"]).start();
    assert_eq!(taskweight.line(), "started");
    taskweight.say("go");
    let daemon: u32 = taskweight.line().parse().unwrap();
    let (pid, held) = (taskweight.pid(), Held::of(daemon));
    // The daemon keeps stdin open, and ends with it.
    let stdin = taskweight.take_stdin();
    taskweight.finish();
    assert!(matches!(state(daemon), Some('S' | 'R')));
    assert!(cgroups_of(pid).is_empty());
    drop(stdin);
    assert!(held.ends());
}

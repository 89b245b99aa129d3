//! Switches: their number, their kinds, and whose they are.

use taskweight_core::report::Run;

use crate::gate::size;
use crate::invocation::{Outcome, compare, run_subject};
use crate::lossless::{assert_no_other_loss, assert_switches_witnessed, sum_of_threads, until_lossless};
use crate::machine::cpu;

/// A ring of threads on one CPU.
pub fn ring(tasks: &str, more: &[&str]) -> Run {
    start_ring(tasks, more).run()
}

/// The same, with all that came out of it.
pub fn start_ring(tasks: &str, more: &[&str]) -> Outcome {
    let cpu = cpu().to_string();
    let options = ["--models", "os-thread", "--scenarios", "switch", "--tasks", tasks, "--operations", "10007"];
    compare(&[&options[..], &["--pin", &cpu, "--repetitions", "1"], more].concat())
}

/// The kernel switches for every task switch between two threads, and our counts are its own.
pub fn check_two_threads(run: &Run) {
    assert_eq!((run.operations, run.logical_switches), (Some(10_007), Some(10_007)));
    let per_operation = run.per_operation.unwrap().kernel_switches;
    assert!(per_operation >= 0.99, "{per_operation} context switches per task switch");
    assert_eq!((run.kernel.switches.exit, run.kernel.migrations, run.kernel.threads_created), (0, 0, 0));
    for name in ["voluntary_by_thread", "involuntary_by_thread"] {
        let witness = &run.witness[name];
        assert_eq!((witness.ours, witness.threads_disagreeing), (witness.theirs, Some(0)), "{name}");
        // Two tasks, the main thread, and the one that reads the protocol.
        assert_eq!(witness.threads_compared, Some(4), "{name}");
    }
    assert_switches_witnessed(run);
    assert_eq!(sum_of_threads(run), run.kernel.switches);
}

#[test]
fn every_hand_over_between_threads_is_a_kernel_switch() {
    needs_bpf!();
    let run = until_lossless(|| {
        let run = ring("2", &[]);
        check_two_threads(&run);
        run
    });
    let counts = [&run.histograms.on_cpu_ns, &run.histograms.off_cpu_ns, &run.histograms.run_queue_ns];
    assert!(counts.iter().all(|histogram| histogram.count >= 10_007), "without loss every duration is there");
}

#[test]
fn the_ring_is_counted_exactly_among_thousands_of_threads() {
    needs_bpf!();
    let (tasks, threads) = size(("10000", 10_002), ("2000", 2_002));
    until_lossless(|| {
        let run = ring(tasks, &[]);
        assert_eq!((run.operations, run.logical_switches), (Some(10_007), Some(10_007)));
        // Each task switch blocks one thread, and wakes one.
        assert!(run.kernel.switches.voluntary >= 10_007, "{:?}", run.kernel.switches);
        assert!(run.kernel.wakeups >= 10_007, "{}", run.kernel.wakeups);
        assert_eq!((run.kernel.migrations, run.kernel.threads_created), (0, 0));
        assert_eq!(run.threads.len() as u64 + run.threads_omitted, threads);
        assert_switches_witnessed(&run);
        assert_eq!(run.witness["voluntary_by_thread"].threads_compared, Some(threads));
        run
    });
}

/// Not exactly as many as calls: one that finds nobody else to run switches to nobody, and one in which the kernel has
/// another reason to switch, too, switches twice. In an emulated guest, whose CPU is taken away for tens of milliseconds, most
/// find that they have waited for so long that they may go on.
pub fn check_yields(yielded: u64) {
    let least = size(2 * 10_007 * 99 / 100, 2 * 10_007 / 5);
    assert!((least..=2 * 10_007 * 101 / 100).contains(&yielded), "{yielded}");
}

#[test]
fn giving_way_is_neither_blocking_nor_being_preempted() {
    needs_bpf!();
    let run = until_lossless(|| {
        let run = run_subject(&["--pin", &cpu().to_string()], &["yield", "10007"]).run();
        assert_switches_witnessed(&run);
        assert_eq!(run.kernel.syscalls.by_name["sched_yield"].count, 2 * 10_007);
        run
    });
    let switches = run.kernel.switches;
    check_yields(switches.yielded);
    // The barrier and the two joins, each with a lock that may be taken.
    assert!(switches.voluntary <= 20, "{switches:?}");
    assert_eq!(sum_of_threads(&run), switches);
    let yielded: Vec<_> = run.threads.iter().filter(|thread| thread.switches.yielded > 0).collect();
    assert_eq!(yielded.len(), 2, "the main thread does not: {yielded:?}");
}

#[test]
fn two_that_want_the_same_cpu_are_preempted_and_do_not_yield() {
    needs_bpf!();
    let run = run_subject(&["--pin", &cpu().to_string()], &["spin", "300"]).run();
    assert_no_other_loss(&run);
    assert_switches_witnessed(&run);
    let switches = run.kernel.switches;
    assert_eq!((switches.yielded, switches.exit), (0, 3));
    assert!(switches.voluntary <= 20, "{switches:?}");
    // 600 ms of work on one CPU: a handful of turns even where a turn lasts 100 ms.
    assert!(switches.preempted >= 5, "{switches:?}");
}

#[test]
fn a_thread_that_is_alone_on_its_cpu_sleeps_and_wakes_and_that_is_all() {
    needs_bpf!();
    let run = until_lossless(|| {
        let run = run_subject(&["--pin", &cpu().to_string()], &["threads", "101", "1"]).run();
        assert_switches_witnessed(&run);
        assert_eq!(run.kernel.migrations, 0);
        run
    });
    // Each thread exits once; nobody else can have been woken more often than blocked.
    assert_eq!(run.kernel.switches.exit, 102);
    assert_eq!(run.kernel.wakeups, run.kernel.switches.voluntary);
}

//! Load: as many processes, threads and switches as a busy machine has, and every one of them counted.

use taskweight_core::report::Run;

use crate::gate::size;
use crate::invocation::run_subject;
use crate::lossless::{assert_no_other_loss, assert_switches_witnessed, sum_of_threads};

/// An emulated machine does a tenth in the same time.
fn sized(count: u64) -> u64 {
    size(count, count / 10)
}

/// All threads were seen, and every count of each is the kernel's own.
fn check(run: &Run, threads: u64) {
    assert_eq!(run.kernel.threads_created, threads - 1);
    assert_eq!((run.threads.len() as u64, run.threads_omitted), (threads, 0));
    assert_eq!(run.kernel.switches.exit, threads);
    assert_eq!(sum_of_threads(run), run.kernel.switches);
    for name in ["voluntary_by_thread", "involuntary_by_thread"] {
        let witness = &run.witness[name];
        assert_eq!((witness.threads_compared, witness.threads_disagreeing), (Some(threads), Some(0)), "{witness:?}");
    }
    assert_switches_witnessed(run);
    assert_no_other_loss(run);
}

#[test]
fn two_thousand_short_processes_a_second_are_all_seen() {
    needs_bpf!();
    let processes = sized(20_000);
    let run = run_subject(&[], &["processes", &processes.to_string(), "2000"]).run();
    println!("{} processes in {} ms", processes, run.elapsed_ns.traced / 1_000_000);
    check(&run, processes + 1);
    assert_eq!(run.kernel.syscalls.by_name["getppid"].count, processes);
}

#[test]
fn twenty_thousand_threads_that_come_and_go_are_all_seen() {
    needs_bpf!();
    let threads = sized(20_000);
    let run = run_subject(&[], &["threads", &threads.to_string(), "1"]).run();
    check(&run, threads + 1);
    assert_eq!(run.kernel.syscalls.by_name["getppid"].count, threads);
}

#[test]
fn a_million_switches_on_all_cpus_are_all_counted() {
    needs_bpf!();
    let yields = sized(250_000);
    let run = run_subject(&[], &["yield-everywhere", &yields.to_string()]).run();
    let switches = run.kernel.switches;
    let seconds = run.elapsed_ns.traced as f64 / 1e9;
    println!("{} switches in {seconds:.2} s: {:.0} a second", switches.total(), switches.total() as f64 / seconds);
    check(&run, run.threads.len() as u64);
    assert!(switches.yielded > yields, "two threads on each CPU take turns: {switches:?}");
    let calls = run.kernel.syscalls.by_name["sched_yield"].count;
    assert_eq!(calls, yields * (run.threads.len() as u64 - 1), "each thread calls so often");
}

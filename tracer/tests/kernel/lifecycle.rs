//! Threads and processes: all of them are seen, however short they live.

use std::collections::BTreeSet;

use taskweight_core::report::Run;

use crate::invocation::run_subject;
use crate::lossless::{assert_no_other_loss, assert_switches_witnessed, sum_of_threads};

/// The number of threads is exact, and so is all that is known of each.
fn check_threads(run: &Run, threads: u64) {
    assert_eq!(run.kernel.threads_created, threads - 1);
    assert_eq!((run.threads.len() as u64, run.threads_omitted), (threads, 0));
    assert_eq!(run.kernel.switches.exit, threads, "every thread exits once");
    assert!(run.threads.iter().all(|thread| thread.switches.exit == 1 && thread.name == "subject"));
    assert_eq!(run.witness["voluntary_by_thread"].threads_compared, Some(threads));
    assert_eq!(sum_of_threads(run), run.kernel.switches);
    assert_no_other_loss(run);
    assert_switches_witnessed(run);
}

fn processes(run: &Run) -> usize {
    run.threads.iter().map(|thread| thread.pid).collect::<BTreeSet<_>>().len()
}

#[test]
fn a_thousand_threads_of_two_hundred_processes_are_all_seen() {
    needs_bpf!();
    let run = run_subject(&[], &["fork", "200", "5"]).run();
    check_threads(&run, 1 + 200 + 1000);
    assert_eq!(processes(&run), 201);
}

#[test]
fn processes_made_by_vfork_are_followed_through_their_exec() {
    needs_bpf!();
    let run = run_subject(&[], &["spawn", "101", "7"]).run();
    check_threads(&run, 102);
    assert_eq!(processes(&run), 102);
    assert_eq!(run.kernel.syscalls.by_name["getppid"].count, 101 * 7);
}

#[test]
fn threads_that_never_meet_are_all_seen() {
    needs_bpf!();
    let run = run_subject(&[], &["threads", "503", "3"]).run();
    check_threads(&run, 504);
    assert_eq!(run.kernel.syscalls.by_name["getppid"].count, 503 * 3);
}

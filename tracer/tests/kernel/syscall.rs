//! System calls: a known number of them, and figures per call.

use taskweight_core::report::Run;

use crate::invocation::{run, run_subject};
use crate::lossless::assert_no_other_loss;

/// The subject's calls, none more and none less.
pub fn check_getppid(run: &Run, count: u64) {
    let calls = &run.kernel.syscalls.by_name["getppid"];
    assert_eq!(calls.count, count);
    assert!(calls.total_ns > 0);
    assert_eq!(run.syscall_histograms["getppid"].count, count);
    let by_name: u64 = run.kernel.syscalls.by_name.values().map(|calls| calls.count).sum();
    assert_eq!(by_name, run.kernel.syscalls.count);
    assert_eq!(run.threads.iter().map(|thread| thread.syscalls).sum::<u64>(), run.kernel.syscalls.count);
    assert_no_other_loss(run);
}

#[test]
fn every_call_is_counted() {
    needs_bpf!();
    let run = run_subject(&[], &["getppid", "10007"]).run();
    check_getppid(&run, 10_007);
    assert_eq!((run.operations, run.operation.as_deref(), run.per_operation), (None, None, None));
}

#[test]
fn calls_can_be_the_operations() {
    needs_bpf!();
    let run = run_subject(&["--per", "syscall:getppid"], &["getppid", "10007"]).run();
    check_getppid(&run, 10_007);
    assert_eq!(run.operations, Some(10_007));
    assert!(run.operation.as_ref().is_some_and(|operation| operation.contains("getppid")), "{:?}", run.operation);
    let per_operation = run.per_operation.unwrap();
    assert_eq!(per_operation.syscalls, run.kernel.syscalls.count as f64 / 10_007.0);
    assert!(per_operation.syscalls >= 1.0 && per_operation.kernel_transitions.unwrap() > per_operation.syscalls);
}

#[test]
fn a_call_that_is_never_made_gives_no_figure_per_operation() {
    needs_bpf!();
    let run = run_subject(&["--per", "syscall:accept4"], &["getppid", "7"]).run();
    assert_eq!((run.operations, run.per_operation), (Some(0), None));
}

#[test]
fn operations_can_be_stated() {
    needs_bpf!();
    let run = run_subject(&["--operations", "101"], &["getppid", "10007"]).run();
    assert_eq!(run.operations, Some(101));
    let per_operation = run.per_operation.unwrap();
    let (minor, major) = run.kernel.page_faults.minor.zip(run.kernel.page_faults.major).unwrap();
    assert_eq!(per_operation.syscalls, run.kernel.syscalls.count as f64 / 101.0);
    assert_eq!(per_operation.kernel_switches, run.kernel.switches.total() as f64 / 101.0);
    assert_eq!(per_operation.page_faults, Some((minor + major) as f64 / 101.0));
    assert_eq!(per_operation.elapsed_ns, run.elapsed_ns.traced as f64 / 101.0);
}

/// `test -e` fails so many times on a file that there is not.
fn look_in_vain(count: u32) -> Run {
    let script = format!("i=0; while [ $i -lt {count} ]; do [ -e /nonexistent/file ]; i=$((i+1)); done");
    run(&[], &["sh", "-c", &script]).run()
}

#[test]
fn calls_that_fail_are_counted_with_their_error() {
    needs_bpf!();
    let [none, some] = [0, 1009].map(look_in_vain);
    let errors = |run: &Run| run.kernel.syscalls.error_count.unwrap();
    assert_eq!(errors(&some) - errors(&none), 1009);
    let calls = some.kernel.syscalls.by_name.values().filter(|calls| calls.error_count >= Some(1009));
    let [calls] = calls.collect::<Vec<_>>()[..] else { panic!("{:?}", some.kernel.syscalls) };
    assert_eq!(calls.most_frequent_error.as_deref(), Some("ENOENT"));
    let by_name: u64 = some.kernel.syscalls.by_name.values().filter_map(|calls| calls.error_count).sum();
    assert_eq!(by_name, errors(&some));
}

#[test]
fn calls_that_a_signal_cuts_short_are_retries() {
    needs_bpf!();
    let run = run_subject(&[], &["suspend", "1009"]).run();
    let suspended = &run.kernel.syscalls.by_name["rt_sigsuspend"];
    assert_eq!((suspended.count, suspended.retry_count, suspended.error_count), (1009, Some(1009), Some(0)));
    assert_eq!(run.kernel.syscalls.retry_count, Some(1009));
}

//! The same claim in every language: threads switch through the kernel, single-threaded coroutines do not.

use taskweight_core::catalog::models;
use taskweight_core::report::Run;

use crate::gate::say_left_out;
use crate::invocation::{compare, programs};
use crate::lossless::assert_switches_witnessed;
use crate::machine::cpu;

const OPERATIONS: u64 = 100_003;

/// A ring of two tasks on one CPU, of each model whose runtime is here; the others are named.
fn rings(names: &[&str]) -> Vec<Run> {
    let is_here = |name: &&&str| {
        let missing = models(&[(**name).to_owned()]).unwrap()[0].command(&programs()).err();
        missing.inspect(|reason| say_left_out(&format!("{name}: {reason}"))).is_none()
    };
    let here: Vec<&str> = names.iter().filter(is_here).copied().collect();
    let (cpu, operations, list) = (cpu().to_string(), OPERATIONS.to_string(), here.join(","));
    let options = ["--models", &list, "--scenarios", "switch", "--tasks", "2", "--operations", &operations];
    let outcome = compare(&[&options[..], &["--pin", &cpu, "--repetitions", "1"]].concat());
    let report = outcome.report();
    assert_eq!((outcome.code, report.runs.len()), (0, here.len()), "{}", outcome.stderr);
    for run in &report.runs {
        assert_eq!(run.operations, Some(OPERATIONS), "{}", run.case.model);
        assert_switches_witnessed(run);
    }
    report.runs
}

fn switches_per_operation(run: &Run) -> f64 {
    run.per_operation.unwrap().kernel_switches
}

#[test]
fn threads_of_every_language_switch_through_the_kernel() {
    needs_bpf!();
    for run in rings(&["os-thread", "pthread", "java-platform", "python-thread"]) {
        assert!(switches_per_operation(&run) >= 0.99, "{}: {:?}", run.case.model, run.per_operation);
    }
}

#[test]
fn coroutines_of_every_language_switch_without_the_kernel() {
    needs_bpf!();
    let stackless = ["tokio", "smol", "future", "cpp20", "python-asyncio", "node-async"];
    let stackful = ["corosensei", "may", "ucontext", "go-1", "java-virtual-1", "python-greenlet"];
    for run in rings(&[stackless, stackful].concat()) {
        assert!(switches_per_operation(&run) < 0.01, "{}: {:?}", run.case.model, run.per_operation);
    }
}

#[test]
fn swapcontext_enters_the_kernel_once_per_swap() {
    needs_bpf!();
    for run in rings(&["ucontext"]) {
        let swaps = run.kernel.syscalls.by_name["rt_sigprocmask"].count;
        assert!((OPERATIONS..OPERATIONS + 10).contains(&swaps), "{swaps} calls for {OPERATIONS} hand-overs");
    }
}

//! The textbook's claim in one test: threads switch through the kernel, coroutines do not.

use std::collections::BTreeSet;

use crate::gate::size;
use crate::invocation::compare;
use crate::lossless::{assert_no_other_loss, assert_switches_witnessed};
use crate::machine::cpu;

#[test]
fn coroutines_hand_over_without_the_kernel() {
    needs_bpf!();
    let cpu = cpu().to_string();
    let options = ["--models", "tokio,future,corosensei", "--scenarios", "switch", "--tasks", "2"];
    let operations = size(1_000_003, 200_003);
    let word = operations.to_string();
    let options = [&options[..], &["--operations", &word, "--pin", &cpu, "--repetitions", "1"]].concat();
    let outcome = compare(&options);
    let report = outcome.report();
    assert_eq!((outcome.code, report.failures.len()), (0, 0), "{}", outcome.stderr);
    let models: BTreeSet<_> = report.runs.iter().map(|run| run.case.model.as_str()).collect();
    assert_eq!((models, report.runs.len()), (BTreeSet::from(["tokio", "future", "corosensei"]), 3));
    for run in &report.runs {
        assert_eq!((run.operations, run.logical_switches), (Some(operations), Some(operations)), "{}", run.case.model);
        // Interrupts and preemption come with time, and there is more of it on a busy machine.
        let own = run.kernel.syscalls.count + run.kernel.switches.voluntary + run.kernel.switches.yielded;
        assert!(own < operations / 1000, "{}: {:?}", run.case.model, run.kernel);
        assert!(run.elapsed_ns.twin.is_some(), "{}", run.case.model);
        assert_no_other_loss(run);
        assert_switches_witnessed(run);
    }
}

#[test]
fn repetitions_are_interleaved() {
    needs_bpf!();
    let options = ["--models", "future,corosensei", "--scenarios", "yield,control", "--tasks", "3"];
    let outcome = compare(&[&options[..], &["--operations", "101", "--repetitions", "2", "--pin", "none"]].concat());
    let runs = outcome.report().runs;
    let repetitions: Vec<_> = runs.iter().map(|run| run.repetition).collect();
    assert_eq!(repetitions, [0, 0, 0, 0, 1, 1, 1, 1]);
    let cases: Vec<_> =
        runs.iter().map(|run| (run.case.scenario.as_deref().unwrap(), run.case.model.as_str())).collect();
    assert_eq!(cases[..4], cases[4..]);
    let distinct = BTreeSet::from_iter(&cases[..4]);
    assert_eq!(distinct.len(), 4, "{cases:?}");
}

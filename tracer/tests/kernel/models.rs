//! The textbook's claim in one test: threads switch through the kernel, coroutines do not.

use crate::invocation::compare;
use crate::lossless::{assert_no_other_loss, assert_switches_witnessed};
use crate::machine::cpu;

#[test]
fn coroutines_hand_over_without_the_kernel() {
    needs_bpf!();
    let cpu = cpu().to_string();
    let options = ["--models", "tokio,future,corosensei", "--scenarios", "switch", "--tasks", "2"];
    let options = [&options[..], &["--operations", "1000003", "--pin", &cpu, "--repetitions", "1"]].concat();
    let outcome = compare(&options);
    let report = outcome.report();
    assert_eq!((outcome.code, report.failures.len()), (0, 0), "{}", outcome.stderr);
    let models: Vec<_> = report.runs.iter().map(|run| run.model.as_str()).collect();
    assert_eq!(models, ["tokio", "future", "corosensei"]);
    for run in &report.runs {
        assert_eq!((run.operations, run.logical_switches), (Some(1_000_003), Some(1_000_003)), "{}", run.model);
        let per_operation = run.per_operation.unwrap();
        assert!(per_operation.kernel_transitions.unwrap() < 0.001, "{}: {per_operation:?}", run.model);
        assert!(per_operation.kernel_switches < 0.001, "{}: {per_operation:?}", run.model);
        assert!(run.elapsed_ns.twin.is_some(), "{}", run.model);
        assert_no_other_loss(run);
        assert_switches_witnessed(run);
    }
}

#[test]
fn repetitions_are_interleaved() {
    needs_bpf!();
    let options = ["--models", "future,corosensei", "--scenarios", "yield,control", "--tasks", "3"];
    let outcome = compare(&[&options[..], &["--operations", "101", "--repetitions", "2", "--pin", "none"]].concat());
    let order: Vec<_> =
        outcome.report().runs.into_iter().map(|run| (run.repetition, run.scenario.unwrap(), run.model)).collect();
    let cases =
        ["yield", "control"].into_iter().flat_map(|scenario| ["future", "corosensei"].map(|model| (scenario, model)));
    let cases: Vec<_> = cases.collect();
    let expected = (0..2).flat_map(|repetition| {
        cases.iter().map(move |(scenario, model)| (repetition, (*scenario).to_owned(), (*model).to_owned()))
    });
    assert_eq!(order, expected.collect::<Vec<_>>());
}

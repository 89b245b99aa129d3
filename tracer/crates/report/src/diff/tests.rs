//! Comparisons of made-up reports.

use super::*;
use taskweight_core::case::Case;
use taskweight_core::report::{Elapsed, Kernel, LedgerRow, PerOperation, PerTask, Run, Switches};

/// A report of one case, with a repetition for each number of switches by 10 operations.
fn report(model: &str, switches: &[u64]) -> Report {
    let runs = switches.iter().enumerate().map(|(repetition, count)| Run {
        case: Case {
            model: model.to_owned(),
            scenario: Some(String::from("switch")),
            tasks: Some(2),
            ..Case::default()
        },
        repetition: repetition as u32,
        operations: Some(10),
        elapsed_ns: Elapsed { twin: Some(1000), traced: 2000 },
        kernel: Kernel { switches: Switches { voluntary: *count, ..Switches::default() }, ..Kernel::default() },
        per_operation: Some(PerOperation { kernel_switches: *count as f64 / 10.0, ..PerOperation::default() }),
        ..Run::default()
    });
    empty(runs.collect(), Vec::new())
}

fn empty(runs: Vec<Run>, ledger: Vec<LedgerRow>) -> Report {
    Report { runs, ledger, ..serde_json::from_str(include_str!("../../tests/fixtures/command.json")).unwrap() }
}

fn compared(a: &[u64], b: &[u64]) -> Diff {
    diff(&report("go", a), &report("go", b), None, 5)
}

fn switches(diff: &Diff) -> &Row {
    diff.groups[0].rows.iter().find(|row| row.path == "per_operation.kernel_switches").unwrap()
}

fn met(diff: &Diff, expression: &str) -> usize {
    diff.check(&[expression.parse().unwrap()]).unwrap().len()
}

#[test]
fn what_is_seen_depends_on_the_interval() {
    for (a, b, expected) in [
        (&[10, 10, 10][..], &[10, 10, 10][..], Seen::Equal),
        (&[10, 11, 12], &[20, 21, 22], Seen::More),
        (&[20, 21, 22], &[10, 11, 12], Seen::Less),
        (&[10, 15, 20], &[11, 16, 19], Seen::NoDifference),
        (&[10], &[11], Seen::NotRepeated),
        (&[10], &[10], Seen::Equal),
        (&[0, 0, 0], &[3, 4, 5], Seen::More),
        (&[0, 0, 0], &[0, 4, 5], Seen::NoDifference),
    ] {
        assert_eq!(switches(&compared(a, b)).seen, expected, "{a:?} {b:?}");
    }
}

#[test]
fn medians_stand_beside_their_ratio() {
    let diff = compared(&[10, 10, 10], &[15, 15, 15]);
    let row = switches(&diff);
    assert_eq!((row.a, row.b), (Some(1.0), Some(1.5)));
    assert_eq!(row.ratio, Some(Ratio { median: 1.5, low: Some(1.5), high: Some(1.5) }));
}

#[test]
fn what_is_nothing_on_both_sides_is_left_out_and_what_one_lacks_is_not() {
    let mut b = report("go", &[10]);
    b.runs[0].kernel.page_faults.minor = Some(5);
    let diff = diff(&report("go", &[10]), &b, None, 5);
    let paths: Vec<_> = diff.groups[0].rows.iter().map(|row| row.path.as_str()).collect();
    assert!(!paths.contains(&"per_operation.syscalls"), "{paths:?}");
    let faults = diff.groups[0].rows.iter().find(|row| row.path == "kernel.page_faults.minor/operations").unwrap();
    assert_eq!((faults.a, faults.b, faults.seen), (None, Some(0.5), Seen::NotMeasured));
}

#[test]
fn other_models_are_alone_until_they_are_named() {
    let [go, tokio] = [report("go", &[10]), report("tokio", &[20])];
    let apart = diff(&go, &tokio, None, 5);
    assert!(apart.groups.is_empty());
    assert_eq!(apart.only_in_a, ["go, switch: 2 tasks, unpinned"]);
    let together = diff(&go, &tokio, Some(&["go".to_owned(), "tokio".to_owned()]), 5);
    assert_eq!(together.groups.len(), 1);
    assert!(together.groups[0].title.contains(" | tokio"), "{}", together.groups[0].title);
}

#[test]
fn conditions_are_met_by_ratios_and_by_figures() {
    let diff = compared(&[10, 10, 10], &[12, 12, 12]);
    assert_eq!(met(&diff, "per_operation.kernel_switches>1.05x"), 1);
    assert_eq!(met(&diff, "per_operation.kernel_switches>1.25x"), 0);
    assert_eq!(met(&diff, "per_operation.kernel_switches>1.1"), 1);
    assert_eq!(met(&diff, "kernel.switches.voluntary/operations>=1.2"), 1);
    assert_eq!(met(&diff, "elapsed_ns.twin>1x"), 0);
}

#[test]
fn noise_meets_no_condition() {
    let diff = compared(&[10, 15, 20], &[11, 18, 24]);
    assert_eq!(met(&diff, "per_operation.kernel_switches>1.05x"), 0);
}

#[test]
fn some_over_none_meets_every_lower_limit() {
    assert_eq!(met(&compared(&[0], &[1]), "per_operation.kernel_switches>1000x"), 1);
    assert_eq!(met(&compared(&[0], &[0]), "per_operation.kernel_switches>1x"), 0);
    assert_eq!(met(&compared(&[0], &[1]), "per_operation.kernel_switches<1x"), 0);
}

#[test]
fn a_condition_that_cannot_be_judged_is_an_error_with_what_there_is() {
    let diff = compared(&[10], &[10]);
    let error = diff.check(&["per_op.kernel_switches>1.05x".parse().unwrap()]).unwrap_err();
    assert!(error.contains("did you mean per_operation.kernel_switches?"), "{error}");
    let absent = diff.check(&["per_operation.page_faults>1x".parse().unwrap()]).unwrap_err();
    assert!(absent.contains("was not measured on both sides"), "{absent}");
}

#[test]
fn weights_are_compared_with_what_their_own_intervals_allow() {
    let row = |slope: f64| {
        let column = PerTask { slope, low: slope - 1.0, high: slope + 1.0, r2: 1.0, is_line: true };
        LedgerRow { per_task: [("total_bytes".to_owned(), column)].into(), ..LedgerRow::default() }
    };
    let compare = |a, b| diff(&empty(Vec::new(), vec![row(a)]), &empty(Vec::new(), vec![row(b)]), None, 5);
    let more = &compare(10.0, 20.0).groups[0].rows[0];
    assert_eq!(more.seen, Seen::More);
    assert_eq!(more.ratio, Some(Ratio { median: 2.0, low: Some(19.0 / 11.0), high: Some(21.0 / 9.0) }));
    assert_eq!(compare(10.0, 11.0).groups[0].rows[0].seen, Seen::NoDifference);
}

#[test]
fn settings_that_differ_are_named() {
    let [mut a, mut b] = [report("go", &[10]), report("go", &[10])];
    assert_eq!(diff(&a, &b, None, 5).environment, []);
    a.environment.governor = Some("performance".to_owned());
    b.environment.governor = Some("powersave".to_owned());
    a.environment.mitigations.insert("spectre_v2".to_owned(), "Vulnerable".to_owned());
    b.environment.mitigations.insert("spectre_v2".to_owned(), "Mitigation: IBRS".to_owned());
    a.environment.runtimes.insert("only here".to_owned(), "1".to_owned());
    b.runs[0].case.pinned = None;
    let differing = diff(&a, &b, None, 5);
    let what: Vec<_> = differing.environment.iter().map(|difference| difference.what.as_str()).collect();
    assert_eq!(what, ["governor", "mitigation spectre_v2"]);
}

#[test]
fn another_cpu_is_said() {
    let [mut a, mut b] = [report("go", &[10]), report("go", &[10])];
    a.runs[0].case.pinned = Some(1);
    b.runs[0].case.pinned = Some(3);
    assert_eq!(diff(&a, &b, None, 5).groups[0].differently_bound, Some([Some(1), Some(3)]));
}

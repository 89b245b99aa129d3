//! A command that is run several times.

use crate::invocation::run;

#[test]
fn every_repetition_is_a_run_of_its_own() {
    needs_bpf!();
    let outcome = run(&["--repetitions", "3"], &["sh", "-c", "exit 0"]);
    let report = outcome.report();
    assert_eq!((outcome.code, report.runs.len()), (0, 3), "{}", outcome.stderr);
    assert_eq!(report.runs.iter().map(|run| run.repetition).collect::<Vec<_>>(), [0, 1, 2]);
    let exits: Vec<_> = report.runs.iter().map(|run| run.kernel.switches.exit).collect();
    assert_eq!(exits, [1, 1, 1], "{}", outcome.stderr);
    assert!(report.runs.iter().flat_map(|run| run.witness.values()).all(|witness| witness.agrees()));
    assert!(outcome.stderr.contains("3 repetitions"), "{}", outcome.stderr);
}

#[test]
fn the_first_failure_of_the_command_is_the_exit_status() {
    needs_bpf!();
    let folder = tempfile::tempdir().unwrap();
    let mark = folder.path().join("mark");
    let second = format!("test -e '{0}' && exit 3; touch '{0}'", mark.display());
    let outcome = run(&["--repetitions", "3"], &["sh", "-c", &second]);
    let statuses: Vec<_> = outcome.report().runs.iter().map(|run| run.exit_status).collect();
    assert_eq!((outcome.code, statuses), (3, vec![Some(0), Some(3), Some(3)]), "{}", outcome.stderr);
}

#[test]
fn what_was_measured_before_the_command_went_away_is_kept() {
    needs_bpf!();
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("once");
    std::fs::write(&script, format!("#!/bin/sh\nrm '{}'\n", script.display())).unwrap();
    std::fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let outcome = run(&["--as-root", "--repetitions", "2"], &[script.to_str().unwrap()]);
    let report = outcome.report();
    assert_eq!((outcome.code, report.runs.len(), report.failures.len()), (125, 1, 1), "{}", outcome.stderr);
    assert!(report.failures[0].reason.contains("No such file"), "{:?}", report.failures);
}

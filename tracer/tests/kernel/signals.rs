//! Ctrl-C: what was measured until then is still reported.

use nix::sys::signal::Signal;

use crate::invocation::{Invocation, run};
use crate::machine::wait_for;

#[test]
fn an_interrupted_command_is_reported() {
    needs_bpf!();
    for (signal, status) in [(Signal::SIGINT, 130), (Signal::SIGTERM, 143)] {
        let taskweight = Invocation::run(&[], &["sh", "-c", "echo started; exec sleep 60"]).start();
        assert_eq!(taskweight.line(), "started");
        taskweight.send(signal);
        let outcome = taskweight.finish();
        assert_eq!(outcome.code, status, "{}", outcome.stderr);
        let report = outcome.report();
        assert!(report.interrupted);
        assert_eq!((report.runs.len(), report.runs[0].exit_status), (1, Some(status)));
        assert!(report.runs[0].kernel.syscalls.by_name["write"].count >= 1);
        assert!(outcome.stderr.contains("voluntary"), "the tables are there:\n{}", outcome.stderr);
    }
}

#[test]
fn a_time_limit_ends_a_command() {
    needs_bpf!();
    let outcome = run(&["--timeout", "0.2"], &["sleep", "60"]);
    let report = outcome.report();
    assert_eq!((outcome.code, report.interrupted), (143, true), "{}", outcome.stderr);
    assert_eq!(report.runs[0].exit_status, Some(143));
}

#[test]
fn an_interrupted_comparison_keeps_what_is_complete() {
    needs_bpf!();
    let folder = tempfile::tempdir().unwrap();
    let marker = folder.path().join("second-has-begun");
    let endless = format!("endless=sh -c 'touch \"{}\"; exec sleep 60'", marker.display());
    let options = ["--models", "tokio", "--model", &endless, "--scenarios", "yield", "--tasks", "2", "--pin", "none"];
    let taskweight = Invocation::new("compare", &[&options[..], &["--operations", "101"]].concat()).start();
    wait_for("the second model", || marker.exists());
    taskweight.send(Signal::SIGINT);
    let outcome = taskweight.finish();
    let report = outcome.report();
    assert_eq!((outcome.code, report.interrupted), (130, true), "{}", outcome.stderr);
    let models: Vec<_> = report.runs.iter().map(|run| run.case.model.as_str()).collect();
    assert_eq!((models, report.failures.len()), (vec!["tokio"], 0));
    assert!(outcome.stdout.contains("tokio"), "{}", outcome.stdout);
}

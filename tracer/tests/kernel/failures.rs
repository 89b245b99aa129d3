//! Workloads that fail: each is named with its reason, and the others are measured all the same.

use crate::gate::size;
use crate::invocation::{Outcome, compare, programs};
use crate::window::scripts;

/// Seconds until it is told that a workload does not answer, in which one that does has answered.
fn timeout() -> &'static str {
    size("5", "10")
}

fn compare_all(folder: &std::path::Path, more: &[&str]) -> Outcome {
    let options = ["--programs", folder.to_str().unwrap(), "--scenarios", "switch", "--tasks", "2", "--pin", "none"];
    compare(&[&options[..], &["--operations", "1009", "--repetitions", "1", "--timeout", timeout()], more].concat())
}

#[test]
fn each_failure_is_named_and_the_others_are_measured() {
    needs_bpf!();
    let real = format!("exec '{}/taskweight-corosensei' \"$@\"", programs().display());
    let folder = scripts([
        ("os-thread", "echo nonsense; exec sleep 60"),
        ("tokio", "exit 3"),
        ("tokio-mt", "exec sleep 60"),
        ("future", "kill -SEGV $$"),
        ("corosensei", &real),
    ]);
    let outcome = compare_all(folder.path(), &[]);
    let report = outcome.report();
    assert_eq!(outcome.code, 1, "{}", outcome.stderr);
    assert_eq!((report.runs.len(), report.runs[0].case.model.as_str()), (1, "corosensei"));
    assert_eq!(report.runs[0].operations, Some(1009));
    let reasons = [
        ("os-thread", "printed a line to stdout that is not a JSON object, `nonsense`"),
        ("tokio", "exited with status 3 before it was ready"),
        ("tokio-mt", &format!("did not print `ready` within {} s: raise --timeout", timeout())),
        ("future", "was killed by SIGSEGV before it was ready"),
    ];
    assert_eq!(report.failures.len(), reasons.len());
    for (model, reason) in reasons {
        let failure = report.failures.iter().find(|failure| failure.case.model == model).unwrap();
        assert!(failure.reason.contains(reason), "{model}: {}", failure.reason);
        assert_eq!((failure.case.tasks, failure.case.pinned, failure.repetition), (Some(2), None, 0));
        assert!(outcome.stderr.contains(&format!("taskweight: {model} switch, 2 tasks")), "{}", outcome.stderr);
        assert!(outcome.stdout.contains(model), "{}", outcome.stdout);
    }
    assert!(!report.interrupted);
}

#[test]
fn failures_in_the_middle_of_the_window_are_named_too() {
    needs_bpf!();
    let ready = r#"echo '{"event":"ready","tasks":2}'; read word; "#;
    let done = r#"echo '{"event":"done","operations":1008,"logical_switches":0,"elapsed_ns":7}'; read word; "#;
    let all_done = &done.replace("1008", "1009");
    let folder = scripts([
        ("os-thread", &format!("{ready} exit 0")),
        ("tokio", &format!("{ready} exec sleep 60")),
        ("tokio-mt", &format!("{ready} {done}")),
        ("future", &format!("{ready} {all_done} exit 4")),
        ("corosensei", &ready.replace(":2", ":1")),
    ]);
    let outcome = compare_all(folder.path(), &[]);
    let report = outcome.report();
    assert_eq!((outcome.code, report.runs.len()), (1, 0), "{}", outcome.stderr);
    let reasons = [
        ("os-thread", "exited with status 0 before it finished"),
        ("tokio", &format!("did not print `done` within {} s", timeout())),
        ("tokio-mt", "performed 1008 operations instead of 1009"),
        ("future", "ended with exit status: 4 after `exit`"),
        ("corosensei", "is ready with 1 tasks instead of 2"),
    ];
    assert_eq!(report.failures.len(), reasons.len());
    for (model, reason) in reasons {
        let failure = report.failures.iter().find(|failure| failure.case.model == model).unwrap();
        assert!(failure.reason.contains(reason), "{failure:?}");
    }
}

#[test]
fn missing_model_is_left_out() {
    needs_bpf!();
    let folder = scripts([("future", &format!("exec '{}/taskweight-future' \"$@\"", programs().display()))]);
    let outcome = compare_all(folder.path(), &["--models", "os-thread,future"]);
    assert_eq!(outcome.run().case.model, "future");
    assert!(outcome.stderr.contains("skipped: os-thread: "), "{}", outcome.stderr);
}

//! Many taskweights at once, and one inside another: each sees its own, and all of it.

use crate::invocation::{Invocation, programs, run, subject};
use crate::lossless::assert_switches_witnessed;
use crate::syscall::check_getppid;
use taskweight_report::json;

#[test]
fn ten_at_once_see_each_their_own() {
    needs_bpf!();
    let subject = subject();
    let counts: Vec<u64> = (0..10).map(|number| 5003 + 1000 * number).collect();
    let start = |count: &u64| Invocation::run(&[], &[&subject, "wait", &count.to_string()]).start();
    let mut all: Vec<_> = counts.iter().map(start).collect();
    for taskweight in &all {
        assert_eq!(taskweight.line(), "started");
    }
    all.iter_mut().for_each(|taskweight| taskweight.say("go"));
    for (taskweight, count) in all.into_iter().zip(counts) {
        let run = taskweight.finish().run();
        check_getppid(&run, count);
        assert_eq!(run.threads.len(), 1);
        assert_switches_witnessed(&run);
    }
}

#[test]
fn a_taskweight_that_is_measured_itself_measures_the_same() {
    needs_bpf!();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("inner.json");
    let (taskweight, file_name) = (programs().join("taskweight"), file.to_str().unwrap());
    let inner = [taskweight.to_str().unwrap(), "run", "--json", file_name, "--", &subject(), "fork", "20", "5"];
    let outer = run(&[], &inner).run();
    let inner = json::read(&file).unwrap().runs.remove(0);
    assert_eq!((inner.threads.len(), inner.exit_status), (1 + 20 + 100, Some(0)));
    assert_switches_witnessed(&inner);
    // The outer one has the inner taskweight besides, with a thread that looks at memory.
    let of_subject = outer.threads.iter().filter(|thread| thread.name == "subject");
    assert_eq!(of_subject.count(), inner.threads.len());
    assert!(outer.threads.iter().any(|thread| thread.name == "taskweight"));
    assert_switches_witnessed(&outer);
    for run in [&inner, &outer] {
        crate::lossless::assert_no_other_loss(run);
    }
}

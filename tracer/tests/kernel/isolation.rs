//! Several at once, and others beside them.

use crate::invocation::{Invocation, subject};
use crate::syscall::check_getppid;

#[test]
fn two_at_once_see_each_their_own() {
    needs_bpf!();
    let subject = subject();
    let start = |count: &str| {
        let taskweight = Invocation::run(&[], &[&subject, "wait", count]).start();
        assert_eq!(taskweight.line(), "started");
        taskweight
    };
    let (mut first, mut second) = (start("10007"), start("5003"));
    first.say("go");
    second.say("go");
    let (first, second) = (first.finish().run(), second.finish().run());
    check_getppid(&first, 10_007);
    check_getppid(&second, 5_003);
    assert_ne!(first.threads[0].pid, second.threads[0].pid);
    assert_eq!((first.threads.len(), second.threads.len()), (1, 1));
}

#[test]
fn what_others_do_is_not_counted() {
    needs_bpf!();
    let subject = subject();
    let mut taskweight = Invocation::run(&[], &[&subject, "wait", "101"]).start();
    assert_eq!(taskweight.line(), "started");
    let other = std::process::Command::new(&subject).args(["getppid", "10007"]).status().unwrap();
    assert!(other.success());
    taskweight.say("go");
    let run = taskweight.finish().run();
    check_getppid(&run, 101);
    assert_eq!((run.threads.len(), run.kernel.threads_created), (1, 0));
}

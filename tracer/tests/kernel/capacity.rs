//! A thread table that is too small: what is known stays right, and what is not is a loss.

use crate::invocation::{run, run_subject};
use taskweight_core::report::Run;

fn check(run: &Run) {
    // Ten threads one after the other: the first two have rows beside the main thread, and eight have none.
    assert_eq!(run.loss["thread_table_full"], 8);
    assert_eq!((run.threads.len(), run.threads_omitted, run.kernel.threads_created), (3, 0, 2));
    assert_eq!(run.kernel.syscalls.by_name["getppid"].count, 2 * 101);
    for name in ["voluntary_by_thread", "involuntary_by_thread"] {
        let witness = &run.witness[name];
        assert_eq!((witness.threads_compared, witness.threads_disagreeing), (Some(3), Some(0)), "{name}");
    }
    let others = run
        .loss
        .iter()
        .filter(|(cause, _)| !["thread_table_full", "switch_in_unseen", "wakeup_unseen"].contains(&cause.as_str()));
    assert!(others.map(|(_, count)| count).all(|count| *count == 0), "{:?}", run.loss);
}

#[test]
fn threads_without_a_row_are_a_loss_and_the_others_are_counted() {
    needs_bpf!();
    let outcome = run_subject(&["--max-threads", "3"], &["threads", "10", "101"]);
    check(&outcome.run());
    assert!(outcome.stderr.contains("--max-threads"), "the way out is named:\n{}", outcome.stderr);
}

#[test]
fn strictly_a_loss_is_an_error() {
    needs_bpf!();
    let outcome = run_subject(&["--max-threads", "3", "--strict"], &["threads", "10", "101"]);
    assert_eq!(outcome.code, 1, "{}", outcome.stderr);
    check(&outcome.report().runs[0]);
    let outcome = run(&["--max-threads", "1", "--strict"], &["sh", "-c", "(exit 3); exit 7"]);
    assert_eq!(outcome.code, 7, "the command's own failure comes first");
    assert_eq!(outcome.report().runs[0].loss["thread_table_full"], 1);
}

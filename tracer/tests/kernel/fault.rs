//! Page faults: a known number of new pages.

use crate::invocation::run_subject;
use crate::lossless::{assert_no_other_loss, assert_witnessed};

#[test]
fn every_new_page_is_a_minor_fault_from_user_mode() {
    needs_bpf!();
    let run = run_subject(&[], &["touch", "10007"]).run();
    let without = run_subject(&[], &["touch", "1"]).run();
    let minor = run.kernel.page_faults.minor.unwrap();
    assert!(minor >= 10_007, "{minor}");
    assert!(run.kernel.page_faults.from_user_mode.unwrap() >= 10_007);
    // What the rest of the program needs depends on the page cache a little, not by a hundred pages.
    assert!(minor - 10_006 < without.kernel.page_faults.minor.unwrap() + 100, "{minor} {:?}", without.kernel);
    let witness = &run.witness["minor_faults"];
    assert_eq!((witness.ours, witness.theirs), (minor, minor));
    assert_eq!(run.threads.iter().map(|thread| thread.minor_faults).sum::<u64>(), minor);
    assert_no_other_loss(&run);
    assert_witnessed(&run);
}

#[test]
fn faults_are_those_of_the_whole_tree() {
    needs_bpf!();
    let run = run_subject(&[], &["fork", "5", "5"]).run();
    assert_no_other_loss(&run);
    assert_witnessed(&run);
    let witness = &run.witness["minor_faults"];
    assert_eq!(witness.ours, witness.theirs);
}

#[test]
fn a_stack_grows_by_as_many_faults_as_it_has_new_pages() {
    needs_bpf!();
    let stack_faults = |pages: &str| {
        let run = run_subject(&[], &["descend", "7", pages]).run();
        assert_no_other_loss(&run);
        let stack = run.kernel.page_faults.stack.unwrap();
        assert!(stack <= run.kernel.page_faults.from_user_mode.unwrap());
        assert_eq!(run.threads.iter().map(|thread| thread.stack_faults).sum::<u64>(), stack);
        let own = run.threads.iter().filter(|thread| thread.tid != thread.pid);
        own.map(|thread| thread.stack_faults).collect::<Vec<_>>()
    };
    let (shallow, deep) = (stack_faults("3"), stack_faults("53"));
    assert_eq!((shallow.len(), deep.len()), (7, 7));
    for (shallow, deep) in shallow.into_iter().zip(deep) {
        // Frames are a little more than a page, so that fifty more of them touch fifty or fifty-one more.
        assert!((50..=52).contains(&(deep - shallow)), "{shallow} {deep}");
    }
}

#[test]
fn new_pages_elsewhere_are_not_of_the_stack() {
    needs_bpf!();
    let run = run_subject(&[], &["touch", "10007"]).run();
    let stack = run.kernel.page_faults.stack.unwrap();
    assert!((1..100).contains(&stack), "{stack} of {:?}", run.kernel.page_faults);
}

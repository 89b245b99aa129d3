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

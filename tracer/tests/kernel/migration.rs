//! Moves from one CPU to another.

use crate::gate::say_left_out;
use crate::invocation::run_subject;
use crate::lossless::{assert_no_other_loss, assert_switches_witnessed};
use crate::machine::cpu;

#[test]
fn moves_are_those_that_the_kernel_counts() {
    needs_bpf!();
    if taskweight_run::affinity::allowed().unwrap().len() < 2 {
        skip!("there is only one CPU");
    }
    let outcome = run_subject(&[], &["hop", "101"]);
    let run = outcome.run();
    let (tid, moves) = outcome.stdout.trim().split_once(' ').unwrap();
    let hopper = run.threads.iter().find(|thread| thread.tid.to_string() == tid).unwrap();
    assert!(hopper.migrations >= 101, "{hopper:?}");
    if moves == "unknown" {
        say_left_out("the comparison: /proc/PID/sched has no count of migrations (CONFIG_SCHED_DEBUG)");
    } else {
        assert_eq!(hopper.migrations.to_string(), moves);
    }
    assert_no_other_loss(&run);
    assert_switches_witnessed(&run);
}

#[test]
fn who_is_bound_to_one_cpu_stays_there() {
    needs_bpf!();
    let run = run_subject(&["--pin", &cpu().to_string()], &["fork", "7", "3"]).run();
    assert_eq!((run.kernel.migrations, run.kernel.threads_created), (0, 28));
    assert_eq!(run.case.pinned, Some(cpu()));
}

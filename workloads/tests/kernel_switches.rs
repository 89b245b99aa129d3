//! How often the kernel switches threads for one operation: the programs measure the model, not themselves.
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

mod common;

use common::{PROGRAMS, Program, name, status_sum};
use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::unistd::Pid;

/// Restricts the calling thread, and the programs it starts, to one of its CPUs.
fn pin() {
    let this = Pid::from_raw(0);
    let allowed = sched_getaffinity(this).unwrap();
    let cpu = (0..CpuSet::count()).find(|cpu| allowed.is_set(*cpu).unwrap()).unwrap();
    let mut one = CpuSet::new();
    one.set(cpu).unwrap();
    sched_setaffinity(this, &one).unwrap();
}

/// Voluntary and involuntary switches of all threads from `ready` to `done`.
fn switches(path: &str, scenario: &str, tasks: u32, operations: u64) -> (u64, u64) {
    let fields = ["voluntary_ctxt_switches", "nonvoluntary_ctxt_switches"];
    let mut program = Program::start(path, &format!("{scenario} --tasks {tasks} --operations {operations}"));
    program.line();
    let before = fields.map(|field| status_sum(&program, field));
    program.say("go");
    assert!(program.line().contains("done"), "{} {scenario}", name(path));
    let after = fields.map(|field| status_sum(&program, field));
    program.say("exit");
    assert!(program.end().0.success());
    (after[0] - before[0], after[1] - before[1])
}

#[test]
fn threads_switch_through_the_kernel() {
    pin();
    for scenario in ["switch", "switch-io"] {
        for tasks in [2, 100] {
            let (voluntary, involuntary) = switches(PROGRAMS[0].0, scenario, tasks, 10_007);
            let switches = voluntary + involuntary;
            assert!(switches * 100 >= 10_007 * 99, "{scenario} {tasks}: {voluntary} + {involuntary} switches");
        }
    }
}

#[test]
fn coroutines_do_not() {
    pin();
    for (path, _) in &PROGRAMS[1..] {
        for scenario in ["switch", "yield", "control"] {
            for tasks in [2, 100] {
                let (voluntary, _) = switches(path, scenario, tasks, 100_003);
                assert!(voluntary < 100, "{} {scenario} {tasks}: {voluntary} voluntary switches", name(path));
            }
        }
    }
}

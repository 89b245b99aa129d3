//! Interrupts, and threads that are not traced.

use super::*;

#[test]
fn a_third_thread_in_between_is_a_wait_for_the_cpu() {
    let mut machine = Machine::begun(A);
    machine.enter(0, 200, A);
    machine.waking(0, 300, A, B);
    machine.wakeup(0, 350, B);
    machine.entry(0, 400);
    machine.switch(0, 450, A, true, STRANGER);
    machine.switched(0, 480, STRANGER);
    machine.exit(0, 490, STRANGER);
    machine.entry(0, 5000);
    machine.switch(0, 5100, STRANGER, false, B);
    machine.switched(0, 5150, B);
    machine.exit(0, 5200, B);
    assert_eq!(machine.hand_overs[0][3..5], [(RunQueueWait, 4650), (Scheduling, 100)]);
    machine.check();
}

#[test]
fn interrupts_that_wake_somebody_while_the_program_runs_do_not_move_the_path() {
    let mut machine = Machine::begun(A);
    machine.waking(0, 150, A, B);
    machine.wakeup(0, 160, B);
    assert_eq!(machine.path.holder, A);
    hand_over_pinned(&mut machine, 100, A, B);
    // The events of the interrupt are subtracted from the time of the program.
    assert_eq!(machine.path.totals[User as usize].half_hook_counts, [2, 4]);
    machine.check();
}

#[test]
fn a_stranger_that_wakes_somebody_never_has_the_path() {
    let mut machine = Machine::begun(A);
    machine.enter(0, 200, A);
    machine.switch(0, 300, A, true, IDLE);
    machine.waking(1, 400, STRANGER, A);
    machine.wakeup(1, 450, A);
    for at in 500..510 {
        machine.enter(1, at, STRANGER);
    }
    assert_eq!(machine.path.holder, A);
    machine.check();
}

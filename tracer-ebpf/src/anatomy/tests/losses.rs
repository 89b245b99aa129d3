//! What cannot be followed is counted, and every nanosecond is somewhere all the same.

use super::*;

#[test]
fn a_missing_exit_is_a_loss_and_its_hand_over_is_not_counted() {
    let mut machine = Machine::begun(A);
    machine.enter(0, 200, A);
    machine.enter(0, 300, A);
    machine.waking(0, 350, A, B);
    machine.wakeup(0, 360, B);
    machine.entry(0, 370);
    machine.switch(0, 380, A, true, B);
    machine.switched(0, 390, B);
    machine.exit(0, 400, B);
    assert!(machine.hand_overs.is_empty());
    assert_eq!(machine.path.losses[PathLoss::EnterUnmatched as usize], 1);
    assert_eq!((machine.path.lost_ns, machine.path.partial_count), (100, 2));
    hand_over_pinned(&mut machine, 400, B, A);
    assert_eq!(machine.hand_overs, [PINNED]);
    machine.check();
}

#[test]
fn a_preempted_thread_that_enters_a_call_was_switched_to_unseen() {
    let mut machine = Machine::begun(A);
    machine.switch(0, 200, A, false, STRANGER);
    machine.enter(0, 500, A);
    assert_eq!(machine.path.losses[PathLoss::SwitchUnseen as usize], 1);
    assert_eq!(machine.path.losses[PathLoss::EnterUnmatched as usize], 0);
    assert_eq!((machine.path.lost_ns, machine.path.is_whole), (300, 0));
    machine.exit(0, 600, A);
    machine.check();
}

#[test]
fn a_missing_wake_up_is_a_loss() {
    let mut machine = Machine::begun(A);
    machine.enter(0, 200, A);
    machine.waking(0, 300, A, B);
    machine.entry(0, 400);
    machine.switch(0, 500, A, true, B);
    machine.switched(0, 600, B);
    machine.exit(0, 700, B);
    assert_eq!(machine.path.losses[PathLoss::SwitchUnseen as usize], 1);
    assert_eq!((machine.hand_overs.len(), machine.path.lost_ns), (0, 200));
    machine.check();
}

#[test]
fn without_the_tracepoints_of_the_scheduler_segments_merge_and_nothing_is_lost() {
    let mut machine = Machine::begun(A);
    machine.enter(0, 200, A);
    machine.waking(0, 300, A, B);
    machine.wakeup(0, 350, B);
    machine.switch(0, 700, A, true, B);
    machine.exit(0, 1000, B);
    let expected = [(User, 100), (WakerSyscall, 100), (WakeUp, 50), (WakerRest, 350), (WakeeSyscall, 300)];
    assert_eq!(machine.hand_overs, [expected]);
    assert_eq!((machine.path.lost_ns, machine.path.losses[PathLoss::ScheduleExitUnseen as usize]), (0, 1));
    machine.check();
}

#[test]
fn a_waker_that_goes_on_working_keeps_the_path() {
    let mut machine = Machine::begun(A);
    machine.enter(0, 200, A);
    machine.waking(0, 300, A, B);
    machine.wakeup(0, 350, B);
    machine.exit(0, 400, A);
    for at in [500, 600] {
        machine.enter(0, at, A);
        machine.exit(0, at + 50, A);
        assert_eq!(machine.path.holder, B, "it may yet give way");
    }
    machine.enter(0, 700, A);
    assert_eq!((machine.path.holder, machine.path.losses[PathLoss::WakerWentOn as usize]), (A, 1));
    machine.exit(0, 800, A);
    assert!(machine.hand_overs.is_empty());
    assert_eq!(machine.path.parts[WakerRest as usize].ns, 350);
    assert_eq!(machine.path.parts[OtherSyscalls as usize].ns, 100);
    machine.check();
}

#[test]
fn a_thread_that_is_not_where_it_was_seen_last_loses_the_path() {
    let mut machine = Machine::begun(A);
    // The switch away from A was not reported.
    machine.entry(0, 5000);
    machine.switch(0, 5100, STRANGER, true, B);
    machine.switched(0, 5200, B);
    assert_eq!(machine.path.losses[PathLoss::SwitchUnseen as usize], 1);
    assert_eq!((machine.path.holder, machine.path.lost_ns), (B, 5000));
    machine.exit(0, 5300, B);
    assert!(machine.hand_overs.is_empty());
    hand_over_pinned(&mut machine, 5300, B, A);
    assert_eq!(machine.hand_overs, [PINNED]);
    machine.check();
}

#[test]
fn the_end_of_a_thread_ends_its_path_and_the_next_wake_up_begins_another() {
    let mut machine = Machine::begun(A);
    machine.event(0, 200, Sched, |path, now| path.end(now, A));
    assert_eq!(machine.path.holder, 0);
    machine.waking(0, 300, STRANGER, B);
    assert_eq!(machine.path.holder, B);
    assert_eq!(machine.path.losses[PathLoss::Ended as usize], 1);
    machine.check();
}

#[test]
fn clocks_that_disagree_make_no_segment_negative() {
    let mut machine = Machine::begun(A);
    machine.enter(0, 200, A);
    machine.waking(0, 300, A, B);
    machine.wakeup(0, 350, B);
    machine.switch(1, 348, IDLE, false, B);
    machine.switched(1, 349, B);
    machine.exit(1, 400, B);
    assert_eq!(machine.hand_overs[0][3..], [(IdleExit, 0), (StateSwitch, 0), (WakeeSyscall, 50)]);
    machine.check();
}

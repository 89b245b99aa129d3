//! task switches that are seen whole.

use super::*;

#[test]
fn a_hand_over_on_one_cpu_has_seven_segments() {
    let mut machine = Machine::begun(A);
    hand_over_pinned(&mut machine, 100, A, B);
    hand_over_pinned(&mut machine, 1100, B, A);
    assert_eq!(machine.hand_overs, [PINNED, PINNED]);
    machine.check();
    let total = |segment: Segment| machine.path.totals[segment as usize];
    // What the waker still did is in its rest, and so are our programs at both of its calls.
    assert_eq!(total(WakerRest).probe_ns, 2 * 3 * PROBE_NS);
    assert_eq!(total(WakerRest).half_hook_counts, [2 * 4, 2 * 2]);
    assert_eq!(total(User).half_hook_counts, [2 * 2, 0]);
    assert_eq!(total(User).probe_ns, 2 * PROBE_NS);
    assert_eq!(total(WakerSyscall).half_hook_counts, [2, 2]);
    assert_eq!(machine.path.losses.iter().sum::<u64>(), 0);
}

#[test]
fn a_wake_up_on_another_cpu_waits_for_it_to_leave_its_idle_state() {
    let mut machine = Machine::begun(A);
    machine.enter(0, 200, A);
    machine.waking(0, 300, A, B);
    machine.wakeup(0, 350, B);
    machine.exit(0, 380, A);
    machine.entry(1, 900);
    machine.enter(0, 910, A);
    machine.switch(1, 1000, IDLE, false, B);
    machine.entry(0, 1010);
    machine.switched(1, 1100, B);
    machine.switch(0, 1150, A, true, IDLE);
    machine.exit(1, 1200, B);
    let expected = [
        (User, 100),
        (WakerSyscall, 100),
        (WakeUp, 50),
        (IdleExit, 550),
        (Scheduling, 100),
        (StateSwitch, 100),
        (WakeeSyscall, 100),
    ];
    assert_eq!(machine.hand_overs, [expected]);
    // From one CPU to another only the event at the end counts.
    let idle_exit = machine.path.totals[IdleExit as usize];
    assert_eq!((idle_exit.half_hook_counts, idle_exit.probe_ns), ([0, 1], 0));
    machine.check();
}

#[test]
fn a_waker_that_is_preempted_has_less_rest() {
    let mut machine = Machine::begun(A);
    machine.enter(0, 200, A);
    machine.waking(0, 300, A, B);
    machine.wakeup(0, 350, B);
    machine.entry(0, 360);
    machine.switch(0, 400, A, false, B);
    machine.switched(0, 500, B);
    machine.exit(0, 600, B);
    let rest = machine.hand_overs[0][3];
    assert_eq!(rest, (WakerRest, 10));
    // A comes back when B blocks; it is not on the path, and says so by doing nothing to it.
    machine.enter(0, 700, B);
    machine.waking(0, 750, B, A);
    machine.wakeup(0, 760, A);
    machine.entry(0, 780);
    machine.switch(0, 800, B, true, A);
    machine.switched(0, 850, A);
    machine.exit(0, 900, A);
    assert_eq!(machine.hand_overs.len(), 2);
    machine.check();
}

#[test]
fn who_is_preempted_on_the_path_goes_on_where_it_was() {
    let mut machine = Machine::begun(A);
    machine.entry(0, 140);
    machine.switch(0, 150, A, false, STRANGER);
    machine.switched(0, 160, STRANGER);
    machine.entry(0, 1150);
    machine.switch(0, 1200, STRANGER, false, A);
    machine.switched(0, 1250, A);
    hand_over_pinned(&mut machine, 1250, A, B);
    let expected = [
        (User, 40 + 100),
        (WakerSyscall, 200),
        (WakeUp, 50),
        (WakerRest, 150),
        (RunQueueWait, 1000),
        (Scheduling, 10 + 50 + 200),
        (StateSwitch, 50 + 100),
        (WakeeSyscall, 200),
    ];
    assert_eq!(machine.hand_overs, [expected]);
    machine.check();
}

#[test]
fn a_wake_up_while_its_thread_still_switches_out_begins_the_path_there() {
    let mut machine = Machine::begun(A);
    machine.enter(0, 200, A);
    machine.entry(1, 250);
    machine.waking(0, 300, A, B);
    machine.switch(1, 320, B, true, IDLE);
    machine.switched(1, 330, IDLE);
    machine.wakeup(1, 400, B);
    machine.entry(1, 420);
    machine.switch(1, 450, IDLE, false, B);
    machine.switched(1, 460, B);
    machine.exit(1, 500, B);
    assert_eq!(machine.hand_overs[0][2..5], [(WakeUp, 100), (IdleExit, 20), (Scheduling, 30)]);
    machine.check();
}

#[test]
fn who_is_woken_before_it_has_left_its_cpu_goes_on_without_a_switch() {
    let mut machine = Machine::begun(A);
    machine.enter(0, 200, A);
    machine.waking(0, 300, A, B);
    machine.wakeup(0, 350, B);
    machine.exit(1, 500, B);
    assert_eq!(machine.hand_overs, [[(User, 100), (WakerSyscall, 100), (WakeUp, 50), (WakeeSyscall, 150)]]);
    machine.check();
}

#[test]
fn a_scheduler_that_was_entered_before_the_wake_up_kept_nobody_waiting() {
    let mut machine = Machine::begun(A);
    machine.enter(0, 200, A);
    machine.waking(0, 300, A, B);
    machine.entry(1, 310);
    machine.wakeup(0, 350, B);
    machine.switch(1, 400, STRANGER, true, B);
    machine.switched(1, 420, B);
    machine.exit(1, 500, B);
    assert_eq!(machine.hand_overs[0][3..5], [(RunQueueWait, 0), (Scheduling, 50)]);
    machine.check();
}

#[test]
fn a_call_that_wakes_nobody_is_on_the_path() {
    let mut machine = Machine::begun(A);
    machine.enter(0, 130, A);
    machine.exit(0, 190, A);
    hand_over_pinned(&mut machine, 190, A, B);
    assert_eq!(machine.hand_overs[0][..2], [(User, 30 + 100), (OtherSyscalls, 60)]);
    machine.check();
}

#[test]
fn a_cpu_that_goes_on_with_a_preempted_task_hands_over_without_a_wake_up() {
    let mut machine = Machine::begun(A);
    // A wakes B and is preempted by it before it is back in user mode.
    machine.enter(0, 200, A);
    machine.waking(0, 300, A, B);
    machine.wakeup(0, 350, B);
    machine.exit(0, 360, A);
    machine.entry(0, 370);
    machine.switch(0, 400, A, false, B);
    machine.switched(0, 500, B);
    machine.exit(0, 600, B);
    // B finds nobody to wake, since A has not blocked, and blocks itself.
    machine.enter(0, 700, B);
    machine.exit(0, 750, B);
    machine.enter(0, 800, B);
    machine.entry(0, 850);
    machine.switch(0, 900, B, true, A);
    machine.switched(0, 950, A);
    machine.enter(0, 1000, A);
    let expected = [(User, 100 + 50), (OtherSyscalls, 50 + 50), (Scheduling, 50), (StateSwitch, 50)];
    assert_eq!(machine.hand_overs[1..], [expected]);
    assert_eq!(machine.path.parts[User as usize].ns, 50, "what A does next is of the next hand-over");
    machine.check();
}

#[test]
fn a_hand_over_that_needs_no_wake_up_is_seen_as_time_blocked() {
    let mut machine = Machine::begun(A);
    // B was still spinning: A's call found nobody to wake.
    machine.enter(0, 200, A);
    machine.exit(0, 250, A);
    machine.enter(0, 300, A);
    machine.entry(0, 350);
    machine.switch(0, 400, A, true, IDLE);
    // B, which is not on the path, hands back.
    machine.enter(1, 600, B);
    machine.waking(1, 700, B, A);
    machine.wakeup(1, 750, A);
    machine.entry(0, 900);
    machine.switch(0, 950, IDLE, false, A);
    machine.switched(0, 960, A);
    machine.exit(0, 1000, A);
    let parts: Vec<_> = machine.hand_overs[0].iter().map(|(segment, _)| *segment).collect();
    assert_eq!(parts, [User, OtherSyscalls, WakeUp, IdleExit, Scheduling, StateSwitch, WakeeSyscall, Blocked]);
    assert_eq!(machine.hand_overs[0][7], (Blocked, 300));
    assert_eq!(machine.hand_overs[0][4], (Scheduling, 50 + 50), "on the way off the CPU and on the way back");
    machine.check();
}

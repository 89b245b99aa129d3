//! Recorded sequences of events, played to the path without a kernel.

extern crate std;

use std::vec::Vec;

use super::{CpuRecord, HookFamily, Mark, Path, PathLoss, Segment};

/// Two tasks, and somebody who is not traced.
const A: u32 = 11;
const B: u32 = 12;
const STRANGER: u32 = 99;
const IDLE: u32 = 0;

/// Time that each of our programs takes, in nanoseconds.
const PROBE_NS: u64 = 2;

use HookFamily::{Sched, Syscall};
use Segment::{
    Blocked, IdleExit, OtherSyscalls, RunQueueWait, Scheduling, StateSwitch, User, WakeUp, WakeeSyscall, WakerRest,
    WakerSyscall,
};

/// A machine of two CPUs that passes its events on as the programs do.
#[derive(Default)]
struct Machine {
    path: Path,
    cpus: [CpuRecord; 2],
    hand_overs: Vec<Vec<(Segment, u64)>>,
}

impl Machine {
    fn event(&mut self, cpu: usize, ns: u64, family: HookFamily, react: impl FnOnce(&mut Path, &Mark)) -> Mark {
        let record = &mut self.cpus[cpu];
        let now = Mark {
            ns,
            probe_ns: record.probe_ns,
            event_counts: record.event_counts,
            cpu: cpu as u32,
            family: family as u32,
        };
        react(&mut self.path, &now);
        record.probe_ns += PROBE_NS;
        record.event_counts[family as usize] += 1;
        now
    }

    fn waking(&mut self, cpu: usize, ns: u64, waker: u32, woken: u32) {
        let traced = |pid| (pid, pid == A || pid == B);
        self.event(cpu, ns, Sched, |path, now| path.waking(now, traced(waker), traced(woken)));
    }

    fn wakeup(&mut self, cpu: usize, ns: u64, pid: u32) {
        self.event(cpu, ns, Sched, |path, now| path.wakeup(now, pid));
    }

    fn entry(&mut self, cpu: usize, ns: u64) {
        self.cpus[cpu].entry = self.event(cpu, ns, Sched, |_, _| {});
    }

    fn switch(&mut self, cpu: usize, ns: u64, prev: u32, blocks: bool, next: u32) {
        let entry = std::mem::take(&mut self.cpus[cpu].entry);
        let next = (next, next == A || next == B);
        self.event(cpu, ns, Sched, |path, now| path.switch(now, prev, blocks, next, &entry));
    }

    fn switched(&mut self, cpu: usize, ns: u64, pid: u32) {
        self.event(cpu, ns, Sched, |path, now| path.switched(now, pid));
    }

    fn enter(&mut self, cpu: usize, ns: u64, pid: u32) {
        let mut parts = Vec::new();
        let put = |segment, ns| parts.push((Segment::ALL[segment as usize], ns));
        self.event(cpu, ns, Syscall, |path, now| path.enter(now, pid, put));
        self.hand_overs.extend((!parts.is_empty()).then_some(parts));
    }

    fn exit(&mut self, cpu: usize, ns: u64, pid: u32) {
        let mut parts = Vec::new();
        let put = |segment, ns| parts.push((Segment::ALL[segment as usize], ns));
        self.event(cpu, ns, Syscall, |path, now| path.exit(now, pid, put));
        self.hand_overs.extend((!parts.is_empty()).then_some(parts));
    }

    /// A stranger's wake-up makes `pid` begin: it returns from its call at 100.
    fn begun(pid: u32) -> Self {
        let mut machine = Self::default();
        machine.waking(0, 10, STRANGER, pid);
        machine.wakeup(0, 20, pid);
        machine.entry(0, 30);
        machine.switch(0, 40, STRANGER, true, pid);
        machine.switched(0, 50, pid);
        machine.exit(0, 100, pid);
        assert!(machine.hand_overs.is_empty(), "the first one was not seen from its begin");
        machine
    }

    /// Whatever happens, each nanosecond is in one place.
    fn check(&self) {
        let parts = self.path.parts.iter().chain(&self.path.totals);
        let known: u64 = parts.clone().map(|part| part.ns).sum();
        assert_eq!(known + self.path.lost_ns, self.path.mark.ns - self.path.started_ns);
        for part in parts {
            assert!(part.probe_ns <= part.ns && part.ns < 1 << 40, "{part:?}");
            assert!(part.half_hook_counts.iter().all(|count| *count < 1000), "{part:?}");
        }
        assert_eq!(self.path.hand_over_count as usize, self.hand_overs.len());
    }
}

/// Both on one CPU: A wakes B, blocks, and B returns. Times from `at` on.
fn hand_over_pinned(machine: &mut Machine, at: u64, from: u32, to: u32) {
    machine.enter(0, at + 100, from);
    machine.waking(0, at + 300, from, to);
    machine.wakeup(0, at + 350, to);
    machine.exit(0, at + 400, from);
    machine.enter(0, at + 450, from);
    machine.entry(0, at + 500);
    machine.switch(0, at + 700, from, true, to);
    machine.switched(0, at + 800, to);
    machine.exit(0, at + 1000, to);
}

const PINNED: [(Segment, u64); 7] = [
    (User, 100),
    (WakerSyscall, 200),
    (WakeUp, 50),
    (WakerRest, 150),
    (Scheduling, 200),
    (StateSwitch, 100),
    (WakeeSyscall, 200),
];

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

//! Recorded sequences of events, played to the path without a kernel.

extern crate std;

mod losses;
mod paths;
mod strangers;

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

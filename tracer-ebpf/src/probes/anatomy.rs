//! The anatomy of a task switch: every event reads the clock when it comes and when it goes, so that the time of our own
//! programs is known and can be taken out of the path.

use aya_ebpf::helpers::{bpf_get_current_pid_tgid, generated::bpf_get_smp_processor_id};
use tracer_ebpf::{CpuInterrupts, CpuRecord, HookFamily, Interrupt, Mark, Path};

use crate::{
    anatomy_maps::{CPU_RECORDS, CRITICAL_PATH, SEGMENT_HISTOGRAMS},
    maps::{INTERRUPTS, PID_INDEX, setting, window_opened_ns},
    probes::now_ns,
    record::record,
    task::Subject,
};

/// `TASK_RUNNING`.
const RUNNING: u32 = 0;

/// Reacts to an event, and keeps account of what that took.
#[inline(always)]
fn observe(family: HookFamily, react: impl FnOnce(&mut CpuRecord, &mut Path, &Mark)) {
    let ns = now_ns();
    let (Some(cpu), Some(path)) = (CPU_RECORDS.get_ptr_mut(0), CRITICAL_PATH.get_ptr_mut(0)) else { return };
    // SAFETY: valid pointers into the maps: to this CPU's own record, and to the path, to which only events on it write.
    let (cpu, path) = unsafe { (&mut *cpu, &mut *path) };
    let now = Mark {
        ns,
        probe_ns: cpu.probe_ns,
        event_counts: cpu.event_counts,
        // SAFETY: the helper takes no argument and cannot fail.
        cpu: unsafe { bpf_get_smp_processor_id() },
        family: family as u32,
    };
    if window_opened_ns().is_some() {
        react(cpu, path, &now);
    }
    cpu.event_counts[family as usize] += 1;
    cpu.probe_ns += now_ns() - ns;
}

#[inline(always)]
fn current() -> u32 {
    bpf_get_current_pid_tgid() as u32
}

#[inline(always)]
fn is_traced(pid: u32) -> bool {
    PID_INDEX.get(pid).is_some_and(|entry| *entry != 0)
}

/// Counts the time of a part of a task switch.
#[inline(always)]
fn put(segment: u32, ns: u64) {
    if let Some(histogram) = SEGMENT_HISTOGRAMS.get_ptr_mut(segment) {
        // SAFETY: a valid pointer into the map; only who ends a task switch writes, one at a time.
        record(unsafe { &mut *histogram }, ns);
    }
}

/// The current thread enters a system call.
#[inline(always)]
pub fn enter() {
    observe(HookFamily::Syscall, |_, path, now| path.enter(now, current(), put));
}

/// The current thread leaves a system call.
#[inline(always)]
pub fn exit() {
    observe(HookFamily::Syscall, |_, path, now| path.exit(now, current(), put));
}

/// Somebody begins to wake `task`.
#[inline(always)]
pub fn waking(task: impl Subject) {
    observe(HookFamily::Sched, |_, path, now| {
        let (waker, woken) = (current(), task.pid());
        path.waking(now, (waker, is_traced(waker)), (woken, is_traced(woken)));
    });
}

/// `task` is on a run queue.
#[inline(always)]
pub fn wakeup(task: impl Subject) {
    observe(HookFamily::Sched, |_, path, now| path.wakeup(now, task.pid()));
}

/// The scheduler is entered.
#[inline(always)]
pub fn schedule_entry() {
    observe(HookFamily::Sched, |cpu, _, now| cpu.entry = *now);
}

/// One CPU goes from `prev` to `next`. A thread is blocked unless it was preempted or could go on.
#[inline(always)]
pub fn switch(preempted: bool, prev: impl Subject, next: impl Subject, prev_state: u32) {
    observe(HookFamily::Sched, |cpu, path, now| {
        let blocks = !preempted && prev_state != RUNNING;
        let next = next.pid();
        path.switch(now, prev.pid(), blocks, (next, is_traced(next)), &cpu.entry);
        cpu.entry.ns = 0;
    });
}

/// The scheduler is done, and the current thread runs.
#[inline(always)]
pub fn schedule_exit() {
    observe(HookFamily::Sched, |cpu, path, now| {
        cpu.entry.ns = 0;
        path.switched(now, current());
    });
}

/// The current thread is interrupted.
#[inline(always)]
pub fn interrupt_entry(kind: Interrupt) {
    interrupted(|interrupts, now| interrupts.enter(kind, 0, now.ns, now.probe_ns));
}

/// The current thread is no longer interrupted.
#[inline(always)]
pub fn interrupt_exit(kind: Interrupt) {
    interrupted(|interrupts, now| {
        interrupts.exit(kind, now.ns, now.probe_ns);
    });
}

#[inline(always)]
fn interrupted(react: impl FnOnce(&mut CpuInterrupts, &Mark)) {
    observe(HookFamily::Sched, |_, _, now| {
        if is_traced(current())
            && let Some(interrupts) = INTERRUPTS.get_ptr_mut(0)
        {
            // SAFETY: a valid pointer to this CPU's own record, and interrupts of a kind do not nest.
            react(unsafe { &mut *interrupts }, now);
        }
    });
}

/// `parent` has made `child`: it is traced if its parent is.
#[inline(always)]
pub fn fork(parent: impl Subject, child: impl Subject) {
    if is_traced(parent.pid()) {
        set_traced(child.pid(), 1);
    }
}

/// A program starts in `task`: tracing begins with the one that was asked for.
#[inline(always)]
pub fn exec(task: impl Subject) {
    let pid = task.pid();
    if pid == setting!(root_pid) {
        set_traced(pid, 1);
    }
}

/// `task` ends.
#[inline(always)]
pub fn end(task: impl Subject) {
    let pid = task.pid();
    if is_traced(pid) {
        observe(HookFamily::Sched, |_, path, now| path.end(now, pid));
        set_traced(pid, 0);
    }
}

#[inline(always)]
fn set_traced(pid: u32, value: u32) {
    if let Some(entry) = PID_INDEX.get_ptr_mut(pid) {
        // SAFETY: a valid pointer into the map.
        unsafe { *entry = value };
    }
}

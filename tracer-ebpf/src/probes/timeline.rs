//! Events of a timeline: put into a ring buffer, one by one, by programs that are loaded only where one was asked for.

use aya_ebpf::{
    bindings::BPF_RB_NO_WAKEUP,
    helpers::{bpf_get_current_pid_tgid, generated::bpf_get_smp_processor_id},
};
use tracer_ebpf::{ThreadState, TimelineEvent, TimelineKind};

use crate::{
    atomic::fetch_add,
    maps::{TIMELINE_EVENTS, TIMELINE_SEQUENCE, window_opened_ns},
    probes::{now_ns, sched::Switch},
    table,
    task::Subject,
};

/// Both sides of a switch.
#[inline(always)]
pub fn switched(switch: Option<Switch>) {
    let Some(switch) = switch else { return };
    if let Some((thread, departed)) = switch.leaving {
        put(switch.now_ns, thread, TimelineKind::Departed, departed as u32);
    }
    if let Some(thread) = switch.coming {
        put(switch.now_ns, thread, TimelineKind::Arrived, 0);
    }
}

/// The current thread begins to wake `task`, which the event of the wake-up itself does not tell: that may come on the
/// CPU of the thread that is woken.
#[inline(always)]
pub fn waking(task: impl Subject) {
    if let Some(thread) = table::find(task) {
        put(now_ns(), thread, TimelineKind::Waking, bpf_get_current_pid_tgid() as u32);
    }
}

/// A thread was put on a run queue.
#[inline(always)]
pub fn runnable(thread: Option<&ThreadState>, kind: TimelineKind) {
    if let Some(thread) = thread {
        put(thread.runnable_since_ns, thread, kind, 0);
    }
}

/// A system call was entered.
#[inline(always)]
pub fn entered(thread: Option<&ThreadState>) {
    if let Some(thread) = thread {
        put(thread.syscall_entered_ns, thread, TimelineKind::Entered, thread.syscall);
    }
}

/// The system call of this row has returned.
#[inline(always)]
pub fn returned(call: Option<(&ThreadState, u32, u64)>) {
    if let Some((thread, row, now_ns)) = call {
        put(now_ns, thread, TimelineKind::Returned, row);
    }
}

/// Nobody is woken to read it: that would be seen in what is measured.
#[inline(always)]
fn put(ns: u64, thread: &ThreadState, kind: TimelineKind, detail: u32) {
    if window_opened_ns().is_none() {
        return;
    }
    let Some(sequence) = TIMELINE_SEQUENCE.get_ptr_mut(0) else { return };
    // SAFETY: a valid, aligned pointer into the map, to a word that only this line writes to.
    let sequence = unsafe { fetch_add(sequence, 1) };
    let Some(mut entry) = TIMELINE_EVENTS.reserve::<TimelineEvent>(0) else { return };
    // SAFETY: the helper takes no argument and cannot fail.
    let cpu = unsafe { bpf_get_smp_processor_id() };
    let (tid, pid) = (thread.pid, thread.tgid);
    entry.write(TimelineEvent { ns, sequence, tid, pid, kind: kind as u32, detail, cpu, unused: 0 });
    entry.submit(u64::from(BPF_RB_NO_WAKEUP));
}

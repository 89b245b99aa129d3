//! The thread table: finding a thread's row, and handing rows out.

use aya_ebpf::helpers::{bpf_get_current_pid_tgid, generated::bpf_get_current_task};
use tracer_ebpf::{Loss, SYSCALL_BEFORE_TRACE, ThreadState};

use crate::{
    atomic::fetch_add,
    maps::{ALLOCATED, PID_INDEX, THREADS, lose, setting},
    task::Subject,
};

/// The row of a traced thread. `None` for all others, after two bounded loads.
#[inline(always)]
pub fn find_by_pid(pid: u32) -> Option<&'static mut ThreadState> {
    let row = *PID_INDEX.get(pid)?;
    if row == 0 {
        return None;
    }
    row_mut(row)
}

/// The row of a traced thread, provided that it is that very thread and not one that inherited its pid.
#[inline(always)]
pub fn find(task: impl Subject) -> Option<&'static mut ThreadState> {
    let thread = find_by_pid(task.pid())?;
    if thread.task == task.address() {
        return Some(thread);
    }
    let found = partner(thread).filter(|thread| thread.task == task.address());
    if found.is_none() {
        lose(Loss::PidReused);
    }
    found
}

/// The row of the current thread.
#[inline(always)]
pub fn find_current() -> Option<&'static mut ThreadState> {
    let thread = find_by_pid(bpf_get_current_pid_tgid() as u32)?;
    if thread.exec_partner == 0 {
        return Some(thread);
    }
    // SAFETY: the helper takes no argument and cannot fail.
    let task = unsafe { bpf_get_current_task() };
    if thread.task == task { Some(thread) } else { partner(thread) }
}

/// The row of the current thread, by its number.
#[inline(always)]
pub fn current_row() -> Option<u32> {
    let row = row_of(bpf_get_current_pid_tgid() as u32);
    if row == 0 {
        return None;
    }
    let thread = row_mut(row)?;
    // SAFETY: the helper takes no argument and cannot fail.
    let is_partner = thread.exec_partner != 0 && thread.task != unsafe { bpf_get_current_task() };
    Some(if is_partner { thread.exec_partner } else { row })
}

/// A process's first thread and the one that executes a program exchange their pids somewhere between the end of
/// the first and `sched_process_exec`, without a tracepoint: meanwhile each is found through the other.
#[inline(always)]
pub fn pair(leader: u32, heir: u32) {
    for (row, partner) in [(leader, heir), (heir, leader)] {
        if let Some(thread) = THREADS.get_ptr_mut(row) {
            // SAFETY: a valid pointer into the map.
            unsafe { (*thread).exec_partner = partner };
        }
    }
}

#[inline(always)]
fn partner(thread: &ThreadState) -> Option<&'static mut ThreadState> {
    match thread.exec_partner {
        0 => None,
        row => row_mut(row),
    }
}

/// A row, by its number.
#[inline(always)]
pub fn row_mut(row: u32) -> Option<&'static mut ThreadState> {
    // SAFETY: a valid pointer into the map, which lives as long as the programs do. Words have one writer each.
    THREADS.get_ptr_mut(row).map(|thread| unsafe { &mut *thread })
}

/// Hands out a row to a task that begins to be traced at `now_ns`.
#[inline(always)]
pub fn begin(task: impl Subject, now_ns: u64) -> Option<&'static mut ThreadState> {
    let row = next_row()?;
    let thread = THREADS.get_ptr_mut(row)?;
    // SAFETY: a valid pointer into the map; the row was handed out just now, to this task alone.
    let thread = unsafe { &mut *thread };
    thread.task = task.address();
    thread.pid = task.pid();
    thread.tgid = task.tgid();
    thread.is_leader = (thread.pid == thread.tgid) as u32;
    thread.born_ns = now_ns;
    thread.syscall = SYSCALL_BEFORE_TRACE;
    point(thread.pid, row).then_some(thread)
}

/// Makes a thread that has gone for good unknown: its pid may be used again, its row stays. The heir of a process's
/// first thread has that pid already.
#[inline(always)]
pub fn forget(thread: &ThreadState) {
    point(thread.pid, thread.exec_partner);
}

/// Lets a pid lead to a row.
#[inline(always)]
pub fn point(pid: u32, row: u32) -> bool {
    let Some(entry) = PID_INDEX.get_ptr_mut(pid) else {
        lose(Loss::PidOutOfRange);
        return false;
    };
    // SAFETY: a valid pointer into the map.
    unsafe { *entry = row };
    true
}

/// The row a pid leads to, 0 for none.
#[inline(always)]
pub fn row_of(pid: u32) -> u32 {
    PID_INDEX.get(pid).copied().unwrap_or(0)
}

#[inline(always)]
fn next_row() -> Option<u32> {
    let allocated = ALLOCATED.get_ptr_mut(0)?;
    // SAFETY: a valid, aligned pointer into the map, to a word that only this line writes to.
    let row = unsafe { fetch_add(&raw mut (*allocated).thread_count, 1) } + 1;
    if row >= u64::from(setting!(thread_capacity)) {
        lose(Loss::ThreadTableFull);
        return None;
    }
    Some(row as u32)
}

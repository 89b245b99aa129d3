//! The thread table: finding a thread's row, and handing rows out.

use tracer_ebpf::{Loss, SYSCALL_BEFORE_TRACE, ThreadState};

use crate::{
    atomic::fetch_add,
    maps::{ALLOCATED, PID_INDEX, THREADS, lose, setting},
    task::{Access, Task},
};

/// The row of a traced thread. `None` for all others, after two bounded loads.
#[inline(always)]
pub fn find_by_pid(pid: u32) -> Option<&'static mut ThreadState> {
    let row = *PID_INDEX.get(pid)?;
    if row == 0 {
        return None;
    }
    let thread = THREADS.get_ptr_mut(row)?;
    // SAFETY: a valid pointer into the map, which lives as long as the programs do. Words have one writer each.
    Some(unsafe { &mut *thread })
}

/// The row of a traced thread, provided that it is that very thread and not one that inherited its pid.
#[inline(always)]
pub fn find<A: Access>(task: Task<A>) -> Option<&'static mut ThreadState> {
    let thread = find_by_pid(task.pid())?;
    if thread.task != task.address() {
        lose(Loss::PidReused);
        return None;
    }
    Some(thread)
}

/// Hands out a row to a task that begins to be traced at `now_ns`.
#[inline(always)]
pub fn begin<A: Access>(task: Task<A>, now_ns: u64) -> Option<&'static mut ThreadState> {
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

/// Makes a thread that has gone for good unknown: its pid may be used again, its row stays.
#[inline(always)]
pub fn forget(pid: u32) {
    point(pid, 0);
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

//! Who runs on this CPU: the row of the traced thread that was last switched to.
//!
//! It finds a thread sooner than its pid does, and without a call of a helper, which takes a fifth of the time of a
//! system call's program. It is a guess: what it leads to has to prove that it is the thread in question, and where it does
//! not, or where there is none, the pid decides.

use aya_ebpf::helpers::bpf_get_current_pid_tgid;
use tracer_ebpf::ThreadState;

use crate::{
    maps::RUNNING,
    table::{self, row_of, traced},
    task::Subject,
};

/// The row of a traced thread that runs, or ran, here; 0 for none. It may be wrong.
#[inline(always)]
fn guess() -> u32 {
    // SAFETY: a valid pointer to this CPU's own value.
    RUNNING.get_ptr(0).map_or(0, |row| unsafe { *row })
}

/// Remembers who was switched to on this CPU, by its row; 0 for a thread that is not traced.
#[inline(always)]
pub fn set(row: u32) {
    if let Some(running) = RUNNING.get_ptr_mut(0) {
        // SAFETY: a valid pointer to this CPU's own value.
        unsafe { *running = row };
    }
}

/// The row of a thread that is about to leave this CPU; 0 where it is not traced. [`find_leaving`] has the last word.
#[inline(always)]
pub fn row_leaving(task: impl Subject) -> u32 {
    match guess() {
        0 => row_of(task.pid()),
        row => row,
    }
}

/// The thread that leaves this CPU, by what [`row_leaving`] said.
#[inline(always)]
pub fn find_leaving(row: u32, task: impl Subject) -> Option<&'static mut ThreadState> {
    let thread = traced(row)?;
    // Threads that are known by their pids alone have no address, and prove nothing.
    if thread.task != 0 && thread.task == task.address() { Some(thread) } else { table::find(task) }
}

/// The row of the current thread, which enters or leaves a system call; 0 where it is not traced. [`find_in_syscall`] has
/// the last word.
#[inline(always)]
pub fn row_in_syscall() -> u32 {
    match guess() {
        0 => row_of(bpf_get_current_pid_tgid() as u32),
        row => row,
    }
}

/// The current thread, by what [`row_in_syscall`] said. `registers` is where its registers lie, 0 where that is not known:
/// no two threads have the same kernel stack.
#[inline(always)]
pub fn find_in_syscall(row: u32, registers: u64) -> Option<&'static mut ThreadState> {
    let thread = traced(row)?;
    if registers != 0 && thread.registers == registers {
        return Some(thread);
    }
    let row = row_of(bpf_get_current_pid_tgid() as u32);
    set(row);
    let thread = traced(row)?;
    thread.registers = registers;
    Some(thread)
}

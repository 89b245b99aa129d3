//! Threads and processes begin, become another program, and end.

use tracer_ebpf::SYSCALL_BEFORE_TRACE;

use crate::{maps::setting, probes::now_ns, table, task::Subject};

/// `parent` has made `child`, which has not run yet: it is traced if its parent is.
#[inline(always)]
pub fn fork(parent: impl Subject, child: impl Subject) {
    let Some(parent) = table::find(parent) else { return };
    if let Some(child) = table::begin(child, now_ns()) {
        child.stack_top = parent.stack_top;
    }
}

/// A program starts in `task`, which had the pid `old_pid` before (another one, if it was not its process's leader).
/// `stack_top` is where its stack begins, 0 where that is not known.
#[inline(always)]
pub fn exec(task: impl Subject, old_pid: u32, stack_top: u64) {
    let pid = task.pid();
    if old_pid != pid {
        take_over_leader(pid, old_pid);
    } else if pid == setting!(root_pid) && table::row_of(pid) == 0 {
        return begin_command(task, stack_top);
    }
    let Some(thread) = table::find(task) else { return };
    thread.stack_top = stack_top;
    if let Some(theirs) = task.counters() {
        let theirs = theirs.minor_fault_count - thread.kernel_at_start.minor_fault_count;
        thread.exec_fault_count = theirs - thread.counts.minor_fault_count;
    }
}

/// The command itself: its first instruction is the next thing that happens.
#[inline(always)]
fn begin_command(task: impl Subject, stack_top: u64) {
    let now = now_ns();
    if let Some(thread) = table::begin(task, now) {
        thread.kernel_at_start = task.counters().unwrap_or_default();
        thread.switched_in_ns = now;
        thread.stack_top = stack_top;
        thread.syscall = SYSCALL_BEFORE_TRACE;
    }
}

/// A thread that executes a program has taken over the pid of its leader, which has ended, but may have its last
/// switch still to come.
#[inline(always)]
fn take_over_leader(pid: u32, old_pid: u32) {
    let (row, leader_row) = (table::row_of(old_pid), table::row_of(pid));
    if row == 0 {
        return;
    }
    table::pair(leader_row, 0);
    table::pair(row, 0);
    table::point(pid, row);
    table::point(old_pid, if leader_row == row { 0 } else { leader_row });
    if let Some(thread) = table::find_by_pid(pid) {
        thread.pid = pid;
        thread.is_leader = 1;
    }
    if let Some(leader) = table::find_by_pid(old_pid) {
        leader.pid = old_pid;
        leader.is_leader = 0;
    }
}

/// A thread has begun to exit. Its last switch comes later.
#[inline(always)]
pub fn exit(task: impl Subject) {
    if let Some(thread) = table::find(task) {
        thread.ended_ns = now_ns();
        thread.registers = 0;
        thread.kernel_at_exit = task.counters().unwrap_or_default();
        thread.counts_at_exit = thread.counts;
        thread.comm = task.comm();
        if thread.is_leader != 0
            && let Some(heir) = task.executing()
        {
            table::pair(table::row_of(task.pid()), table::row_of(heir.pid()));
        }
    }
}

//! Threads and processes begin, become another program, and end.

use tracer_ebpf::{COMPAT_SYSCALL_BASE, ThreadState};

use crate::{
    maps::setting,
    probes::now_ns,
    table,
    task::{Subject, current_local_pid},
};

/// `parent` has made `child`, which has not run yet: it is traced if its parent is.
#[inline(always)]
pub fn fork(parent: impl Subject, child: impl Subject) {
    let Some(parent) = table::find(parent) else { return };
    begin(parent, child);
}

/// `task` is put on a run queue for the first time. Nobody has told of it if the kernel made it to work for a process, as
/// io_uring does: it is traced if its process is.
#[inline(always)]
pub fn begin_worker(task: impl Subject) {
    if task.is_worker()
        && let Some(leader) = table::find_by_pid(task.tgid())
    {
        begin(leader, task);
    }
}

#[inline(always)]
fn begin(parent: &ThreadState, task: impl Subject) {
    if let Some(thread) = table::begin(task, now_ns()) {
        thread.stack_top = parent.stack_top;
        thread.syscall_base = parent.syscall_base;
        thread.pid_level = parent.pid_level;
        thread.local_pid = task.local_pid(parent.pid_level);
    }
}

/// A program starts in `task`, which had the pid `old_pid` before (another one, if it was not its process's leader).
/// `stack_top` is where its stack begins, 0 where that is not known.
#[inline(always)]
pub fn exec(task: impl Subject, old_pid: u32, stack_top: u64) {
    let pid = task.pid();
    if old_pid != pid {
        take_over_leader(pid, old_pid);
    } else if table::row_of(pid) == 0 && is_command(pid) {
        return begin_command(task, stack_top);
    }
    let Some(thread) = table::find(task) else { return };
    thread.stack_top = stack_top;
    thread.syscall_base = syscall_base(task);
    thread.local_pid = task.local_pid(thread.pid_level);
    if let Some(theirs) = task.counters() {
        let theirs = theirs.minor_fault_count - thread.kernel_at_start.minor_fault_count;
        thread.exec_fault_count = theirs - thread.counts.minor_fault_count;
    }
}

/// Whether the current thread, which has this pid, is the command that was asked for.
#[inline(always)]
fn is_command(pid: u32) -> bool {
    let root = setting!(root_pid);
    if setting!(pid_namespace_inode) == 0 { pid == root } else { current_local_pid() == Some(root) }
}

/// Where the numbers of the system calls of `task`, which has just begun a program, begin in the table.
#[inline(always)]
fn syscall_base(task: impl Subject) -> u32 {
    if task.is_compat() { COMPAT_SYSCALL_BASE } else { 0 }
}

/// The command itself: its first instruction is the next thing that happens.
#[inline(always)]
fn begin_command(task: impl Subject, stack_top: u64) {
    let now = now_ns();
    if let Some(thread) = table::begin(task, now) {
        thread.kernel_at_start = task.counters().unwrap_or_default();
        thread.switched_in_ns = now;
        thread.stack_top = stack_top;
        thread.syscall_base = syscall_base(task);
        thread.pid_level = task.pid_level();
        thread.local_pid = task.local_pid(thread.pid_level);
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
        if let Some(leader) = table::find_by_pid(old_pid) {
            leader.pid = old_pid;
            leader.is_leader = 0;
            leader.local_pid = thread.local_pid;
        }
    }
}

/// A thread has begun to exit. Its last switch comes later.
#[inline(always)]
pub fn exit(task: impl Subject) {
    if let Some(thread) = table::find(task) {
        thread.ended_ns = now_ns();
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

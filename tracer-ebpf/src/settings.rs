//! What user space decides: before load (constants that the verifier prunes by) and while the programs run.

/// Constants of one run, set before load. Offsets are bytes into `task_struct`, read from the running kernel's BTF.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct Settings {
    /// Offset of `pid`.
    pub pid_offset: u32,
    /// Offset of `tgid`.
    pub tgid_offset: u32,
    /// Offset of `nvcsw`.
    pub nvcsw_offset: u32,
    /// Offset of `nivcsw`.
    pub nivcsw_offset: u32,
    /// Offset of `min_flt`.
    pub min_flt_offset: u32,
    /// Offset of `maj_flt`.
    pub maj_flt_offset: u32,
    /// Offset of `comm`.
    pub comm_offset: u32,
    /// Offset of `sighand`.
    pub sighand_offset: u32,
    /// Offset of `signal`.
    pub signal_offset: u32,
    /// Offset of `group_exec_task` in `signal_struct`.
    pub group_exec_task_offset: u32,
    /// Offset of `flags`.
    pub flags_offset: u32,
    /// Offset of `thread_pid`.
    pub thread_pid_offset: u32,
    /// Offset of `level` in `pid`.
    pub pid_level_offset: u32,
    /// Offset of `numbers` in `pid`.
    pub pid_numbers_offset: u32,
    /// Offset of `thread_info.status`; 0 on architectures that have none.
    pub thread_status_offset: u32,
    /// Offset of `p` in `linux_binprm`.
    pub binprm_p_offset: u32,
    /// Pid of the command, as taskweight sees it: its next `execve` starts the run.
    pub root_pid: u32,
    /// Device of taskweight's PID namespace, as of `stat`.
    pub pid_namespace_device: u32,
    /// Inode of taskweight's PID namespace; 0 where it is the kernel's first, in which pids are what the kernel has.
    pub pid_namespace_inode: u32,
    /// Entries of the pid index: every pid is below it.
    pub pid_capacity: u32,
    /// Rows of the thread table, row 0 (never used) included.
    pub thread_capacity: u32,
    /// Histograms available to system call numbers.
    pub syscall_histogram_capacity: u32,
    /// Number of `sched_yield` on this architecture.
    pub sched_yield_number: u32,
    /// Row of its 32-bit `sched_yield` in the system call table; 0 for none.
    pub compat_sched_yield_row: u32,
}

/// Where the fields of plain tracepoints' records lie: bytes from the start of the record, from the `format` files.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct RecordOffsets {
    /// `sched_switch`: `prev_pid`.
    pub switch_prev_pid: u32,
    /// `sched_switch`: `prev_state`.
    pub switch_prev_state: u32,
    /// `sched_switch`: `next_pid`.
    pub switch_next_pid: u32,
    /// `sched_wakeup`: `pid`.
    pub wakeup_pid: u32,
    /// `sched_wakeup_new`: `pid`.
    pub wakeup_new_pid: u32,
    /// `sched_migrate_task`: `pid`.
    pub migrate_pid: u32,
    /// `sched_process_fork`: `child_pid`.
    pub fork_child_pid: u32,
    /// `sched_process_exec`: `old_pid`.
    pub exec_old_pid: u32,
    /// `sys_enter`: `id`.
    pub enter_id: u32,
    /// `sys_exit`: `ret`.
    pub exit_result: u32,
}

/// What user space changes while the programs run. One entry, index 0.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct Control {
    /// When the window was opened (`CLOCK_MONOTONIC`), in nanoseconds; 0 while it is closed. Histograms and per-syscall
    /// totals are fed only while it is open. The counts of threads go on regardless, and user space subtracts.
    pub window_opened_ns: u64,
}

/// Places handed out so far; both only grow. One entry, index 0.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct Allocated {
    /// Threads that asked for a row of the thread table.
    pub thread_count: u64,
    /// System call numbers that asked for a histogram.
    pub syscall_histogram_count: u64,
}

const _: () = assert!(size_of::<Settings>() == 24 * 4);
const _: () = assert!(size_of::<RecordOffsets>() == 10 * 4);

#[cfg(feature = "user")]
// SAFETY: repr(C), made of u32 only: no padding, every bit pattern is a value.
unsafe impl aya::Pod for Settings {}
#[cfg(feature = "user")]
// SAFETY: repr(C), made of u32 only: no padding, every bit pattern is a value.
unsafe impl aya::Pod for RecordOffsets {}
#[cfg(feature = "user")]
// SAFETY: repr(C), one u64: every bit pattern is a value.
unsafe impl aya::Pod for Control {}
#[cfg(feature = "user")]
// SAFETY: repr(C), made of u64 only: no padding, every bit pattern is a value.
unsafe impl aya::Pod for Allocated {}

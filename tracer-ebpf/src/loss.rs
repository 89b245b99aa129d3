//! Everything the programs could not record, by cause. Nothing is dropped without one of these.

/// Cause of a loss: an index into the loss counters.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// A thread began when the thread table was full: it and its children were not followed.
    ThreadTableFull = 0,
    /// A thread's id was not below the size of the pid index.
    PidOutOfRange = 1,
    /// An event carried the pid of a traced thread, but another `task_struct`: the pid was reused.
    PidReused = 2,
    /// `sys_exit` without `sys_enter`.
    UnmatchedSyscallExit = 3,
    /// `sys_enter` of a thread that was already in a system call.
    UnmatchedSyscallEnter = 4,
    /// A switch away of a thread whose switch in the kernel had not reported: its slice, its time off the CPU and
    /// its wait for the CPU are missing from the durations; no count is. Seen on kernels of some virtual machines,
    /// which do not report every switch out of the idle task.
    SwitchInUnseen = 5,
    /// A switch in of a thread that had not been seen becoming runnable: its wait for the CPU is missing.
    WakeupUnseen = 6,
    /// A system call number found no free histogram: its count and total are right, its distribution is missing.
    SyscallHistogramsFull = 7,
}

/// Number of causes.
pub const LOSS_COUNT: u32 = 8;

impl Loss {
    /// All causes, in order of their index.
    pub const ALL: [Self; LOSS_COUNT as usize] = [
        Self::ThreadTableFull,
        Self::PidOutOfRange,
        Self::PidReused,
        Self::UnmatchedSyscallExit,
        Self::UnmatchedSyscallEnter,
        Self::SwitchInUnseen,
        Self::WakeupUnseen,
        Self::SyscallHistogramsFull,
    ];

    /// Name in reports; docs/metrics.md explains each.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ThreadTableFull => "thread_table_full",
            Self::PidOutOfRange => "pid_out_of_range",
            Self::PidReused => "pid_reused",
            Self::UnmatchedSyscallExit => "unmatched_syscall_exit",
            Self::UnmatchedSyscallEnter => "unmatched_syscall_enter",
            Self::SwitchInUnseen => "switch_in_unseen",
            Self::WakeupUnseen => "wakeup_unseen",
            Self::SyscallHistogramsFull => "syscall_histograms_full",
        }
    }

    /// The option that avoids it, where there is one.
    pub const fn remedy(self) -> Option<&'static str> {
        if matches!(self, Self::ThreadTableFull) { Some("raise --max-threads") } else { None }
    }
}

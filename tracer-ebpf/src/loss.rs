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
    /// A switch away of a thread that had not been seen switched in.
    UnmatchedSwitchOut = 5,
    /// A switch in of a thread that had not been seen becoming runnable: no run-queue latency.
    UnmatchedSwitchIn = 6,
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
        Self::UnmatchedSwitchOut,
        Self::UnmatchedSwitchIn,
        Self::SyscallHistogramsFull,
    ];

    /// Name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ThreadTableFull => "thread_table_full",
            Self::PidOutOfRange => "pid_out_of_range",
            Self::PidReused => "pid_reused",
            Self::UnmatchedSyscallExit => "unmatched_syscall_exit",
            Self::UnmatchedSyscallEnter => "unmatched_syscall_enter",
            Self::UnmatchedSwitchOut => "unmatched_switch_out",
            Self::UnmatchedSwitchIn => "unmatched_switch_in",
            Self::SyscallHistogramsFull => "syscall_histograms_full",
        }
    }
}

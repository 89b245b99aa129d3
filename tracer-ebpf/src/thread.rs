//! What is known of one traced thread.

use core::mem::offset_of;

use crate::counts;

/// Bytes of a thread's name in the kernel, the closing zero included (`TASK_COMM_LEN`).
pub const COMM_BYTES: usize = 16;
/// How far above the stack pointer a page fault is one of the stack: frames are no larger, as a rule.
pub const STACK_REACH_BYTES: u64 = 64 << 10;
/// How far below it: a `call` or `push` stores below the stack pointer before it moves, and leaf functions use the 128
/// bytes of the red zone.
pub const STACK_RED_ZONE_BYTES: u64 = 128;

counts! {
    /// Counts and times of one thread since its first instruction. Each word has one writer at a time (the CPU that
    /// runs the thread, or the one that holds the lock under which it is woken or moved), so no update is atomic.
    ///
    /// Those that a task switch changes come first, in one cache line.
    pub struct ThreadCounts {
        /// Switches away because the thread blocked.
        pub voluntary_count: u64,
        /// Wake-ups of this thread (`sched_wakeup`), without the one that starts it.
        pub wakeup_count: u64,
        /// Wake-ups that were made while this thread ran (`sched_waking`), of whatever thread.
        pub waking_count: u64,
        /// System calls entered.
        pub syscall_count: u64,
        /// Time in system calls that have returned, in nanoseconds.
        pub syscall_ns: u64,
        /// Time on a CPU, in nanoseconds.
        pub on_cpu_ns: u64,
        /// Time off the CPU, blocked or waiting for one, in nanoseconds.
        pub off_cpu_ns: u64,
        /// Of it, time runnable and waiting, in nanoseconds.
        pub run_queue_ns: u64,
        /// Switches away of a thread that could have gone on.
        pub preempted_count: u64,
        /// Switches away within `sched_yield()`.
        pub yielded_count: u64,
        /// The last switch away of an exiting thread: 0 or 1.
        pub exit_count: u64,
        /// Switches in on a CPU that was idle.
        pub idle_exit_count: u64,
        /// Moves to another CPU (`sched_migrate_task`).
        pub migration_count: u64,
        /// Minor page faults, from user and from kernel mode.
        pub minor_fault_count: u64,
        /// Major page faults, from user and from kernel mode.
        pub major_fault_count: u64,
        /// Page faults of either kind that came from user mode.
        pub user_fault_count: u64,
        /// Of these, the ones within the reach of the stack pointer: the stack grew ([`STACK_REACH_BYTES`]).
        pub stack_fault_count: u64,
    }
}

counts! {
    /// The kernel's own counters of a thread (`task_struct`), kept as a witness.
    pub struct KernelCounters {
        /// `nvcsw`: voluntary context switches.
        pub voluntary_count: u64,
        /// `nivcsw`: involuntary context switches.
        pub involuntary_count: u64,
        /// `min_flt`: page faults served without I/O.
        pub minor_fault_count: u64,
        /// `maj_flt`: page faults that needed I/O.
        pub major_fault_count: u64,
    }
}

counts! {
    /// Switches of a thread that the kernel has let go of.
    pub struct ReleasedCounts {
        /// Voluntary ones, without the last.
        pub voluntary_count: u64,
        /// Preempted ones.
        pub preempted_count: u64,
    }
}

/// One row of the thread table. Rows are handed out once and never reused within a run, so that the totals of a
/// thread that has ended stay where they are.
///
/// A row is aligned to cache lines, and what most events read and write is in the first two: with thousands of threads
/// it is the lines that cost. Its size is a power of two, by which the kernel finds a row without multiplying.
#[repr(C, align(64))]
#[derive(Clone, Copy, Debug, Default)]
pub struct ThreadState {
    /// Address of the `task_struct`, the identity that survives the reuse of a pid; 0 after the last switch.
    pub task: u64,
    /// Where the thread's registers lie on its kernel stack while it is in a system call; 0 before the first, and after
    /// its end. No two threads that live have the same stack.
    pub registers: u64,
    /// Start of the current slice on a CPU; 0 when off it.
    pub switched_in_ns: u64,
    /// When it last left a CPU; 0 before the first time.
    pub switched_out_ns: u64,
    /// Since when it has been waiting for a CPU; 0 when it is not.
    pub runnable_since_ns: u64,
    /// Entry into the current system call.
    pub syscall_entered_ns: u64,
    /// When it entered `do_exit` (`CLOCK_MONOTONIC`), in nanoseconds; 0 while it lives.
    pub ended_ns: u64,
    /// Row of the current system call, or [`SYSCALL_NONE`](crate::SYSCALL_NONE), or
    /// [`SYSCALL_BEFORE_TRACE`](crate::SYSCALL_BEFORE_TRACE).
    pub syscall: u32,
    /// Row of the thread's system call 0: [`COMPAT_SYSCALL_BASE`](crate::COMPAT_SYSCALL_BASE) while it executes a 32-bit program, else 0.
    pub syscall_base: u32,
    /// What we counted.
    pub counts: ThreadCounts,
    /// When tracing of it began (`CLOCK_MONOTONIC`), in nanoseconds.
    pub born_ns: u64,
    /// Thread id.
    pub pid: u32,
    /// Process id (thread group id).
    pub tgid: u32,
    /// Number of this row.
    pub row: u32,
    /// 1 where the thread leads its process.
    pub is_leader: u32,
    /// Thread id in taskweight's PID namespace.
    pub local_pid: u32,
    /// How deep that namespace lies below the kernel's first.
    pub pid_level: u32,
    /// While a thread that is not its process's first executes a program: the row of the first thread in that of
    /// its heir, and the other way round. 0 otherwise.
    pub exec_partner: u32,
    /// Always 0.
    pub padding: u32,
    /// Stack pointer with which the thread began, above which nothing is its stack; 0 where it is not known.
    pub stack_top: u64,
    /// The kernel's counters when tracing began: not zero for the command itself, which waited for its start.
    pub kernel_at_start: KernelCounters,
    /// The kernel's counters at `sched_process_exit`, together with `counts_at_exit`.
    pub kernel_at_exit: KernelCounters,
    /// Our counts at the same moment. An exiting thread may still block and fault after it.
    pub counts_at_exit: ThreadCounts,
    /// Minor faults by the kernel's counter that raised no event, as of the thread's last `execve`: the pages that the
    /// kernel faulted in itself to hold arguments and environment.
    pub exec_fault_count: u64,
    /// Switches that are in `counts` but in no process's counters: made after the kernel had let go of the thread,
    /// which was still on its way to its last switch.
    pub released: ReleasedCounts,
    /// Name at exit; empty while it lives.
    pub comm: [u8; COMM_BYTES],
    /// Always 0: fills the row.
    pub unused: [u64; 3],
}

const _: () = assert!(size_of::<ThreadState>() == 512 && offset_of!(ThreadState, counts) == 64);

#[cfg(feature = "user")]
// SAFETY: repr(C) of integers without padding (see the size above): every bit pattern is a value.
unsafe impl aya::Pod for ThreadState {}

//! System calls: the table of them, and what is counted by number.

use crate::counts;

/// `ThreadState::syscall` of a thread that is not in a system call.
pub const SYSCALL_NONE: u32 = u32::MAX;
/// `ThreadState::syscall` of a thread that is in a call it entered before it was traced: the `clone` that made
/// it, the `execve` that started the command. Its exit is neither counted nor a loss.
pub const SYSCALL_BEFORE_TRACE: u32 = u32::MAX - 1;
/// Rows of the system call table for one way of calling. Numbers stay below; what does not fit is put into the last.
pub const NATIVE_SYSCALL_ROWS: u32 = 512;
/// First row of the calls of 32-bit programs on a 64-bit kernel, whose numbers mean other calls.
pub const COMPAT_SYSCALL_BASE: u32 = NATIVE_SYSCALL_ROWS;
/// Rows of the system call table.
pub const SYSCALL_ROWS: u32 = 2 * NATIVE_SYSCALL_ROWS;

counts! {
    /// Calls of one system call number on one CPU that are in no histogram. All calls that were entered in the window are
    /// those in the number's histograms, these, and those in progress when it closes.
    pub struct SyscallCounts {
        /// Calls that returned and found no histogram.
        pub completed_count: u64,
        /// Time in them, in nanoseconds.
        pub total_ns: u64,
        /// Calls whose return was missed.
        pub unreturned_count: u64,
    }
}

/// What is counted of one system call number on one CPU.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SyscallTotals {
    /// Calls that are in no histogram.
    pub counts: SyscallCounts,
}

impl core::iter::Sum for SyscallTotals {
    fn sum<I: Iterator<Item = Self>>(cpus: I) -> Self {
        Self { counts: cpus.map(|cpu| cpu.counts).sum() }
    }
}

#[cfg(feature = "user")]
// SAFETY: repr(C), made of u64 only: no padding, every bit pattern is a value.
unsafe impl aya::Pod for SyscallTotals {}

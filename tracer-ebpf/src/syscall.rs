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

/// Different error numbers kept for each system call number on each CPU; few calls fail in more ways.
const ERROR_PLACES: usize = 8;

/// How often calls of one system call number failed, by error number.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SyscallErrors {
    /// Error numbers, in the order in which they were first met; 0 where there is none yet.
    pub numbers: [u64; ERROR_PLACES],
    /// How often each was met.
    pub counts: [u64; ERROR_PLACES],
    /// How often any other was met.
    pub other_count: u64,
}

impl SyscallErrors {
    /// Counts an error number `count` times more.
    #[inline(always)]
    pub fn add(&mut self, number: u64, count: u64) {
        for (known, sum) in self.numbers.iter_mut().zip(&mut self.counts) {
            if *known == number || *known == 0 {
                *known = number;
                *sum += count;
                return;
            }
        }
        self.other_count += count;
    }

    /// Error numbers, and how often each was met.
    pub fn by_number(&self) -> impl Iterator<Item = (u64, u64)> {
        self.numbers.into_iter().zip(self.counts).filter(|(number, _)| *number != 0)
    }
}

/// What is counted of one system call number on one CPU.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SyscallTotals {
    /// Calls that are in no histogram.
    pub counts: SyscallCounts,
    /// Calls that failed, in a histogram or not.
    pub errors: SyscallErrors,
}

impl core::iter::Sum for SyscallTotals {
    fn sum<I: Iterator<Item = Self>>(cpus: I) -> Self {
        cpus.fold(Self::default(), |mut sum, cpu| {
            sum.counts = sum.counts + cpu.counts;
            cpu.errors.by_number().for_each(|(number, count)| sum.errors.add(number, count));
            sum.errors.other_count += cpu.errors.other_count;
            sum
        })
    }
}

#[cfg(feature = "user")]
// SAFETY: repr(C), made of u64 only: no padding, every bit pattern is a value.
unsafe impl aya::Pod for SyscallTotals {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_all_cpus_are_added_up_by_number() {
        let mut cpus = [SyscallTotals::default(); 2];
        (1..=10).for_each(|number| cpus[0].errors.add(number, number));
        cpus[1].errors.add(8, 100);
        let sum: SyscallTotals = cpus.into_iter().sum();
        assert_eq!(sum.errors.by_number().last(), Some((8, 108)));
        assert_eq!(sum.errors.other_count, 9 + 10);
    }
}

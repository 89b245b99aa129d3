//! Tables by thread, mapped into memory: reading a hundred thousand rows takes no system call.

use std::{num::NonZeroUsize, os::fd::AsFd, ptr::NonNull};

use nix::sys::mman::{MapFlags, ProtFlags, mmap, munmap};
use tracer_ebpf::{ThreadInterrupts, ThreadState};

/// The thread table.
pub type ThreadTable = Table<ThreadState>;

/// Interrupts by row of the thread table.
pub type InterruptTable = Table<ThreadInterrupts>;

/// A read-only view of a map while the programs write to it.
#[derive(Debug)]
pub struct Table<T> {
    rows: NonNull<T>,
    bytes: usize,
}

// SAFETY: the view is read-only, volatile, and of memory that stays mapped as long as the value lives.
unsafe impl<T> Send for Table<T> {}

impl<T: aya::Pod> Table<T> {
    /// Maps `capacity` rows of the map behind `fd`.
    pub fn map(fd: impl AsFd, capacity: u32) -> Result<Self, nix::Error> {
        let bytes = capacity as usize * size_of::<T>();
        let length = NonZeroUsize::new(bytes).ok_or(nix::Error::EINVAL)?;
        // SAFETY: a fresh mapping chosen by the kernel, of a map created mmap-able with this many bytes.
        let address = unsafe { mmap(None, length, ProtFlags::PROT_READ, MapFlags::MAP_SHARED, fd, 0)? };
        Ok(Self { rows: address.cast(), bytes })
    }

    /// A copy of rows 1 to `count` (row 0 is never used). A row that is being written to may be a few
    /// instructions out of step with itself; threads that are off the CPU are not.
    pub fn copy(&self, count: usize) -> Vec<T> {
        (1..=count.min(self.capacity() - 1)).map(|row| self.row(row)).collect()
    }

    /// A copy of one row.
    ///
    /// # Panics
    /// Where `row` is not below the capacity.
    pub fn row(&self, row: usize) -> T {
        assert!(row < self.capacity(), "row {row} of {}", self.capacity());
        // SAFETY: within the mapping, aligned, and every bit pattern is a value.
        unsafe { self.rows.add(row).read_volatile() }
    }

    fn capacity(&self) -> usize {
        self.bytes / size_of::<T>()
    }
}

impl<T> Drop for Table<T> {
    fn drop(&mut self) {
        // SAFETY: the mapping made in `map`, which nothing refers to any more. Failure would leave it mapped: harmless.
        let _ = unsafe { munmap(self.rows.cast(), self.bytes) };
    }
}

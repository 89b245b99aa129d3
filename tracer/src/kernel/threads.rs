//! The thread table, mapped into memory: reading a hundred thousand rows takes no system call.

use std::{num::NonZeroUsize, os::fd::AsFd, ptr::NonNull};

use nix::sys::mman::{MapFlags, ProtFlags, mmap, munmap};
use tracer_ebpf::ThreadState;

/// A read-only view of the thread table while the programs write to it.
#[derive(Debug)]
pub struct ThreadTable {
    rows: NonNull<ThreadState>,
    bytes: usize,
}

// SAFETY: the view is read-only, volatile, and of memory that stays mapped as long as the value lives.
unsafe impl Send for ThreadTable {}

impl ThreadTable {
    /// Maps `capacity` rows of the map behind `fd`.
    pub fn map(fd: impl AsFd, capacity: u32) -> Result<Self, nix::Error> {
        let bytes = capacity as usize * size_of::<ThreadState>();
        let length = NonZeroUsize::new(bytes).ok_or(nix::Error::EINVAL)?;
        // SAFETY: a fresh mapping chosen by the kernel, of a map created mmap-able with this many bytes.
        let address = unsafe { mmap(None, length, ProtFlags::PROT_READ, MapFlags::MAP_SHARED, fd, 0)? };
        Ok(Self { rows: address.cast(), bytes })
    }

    /// A copy of rows 1 to `count` (row 0 is never used). A row that is being written to may be a few
    /// instructions out of step with itself; threads that are off the CPU are not.
    pub fn copy(&self, count: usize) -> Vec<ThreadState> {
        (1..=count.min(self.capacity() - 1)).map(|row| self.row(row)).collect()
    }

    /// A copy of one row.
    ///
    /// # Panics
    /// Where `row` is not below the capacity.
    pub fn row(&self, row: usize) -> ThreadState {
        assert!(row < self.capacity(), "row {row} of {}", self.capacity());
        // SAFETY: within the mapping, aligned, and every bit pattern is a `ThreadState`.
        unsafe { self.rows.add(row).read_volatile() }
    }

    fn capacity(&self) -> usize {
        self.bytes / size_of::<ThreadState>()
    }
}

impl Drop for ThreadTable {
    fn drop(&mut self) {
        // SAFETY: the mapping made in `map`, which nothing refers to any more. Failure would leave it mapped: harmless.
        let _ = unsafe { munmap(self.rows.cast(), self.bytes) };
    }
}

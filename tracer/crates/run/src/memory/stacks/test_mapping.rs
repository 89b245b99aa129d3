//! Memory for tests, between two pages without rights: the kernel would merge it with the stack of another test's
//! thread that happens to lie beside it.

use std::ffi::c_void;
use std::num::NonZeroUsize;
use std::ptr::NonNull;

use nix::sys::mman::{MapFlags, MmapAdvise, ProtFlags, madvise, mmap_anonymous, mprotect, munmap};

use super::Range;

/// A private anonymous mapping without huge pages.
pub(super) struct TestMapping {
    edge: NonNull<c_void>,
    length: NonZeroUsize,
}

impl TestMapping {
    pub(super) fn new(bytes: usize) -> Self {
        let page = procfs::page_size() as usize;
        let length = NonZeroUsize::new(bytes + 2 * page).unwrap();
        // SAFETY: a new mapping at a place that the kernel chooses.
        let edge = unsafe { mmap_anonymous(None, length, ProtFlags::PROT_NONE, MapFlags::MAP_PRIVATE) }.unwrap();
        // SAFETY: within the mapping just made, which nothing uses yet.
        unsafe {
            let inner = edge.byte_add(page);
            mprotect(inner, bytes, ProtFlags::PROT_READ | ProtFlags::PROT_WRITE).unwrap();
            madvise(inner, bytes, MmapAdvise::MADV_NOHUGEPAGE).unwrap();
        }
        Self { edge, length }
    }

    pub(super) fn at(&self, offset: usize) -> *mut c_void {
        let page = procfs::page_size() as usize;
        assert!(offset + 2 * page <= self.length.get());
        // SAFETY: within the mapping.
        unsafe { self.edge.as_ptr().byte_add(page + offset) }
    }

    /// Writes to these places.
    pub(super) fn touch(&self, offsets: impl IntoIterator<Item = u64>) {
        for offset in offsets {
            // SAFETY: within the mapping, which nothing else uses.
            unsafe { self.at(offset as usize).cast::<u8>().write_volatile(1) };
        }
    }

    pub(super) fn range(&self) -> Range {
        let bytes = self.length.get() as u64 - 2 * procfs::page_size();
        Range { start: self.at(0) as u64, end: self.at(0) as u64 + bytes }
    }
}

impl Drop for TestMapping {
    fn drop(&mut self) {
        // SAFETY: the mapping made above, which nothing refers to any more.
        unsafe { munmap(self.edge, self.length.get()) }.unwrap();
    }
}

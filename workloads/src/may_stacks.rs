//! Where the stacks of the model `may` lie: the crate knows, and does not tell.
//!
//! Two pages of each are resident from the start: the uppermost one, and the lowest one, where the crate writes a mark by
//! which it would notice a stack used up.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use may::config;
use nix::libc::{_SC_PAGESIZE, sysconf};

use crate::stacks::Stacks;

/// The upper end of each task's stack, 0 where it has not run yet.
#[derive(Clone, Debug)]
pub struct StackEnds(Arc<[AtomicU64]>);

impl StackEnds {
    /// For this number of tasks.
    pub fn new(tasks: usize) -> Self {
        Self((0..tasks).map(|_| AtomicU64::new(0)).collect())
    }

    /// To be called by task `index` in its first function. A stack is whole pages, and what the crate keeps at its
    /// upper end is far less than one: the end is that of the page in use.
    pub fn note(&self, index: usize) {
        let local = 0_u8;
        let address = black_box(&raw const local).addr() as u64;
        self.0[index].store(address.next_multiple_of(page_bytes()), Ordering::Release);
    }

    /// The stacks. Their length is what the crate is configured to give them, in whole pages.
    pub fn stacks(&self) -> Stacks {
        let length = stack_bytes().next_multiple_of(page_bytes());
        let ends = self.0.iter().map(|end| end.load(Ordering::Acquire)).filter(|end| *end > 0);
        ends.map(|end| (end - length, length)).collect()
    }
}

/// What the crate gives a coroutine, which it counts in words.
pub fn stack_bytes() -> u64 {
    (config().get_stack_size() * size_of::<usize>()) as u64
}

fn page_bytes() -> u64 {
    // SAFETY: it takes no pointers and changes nothing.
    let bytes = unsafe { sysconf(_SC_PAGESIZE) };
    u64::try_from(bytes).unwrap_or(4096)
}

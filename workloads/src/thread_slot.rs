//! The slot of a task that is a thread of its own.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{self, Thread};

use crate::slot::{Slot, increment};

/// The slot of a thread; it fills a cache line, so that neighbours do not share one.
#[derive(Default, Debug)]
#[repr(align(64))]
pub struct ThreadSlot {
    operations: AtomicU64,
    token: AtomicU64,
    thread: OnceLock<Thread>,
}

impl Slot for ThreadSlot {
    #[inline]
    fn count(&self) {
        increment(&self.operations);
    }

    fn operations(&self) -> u64 {
        self.operations.load(Ordering::Acquire)
    }

    fn wake(&self) {
        if let Some(thread) = self.thread.get() {
            thread.unpark();
        }
    }
}

impl ThreadSlot {
    /// Names the thread to wake.
    pub fn assign(&self, thread: &Thread) {
        self.thread.get_or_init(|| thread.clone());
    }

    /// Hands the token (never 0, which stands for none) to the thread.
    pub fn hand(&self, token: u64) {
        self.token.store(token, Ordering::Release);
        self.wake();
    }

    /// Parks the calling thread, the one the slot belongs to, until it is handed the token.
    pub fn receive(&self) -> u64 {
        loop {
            let token = self.token.load(Ordering::Acquire);
            if token != 0 {
                self.token.store(0, Ordering::Relaxed);
                return token;
            }
            thread::park();
        }
    }
}

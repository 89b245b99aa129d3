//! The slot of a task that parks: a thread, or a coroutine with a scheduler that treats it like one.

use std::fmt::Debug;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{self, Thread};

use crate::slot::{Slot, increment};

/// A handle to a task that parks.
pub trait Handle: Clone + Debug + Send + Sync + 'static {
    /// Parks the task that calls this until it is unparked, or for no reason.
    fn park();
    /// Lets the others run.
    fn yield_now();
    /// Unparks the task; if it is not parked, its next attempt ends at once.
    fn unpark(&self);
}

impl Handle for Thread {
    fn park() {
        thread::park();
    }

    fn yield_now() {
        thread::yield_now();
    }

    fn unpark(&self) {
        self.unpark();
    }
}

/// The slot of a task that parks; it fills a cache line, so that neighbours do not share one.
#[derive(Debug)]
#[repr(align(64))]
pub struct ParkSlot<H> {
    operations: AtomicU64,
    token: AtomicU64,
    handle: OnceLock<H>,
}

impl<H> Default for ParkSlot<H> {
    fn default() -> Self {
        Self { operations: AtomicU64::new(0), token: AtomicU64::new(0), handle: OnceLock::new() }
    }
}

impl<H: Handle> Slot for ParkSlot<H> {
    #[inline]
    fn count(&self) {
        increment(&self.operations);
    }

    fn operations(&self) -> u64 {
        self.operations.load(Ordering::Acquire)
    }

    fn wake(&self) {
        if let Some(handle) = self.handle.get() {
            handle.unpark();
        }
    }
}

impl<H: Handle> ParkSlot<H> {
    /// Names the task to wake.
    pub fn assign(&self, handle: &H) {
        self.handle.get_or_init(|| handle.clone());
    }

    /// Hands the token (never 0, which means none) to the task.
    pub fn hand(&self, token: u64) {
        self.token.store(token, Ordering::Release);
        self.wake();
    }

    /// Parks the calling task, the one the slot belongs to, until it is handed the token.
    pub fn receive(&self) -> u64 {
        loop {
            let token = self.token.load(Ordering::Acquire);
            if token != 0 {
                self.token.store(0, Ordering::Relaxed);
                return token;
            }
            H::park();
        }
    }
}

//! What a task owns that others can reach: its operation counter, its waker, and the token handed to it.

use std::cell::{Cell, OnceCell};
use std::fmt::Debug;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Waker;

use atomic_waker::AtomicWaker;

/// The part of a task that every model has.
pub trait Slot: Default + Debug {
    /// Counts one operation of the task.
    fn count(&self);
    /// The operations counted.
    fn operations(&self) -> u64;
    /// Lets the task look again whether it can go on.
    fn wake(&self);
}

/// A slot for tasks that are futures. The token is never 0: 0 means none.
pub trait FutureSlot: Slot {
    /// Has `waker` called by the next [`Slot::wake`].
    fn register(&self, waker: &Waker);
    /// Puts the token into the slot.
    fn put(&self, token: u64);
    /// Takes the token out of the slot, if there is one.
    fn take(&self) -> Option<u64>;
}

/// Adds 1 without a locked instruction: only the task itself writes its counter.
#[inline]
pub fn increment(counter: &AtomicU64) {
    counter.store(counter.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
}

/// A slot for tasks that may move between threads. It fills a cache line, so that neighbours do not share one.
#[derive(Default, Debug)]
#[repr(align(64))]
pub struct SharedSlot {
    operations: AtomicU64,
    token: AtomicU64,
    waker: AtomicWaker,
}

impl Slot for SharedSlot {
    #[inline]
    fn count(&self) {
        increment(&self.operations);
    }

    #[inline]
    fn operations(&self) -> u64 {
        self.operations.load(Ordering::Acquire)
    }

    #[inline]
    fn wake(&self) {
        self.waker.wake();
    }
}

impl FutureSlot for SharedSlot {
    #[inline]
    fn register(&self, waker: &Waker) {
        self.waker.register(waker);
    }

    #[inline]
    fn put(&self, token: u64) {
        self.token.store(token, Ordering::Release);
    }

    #[inline]
    fn take(&self) -> Option<u64> {
        let token = self.token.load(Ordering::Acquire);
        (token != 0).then(|| {
            self.token.store(0, Ordering::Relaxed);
            token
        })
    }
}

/// A slot for tasks that all live on one thread: nothing in it is atomic. The waker is stored once
/// and kept: [`Executor`](crate::executor::Executor) gives a task the same waker for life.
#[derive(Default, Debug)]
#[repr(align(64))]
pub struct LocalSlot {
    operations: Cell<u64>,
    token: Cell<u64>,
    waker: OnceCell<Waker>,
}

impl Slot for LocalSlot {
    #[inline]
    fn count(&self) {
        self.operations.set(self.operations.get() + 1);
    }

    #[inline]
    fn operations(&self) -> u64 {
        self.operations.get()
    }

    #[inline]
    fn wake(&self) {
        if let Some(waker) = self.waker.get() {
            waker.wake_by_ref();
        }
    }
}

impl FutureSlot for LocalSlot {
    #[inline]
    fn register(&self, waker: &Waker) {
        self.waker.get_or_init(|| waker.clone());
    }

    #[inline]
    fn put(&self, token: u64) {
        self.token.set(token);
    }

    #[inline]
    fn take(&self) -> Option<u64> {
        let token = self.token.take();
        (token != 0).then_some(token)
    }
}

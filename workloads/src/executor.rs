//! A minimal executor: the floor for futures, with nothing in it but a queue of the tasks that are ready.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};

/// Runs futures of one type on the calling thread.
#[derive(Debug)]
pub struct Executor<F> {
    futures: Vec<Pin<Box<F>>>,
    wakers: Vec<Waker>,
    ready: Arc<ReadyQueue>,
}

impl<F: Future<Output = ()>> Executor<F> {
    /// An executor with room for `count` futures.
    pub fn with_capacity(count: u32) -> Self {
        let (futures, wakers) = (Vec::with_capacity(count as usize), Vec::with_capacity(count as usize));
        Self { futures, wakers, ready: Arc::new(ReadyQueue::new(count as usize)) }
    }

    /// An executor of the futures that `create` makes, one for each index below `count`; all are ready.
    pub fn new(count: u32, create: impl Fn(usize) -> F) -> Self {
        let mut executor = Self::with_capacity(count);
        (0..count as usize).for_each(|index| executor.spawn(create(index)));
        executor
    }

    /// Adds a future, which is ready. There must be room.
    pub fn spawn(&mut self, future: F) {
        let index = self.futures.len() as u32;
        let waker = Waker::from(Arc::new(TaskWaker { index, ready: Arc::clone(&self.ready) }));
        waker.wake_by_ref();
        self.futures.push(Box::pin(future));
        self.wakers.push(waker);
    }

    /// Drops all futures; none may be ready.
    pub fn clear(&mut self) {
        self.futures.clear();
        self.wakers.clear();
    }

    /// Polls tasks in the order they were woken, until none is ready. One that has completed must not be woken.
    pub fn run_until_idle(&mut self) {
        while let Some(index) = self.ready.pop() {
            let mut context = Context::from_waker(&self.wakers[index]);
            let _pending: Poll<()> = self.futures[index].as_mut().poll(&mut context);
        }
    }
}

/// Lets all other ready tasks run first.
pub fn yield_now() -> impl Future<Output = ()> {
    let mut yielded = false;
    poll_fn(move |context| {
        if yielded {
            return Poll::Ready(());
        }
        yielded = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
}

struct TaskWaker {
    index: u32,
    ready: Arc<ReadyQueue>,
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        self.ready.push(self.index);
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.ready.push(self.index);
    }
}

/// A ring buffer with room for every task; each is in it at most once.
///
/// A [`Waker`] has to be usable from any thread, so the fields are atomic; all is used from one thread, so relaxed
/// loads and stores, which are plain instructions, suffice. A push from another thread could be lost.
#[derive(Debug)]
struct ReadyQueue {
    entries: Box<[AtomicU32]>,
    queued: Box<[AtomicBool]>,
    head: AtomicUsize,
    tail: AtomicUsize,
}

impl ReadyQueue {
    fn new(count: usize) -> Self {
        Self {
            entries: (0..count.next_power_of_two()).map(|_| AtomicU32::new(0)).collect(),
            queued: (0..count).map(|_| AtomicBool::new(false)).collect(),
            head: AtomicUsize::new(0),
            tail: AtomicUsize::new(0),
        }
    }

    #[inline]
    fn push(&self, index: u32) {
        let queued = &self.queued[index as usize];
        if queued.load(Ordering::Relaxed) {
            return;
        }
        queued.store(true, Ordering::Relaxed);
        let tail = self.tail.load(Ordering::Relaxed);
        self.entries[tail & (self.entries.len() - 1)].store(index, Ordering::Relaxed);
        self.tail.store(tail.wrapping_add(1), Ordering::Relaxed);
    }

    #[inline]
    fn pop(&self) -> Option<usize> {
        let head = self.head.load(Ordering::Relaxed);
        if head == self.tail.load(Ordering::Relaxed) {
            return None;
        }
        let index = self.entries[head & (self.entries.len() - 1)].load(Ordering::Relaxed) as usize;
        self.head.store(head.wrapping_add(1), Ordering::Relaxed);
        self.queued[index].store(false, Ordering::Relaxed);
        Some(index)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::future::pending;

    use super::{Executor, yield_now};

    #[test]
    fn tasks_that_yield_run_in_turn() {
        let order = RefCell::new(Vec::new());
        let mut executor = Executor::new(3, async |index| {
            for _ in 0..=index {
                order.borrow_mut().push(index);
                yield_now().await;
            }
            pending().await
        });
        executor.run_until_idle();
        assert_eq!(*order.borrow(), [0, 1, 2, 1, 2, 2]);
    }
}

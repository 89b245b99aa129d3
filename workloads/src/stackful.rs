//! The scenarios as stackful coroutines.

use std::cell::Cell;
use std::hint::black_box;
use std::rc::Rc;

use corosensei::Yielder;

use crate::slot::Slot;
use crate::task_set::TaskSet;
use crate::touch::Touched;

/// The slot of a coroutine: it needs no waker, the scheduler resumes it.
#[derive(Default, Debug)]
pub struct CoroutineSlot {
    operations: Cell<u64>,
}

impl Slot for CoroutineSlot {
    #[inline]
    fn count(&self) {
        self.operations.set(self.operations.get() + 1);
    }

    fn operations(&self) -> u64 {
        self.operations.get()
    }

    fn wake(&self) {}
}

/// The tasks of one run, each a coroutine.
pub type Coroutines = Rc<TaskSet<CoroutineSlot>>;

/// Why a coroutine gave control back to the scheduler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suspended {
    /// It waits: to be resumed when there is a reason.
    Parked,
    /// It gave way: to be resumed after the others.
    Yielded,
    /// It handed this token to the next in the ring.
    Handed(u64),
}

/// What a coroutine sees of the scheduler: it is resumed with the token, or 0 where there is none.
pub type Scheduler = Yielder<u64, Suspended>;

/// What the task with this index does once the gate is open, and the memory that it touches in a ring.
pub type Body = fn(&Coroutines, usize, &Scheduler, &mut Touched);

/// Task `index` of `switch`. The scheduler hands the token to the first task.
pub fn switch(tasks: &Coroutines, index: usize, scheduler: &Scheduler, touched: &mut Touched) {
    let mut token = scheduler.suspend(Suspended::Parked);
    tasks.hand_overs().arrives(token);
    while token < tasks.operations() {
        tasks.slot(index).count();
        touched.touch();
        tasks.hand_overs().leaves(token + 1);
        token = scheduler.suspend(Suspended::Handed(token + 1));
        tasks.hand_overs().arrives(token);
    }
    tasks.finish(token);
}

/// Task `index` of `yield`.
pub fn give_way(tasks: &Coroutines, index: usize, scheduler: &Scheduler, _touched: &mut Touched) {
    let mut token = 0;
    for _ in 0..tasks.share(index) {
        black_box(tasks.slot(index)).count();
        token = black_box(token + 1);
        scheduler.suspend(Suspended::Yielded);
    }
    tasks.finish(token);
}

/// Task `index` of `control`.
pub fn control(tasks: &Coroutines, index: usize, _scheduler: &Scheduler, _touched: &mut Touched) {
    tasks.count_share(index);
}

/// Task `index` of `cpu`. All coroutines share one thread.
pub fn compute(tasks: &Coroutines, index: usize, _scheduler: &Scheduler, _touched: &mut Touched) {
    tasks.compute_share(index);
}

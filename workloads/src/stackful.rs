//! The scenarios as stackful coroutines.

use std::cell::Cell;
use std::collections::VecDeque;
use std::hint::black_box;
use std::io;
use std::rc::Rc;

use anyhow::{Context, Result};
use corosensei::stack::DefaultStack;
use corosensei::{Coroutine, CoroutineResult, Yielder};

use crate::limits::mapping_limit;
use crate::slot::Slot;
use crate::task_set::TaskSet;

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

/// What the task with this index does once the gate is open.
pub type Body = fn(&Coroutines, usize, &Scheduler);

/// Task `index` of `switch`. The scheduler hands the token to the first task.
pub fn switch(tasks: &Coroutines, index: usize, scheduler: &Scheduler) {
    let mut token = scheduler.suspend(Suspended::Parked);
    while token < tasks.operations() {
        tasks.slot(index).count();
        token = scheduler.suspend(Suspended::Handed(token + 1));
    }
    tasks.finish(token);
}

/// Task `index` of `yield`.
pub fn give_way(tasks: &Coroutines, index: usize, scheduler: &Scheduler) {
    let mut token = 0;
    for _ in 0..tasks.share(index) {
        black_box(tasks.slot(index)).count();
        token = black_box(token + 1);
        scheduler.suspend(Suspended::Yielded);
    }
    tasks.finish(token);
}

/// Task `index` of `control`.
pub fn control(tasks: &Coroutines, index: usize, _scheduler: &Scheduler) {
    tasks.count_share(index);
}

/// The size the crate gives a stack by default.
const STACK_BYTES: usize = 1 << 20;

/// The coroutines, and the loop that resumes them.
pub struct Ring {
    coroutines: Vec<Coroutine<u64, Suspended, ()>>,
}

impl Ring {
    /// Creates the coroutines, parked at the gate.
    pub fn new(tasks: &Coroutines, body: Body) -> Result<Self> {
        let failed = |index| format!("cannot create coroutine {} of {}, {}", index + 1, tasks.count(), mapping_limit());
        let create = |index| create(Rc::clone(tasks), index, body).with_context(|| failed(index));
        let mut ring = Self { coroutines: (0..tasks.count()).map(create).collect::<Result<_>>()? };
        ring.resume_all();
        Ok(ring)
    }

    /// Resumes every coroutine once; those that give way go on in turn, until all are parked.
    pub fn resume_all(&mut self) {
        let mut ready: VecDeque<usize> = (0..self.coroutines.len()).collect();
        while let Some(index) = ready.pop_front() {
            if self.resume(index, 0) == Suspended::Yielded {
                ready.push_back(index);
            }
        }
    }

    /// Takes the token round, from the first coroutine on, until one parks instead of handing it over.
    pub fn hand_round(&mut self) {
        let (mut index, mut token) = (0, 0);
        while let Suspended::Handed(handed) = self.resume(index, token) {
            token = handed;
            index = if index + 1 == self.coroutines.len() { 0 } else { index + 1 };
        }
    }

    fn resume(&mut self, index: usize, token: u64) -> Suspended {
        match self.coroutines[index].resume(token) {
            CoroutineResult::Yield(suspended) => suspended,
            CoroutineResult::Return(()) => Suspended::Parked,
        }
    }
}

fn create(tasks: Coroutines, index: usize, body: Body) -> io::Result<Coroutine<u64, Suspended, ()>> {
    Ok(Coroutine::with_stack(DefaultStack::new(STACK_BYTES)?, move |scheduler: &Scheduler, _| {
        tasks.arrive();
        scheduler.suspend(Suspended::Parked);
        body(&tasks, index, scheduler);
        loop {
            scheduler.suspend(Suspended::Parked);
        }
    }))
}

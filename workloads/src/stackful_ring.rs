//! The coroutines of one run, and the loop that resumes them.

use std::collections::VecDeque;
use std::io;
use std::rc::Rc;

use anyhow::{Context, Result};
use corosensei::stack::DefaultStack;
use corosensei::{Coroutine, CoroutineResult};

use crate::limits::{self, Need};
use crate::slot::Slot;
use crate::stackful::{Body, Coroutines, Scheduler, Suspended};

/// The size the crate gives a stack by default.
pub const STACK_BYTES: usize = 1 << 20;
/// What a coroutine takes: a stack and its guard.
const NEED: Need = Need { threads: 0, mappings: 2, bytes: STACK_BYTES as u64 };

/// A coroutine on a stack of its own.
pub type Task = Coroutine<u64, Suspended, ()>;

/// The coroutines, and the loop that resumes them.
pub struct Ring {
    coroutines: Vec<Task>,
}

impl Ring {
    /// Creates the coroutines, parked at the gate.
    pub fn new(tasks: &Coroutines, body: Body) -> Result<Self> {
        let create = |index| create(Rc::clone(tasks), index, body).with_context(|| failure(tasks, index));
        let mut ring = Self { coroutines: (0..tasks.count()).map(create).collect::<Result<_>>()? };
        ring.resume_all();
        Ok(ring)
    }

    /// Resumes every coroutine once; those that yield are resumed in turn, until all are parked.
    pub fn resume_all(&mut self) {
        let mut ready: VecDeque<usize> = (0..self.coroutines.len()).collect();
        while let Some(index) = ready.pop_front() {
            if self.resume(index, 0) == Suspended::Yielded {
                ready.push_back(index);
            }
        }
    }

    /// Brings all to where they wait for the token, and takes it round, from the first coroutine on, until one parks
    /// instead of handing it over.
    pub fn hand_round(&mut self) {
        self.resume_all();
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

/// Creates all coroutines of `spawn`, a batch at a time, and resumes each until it has returned.
pub fn spawn(tasks: &Coroutines) -> Result<()> {
    let mut coroutines: Vec<Task> = Vec::with_capacity(tasks.count());
    for batch in tasks.batches() {
        for index in 0..batch {
            coroutines.push(create_ending(Rc::clone(tasks), index).with_context(|| failure(tasks, index))?);
        }
        for mut coroutine in coroutines.drain(..) {
            while let CoroutineResult::Yield(_) = coroutine.resume(0) {}
        }
    }
    tasks.finish(tasks.operations());
    Ok(())
}

fn create(tasks: Coroutines, index: usize, body: Body) -> io::Result<Task> {
    Ok(Coroutine::with_stack(DefaultStack::new(STACK_BYTES)?, move |scheduler: &Scheduler, _| {
        let mut touched = tasks.touched();
        tasks.arrive();
        scheduler.suspend(Suspended::Parked);
        body(&tasks, index, scheduler, &mut touched);
        loop {
            scheduler.suspend(Suspended::Parked);
        }
    }))
}

fn create_ending(tasks: Coroutines, index: usize) -> io::Result<Task> {
    Ok(Coroutine::with_stack(DefaultStack::new(STACK_BYTES)?, move |_: &Scheduler, _| tasks.slot(index).count()))
}

fn failure(tasks: &Coroutines, index: usize) -> String {
    format!("cannot create coroutine {} of {}, limit: {}", index + 1, tasks.count(), limits::reached(NEED))
}

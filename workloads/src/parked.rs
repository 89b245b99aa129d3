//! Stackful coroutines that are parked and nothing else: `idle` and `deep`.

use std::io;
use std::rc::Rc;

use corosensei::Coroutine;
use corosensei::stack::{DefaultStack, Stack as _};

use crate::idle::StoppedBy;
use crate::limits::{self, Need};
use crate::stackful::{Coroutines, Scheduler, Suspended};
use crate::stackful_ring::{STACK_BYTES, Task};
use crate::stacks::Stacks;

/// The coroutines, and where their stacks are.
pub struct Parked {
    coroutines: Vec<Task>,
    /// Where their stacks are.
    pub stacks: Stacks,
}

impl Parked {
    /// Creates the coroutines, or as many as there can be, each parked before the next is created.
    pub fn create(tasks: &Coroutines, stopped_by: &StoppedBy) -> Self {
        let stack_bytes = tasks.depth().stack_bytes(STACK_BYTES);
        let need = Need { threads: 0, mappings: 2, bytes: stack_bytes as u64 };
        let mut parked = Self { coroutines: Vec::with_capacity(tasks.count()), stacks: Stacks::default() };
        let mut is_created = || limits::has_address_space(need) && parked.add(tasks, stack_bytes).is_ok();
        if !(0..tasks.count()).all(|_| is_created()) {
            stopped_by.note(|| limits::reached(need));
        }
        parked
    }

    fn add(&mut self, tasks: &Coroutines, stack_bytes: usize) -> io::Result<()> {
        let stack = DefaultStack::new(stack_bytes)?;
        // The crate's base is the upper end. Below what was asked for is only the guard, as it is whole pages.
        let lowest = stack.base().get() - stack_bytes;
        self.stacks.add(lowest as u64, stack_bytes as u64);
        let own = Rc::clone(tasks);
        let mut coroutine = Coroutine::with_stack(stack, move |scheduler: &Scheduler, _| rest(&own, scheduler));
        coroutine.resume(0);
        self.coroutines.push(coroutine);
        Ok(())
    }
}

/// Uses the stack as deep as asked for, and is never resumed.
fn rest(tasks: &Coroutines, scheduler: &Scheduler) {
    tasks.depth().park(|| {
        tasks.arrive();
        loop {
            scheduler.suspend(Suspended::Parked);
        }
    });
}

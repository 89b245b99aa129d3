//! The scenarios as tasks that park: threads, or coroutines with a scheduler that treats them like threads.

use std::hint::black_box;
use std::sync::Arc;
use std::thread::Thread;

use crate::park_slot::{Handle, ParkSlot};
use crate::slot::Slot;
use crate::task_set::TaskSet;
use crate::turns::Turns;

/// The tasks of one run, each of which parks.
pub type Parkers<H> = Arc<TaskSet<ParkSlot<H>>>;
/// The tasks of one run, each a thread.
pub type Threads = Parkers<Thread>;

/// Waits until the gate is open.
pub fn pass_gate<H: Handle>(tasks: &Parkers<H>) {
    tasks.arrive();
    while !tasks.is_open() {
        H::park();
    }
}

/// Task `index` of `switch`. The first task has the token when the gate opens.
pub fn switch<H: Handle>(tasks: &Parkers<H>, index: usize) {
    let mut touched = tasks.touched();
    pass_gate(tasks);
    let (own, next) = (tasks.slot(index), tasks.slot(tasks.next(index)));
    let receive = || {
        let token = own.receive();
        tasks.hand_overs().arrives(token);
        token
    };
    let mut token = if index == 0 { 0 } else { receive() };
    while token < tasks.operations() {
        own.count();
        touched.touch();
        tasks.hand_overs().leaves(token + 1);
        next.hand(token + 1);
        token = receive();
    }
    tasks.finish(token);
}

/// Task `index` of `yield`.
pub fn give_way<H: Handle>(tasks: &Parkers<H>, turns: &impl Turns, index: usize) {
    pass_gate(tasks);
    turns.begin(index);
    let mut token = 0;
    for _ in 0..tasks.share(index) {
        black_box(tasks.slot(index)).count();
        token = black_box(token + 1);
        turns.end(index);
        H::yield_now();
        turns.begin(index);
    }
    tasks.finish(token);
}

/// Task `index` of `control`.
pub fn control<H: Handle>(tasks: &Parkers<H>, index: usize) {
    pass_gate(tasks);
    tasks.count_share(index);
}

/// Task `index` of `cpu`.
pub fn compute<H: Handle>(tasks: &Parkers<H>, index: usize) {
    pass_gate(tasks);
    tasks.compute_share(index);
}

/// A task of `idle` or `deep`: the gate stays closed.
pub fn rest<H: Handle>(tasks: &Parkers<H>, _index: usize) {
    tasks.depth().park(|| pass_gate(tasks));
}

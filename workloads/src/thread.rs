//! The scenarios as threads.

use std::hint::black_box;
use std::sync::Arc;
use std::thread;

use crate::slot::Slot;
use crate::task_set::TaskSet;
use crate::thread_slot::ThreadSlot;

/// The tasks of one run, each a thread.
pub type Threads = Arc<TaskSet<ThreadSlot>>;

/// Waits until the gate is open.
pub fn pass_gate(tasks: &Threads) {
    tasks.arrive();
    while !tasks.is_open() {
        thread::park();
    }
}

/// Task `index` of `switch`. The first task has the token when the gate opens.
pub fn switch(tasks: &Threads, index: usize) {
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
        tasks.hand_overs().leaves(token + 1);
        next.hand(token + 1);
        token = receive();
    }
    tasks.finish(token);
}

/// Task `index` of `yield`, with `sched_yield`.
pub fn give_way(tasks: &Threads, index: usize) {
    pass_gate(tasks);
    let mut token = 0;
    for _ in 0..tasks.share(index) {
        black_box(tasks.slot(index)).count();
        token = black_box(token + 1);
        thread::yield_now();
    }
    tasks.finish(token);
}

/// Task `index` of `control`.
pub fn control(tasks: &Threads, index: usize) {
    pass_gate(tasks);
    tasks.count_share(index);
}

/// Task `index` of `cpu`.
pub fn compute(tasks: &Threads, index: usize) {
    pass_gate(tasks);
    tasks.compute_share(index);
}

/// A task of `idle`: the gate stays closed.
pub fn rest(tasks: &Threads, _index: usize) {
    pass_gate(tasks);
}

//! Starting threads, and waiting for them.

use std::panic::PanicHookInfo;
use std::process::exit;
use std::sync::Arc;
use std::task::{Wake, Waker};
use std::thread::{self, Thread};

use anyhow::{Context, Result};

use crate::idle::StoppedBy;
use crate::limits::{self, Need};
use crate::park_slot::{Handle, ParkSlot};
use crate::task_set::TaskSet;
use crate::thread::{Parkers, Threads};

/// What a thread of the standard library takes: a stack of 2 MiB and one for signals, each with a guard.
const NEED: Need = Need { threads: 1, mappings: 4, bytes: (2 << 20) + (16 << 10) };

/// A new thread that cannot map its signal stack panics before it reaches our code: names the limit there, too.
pub fn explain_panics() {
    std::panic::set_hook(Box::new(|panic| die(panic)));
}

fn die(panic: &PanicHookInfo<'_>) -> ! {
    eprintln!("error: {panic}; limit: {}", limits::reached(NEED));
    exit(1)
}

/// In `idle` and `deep`, a thread that cannot map its signal stack is one that could not be created: it stays aside.
fn survive_panics(tasks: &Threads, stopped_by: &Arc<StoppedBy>) {
    let (tasks, stopped_by, creator) = (Arc::clone(tasks), Arc::clone(stopped_by), thread::current());
    std::panic::set_hook(Box::new(move |panic| {
        if !panic.payload_as_str().is_some_and(|reason| reason.contains("alternative stack")) {
            die(panic);
        }
        stopped_by.note(|| limits::reached(NEED));
        tasks.expect_fewer(1);
        creator.unpark();
        stay_alive()
    }));
}

/// Starts one thread for each task, with the standard library's stack of 2 MiB, and waits until all have come to the
/// gate.
pub fn start<T: Send + 'static>(tasks: &Threads, extras: Vec<T>, body: fn(&Threads, usize, &mut T)) -> Result<()> {
    for (index, extra) in extras.into_iter().enumerate() {
        create(tasks, index, extra, body).with_context(|| failure(tasks, index))?;
    }
    wait_until(tasks, TaskSet::all_arrived);
    Ok(())
}

/// Starts as many threads as there can be, up to one for each task of `idle` or `deep`; each has come to the gate before the next
/// is created, so that at most one runs into a limit.
pub fn start_parked(tasks: &Threads) -> Arc<StoppedBy> {
    let stopped_by = Arc::new(StoppedBy::default());
    survive_panics(tasks, &stopped_by);
    if let Some(created) = (0..tasks.count()).find(|&index| !is_created(tasks, index)) {
        stopped_by.note(|| limits::reached(NEED));
        tasks.expect_fewer(tasks.count() - created);
    }
    stopped_by
}

/// Whether another thread can be created, and has come to the gate. One that came to grief before is not expected.
fn is_created(tasks: &Threads, index: usize) -> bool {
    let room = !tasks.is_short() && limits::has_address_space(NEED);
    let created = room && create(tasks, index, thread::current(), rest).is_ok();
    while created && tasks.arrived() <= index && !tasks.is_short() {
        thread::park();
    }
    created
}

/// A task of `idle` or `deep`: the gate stays closed.
fn rest(tasks: &Threads, _index: usize, creator: &mut Thread) {
    tasks.depth().park(|| {
        tasks.arrive();
        creator.unpark();
        stay_alive()
    });
}

fn create<T>(tasks: &Threads, index: usize, mut extra: T, body: fn(&Threads, usize, &mut T)) -> std::io::Result<()>
where
    T: Send + 'static,
{
    let own = Arc::clone(tasks);
    let thread = thread::Builder::new().spawn(move || {
        body(&own, index, &mut extra);
        stay_alive()
    })?;
    tasks.slot(index).assign(thread.thread());
    Ok(())
}

/// What to say when the thread of task `index` cannot be created.
pub fn failure(tasks: &Threads, index: usize) -> String {
    format!("cannot create thread {} of {}, limit: {}", index + 1, tasks.count(), limits::reached(NEED))
}

/// Parks the calling thread until `condition` holds, of which the supervisor is notified.
pub fn wait_until<H: Handle>(tasks: &Parkers<H>, condition: fn(&TaskSet<ParkSlot<H>>) -> bool) {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    loop {
        tasks.supervisor().register(&waker);
        if condition(tasks) {
            return;
        }
        thread::park();
    }
}

/// Wakes the supervisor.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Keeps a finished thread, its stack and all it owns until the end of the process.
fn stay_alive() -> ! {
    loop {
        thread::park();
    }
}

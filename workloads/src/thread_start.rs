//! Starting threads, and waiting for them.

use std::sync::Arc;
use std::task::{Wake, Waker};
use std::thread::{self, Thread};

use anyhow::{Context, Result};

use crate::limits;
use crate::task_set::TaskSet;
use crate::thread::Threads;
use crate::thread_slot::ThreadSlot;

/// A new thread that cannot map its signal stack panics before it reaches our code: names the limits there, too.
pub fn explain_panics() {
    std::panic::set_hook(Box::new(|panic| {
        eprintln!("error: {panic}\nperhaps {}", limits::thread_limits());
        std::process::exit(1);
    }));
}

/// Starts one thread for each task, with the standard library's stack of 2 MiB, and waits until all have come to the
/// gate.
pub fn start<T: Send + 'static>(tasks: &Threads, extras: Vec<T>, body: fn(&Threads, usize, &mut T)) -> Result<()> {
    for (index, mut extra) in extras.into_iter().enumerate() {
        let own = Arc::clone(tasks);
        let thread = thread::Builder::new().spawn(move || {
            body(&own, index, &mut extra);
            stay_alive()
        });
        let failed = || format!("cannot create thread {} of {}, {}", index + 1, tasks.count(), limits::thread_limits());
        tasks.slot(index).assign(thread.with_context(failed)?.thread());
    }
    wait_until(tasks, TaskSet::all_arrived);
    Ok(())
}

/// Parks the calling thread until `condition`, of which the supervisor is told, holds.
pub fn wait_until(tasks: &Threads, condition: fn(&TaskSet<ThreadSlot>) -> bool) {
    tasks.supervisor().register(&Waker::from(Arc::new(Unpark(thread::current()))));
    while !condition(tasks) {
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
fn stay_alive() {
    loop {
        thread::park();
    }
}

//! The model `may`: every task is a stackful coroutine of the crate's own scheduler.

use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, anyhow};
use may::coroutine::{self, Coroutine, JoinHandle};
use may::io::CoIo;
use may::{config, go};
use nix::libc::O_NONBLOCK;

use crate::arguments::Arguments;
use crate::idle::StoppedBy;
use crate::limits::{self, Need};
use crate::may_stacks::{self, StackEnds};
use crate::park_slot::Handle;
use crate::program;
use crate::scenario::Scenario;
use crate::slot::Slot;
use crate::thread::{self, Parkers};
use crate::turns::Turns;
use crate::{thread_echo, thread_hog, thread_pipe};

/// The least stack of a task of `deep`: the same for all usual depths.
const DEEP_STACK_BYTES: usize = 128 << 10;

/// The tasks of one run, each a coroutine.
pub type Tasks = Parkers<Coroutine>;

impl Handle for Coroutine {
    fn park() {
        coroutine::park();
    }

    fn yield_now() {
        coroutine::yield_now();
    }

    fn unpark(&self) {
        self.unpark();
    }
}

/// Starts the scheduler and its threads.
///
/// Workers are not bound to CPUs, which is what other runtimes do, too. In `idle` and `deep` no stacks are created in
/// advance (one, since 0 means the default of 1,000), so that those there are belong to tasks. Stacks are of the
/// crate's default size, except in `deep`, whose depths they would not hold.
pub fn start_scheduler(arguments: &Arguments, workers: usize) {
    config().set_workers(workers).set_worker_pin(false);
    if arguments.scenario.only_parks() {
        config().set_pool_capacity(1);
    }
    if arguments.scenario == Scenario::Deep {
        config().set_stack_size(arguments.depth().stack_bytes(DEEP_STACK_BYTES) / size_of::<usize>());
    }
    join(go!(|| ()));
}

/// What a coroutine takes: a stack, and its guard.
fn need() -> Need {
    Need { threads: 0, mappings: 2, bytes: may_stacks::stack_bytes() }
}

/// The crate panics when it cannot map a stack: names the limit in `idle` and `deep`, elsewhere ends the process.
pub fn explain_panics(scenario: Scenario, stopped_by: &Arc<StoppedBy>) {
    let stopped_by = Arc::clone(stopped_by);
    panic::set_hook(Box::new(move |panic| {
        let out_of_stacks = panic.payload_as_str().is_some_and(|reason| reason.contains("alloc sys stack"));
        if out_of_stacks && scenario.only_parks() {
            return stopped_by.note(|| limits::reached(need()));
        }
        program::fail(&anyhow!("{panic}; limit: {}", limits::reached(need())));
    }));
}

/// Creates the tasks, except those of `spawn`.
pub fn create(
    tasks: &Tasks,
    arguments: &Arguments,
    turns: &(impl Turns + Clone + Send + 'static),
    ends: &StackEnds,
) -> Result<()> {
    match arguments.scenario {
        Scenario::Switch => create_each(tasks, thread::switch),
        Scenario::Yield => {
            let turns = turns.clone();
            create_each(tasks, move |tasks, index| thread::give_way(tasks, &turns, index));
        }
        Scenario::Control => create_each(tasks, thread::control),
        Scenario::Cpu => create_each(tasks, thread::compute),
        Scenario::Idle | Scenario::Deep => {
            let ends = ends.clone();
            create_each(tasks, move |tasks, index| {
                ends.note(index);
                thread::rest(tasks, index);
            });
        }
        Scenario::Hog => create_each(tasks, |tasks, index| thread_hog::hog(tasks, index, sleep_until)),
        Scenario::SwitchIo => {
            let ring = thread_pipe::pipe_ring(tasks.count(), O_NONBLOCK, readable)?;
            create_with(tasks, ring, thread_pipe::switch_io);
        }
        Scenario::Echo => {
            let connections = thread_echo::accept(arguments)?.into_iter().map(readable).collect::<io::Result<Vec<_>>>();
            let connections = connections.context("register the connections with the scheduler")?;
            create_with(tasks, connections, thread_echo::echo);
        }
        Scenario::Spawn => {}
    }
    Ok(())
}

fn readable<T: std::os::fd::AsRawFd>(file: T) -> io::Result<CoIo<T>> {
    CoIo::new(file).map_err(io::Error::from)
}

/// The crate's timers take a time from now on.
fn sleep_until(due: Instant) {
    coroutine::sleep(due.saturating_duration_since(Instant::now()));
}

fn create_each(tasks: &Tasks, body: impl Fn(&Tasks, usize) + Clone + Send + 'static) {
    create_with(tasks, vec![(); tasks.gate_count()], move |tasks, index, ()| body(tasks, index));
}

/// Creates one task for each of the extras, up to the first that cannot be created.
fn create_with<T, B>(tasks: &Tasks, extras: Vec<T>, body: B)
where
    T: Send + 'static,
    B: Fn(&Tasks, usize, &mut T) + Clone + Send + 'static,
{
    for (index, extra) in extras.into_iter().enumerate() {
        let (own, body) = (Arc::clone(tasks), body.clone());
        let create = AssertUnwindSafe(|| start(own, index, extra, body));
        match panic::catch_unwind(create) {
            Ok(handle) => tasks.slot(index).assign(handle.coroutine()),
            Err(_) => return tasks.expect_fewer(tasks.gate_count() - index),
        }
    }
}

fn start<T, B>(tasks: Tasks, index: usize, mut extra: T, body: B) -> JoinHandle<()>
where
    T: Send + 'static,
    B: Fn(&Tasks, usize, &mut T) + Send + 'static,
{
    go!(move || {
        body(&tasks, index, &mut extra);
        loop {
            coroutine::park();
        }
    })
}

/// Opens the gate, or creates the tasks of `spawn`, from a coroutine: what another thread wakes waits until a worker
/// has nothing else to do, and tasks that yield to each other never let it come to that.
pub fn work(tasks: &Tasks, scenario: Scenario) {
    let tasks = Arc::clone(tasks);
    go!(move || {
        tasks.open();
        if scenario == Scenario::Spawn {
            spawn(&tasks);
        }
    });
}

/// Creates all coroutines, a batch at a time, and joins them.
fn spawn(tasks: &Tasks) {
    let mut handles = Vec::with_capacity(tasks.count());
    for batch in tasks.batches() {
        for index in 0..batch {
            let own = Arc::clone(tasks);
            handles.push(go!(move || own.slot(index).count()));
        }
        handles.drain(..).for_each(join);
    }
    tasks.finish(tasks.operations());
}

fn join(handle: JoinHandle<()>) {
    if handle.join().is_err() {
        program::fail(&anyhow!("a coroutine panicked"));
    }
}

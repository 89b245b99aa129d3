//! The model `smol`: every task is one of a `LocalExecutor`, which runs on the calling thread.
//!
//! The parts of smol: async-executor runs the tasks; `block_on` of async-io drives it where the scenario needs I/O or
//! timers, elsewhere that of futures-lite, which does not look for either.

use std::future::Future;
use std::sync::Arc;

use anyhow::Result;
use async_executor::LocalExecutor;
use futures_lite::future::yield_now;

use crate::arguments::Arguments;
use crate::idle::{self, StoppedBy};
use crate::protocol::Protocol;
use crate::scenario::Scenario;
use crate::slot::SharedSlot;
use crate::task_set::TaskSet;
use crate::turns::TurnCounter;
use crate::{smol_io, stackless};
use taskweight_core::protocol::Done;

/// The tasks of one run. They live as long as the process.
pub type Tasks = &'static TaskSet<SharedSlot>;
/// What runs them.
pub type Executor = &'static LocalExecutor<'static>;

/// Runs the scenario, and leaves executor and tasks to the end of the process.
pub fn run(arguments: &Arguments, protocol: &Protocol) -> Result<()> {
    arguments.depth().fits_polls()?;
    let executor: Executor = Box::leak(Box::new(LocalExecutor::new()));
    let work = executor.run(supervise(executor, arguments, protocol));
    match arguments.scenario {
        Scenario::SwitchIo | Scenario::Echo | Scenario::Hog => async_io::block_on(work),
        _ => futures_lite::future::block_on(work),
    }
}

/// Which yields pass control to another task is counted: the executor is free to choose the order.
async fn supervise(executor: Executor, arguments: &Arguments, protocol: &Protocol) -> Result<()> {
    let tasks: Tasks = Box::leak(Box::new(TaskSet::new(arguments)));
    let turns = Arc::new(TurnCounter::default());
    create(executor, tasks, arguments, &turns).await?;
    tasks.supervise(TaskSet::all_arrived).await;
    if arguments.scenario.only_parks() {
        return idle::report(tasks, &StoppedBy::default(), protocol);
    }
    protocol.ready(tasks.count())?;
    tasks.open();
    if arguments.scenario == Scenario::Spawn {
        executor.spawn(spawn(executor, tasks)).detach();
    }
    tasks.supervise(TaskSet::is_finished).await;
    let outcome = tasks.outcome()?;
    let logical_switches = match arguments.scenario {
        Scenario::Yield => turns.passed(),
        _ => outcome.logical_switches,
    };
    protocol.done(&Done { logical_switches, ..outcome })
}

/// Creates the tasks, except those of `spawn`.
async fn create(executor: Executor, tasks: Tasks, arguments: &Arguments, turns: &Arc<TurnCounter>) -> Result<()> {
    match arguments.scenario {
        Scenario::Switch => create_each(executor, tasks, stackless::switch),
        Scenario::Yield => {
            create_each(executor, tasks, |tasks, index| stackless::give_way(tasks, Arc::clone(turns), index, yield_now))
        }
        Scenario::Control => create_each(executor, tasks, stackless::control),
        Scenario::Cpu => create_each(executor, tasks, stackless::compute),
        Scenario::Idle => create_each(executor, tasks, stackless::rest),
        Scenario::Deep => create_each(executor, tasks, stackless::deep),
        Scenario::Hog => {
            smol_io::start_timers().await;
            create_each(executor, tasks, smol_io::hog);
        }
        Scenario::SwitchIo => smol_io::create_pipe_ring(executor, tasks)?,
        Scenario::Echo => smol_io::serve(executor, tasks, arguments).await?,
        Scenario::Spawn => {}
    }
    Ok(())
}

fn create_each<F>(executor: Executor, tasks: Tasks, create: impl Fn(Tasks, usize) -> F)
where
    F: Future<Output = ()> + 'static,
{
    for index in 0..tasks.gate_count() {
        executor.spawn(create(tasks, index)).detach();
    }
}

/// Creates all tasks of `spawn`, a batch at a time, and awaits them.
async fn spawn(executor: Executor, tasks: Tasks) {
    let mut handles = Vec::with_capacity(tasks.count());
    for batch in tasks.batches() {
        handles.extend((0..batch).map(|index| executor.spawn(stackless::end(tasks, index))));
        for handle in handles.drain(..) {
            handle.await;
        }
    }
    tasks.finish(tasks.operations());
}

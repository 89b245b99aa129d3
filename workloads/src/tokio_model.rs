//! The models `tokio` and `tokio-mt`: they differ in the runtime only.

use std::future::Future;
use std::mem::ManuallyDrop;
use std::sync::Arc;

use anyhow::{Context, Result};
use tokio::runtime::{Builder, Runtime};
use tokio::task::yield_now;

use crate::arguments::Arguments;
use crate::idle::{self, StoppedBy};
use crate::protocol::Protocol;
use crate::scenario::Scenario;
use crate::slot::SharedSlot;
use crate::task_set::TaskSet;
use crate::turns::{TurnCounter, Turns};
use crate::{stackless, tokio_echo, tokio_hog, tokio_pipe, tokio_spawn};
use taskweight_core::protocol::Done;

/// The tasks of one run, each a tokio task. They live as long as the process.
pub type Tasks = &'static TaskSet<SharedSlot>;

/// Runs the scenario on one thread, this one.
///
/// Which yields pass control to another task is counted: the runtime wakes those that gave way in reverse order, so
/// that the last of a round is the first of the next.
pub fn run_on_one_thread(arguments: &Arguments, protocol: &Protocol) -> Result<()> {
    let turns = Arc::new(TurnCounter::default());
    let passed = || (arguments.scenario == Scenario::Yield).then(|| turns.passed());
    run(Builder::new_current_thread(), arguments, protocol, Arc::clone(&turns), passed)
}

/// Runs the scenario on `workers` threads; which yields pass control to another task is not known.
pub fn run_on_many_threads(arguments: &Arguments, protocol: &Protocol, workers: usize) -> Result<()> {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(workers);
    run(builder, arguments, protocol, (), || None)
}

/// Runs the scenario, and leaves runtime and tasks to the end of the process.
fn run<T: Turns + Clone + Send + 'static>(
    builder: Builder,
    arguments: &Arguments,
    protocol: &Protocol,
    turns: T,
    switches: impl Fn() -> Option<u64>,
) -> Result<()> {
    arguments.depth().fits_polls()?;
    let runtime = ManuallyDrop::new(build(builder, arguments)?);
    runtime.block_on(async {
        let tasks: Tasks = Box::leak(Box::new(TaskSet::new(arguments)));
        create(tasks, arguments, &turns).await?;
        tasks.supervise(TaskSet::all_arrived).await;
        if arguments.scenario.only_parks() {
            return idle::report(tasks, &StoppedBy::default(), protocol);
        }
        protocol.ready(tasks.count())?;
        tasks.open();
        if arguments.scenario == Scenario::Spawn {
            tokio::spawn(tokio_spawn::spawn(tasks));
        }
        tasks.supervise(TaskSet::is_finished).await;
        let outcome = tasks.outcome()?;
        let logical_switches = switches().unwrap_or(outcome.logical_switches);
        protocol.done(&Done { logical_switches, ..outcome })
    })
}

/// The runtime, with I/O only where the scenario needs it: with I/O enabled it calls `epoll_wait` once every 61 polls
/// even if nothing waits for I/O, which would add 0.016 system calls to every operation. Timers likewise.
fn build(mut builder: Builder, arguments: &Arguments) -> Result<Runtime> {
    match arguments.scenario {
        Scenario::SwitchIo | Scenario::Echo => builder.enable_io(),
        Scenario::Hog => builder.enable_time(),
        _ => &mut builder,
    };
    builder.build().context("start the tokio runtime")
}

/// Creates the tasks, except those of `spawn`.
async fn create<T: Turns + Clone + Send + 'static>(tasks: Tasks, arguments: &Arguments, turns: &T) -> Result<()> {
    match arguments.scenario {
        Scenario::Switch => spawn_each(tasks, stackless::switch),
        Scenario::Yield => {
            spawn_each(tasks, |tasks, index| stackless::give_way(tasks, turns.clone(), index, yield_now))
        }
        Scenario::Control => spawn_each(tasks, stackless::control),
        Scenario::Cpu => spawn_each(tasks, stackless::compute),
        Scenario::Idle => spawn_each(tasks, stackless::rest),
        Scenario::Deep => spawn_each(tasks, stackless::deep),
        Scenario::Hog => spawn_each(tasks, tokio_hog::hog),
        Scenario::SwitchIo => create_pipe_ring(tasks)?,
        Scenario::Echo => tokio_echo::serve(tasks, arguments).await?,
        Scenario::Spawn => {}
    }
    Ok(())
}

fn spawn_each<F>(tasks: Tasks, create: impl Fn(Tasks, usize) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    for index in 0..tasks.gate_count() {
        tokio::spawn(create(tasks, index));
    }
}

fn create_pipe_ring(tasks: Tasks) -> Result<()> {
    for (index, ends) in tokio_pipe::pipe_ring(tasks.count())?.into_iter().enumerate() {
        tokio::spawn(tokio_pipe::switch_io(tasks, index, ends));
    }
    Ok(())
}

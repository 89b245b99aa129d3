//! The models `tokio` and `tokio-mt`: they differ in the runtime only.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::unix::pipe::{Receiver, Sender, pipe};
use tokio::runtime::Builder;
use tokio::task::yield_now;

use crate::arguments::Arguments;
use crate::protocol::Protocol;
use crate::scenario::Scenario;
use crate::slot::{SharedSlot, Slot};
use crate::task_set::TaskSet;
use crate::turns::{TurnCounter, Turns};
use crate::{limits, program, stackless};

type Tasks = Arc<TaskSet<SharedSlot>>;

/// The scenarios tokio offers.
pub const SCENARIOS: &[Scenario] = &[Scenario::Switch, Scenario::SwitchIo, Scenario::Yield, Scenario::Control];

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

/// Drivers are enabled for the scenario that needs one only: with I/O enabled the runtime calls `epoll_wait` once
/// every 61 polls even if nothing waits for I/O, and 0.016 system calls would be added to every operation.
fn run<T>(
    mut builder: Builder,
    arguments: &Arguments,
    protocol: &Protocol,
    turns: T,
    switches: impl Fn() -> Option<u64>,
) -> Result<()>
where
    T: Turns + Clone + Send + 'static,
{
    if arguments.scenario == Scenario::SwitchIo {
        limits::allow_pipes(arguments.tasks)?;
        builder.enable_io();
    }
    let runtime = builder.build().context("start the tokio runtime")?;
    runtime.block_on(async {
        let tasks: Tasks = Arc::new(TaskSet::new(arguments));
        spawn(&tasks, arguments.scenario, &turns)?;
        tasks.supervise(TaskSet::all_arrived).await;
        protocol.ready(arguments.tasks)?;
        tasks.open();
        tasks.supervise(TaskSet::is_finished).await;
        let mut outcome = tasks.outcome()?;
        outcome.logical_switches = switches().unwrap_or(outcome.logical_switches);
        protocol.done(&outcome)?;
        std::process::exit(0)
    })
}

fn spawn<T: Turns + Clone + Send + 'static>(tasks: &Tasks, scenario: Scenario, turns: &T) -> Result<()> {
    match scenario {
        Scenario::Switch => spawn_each(tasks, stackless::switch),
        Scenario::Yield => {
            spawn_each(tasks, |tasks, index| stackless::give_way(tasks, turns.clone(), index, yield_now))
        }
        Scenario::Control => spawn_each(tasks, stackless::control),
        Scenario::SwitchIo => {
            for (index, ends) in pipe_ring(tasks.count())?.into_iter().enumerate() {
                tokio::spawn(switch_io(Arc::clone(tasks), index, ends));
            }
        }
    }
    Ok(())
}

fn spawn_each<F>(tasks: &Tasks, create: impl Fn(Tasks, usize) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    for index in 0..tasks.count() {
        tokio::spawn(create(Arc::clone(tasks), index));
    }
}

/// A task's ends of the ring of pipes, and the value of the token, which only its holder touches.
struct PipeEnds {
    own: Receiver,
    next: Sender,
    token: Arc<AtomicU64>,
}

impl PipeEnds {
    async fn hand(&mut self, token: u64) -> io::Result<()> {
        self.token.store(token, Ordering::Release);
        self.next.write_all(&[1]).await
    }

    /// Reads one byte into a larger buffer, as most programs do: a read that fills its buffer makes the runtime try
    /// again, and find the pipe empty, before it waits for readiness.
    async fn receive(&mut self) -> io::Result<u64> {
        match self.own.read(&mut [0; 8]).await? {
            1 => Ok(self.token.load(Ordering::Acquire)),
            length => Err(io::Error::other(format!("read {length} bytes from the pipe, not 1"))),
        }
    }
}

fn pipe_ring(count: usize) -> Result<Vec<PipeEnds>> {
    let token = Arc::new(AtomicU64::new(0));
    let pipes: io::Result<Vec<_>> = (0..count).map(|_| pipe()).collect();
    let (mut writers, readers): (Vec<_>, Vec<_>) = pipes.context("create the pipes")?.into_iter().unzip();
    writers.rotate_left(1);
    let ends = |(own, next)| PipeEnds { own, next, token: Arc::clone(&token) };
    Ok(readers.into_iter().zip(writers).map(ends).collect())
}

async fn switch_io(tasks: Tasks, index: usize, mut ends: PipeEnds) {
    stackless::pass_gate(&tasks, index).await;
    match take_round(&tasks, index, &mut ends).await {
        Ok(token) => tasks.finish(token),
        Err(error) => program::fail(&anyhow::Error::new(error).context("hand the token over")),
    }
    stackless::stay_alive().await
}

async fn take_round(tasks: &Tasks, index: usize, ends: &mut PipeEnds) -> io::Result<u64> {
    let mut token = if index == 0 { 0 } else { ends.receive().await? };
    while token < tasks.operations() {
        tasks.slot(index).count();
        ends.hand(token + 1).await?;
        token = ends.receive().await?;
    }
    Ok(token)
}

//! The model `future`: every task is a future, run by an executor with nothing in it: the floor for stackless tasks.
//!
//! Not offered: `switch-io`, `echo` and `hog`, since the executor waits for nothing but wakers: it has neither I/O nor
//! timers. `cpu` runs on its one thread.

use std::future::Future;
use std::rc::Rc;

use anyhow::Result;
use workloads::arguments::{Arguments, CommonCommand};
use workloads::executor::{Executor, yield_now};
use workloads::idle::{self, StoppedBy};
use workloads::program::Model;
use workloads::protocol::Protocol;
use workloads::scenario::{self, Scenario};
use workloads::slot::LocalSlot;
use workloads::stackless;
use workloads::task_set::TaskSet;

const MODEL: Model = Model { name: "future", scenarios: scenario::WITHOUT_IO };

type Tasks = Rc<TaskSet<LocalSlot>>;

fn main() {
    MODEL.run(|command: &CommonCommand, protocol| run(&command.arguments, protocol))
}

fn run(arguments: &Arguments, protocol: &Protocol) -> Result<()> {
    match arguments.scenario {
        Scenario::Switch => drive(arguments, protocol, stackless::switch),
        Scenario::Yield => drive(arguments, protocol, |tasks, index| stackless::give_way(tasks, (), index, yield_now)),
        Scenario::Control => drive(arguments, protocol, stackless::control),
        Scenario::Spawn => spawn(arguments, protocol),
        Scenario::Idle => drive(arguments, protocol, stackless::rest),
        Scenario::Deep => drive(arguments, protocol, stackless::deep),
        Scenario::Cpu => drive(arguments, protocol, stackless::compute),
        Scenario::SwitchIo | Scenario::Echo | Scenario::Hog => MODEL.refuse(arguments.scenario),
    }
}

fn drive<F>(arguments: &Arguments, protocol: &Protocol, create: impl Fn(Tasks, usize) -> F) -> Result<()>
where
    F: Future<Output = ()>,
{
    arguments.depth().fits_polls()?;
    let tasks: Tasks = Rc::new(TaskSet::new(arguments));
    let mut executor = Executor::new(arguments.tasks, |index| create(Rc::clone(&tasks), index));
    executor.run_until_idle();
    if arguments.scenario.only_parks() {
        return idle::report(&tasks, &StoppedBy::default(), protocol);
    }
    protocol.ready(tasks.count())?;
    tasks.open();
    executor.run_until_idle();
    protocol.done(&tasks.outcome()?)
}

/// A task is waited for by running the executor until nothing is left to do.
fn spawn(arguments: &Arguments, protocol: &Protocol) -> Result<()> {
    let tasks: Tasks = Rc::new(TaskSet::new(arguments));
    let mut executor = Executor::with_capacity(arguments.tasks);
    protocol.ready(tasks.count())?;
    tasks.open();
    for batch in tasks.batches() {
        (0..batch).for_each(|index| executor.spawn(stackless::end(Rc::clone(&tasks), index)));
        executor.run_until_idle();
        executor.clear();
    }
    tasks.finish(tasks.operations());
    protocol.done(&tasks.outcome()?)
}

//! The model `future`: every task is a future, run by an executor with nothing in it: the floor for stackless tasks.

use std::future::Future;
use std::rc::Rc;

use anyhow::Result;
use workloads::arguments::{Arguments, CommonCommand};
use workloads::executor::{Executor, yield_now};
use workloads::program::Model;
use workloads::protocol::Protocol;
use workloads::scenario::Scenario;
use workloads::slot::LocalSlot;
use workloads::stackless;
use workloads::task_set::TaskSet;

const MODEL: Model = Model { name: "future", scenarios: &[Scenario::Switch, Scenario::Yield, Scenario::Control] };

type Tasks = Rc<TaskSet<LocalSlot>>;

fn main() {
    MODEL.run(|command: &CommonCommand, protocol| run(&command.arguments, protocol))
}

fn run(arguments: &Arguments, protocol: &Protocol) -> Result<()> {
    match arguments.scenario {
        Scenario::Switch => drive(arguments, protocol, stackless::switch),
        Scenario::Yield => drive(arguments, protocol, |tasks, index| stackless::give_way(tasks, (), index, yield_now)),
        Scenario::Control => drive(arguments, protocol, stackless::control),
        Scenario::SwitchIo => MODEL.refuse(arguments.scenario),
    }
}

fn drive<F>(arguments: &Arguments, protocol: &Protocol, create: impl Fn(Tasks, usize) -> F) -> Result<()>
where
    F: Future<Output = ()>,
{
    let tasks: Tasks = Rc::new(TaskSet::new(arguments));
    let mut executor = Executor::new(arguments.tasks, |index| create(Rc::clone(&tasks), index));
    executor.run_until_idle();
    protocol.ready(arguments.tasks)?;
    tasks.open();
    executor.run_until_idle();
    protocol.done(&tasks.outcome()?)
}

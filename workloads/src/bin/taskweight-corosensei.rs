//! The model `corosensei`: every task is a stackful coroutine, resumed by a loop.

use std::rc::Rc;

use anyhow::Result;
use workloads::arguments::{Arguments, CommonCommand};
use workloads::program::Model;
use workloads::protocol::Protocol;
use workloads::scenario::Scenario;
use workloads::stackful::{self, Body, Coroutines, Ring};
use workloads::task_set::TaskSet;

const MODEL: Model = Model { name: "corosensei", scenarios: &[Scenario::Switch, Scenario::Yield, Scenario::Control] };

fn main() {
    MODEL.run(|command: &CommonCommand, protocol| run(&command.arguments, protocol))
}

fn run(arguments: &Arguments, protocol: &Protocol) -> Result<()> {
    let body: Body = match arguments.scenario {
        Scenario::Switch => stackful::switch,
        Scenario::Yield => stackful::give_way,
        Scenario::Control => stackful::control,
        Scenario::SwitchIo => MODEL.refuse(arguments.scenario),
    };
    let tasks: Coroutines = Rc::new(TaskSet::new(arguments));
    let mut ring = Ring::new(&tasks, body)?;
    protocol.ready(arguments.tasks)?;
    tasks.open();
    ring.resume_all();
    if arguments.scenario == Scenario::Switch {
        ring.hand_round();
    }
    protocol.done(&tasks.outcome()?)
}

//! The model `corosensei`: every task is a stackful coroutine, resumed by a loop.
//!
//! Not offered: `switch-io`, `echo` and `hog`, since the crate has coroutines only, neither I/O nor timers. `cpu` runs
//! on the one thread that resumes them. In `spawn` every coroutine maps and unmaps a stack of its own: the crate keeps
//! none.

use std::rc::Rc;

use anyhow::Result;
use workloads::arguments::{Arguments, CommonCommand};
use workloads::idle::{self, StoppedBy};
use workloads::parked::Parked;
use workloads::program::Model;
use workloads::protocol::Protocol;
use workloads::scenario::{self, Scenario};
use workloads::stackful::{self, Body, Coroutines};
use workloads::stackful_ring::{self, Ring};
use workloads::task_set::TaskSet;

const MODEL: Model = Model { name: "corosensei", scenarios: scenario::WITHOUT_IO };

fn main() {
    MODEL.run(|command: &CommonCommand, protocol| run(&command.arguments, protocol))
}

fn run(arguments: &Arguments, protocol: &Protocol) -> Result<()> {
    let tasks: Coroutines = Rc::new(TaskSet::new(arguments));
    match arguments.scenario {
        Scenario::Switch => drive(&tasks, protocol, stackful::switch, Ring::hand_round),
        Scenario::Yield => drive(&tasks, protocol, stackful::give_way, Ring::resume_all),
        Scenario::Control => drive(&tasks, protocol, stackful::control, Ring::resume_all),
        Scenario::Cpu => drive(&tasks, protocol, stackful::compute, Ring::resume_all),
        Scenario::Spawn => spawn(&tasks, protocol),
        Scenario::Idle | Scenario::Deep => rest(&tasks, protocol),
        Scenario::SwitchIo | Scenario::Echo | Scenario::Hog => MODEL.refuse(arguments.scenario),
    }
}

fn drive(tasks: &Coroutines, protocol: &Protocol, body: Body, work: fn(&mut Ring)) -> Result<()> {
    let mut ring = Ring::new(tasks, body)?;
    protocol.ready(tasks.count())?;
    tasks.open();
    work(&mut ring);
    protocol.done(&tasks.outcome()?)
}

fn spawn(tasks: &Coroutines, protocol: &Protocol) -> Result<()> {
    protocol.ready(tasks.count())?;
    tasks.open();
    stackful_ring::spawn(tasks)?;
    protocol.done(&tasks.outcome()?)
}

fn rest(tasks: &Coroutines, protocol: &Protocol) -> Result<()> {
    let stopped_by = StoppedBy::default();
    let parked = Parked::create(tasks, &stopped_by);
    idle::report_with(tasks, &stopped_by, &parked.stacks, protocol)
}

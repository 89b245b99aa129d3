//! The model `os-thread`: every task is a thread of the operating system.

use std::sync::Arc;

use anyhow::Result;
use workloads::arguments::{Arguments, CommonCommand};
use workloads::program::Model;
use workloads::protocol::Protocol;
use workloads::scenario::Scenario;
use workloads::task_set::TaskSet;
use workloads::thread::{self, Threads};
use workloads::thread_start::{self, wait_until};
use workloads::{limits, thread_pipe};

const MODEL: Model =
    Model { name: "os-thread", scenarios: &[Scenario::Switch, Scenario::SwitchIo, Scenario::Yield, Scenario::Control] };

fn main() {
    MODEL.run(|command: &CommonCommand, protocol| run(&command.arguments, protocol))
}

fn run(arguments: &Arguments, protocol: &Protocol) -> Result<()> {
    thread_start::explain_panics();
    let tasks: Threads = Arc::new(TaskSet::new(arguments));
    start(&tasks, arguments)?;
    protocol.ready(arguments.tasks)?;
    tasks.open();
    wait_until(&tasks, TaskSet::is_finished);
    protocol.done(&tasks.outcome()?)
}

fn start(tasks: &Threads, arguments: &Arguments) -> Result<()> {
    let nothing = vec![(); tasks.count()];
    match arguments.scenario {
        Scenario::Switch => thread_start::start(tasks, nothing, |tasks, index, ()| thread::switch(tasks, index)),
        Scenario::Yield => thread_start::start(tasks, nothing, |tasks, index, ()| thread::give_way(tasks, index)),
        Scenario::Control => thread_start::start(tasks, nothing, |tasks, index, ()| thread::control(tasks, index)),
        Scenario::SwitchIo => {
            limits::allow_pipes(arguments.tasks)?;
            thread_start::start(tasks, thread_pipe::pipe_ring(tasks.count())?, thread_pipe::switch_io)
        }
    }
}

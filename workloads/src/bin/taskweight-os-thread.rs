//! The model `os-thread`: every task is a thread of the operating system.
//!
//! All scenarios are offered; the kernel spreads the threads among all CPUs.

use std::sync::Arc;

use anyhow::Result;
use workloads::arguments::{Arguments, CommonCommand};
use workloads::idle;
use workloads::program::Model;
use workloads::protocol::Protocol;
use workloads::scenario::Scenario;
use workloads::task_set::TaskSet;
use workloads::thread::{self, Threads};
use workloads::thread_start::{self, wait_until};
use workloads::{thread_echo, thread_hog, thread_pipe, thread_spawn};

const MODEL: Model = Model { name: "os-thread", scenarios: &Scenario::ALL };

fn main() {
    MODEL.run(|command: &CommonCommand, protocol| run(&command.arguments, protocol))
}

fn run(arguments: &Arguments, protocol: &Protocol) -> Result<()> {
    let tasks: Threads = Arc::new(TaskSet::new(arguments));
    if arguments.scenario.only_parks() {
        arguments.depth().fits_calls()?;
        let stopped_by = thread_start::start_parked(&tasks);
        return idle::report(&tasks, &stopped_by, protocol);
    }
    thread_start::explain_panics();
    start(&tasks, arguments)?;
    protocol.ready(tasks.count())?;
    tasks.open();
    if arguments.scenario == Scenario::Spawn {
        thread_spawn::spawn(&tasks)?;
    }
    wait_until(&tasks, TaskSet::is_finished);
    protocol.done(&tasks.outcome()?)
}

/// Creates the tasks, except those of `spawn`.
fn start(tasks: &Threads, arguments: &Arguments) -> Result<()> {
    match arguments.scenario {
        Scenario::Switch => start_each(tasks, |tasks, index, ()| thread::switch(tasks, index)),
        Scenario::Yield => start_each(tasks, |tasks, index, ()| thread::give_way(tasks, &(), index)),
        Scenario::Control => start_each(tasks, |tasks, index, ()| thread::control(tasks, index)),
        Scenario::Cpu => start_each(tasks, |tasks, index, ()| thread::compute(tasks, index)),
        Scenario::Hog => start_each(tasks, |tasks, index, ()| thread_hog::hog(tasks, index, thread_hog::sleep_until)),
        Scenario::Echo => thread_start::start(tasks, thread_echo::accept(arguments)?, thread_echo::echo),
        Scenario::SwitchIo => {
            thread_start::start(tasks, thread_pipe::pipe_ring(tasks.count(), 0, Ok)?, thread_pipe::switch_io)
        }
        Scenario::Spawn | Scenario::Idle | Scenario::Deep => Ok(()),
    }
}

fn start_each(tasks: &Threads, body: fn(&Threads, usize, &mut ())) -> Result<()> {
    thread_start::start(tasks, vec![(); tasks.gate_count()], body)
}

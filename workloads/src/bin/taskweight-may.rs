//! The model `may`: every task is a stackful coroutine of the crate's own scheduler.
//!
//! All scenarios are offered. The default of `--workers` is 1, so that the model can be compared with others that
//! switch on one thread, except in `cpu`, where it is the number of CPUs available. In `hog` the thread of the crate's
//! timers runs the tasks that it wakes, so that one that computes does not hold up all others even with one worker.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread::available_parallelism;

use anyhow::{Context, Result};
use taskweight_core::protocol::Done;
use workloads::arguments::WorkersCommand;
use workloads::idle::{self, StoppedBy};
use workloads::may_model::{self, Tasks};
use workloads::may_stacks::StackEnds;
use workloads::program::Model;
use workloads::protocol::Protocol;
use workloads::scenario::Scenario;
use workloads::task_set::TaskSet;
use workloads::thread_start::wait_until;
use workloads::turns::TurnCounter;

const MODEL: Model = Model { name: "may", scenarios: &Scenario::ALL };

fn main() {
    MODEL.run(run)
}

fn run(command: &WorkersCommand, protocol: &Protocol) -> Result<()> {
    let (arguments, workers) = (&command.arguments, workers(command)?);
    let (tasks, stopped_by): (Tasks, _) = (Arc::new(TaskSet::new(arguments)), Arc::new(StoppedBy::default()));
    may_model::explain_panics(arguments.scenario, &stopped_by);
    may_model::start_scheduler(arguments, workers);
    let turns = turn_counter(arguments.scenario, workers);
    let ends = StackEnds::new(if arguments.scenario.only_parks() { tasks.count() } else { 0 });
    may_model::create(&tasks, arguments, &turns, &ends)?;
    wait_until(&tasks, TaskSet::all_arrived);
    if arguments.scenario.only_parks() {
        return idle::report_with(&tasks, &stopped_by, &ends.stacks(), protocol);
    }
    protocol.ready(tasks.count())?;
    may_model::work(&tasks, arguments.scenario);
    wait_until(&tasks, TaskSet::is_finished);
    let outcome = tasks.outcome()?;
    let logical_switches = turns.map_or(outcome.logical_switches, |turns| turns.passed());
    protocol.done(&Done { logical_switches, ..outcome })
}

/// Which yields pass control to another task is known where one worker runs all of them.
fn turn_counter(scenario: Scenario, workers: usize) -> Option<Arc<TurnCounter>> {
    (scenario == Scenario::Yield && workers == 1).then(|| Arc::new(TurnCounter::default()))
}

fn workers(command: &WorkersCommand) -> Result<usize> {
    let default = match command.arguments.scenario {
        Scenario::Cpu => available_parallelism().context("find the number of CPUs; set it with --workers")?,
        _ => NonZeroUsize::MIN,
    };
    Ok(command.workers.unwrap_or(default).get())
}

//! The model `tokio`: every task is a tokio task on the current-thread runtime.
//!
//! All scenarios are offered; `cpu` and all else runs on the one thread of the runtime.

use workloads::arguments::CommonCommand;
use workloads::program::Model;
use workloads::scenario::Scenario;
use workloads::tokio_model::run_on_one_thread;

const MODEL: Model = Model { name: "tokio", scenarios: &Scenario::ALL };

fn main() {
    MODEL.run(|command: &CommonCommand, protocol| run_on_one_thread(&command.arguments, protocol))
}

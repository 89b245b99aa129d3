//! The model `smol`: every task is one of async-executor's `LocalExecutor`, driven by `block_on` on the main thread.
//!
//! All scenarios are offered; `cpu` and all else runs on that one thread.

use workloads::arguments::CommonCommand;
use workloads::program::Model;
use workloads::scenario::Scenario;
use workloads::smol_model;

const MODEL: Model = Model { name: "smol", scenarios: &Scenario::ALL };

fn main() {
    MODEL.run(|command: &CommonCommand, protocol| smol_model::run(&command.arguments, protocol))
}

//! The load generator: makes requests to a server of the scenario `echo`, and measures how long the answers take.
//!
//! It speaks the protocol of the workloads: `ready` when all connections are open, requests from `go` on, `done` with
//! the latencies when all answers are there; the connections stay open until `exit`.
//!
//! With `--rate` the times at which requests are to be sent are fixed in advance, and a latency counts from then, also
//! when the request had to wait because its connection still waited for an answer: a server that stalls is charged for
//! all requests that it delayed. Without `--rate` a latency counts from the sending of the request.

use std::num::NonZeroU64;
use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;
use taskweight_core::protocol::Done;
use workloads::arguments::parse_any;
use workloads::limits;
use workloads::load::Load;
use workloads::load_plan::Plan;
use workloads::program::converse;
use workloads::protocol::Protocol;

/// Load generator of taskweight: waits for `go` on stdin, makes requests to an echo server, and reports on stdout
#[derive(Parser, Debug)]
struct Command {
    /// The Unix socket to connect to; it may take up to 10 s to appear
    #[arg(long, value_name = "PATH")]
    socket: PathBuf,
    /// Number of connections
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    connections: u32,
    /// Number of requests, of all connections together
    #[arg(long, value_name = "M", value_parser = clap::value_parser!(u64).range(1..))]
    requests: u64,
    /// Requests a second, of all connections together [default: the next when the answer is there]
    #[arg(long, value_name = "R")]
    rate: Option<NonZeroU64>,
}

fn main() {
    let command: Command = parse_any();
    converse(|protocol| run(&command, protocol))
}

fn run(command: &Command, protocol: &Protocol) -> Result<()> {
    let &Command { ref socket, connections, requests, rate } = command;
    limits::allow_descriptors(connections)?;
    let plan = Plan { connections: connections as usize, requests, rate };
    let mut load = Load::connect(plan, socket)?;
    protocol.ready(plan.connections)?;
    let elapsed = load.run()?;
    protocol.done(&Done { latency_ns: Some(load.latencies()), ..Done::new(requests, 0, elapsed) })
}

//! What taskweight costs, beside what other tools cost. It prints; it asserts no time. `cargo xtask bench` builds what is
//! measured and starts this program.

mod background;
mod document;
mod machine;
mod models;
mod parked;
mod peers;
mod ping_pong;
mod place;
mod probes;
mod start_up;
mod table;
mod threads;

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Parser, ValueEnum as _};
use xtask::command;

use place::Place;

/// Measure what taskweight costs, beside other tools.
#[derive(Parser)]
#[command(name = "cargo xtask bench", bin_name = "cargo xtask bench")]
struct Args {
    /// Rounds; every table shows medians over them
    #[arg(long, value_name = "N", default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=1000))]
    rounds: u32,
    /// Give the ping-pong real-time priority: other load disturbs the figures less, which are then not the usual ones
    #[arg(long)]
    real_time: bool,
    /// Tables to make, in this order; all unless said
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    only: Vec<Topic>,
    /// Write what is printed into this file, too, as a document
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Folder of the optimised programs
    #[arg(long, value_name = "DIR", hide = true)]
    programs: PathBuf,
    /// Do the half of the work that needs root
    #[arg(long, hide = true)]
    measure: bool,
}

/// What there are tables of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Topic {
    /// Each eBPF program
    Programs,
    /// The same among few threads and many that take turns
    Threads,
    /// Two threads among few and many that do nothing
    Parked,
    /// What it costs to be watched, by taskweight and by other tools
    PingPong,
    /// The workloads themselves
    Models,
    /// The time to start
    StartUp,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let done = if args.measure { measure(&args) } else { as_root(&args) };
    done.unwrap_or_else(|error| {
        eprintln!("bench: {error:#}");
        ExitCode::FAILURE
    })
}

/// Becomes this program again, as root, to measure; the document is the user's.
fn as_root(args: &Args) -> Result<ExitCode> {
    let me = env::current_exe().context("find the path of this program")?;
    let mut measure = command::as_root(me)?;
    measure.args(env::args_os().skip(1)).arg("--measure");
    match &args.output {
        Some(path) => document::write(&mut measure, path),
        None => match command::exec(measure)? {},
    }
}

/// Measures and prints one table after the other.
fn measure(args: &Args) -> Result<ExitCode> {
    let place = Place::find(&args.programs, args.real_time)?;
    println!("{}", machine::describe()?);
    let topics = if args.only.is_empty() { Topic::value_variants() } else { &args.only };
    for topic in topics {
        println!("\n{}", topic.table(&place, args.rounds)?);
    }
    Ok(ExitCode::SUCCESS)
}

impl Topic {
    fn table(self, place: &Place, rounds: u32) -> Result<String> {
        match self {
            Self::Programs => probes::table(place, rounds),
            Self::Threads => threads::table(place, rounds),
            Self::Parked => parked::table(place, rounds),
            Self::PingPong => ping_pong::table(place, rounds),
            Self::Models => models::table(place, rounds),
            Self::StartUp => start_up::table(place, rounds),
        }
    }
}

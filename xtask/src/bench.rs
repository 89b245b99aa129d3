//! `bench`: what taskweight costs, beside what other tools cost. It prints; it asserts no time.

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

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::ValueEnum as _;

use crate::workspace::Workspace;
use crate::{build, command};
use place::Place;

/// How often everything is measured.
#[derive(clap::Args)]
pub struct Args {
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

/// What the half of the work that needs root has to know.
#[derive(clap::Args)]
pub struct MeasureArgs {
    /// Folder of the optimised programs
    #[arg(long, value_name = "DIR")]
    programs: PathBuf,
    /// Rounds
    #[arg(long, value_name = "N")]
    rounds: u32,
    /// Real-time priority
    #[arg(long)]
    real_time: bool,
    /// Tables
    #[arg(long, value_delimiter = ',')]
    only: Vec<Topic>,
}

/// Builds as the user, then becomes this program again, as root, to measure.
pub fn bench(workspace: &Workspace, args: &Args) -> Result<ExitCode> {
    build::programs(workspace)?;
    command::run(&mut workspace.cargo(["build", "--release", "-p", "workloads", "--example", "ping_pong"]))?;
    let me = std::env::current_exe().context("find the path of this program")?;
    let mut measure = command::as_root(me)?;
    measure.args(["bench-measure", "--rounds", &args.rounds.to_string(), "--programs"]).arg(workspace.release());
    measure.args(args.real_time.then_some("--real-time"));
    if !args.only.is_empty() {
        measure.arg("--only").arg(args.only.iter().map(Topic::name).collect::<Vec<_>>().join(","));
    }
    match &args.output {
        Some(path) => document::write(&mut measure, path),
        None => match command::exec(measure)? {},
    }
}

/// Measures and prints one table after the other.
pub fn measure(args: &MeasureArgs) -> Result<ExitCode> {
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

    /// As on the command line.
    fn name(&self) -> String {
        self.to_possible_value().map_or(String::new(), |value| value.get_name().to_owned())
    }
}

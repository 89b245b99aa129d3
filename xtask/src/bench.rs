//! `bench`: what taskweight costs, beside what other tools cost. It prints; it asserts no time.

mod background;
mod models;
mod peers;
mod ping_pong;
mod place;
mod probes;
mod start_up;
mod table;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};

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
}

/// Builds as the user, then becomes this program again, as root, to measure.
pub fn bench(workspace: &Workspace, args: &Args) -> Result<ExitCode> {
    build::programs(workspace)?;
    command::run(&mut workspace.cargo(["build", "--release", "-p", "tracer", "--example", "ping_pong"]))?;
    let me = std::env::current_exe().context("find the path of this program")?;
    let mut measure = command::as_root(me)?;
    measure.args(["bench-measure", "--rounds", &args.rounds.to_string(), "--programs"]).arg(workspace.release());
    measure.args(args.real_time.then_some("--real-time"));
    match command::exec(measure)? {}
}

/// Measures and prints one table after the other.
pub fn measure(args: &MeasureArgs) -> Result<ExitCode> {
    let place = Place::find(&args.programs, args.real_time)?;
    let tables = [probes::table, ping_pong::table, models::table, start_up::table];
    for table in tables {
        println!("{}\n", table(&place, args.rounds)?);
    }
    Ok(ExitCode::SUCCESS)
}

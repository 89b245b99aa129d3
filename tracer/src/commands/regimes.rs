//! `taskweight regimes`: where the advantage of coroutines ends, and why.

use anyhow::Context as _;
use procfs::{Current as _, Meminfo};

use super::compare::{Schedule, installed, perform};
use crate::{
    cli::{Cli, RegimesArgs, TimelineArgs},
    notice::notice,
};
use taskweight_core::catalog::{self, Model};
use taskweight_report::regimes::{
    cells::regimes,
    grid::{Grid, cells, split},
};
use taskweight_run::affinity;

/// Models that show what there is to see, unless others are named.
const DEFAULT: [&str; 4] = ["os-thread", "tokio", "corosensei", "go"];

/// Measures the grid, and prints the ratios.
pub fn run(cli: &Cli, args: &RegimesArgs) -> anyhow::Result<u8> {
    let programs = args.programs.clone().map_or_else(catalog::programs_folder, Ok)?;
    let (threads, coroutines) = split(installed(models(args)?, &programs)?)?;
    let (reference, others) = threads.split_first().context("no thread model")?;
    for other in others {
        notice(format_args!("skipped: {}: {} was named first and is the baseline", other.name, reference.name));
    }
    let pin_cpu = affinity::last_allowed()?;
    let cells = cells(args.quick, pin_cpu, available_bytes()?);
    let grid = Grid { threads: reference, coroutines, cells };
    let rounds = vec![grid.jobs(); args.repetitions as usize];
    let timeline = TimelineArgs::default();
    let anatomy = (Vec::new(), 0);
    let schedule = Schedule { measuring: &args.measuring, timeline: &timeline, programs, rounds, anatomy, pin_cpu };
    perform(cli, schedule, |report| report.regimes = regimes(report, &grid))
}

/// In the order in which they were named, each once.
fn models(args: &RegimesArgs) -> anyhow::Result<Vec<&'static Model>> {
    let default = if args.quick { &DEFAULT[..2] } else { &DEFAULT[..] };
    let names = args.models.clone().unwrap_or_else(|| default.iter().map(|name| (*name).to_owned()).collect());
    let mut models = catalog::models(&names)?;
    models.sort_by_key(|model| names.iter().position(|name| name == model.name));
    Ok(models)
}

fn available_bytes() -> anyhow::Result<u64> {
    let memory = Meminfo::current().context("read /proc/meminfo")?;
    memory.mem_available.context("MemAvailable is not in /proc/meminfo: Linux 3.14 or newer has it")
}

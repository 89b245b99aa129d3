//! `taskweight regimes`: where the advantage of coroutines ends, and why.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use procfs::{Current as _, Meminfo};

use super::{
    Perform,
    compare::{Schedule, installed, measure_in_rounds},
    options::{MeasuringArgs, TimelineArgs},
};
use crate::{cli::Cli, notice::notice};
use taskweight_core::catalog::{self, Model};
use taskweight_report::regimes::{
    cells::regimes,
    grid::{Grid, cells, split},
};
use taskweight_run::affinity;

/// Options of `regimes`.
#[derive(Debug, Args)]
#[command(
    after_help = "The grid: pinned to one CPU or unpinned x switch or switch-io x 2, 100 or 10,000 tasks x 0, 16 or 256 KiB that each task
touches while it holds the token. Without --quick it takes a quarter of an hour with the default models.

EXAMPLES:
  sudo taskweight regimes --quick
  sudo taskweight regimes --models pthread,tokio-mt,go --json regimes.json"
)]
pub struct RegimesArgs {
    /// Models, separated by commas: one thread model, the baseline, and the coroutine models [default:
    /// os-thread,tokio,corosensei,go; with --quick os-thread,tokio]
    #[arg(long, value_delimiter = ',', value_name = "LIST")]
    pub models: Option<Vec<String>>,
    /// Repetitions, each with a traced and an untraced run
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub repetitions: u32,
    /// 2 and 100 tasks, 0 and 256 KiB, fewer operations: a first look in a minute or two
    #[arg(long)]
    pub quick: bool,
    /// What runs share.
    #[command(flatten)]
    pub measuring: MeasuringArgs,
    /// Directory of the models' programs [default: beside taskweight]
    #[arg(long, value_name = "DIR", hide = true, env = "TASKWEIGHT_PROGRAMS")]
    pub programs: Option<PathBuf>,
}

/// Models that show what there is to see, unless others are named.
const DEFAULT: [&str; 4] = ["os-thread", "tokio", "corosensei", "go"];

impl Perform for RegimesArgs {
    /// Measures the grid, and prints the ratios.
    fn run(&self, cli: &Cli) -> anyhow::Result<u8> {
        let programs = self.programs.clone().map_or_else(catalog::programs_folder, Ok)?;
        let (threads, coroutines) = split(installed(models(self)?, &programs)?)?;
        let (reference, others) = threads.split_first().context("no thread model")?;
        for other in others {
            notice(format_args!("skipped: {}: {} was named first and is the baseline", other.name, reference.name));
        }
        let pin_cpu = affinity::last_allowed()?;
        let cells = cells(self.quick, pin_cpu, available_bytes()?);
        let grid = Grid { threads: reference, coroutines, cells };
        let rounds = vec![grid.jobs(); self.repetitions as usize];
        let timeline = TimelineArgs::default();
        let anatomy = (Vec::new(), 0);
        let schedule = Schedule { measuring: &self.measuring, timeline: &timeline, programs, rounds, anatomy, pin_cpu };
        measure_in_rounds(cli, schedule, |report| report.regimes = regimes(report, &grid))
    }
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

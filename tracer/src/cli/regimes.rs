//! Options of `regimes`.

use std::path::PathBuf;

use clap::Args;

use super::MeasuringArgs;

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

//! Options of `anatomy`.

use std::path::PathBuf;

use clap::Args;

use super::MeasuringArgs;
use taskweight_core::plan::Pinning;

/// Options of `anatomy`.
#[derive(Debug, Args)]
#[command(after_help = "EXAMPLES:
  sudo taskweight anatomy                              threads and coroutines, on one CPU
  sudo taskweight anatomy --models pthread --pin none  including wakeups on other CPUs")]
pub struct AnatomyArgs {
    /// Models, separated by commas
    #[arg(long, value_delimiter = ',', value_name = "LIST", default_value = "os-thread,pthread,tokio,corosensei")]
    pub models: Vec<String>,
    /// Add a model: any program that speaks the workload protocol (docs/protocol.md). Repeatable
    #[arg(long, value_name = "NAME=COMMAND")]
    pub model: Vec<String>,
    /// How tasks switch: `switch` in memory, `switch-io` through pipes
    #[arg(long, value_name = "switch|switch-io", default_value = "switch", value_parser = ["switch", "switch-io"])]
    pub scenario: String,
    /// Tasks in the ring
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u64).range(2..=10_000_000))]
    pub tasks: u64,
    /// Pin every run to one CPU, or to none [default: the last CPU]
    #[arg(long, value_name = "CPU|none")]
    pub pin: Option<Pinning>,
    /// Repetitions, each with a traced run between two untraced ones
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub repetitions: u32,
    /// Operations per run [default: about 50 ms of work]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub operations: Option<u64>,
    /// Do not use the scheduler's entry and exit tracepoints, as on kernels before 6.16
    #[arg(long, hide = true)]
    pub coarse: bool,
    /// What runs share.
    #[command(flatten)]
    pub measuring: MeasuringArgs,
    /// Directory of the models' programs [default: beside taskweight]
    #[arg(long, value_name = "DIR", hide = true, env = "TASKWEIGHT_PROGRAMS")]
    pub programs: Option<PathBuf>,
}

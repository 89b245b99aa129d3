//! `taskweight anatomy`: what one task switch consists of.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use clap::Args;

use super::{
    Perform,
    options::{MeasuringArgs, TimelineArgs},
};
use crate::{
    cli::Cli,
    measurement::{Ending, Measurement},
    progress,
};
use taskweight_core::{
    catalog,
    plan::{Pinning, Request, jobs},
    scenario::Scenario,
};
use taskweight_probe::preflight;
use taskweight_run::affinity;

mod dissection;

pub(super) use dissection::Dissection;

/// Time for each step of a workload unless said otherwise.
const TIMEOUT: Duration = Duration::from_secs(60);

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

impl Perform for AnatomyArgs {
    /// Measures all models in turn, again and again, and prints what their task switches consist of.
    fn run(&self, cli: &Cli) -> anyhow::Result<u8> {
        let programs = self.programs.clone().map_or_else(catalog::programs_folder, Ok)?;
        let request = request(self, &programs)?;
        let measurement = Measurement::begin(cli, &self.measuring, &TimelineArgs::default())?;
        preflight::check_pids_of_the_host()?;
        let context = measurement.context(Some(self.measuring.timeout.unwrap_or(TIMEOUT)), 0);
        let jobs = jobs(&request);
        anyhow::ensure!(!jobs.is_empty(), "nothing to measure: none of the requested models offers {}", self.scenario);
        let progress = progress::bar(cli, jobs.len() as u64 * u64::from(self.repetitions));
        let mut dissection = Dissection::new(&context, &programs, request.pin_cpu, jobs, &progress);
        dissection.coarse = self.coarse;
        let mut report = measurement.report();
        dissection.measure(cli, self.repetitions)?;
        dissection.finish(&mut report)?;
        progress.finish_and_clear();
        measurement.finish(report, Ending::Runs)
    }
}

fn request(args: &AnatomyArgs, programs: &Path) -> anyhow::Result<Request> {
    let brought = args.model.iter().map(|text| catalog::Model::brought(text)).collect::<Result<Vec<_>, _>>()?;
    let mut models = catalog::models(&args.models)?;
    models.extend(brought);
    let pin_cpu = match args.pin {
        Some(Pinning::Cpu(cpu)) => affinity::require(cpu)?,
        _ => affinity::last_allowed()?,
    };
    Ok(Request {
        models: super::compare::installed(models, programs)?,
        scenarios: Scenario::of_names(std::slice::from_ref(&args.scenario))?,
        tasks: Some(vec![args.tasks]),
        pinning: Some(args.pin.unwrap_or(Pinning::Cpu(pin_cpu))),
        pin_cpu,
        operations: args.operations,
        rate: None,
        depths: None,
        most_threads: None,
        quick: false,
    })
}

//! `taskweight compare`: several models at the same work.

use std::{collections::BTreeSet, path::PathBuf, time::Duration};

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
    plan::{Job, Pinning, rounds},
    report::Report,
};
use taskweight_probe::hardware::Counters;
use taskweight_report::ledger;

mod comparison;
mod overview;
mod request;

use comparison::Comparison;
pub(super) use request::installed;

/// Time for each step of a workload unless said otherwise.
const TIMEOUT: Duration = Duration::from_secs(60);
/// The same where tasks are created up to the machine's limit.
const TIMEOUT_AT_LIMITS: Duration = Duration::from_secs(180);
/// Threads that a run of a comparison lists one by one.
const THREADS_LISTED: usize = 16;

/// Options of `compare`.
#[derive(Debug, Args)]
#[command(after_help = "Without --scenarios it takes about four minutes on two CPUs; with --quick, less than one.

EXAMPLES:
  sudo taskweight compare --models os-thread,tokio --scenarios switch --tasks 2,10000
  sudo taskweight compare --pin none --repetitions 11 --json report.json")]
pub struct CompareArgs {
    /// Models, separated by commas [default: the overview models; with --scenarios, all installed models]
    #[arg(long, value_delimiter = ',', value_name = "LIST")]
    pub models: Option<Vec<String>>,
    /// Add a model: any program that speaks the workload protocol (docs/protocol.md). Repeatable
    #[arg(long, value_name = "NAME=COMMAND")]
    pub model: Vec<String>,
    /// Scenarios, separated by commas [default: all, plus the switch breakdown; with --quick, those the verdicts need]
    #[arg(long, value_delimiter = ',', value_name = "LIST")]
    pub scenarios: Option<Vec<String>>,
    /// Numbers of tasks, separated by commas [default: depends on the scenario, such as 2 and 100]
    #[arg(long, value_delimiter = ',', value_name = "LIST", value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    pub tasks: Option<Vec<u64>>,
    /// Pin every run to one CPU, or to none [default: `switch` pinned and unpinned, cpu and hog unpinned, others pinned to the last CPU]
    #[arg(long, value_name = "CPU|none")]
    pub pin: Option<Pinning>,
    /// Repetitions, each with a traced and an untraced run [default: 5, with --quick 3; idle and deep 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub repetitions: Option<u32>,
    /// Operations per run [default: about 50 ms of work]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub operations: Option<u64>,
    /// Requests per second in `echo`, sent without waiting for answers [default: the next one after each answer]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub rate: Option<u64>,
    /// Bytes of stack each task uses in `deep`, separated by commas [default: 1024,8192,65536]
    #[arg(long, value_delimiter = ',', value_name = "LIST", value_parser = clap::value_parser!(u64).range(1..=1 << 40))]
    pub depths: Option<Vec<u64>>,
    /// Fewer cases, fewer operations: a first look
    #[arg(long)]
    pub quick: bool,
    /// A timeline.
    #[command(flatten)]
    pub timeline: TimelineArgs,
    /// What runs share.
    #[command(flatten)]
    pub measuring: MeasuringArgs,
    /// Directory of the models' programs [default: beside taskweight]
    #[arg(long, value_name = "DIR", hide = true, env = "TASKWEIGHT_PROGRAMS")]
    pub programs: Option<PathBuf>,
}

/// What is measured, whatever is then made of it.
pub(super) struct Schedule<'a> {
    pub(super) measuring: &'a MeasuringArgs,
    pub(super) timeline: &'a TimelineArgs,
    pub(super) programs: PathBuf,
    /// The jobs of each repetition.
    pub(super) rounds: Vec<Vec<Job>>,
    /// What is taken apart step by step afterwards, and how often.
    pub(super) anatomy: (Vec<Job>, u32),
    /// The CPU on which the cost of the probes is measured.
    pub(super) pin_cpu: u32,
}

impl Perform for CompareArgs {
    /// Compares the models.
    fn run(&self, cli: &Cli) -> anyhow::Result<u8> {
        let programs = self.programs.clone().map_or_else(catalog::programs_folder, Ok)?;
        let request = request::request(self, &programs)?;
        let pin_cpu = request.pin_cpu;
        let anatomy = if overview::is_asked_for(self) { overview::anatomy(&request) } else { Vec::new() };
        let mut requests = vec![request];
        if overview::is_asked_for(self) {
            requests.extend(overview::weights_of_others(self, &requests[0], &programs)?);
        }
        let rounds = rounds(&requests, self.repetitions);
        anyhow::ensure!(
            !rounds.is_empty(),
            "nothing to measure: none of the requested models offers these scenarios and tasks"
        );
        let repetitions = rounds.len() as u32;
        let schedule = Schedule {
            measuring: &self.measuring,
            timeline: &self.timeline,
            programs,
            rounds,
            anatomy: (anatomy, repetitions),
            pin_cpu,
        };
        measure_in_rounds(cli, schedule, |report| report.ledger = ledger::rows(&report.runs))
    }
}

/// Measures all jobs in turn, again and again, lets `conclude` complete the report, and prints the tables.
pub(super) fn measure_in_rounds(
    cli: &Cli,
    schedule: Schedule<'_>,
    conclude: impl FnOnce(&mut Report),
) -> anyhow::Result<u8> {
    let measurement = Measurement::begin(cli, schedule.measuring, schedule.timeline)?;
    let timeout = schedule.measuring.timeout.unwrap_or_else(|| timeout(&schedule.rounds));
    let mut comparison = Comparison {
        context: measurement.context(Some(timeout), THREADS_LISTED),
        progress: progress::bar(cli, steps(&schedule)),
        programs: schedule.programs,
        report: measurement.report(),
        not_offered: BTreeSet::new(),
        hardware: Counters::open(std::process::id()).err(),
    };
    comparison.measure(&schedule.rounds);
    comparison.take_apart(cli, schedule.anatomy, schedule.pin_cpu);
    conclude(&mut comparison.report);
    measurement.close_timeline();
    comparison.calibrate(schedule.pin_cpu);
    comparison.progress.finish_and_clear();
    let report = comparison.report;
    measurement.finish(report, Ending::Runs)
}

fn timeout(rounds: &[Vec<Job>]) -> Duration {
    let at_limits = rounds.iter().flatten().any(|job| job.scenario.only_parks());
    if at_limits { TIMEOUT_AT_LIMITS } else { TIMEOUT }
}

/// How many runs, and their likes, there will be.
fn steps(schedule: &Schedule<'_>) -> u64 {
    let (jobs, repetitions) = &schedule.anatomy;
    let runs: usize = schedule.rounds.iter().map(Vec::len).sum();
    runs as u64 + jobs.len() as u64 * u64::from(*repetitions)
}

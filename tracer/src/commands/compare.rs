//! `taskweight compare`: several models at the same work.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Context as _;

use super::{outputs::Outputs, progress};
use crate::{
    cli::{Cli, CompareArgs, MeasuringArgs, TimelineArgs},
    measure::Context,
    notice::notice,
};
use taskweight_core::{
    catalog::{self, MODELS, Model},
    plan::{Job, Pinning, Request, rounds},
    report::Report,
    scenario::Scenario,
};
use taskweight_probe::{RunningKernel, hardware::Counters};
use taskweight_report::ledger;
use taskweight_run::{affinity, guardian::Guardian, signals::Signals};

mod comparison;
mod overview;

use super::timeline::OpenTimeline;
use comparison::Comparison;

/// Time for each step of a workload unless said otherwise.
const TIMEOUT: Duration = Duration::from_secs(60);
/// The same where tasks are created up to the machine's limit.
const TIMEOUT_AT_LIMITS: Duration = Duration::from_secs(180);
/// Threads that a run of a comparison lists one by one.
const THREADS_LISTED: usize = 16;

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

/// Compares the models.
pub fn run(cli: &Cli, args: &CompareArgs) -> anyhow::Result<u8> {
    let programs = args.programs.clone().map_or_else(catalog::programs_folder, Ok)?;
    let request = request(args, &programs)?;
    let pin_cpu = request.pin_cpu;
    let anatomy = if overview::is_asked_for(args) { overview::anatomy(&request) } else { Vec::new() };
    let mut requests = vec![request];
    if overview::is_asked_for(args) {
        requests.extend(overview::weights_of_others(args, &requests[0], &programs)?);
    }
    let rounds = rounds(&requests, args.repetitions);
    anyhow::ensure!(
        !rounds.is_empty(),
        "nothing to measure: none of the requested models offers these scenarios and tasks"
    );
    let repetitions = rounds.len() as u32;
    let schedule = Schedule {
        measuring: &args.measuring,
        timeline: &args.timeline,
        programs,
        rounds,
        anatomy: (anatomy, repetitions),
        pin_cpu,
    };
    perform(cli, schedule, |report| report.ledger = ledger::rows(&report.runs))
}

/// Measures all jobs in turn, again and again, lets `conclude` complete the report, and prints the tables.
pub(super) fn perform(cli: &Cli, schedule: Schedule<'_>, conclude: impl FnOnce(&mut Report)) -> anyhow::Result<u8> {
    crate::measure::preflight()?;
    let outputs = Outputs::open(schedule.measuring)?;
    let timeline = OpenTimeline::open(schedule.timeline)?;
    let signals = Signals::install().context("install signal handlers")?;
    // Without one, what a kill leaves is there until the next run.
    let _guardian = Guardian::start();
    let kernel = RunningKernel::read()?;
    let progress = progress::bar(cli, steps(&schedule));
    let mut comparison = Comparison {
        context: Context {
            timeline: timeline.as_ref().map(OpenTimeline::timeline),
            ..context(&schedule, &kernel, &signals)?
        },
        programs: schedule.programs,
        progress,
        report: super::empty_report(),
        not_offered: BTreeSet::new(),
        hardware: Counters::open(std::process::id()).err(),
    };
    comparison.measure(&schedule.rounds);
    comparison.take_apart(cli, schedule.anatomy, schedule.pin_cpu);
    conclude(&mut comparison.report);
    if let Some(timeline) = &timeline {
        timeline.timeline().close();
    }
    comparison.calibrate(schedule.pin_cpu);
    comparison.progress.finish_and_clear();
    comparison.report.own_cost = super::own_cost();
    outputs.publish(&comparison.report, cli, schedule.measuring, |report| super::print_measured(cli, report))?;
    let status = exit_status(schedule.measuring, &comparison);
    timeline.map_or(Ok(()), |timeline| timeline.finish(cli.quiet))?;
    Ok(status)
}

fn context<'a>(
    schedule: &Schedule<'_>,
    kernel: &'a RunningKernel,
    signals: &'a Signals,
) -> anyhow::Result<Context<'a>> {
    let args = schedule.measuring;
    Ok(Context {
        kernel,
        signals,
        identity: super::identity(args)?,
        timeout: Some(args.timeout.unwrap_or_else(|| timeout(&schedule.rounds))),
        form: args.probe_form,
        thread_capacity: args.max_threads,
        threads_listed: THREADS_LISTED,
        timeline: None,
    })
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

fn exit_status(args: &MeasuringArgs, comparison: &Comparison<'_>) -> u8 {
    let report = &comparison.report;
    if let Some(received) = comparison.context.signals.received() {
        return 128 + received.signal as u8;
    }
    let nothing = report.runs.is_empty();
    u8::from(nothing || !report.failures.is_empty() || args.strict && !super::is_flawless(report))
}

fn request(args: &CompareArgs, programs: &Path) -> anyhow::Result<Request> {
    let scenarios = match &args.scenarios {
        Some(names) => Scenario::of_names(names)?,
        None if args.quick => Scenario::FIRST_LOOK.to_vec(),
        None => Scenario::ALL.to_vec(),
    };
    let pin_cpu = match args.pin {
        Some(Pinning::Cpu(cpu)) => affinity::require(cpu)?,
        _ => affinity::last_allowed()?,
    };
    Ok(Request {
        models: installed(models(args)?, programs)?,
        scenarios,
        tasks: args.tasks.clone(),
        pinning: args.pin,
        pin_cpu,
        operations: args.operations,
        rate: args.rate,
        depths: args.depths.clone(),
        most_threads: overview::is_asked_for(args).then(overview::most_threads).transpose()?,
        quick: args.quick,
    })
}

/// The models that are asked for, and those brought along. A comparison without any wish is an overview.
fn models(args: &CompareArgs) -> anyhow::Result<Vec<&'static Model>> {
    let brought = args.model.iter().map(|text| Model::brought(text)).collect::<Result<Vec<_>, _>>()?;
    let mut models: Vec<_> = match &args.models {
        Some(names) => catalog::models(names)?,
        None if args.scenarios.is_some() => MODELS.iter().filter(|model| model.by_default).collect(),
        None => MODELS.iter().filter(|model| model.in_overview).collect(),
    };
    models.extend(brought);
    Ok(models)
}

/// The models whose programs are there; each of the others is passed over with a line.
pub(super) fn installed(models: Vec<&'static Model>, programs: &Path) -> anyhow::Result<Vec<&'static Model>> {
    let mut there = Vec::new();
    let mut missing = Vec::new();
    for model in models {
        match model.command(programs) {
            Ok(_) => there.push(model),
            Err(reason) => missing.push(format!("{}: {reason}", model.name)),
        }
    }
    anyhow::ensure!(!there.is_empty(), "no model is installed: {}", missing.join("; "));
    for line in missing {
        notice(format_args!("skipped: {line}"));
    }
    Ok(there)
}

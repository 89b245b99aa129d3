//! `taskweight anatomy`: what one hand-over consists of.

use std::{path::Path, time::Duration};

use anyhow::Context as _;
use indicatif::ProgressBar;

use super::{outputs::Outputs, progress};
use crate::{
    cli::{AnatomyArgs, Cli},
    measure::{Context, anatomy::repetition},
    notice::notice,
};
use taskweight_core::{
    catalog,
    plan::{Job, Pinning, Request, jobs},
    report::{AnatomyCalibration, Failure, Report},
    scenario::Scenario,
};
use taskweight_probe::{
    RunningKernel,
    anatomy::{
        calibration,
        figures::{Repetition, assemble},
    },
    preflight,
};
use taskweight_run::{affinity, guardian::Guardian, signals::Signals};

/// Time for each step of a workload unless said otherwise.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Measures all models in turn, again and again, and prints what their hand-overs consist of.
pub fn run(cli: &Cli, args: &AnatomyArgs) -> anyhow::Result<u8> {
    let programs = args.programs.clone().map_or_else(catalog::programs_folder, Ok)?;
    let request = request(args, &programs)?;
    crate::measure::preflight()?;
    preflight::check_pids_of_the_host()?;
    let outputs = Outputs::open(&args.measuring)?;
    let signals = Signals::install().context("install signal handlers")?;
    // Without one, what a kill leaves is there until the next run.
    let _guardian = Guardian::start();
    let kernel = RunningKernel::read()?;
    let context = Context {
        kernel: &kernel,
        signals: &signals,
        identity: super::identity(&args.measuring)?,
        timeout: Some(args.measuring.timeout.unwrap_or(TIMEOUT)),
        form: args.measuring.probe_form,
        thread_capacity: args.measuring.max_threads,
        threads_listed: 0,
        timeline: None,
    };
    let jobs = jobs(&request);
    anyhow::ensure!(!jobs.is_empty(), "nothing to measure: none of the requested models offers {}", args.scenario);
    let progress = progress::bar(cli, jobs.len() as u64 * u64::from(args.repetitions));
    let mut dissection = Dissection::new(&context, &programs, request.pin_cpu, jobs, &progress);
    dissection.coarse = args.coarse;
    let mut report = super::empty_report();
    dissection.measure(cli, args.repetitions)?;
    dissection.finish(&mut report)?;
    progress.finish_and_clear();
    report.own_cost = super::own_cost();
    outputs.publish(&report, cli, &args.measuring, |report| super::print_measured(cli, report))?;
    if let Some(received) = signals.received() {
        return Ok(128 + received.signal as u8);
    }
    let failed = report.anatomy.is_empty() || !report.failures.is_empty();
    Ok(u8::from(failed || args.measuring.strict && !super::is_flawless(&report)))
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

/// An anatomy under way.
pub(super) struct Dissection<'a> {
    context: &'a Context<'a>,
    programs: &'a Path,
    /// The CPU on which the corrections are measured.
    cpu: u32,
    coarse: bool,
    jobs: Vec<(Job, Vec<Repetition>)>,
    rounds: Vec<AnatomyCalibration>,
    failures: Vec<Failure>,
    progress: &'a ProgressBar,
}

impl<'a> Dissection<'a> {
    pub(super) fn new(
        context: &'a Context<'a>,
        programs: &'a Path,
        cpu: u32,
        jobs: Vec<Job>,
        progress: &'a ProgressBar,
    ) -> Self {
        let jobs = jobs.into_iter().map(|job| (job, Vec::new())).collect();
        Self { context, programs, cpu, coarse: false, jobs, rounds: Vec::new(), failures: Vec::new(), progress }
    }

    /// Goes through calibration and all jobs again and again, so that drift is in all of them.
    pub(super) fn measure(&mut self, cli: &Cli, repetitions: u32) -> anyhow::Result<()> {
        for number in 0..repetitions {
            self.progress.set_message("probe cost");
            let round = calibration::round(self.context.kernel, self.context.form, self.cpu);
            match round.context("measure probe cost") {
                Ok(round) => self.rounds.push(round),
                Err(error) if self.rounds.is_empty() => return Err(error),
                // What one round tells holds for the others.
                Err(error) => {
                    self.progress.suspend(|| notice(format_args!("repetition {}: {error:#}", number + 1)));
                }
            }
            for (job, measured) in &mut self.jobs {
                self.progress.set_message(format!("{}, switch breakdown", job.model.name));
                if cli.verbose {
                    let remark = format!("{}, repetition {}", job.model.name, number + 1);
                    self.progress.suspend(|| notice(remark));
                }
                match repetition(self.context, job, self.programs, self.coarse) {
                    Ok(one) => measured.push(one),
                    Err(_) if self.context.signals.received().is_some() => {}
                    Err(error) => {
                        let failure = self.progress.suspend(|| failure(job, number, &error));
                        self.failures.push(failure);
                    }
                }
                self.progress.inc(1);
                if self.context.signals.received().is_some() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Writes what was found into the report, and what failed.
    pub(super) fn finish(self, report: &mut Report) -> anyhow::Result<()> {
        let calibration = calibration::combine(&self.rounds)?;
        let measured = self.jobs.iter().filter(|(_, repetitions)| !repetitions.is_empty());
        let anatomy = measured.map(|(job, repetitions)| assemble(job, repetitions, &calibration));
        report.anatomy = anatomy.collect();
        report.failures.extend(self.failures);
        report.interrupted |= self.context.signals.received().is_some();
        Ok(())
    }
}

fn failure(job: &Job, repetition: u32, error: &anyhow::Error) -> Failure {
    notice(format_args!("{}: {error:#}", job.model.name));
    Failure { case: job.case(), repetition, half: String::from("traced"), reason: format!("{error:#}") }
}

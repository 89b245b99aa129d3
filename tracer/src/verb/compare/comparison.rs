//! Going through the jobs, and keeping what comes out.

use std::{collections::BTreeSet, path::PathBuf};

use indicatif::ProgressBar;

use crate::{
    cli::Cli,
    measure::{Context, calibrate::calibrate, reference, workload},
    notice::notice,
    verb::anatomy::Dissection,
};
use taskweight_core::{
    escape::escape,
    plan::Job,
    report::{Failure, Hardware, Report, Run},
    scenario::Scenario,
};
use taskweight_run::protocol::ProtocolError;

/// A comparison under way.
pub(super) struct Comparison<'a> {
    pub(super) context: Context<'a>,
    pub(super) programs: PathBuf,
    pub(super) progress: ProgressBar,
    pub(super) report: Report,
    /// Models and the work that their programs turned out not to offer.
    pub(super) not_offered: BTreeSet<Work>,
    /// Why there are no hardware counters; `None` where there are.
    pub(super) hardware: Option<String>,
}

/// What a program offers or not: a scenario, and the touching of memory in it.
type Work = (&'static str, Scenario, bool);

fn work(job: &Job) -> Work {
    (job.model.name, job.scenario, job.touch_bytes.is_some())
}

impl Comparison<'_> {
    /// Goes through the jobs of each repetition.
    pub(super) fn measure(&mut self, rounds: &[Vec<Job>]) {
        let mut calls_ns = Vec::new();
        for (repetition, jobs) in (0..).zip(rounds) {
            let is_timed = jobs.iter().any(|job| !job.scenario.only_parks());
            calls_ns.extend(is_timed.then(reference::indirect_call_ns));
            self.report.reference = reference::of_samples(&calls_ns);
            for job in jobs {
                self.progress.set_message(escape(&job.title()));
                self.repeat(job, repetition);
                self.progress.inc(1);
                if self.context.signals.received().is_some() {
                    self.report.interrupted = true;
                    return;
                }
            }
        }
    }

    /// Takes task switches apart. Where that is not possible the rest is worth having all the same.
    pub(super) fn take_apart(&mut self, cli: &Cli, (jobs, repetitions): (Vec<Job>, u32), cpu: u32) {
        if jobs.is_empty() || self.report.interrupted {
            return;
        }
        let mut dissection = Dissection::new(&self.context, &self.programs, cpu, jobs, &self.progress);
        let measured = dissection.measure(cli, repetitions).and_then(|()| dissection.finish(&mut self.report));
        if let Err(error) = measured {
            self.progress.suspend(|| notice(format_args!("no switch breakdown: {error:#}")));
        }
    }

    /// One repetition of one job, unless the model turned out not to offer it.
    fn repeat(&mut self, job: &Job, repetition: u32) {
        if self.not_offered.contains(&work(job)) {
            return;
        }
        match self.halves(job, repetition) {
            Ok(traced) => self.keep(job, repetition, traced),
            Err((_, error)) if means_not_offered(&error) && !self.has_offered(job) => self.leave_out(job),
            Err((half, error)) => self.fail(job, repetition, half, &error),
        }
    }

    /// Both halves of a repetition. Which one comes first alternates, so that drift favours neither. Tasks that only park
    /// have no time to be measured, hence no twin.
    fn halves(&self, job: &Job, repetition: u32) -> Result<workload::Traced, (&'static str, anyhow::Error)> {
        let traced = || workload::traced(&self.context, job, &self.programs).map_err(|error| ("traced", error));
        if job.scenario.only_parks() {
            return Ok(traced()?.alone());
        }
        let twin = || workload::twin(&self.context, job, &self.programs).map_err(|error| ("twin", error));
        let early = match repetition.is_multiple_of(2).then(twin) {
            Some(Err((half, error))) if means_not_offered(&error) => return Err((half, error)),
            early => early,
        };
        let traced = traced()?;
        Ok(traced.with_twin(&early.unwrap_or_else(twin)?))
    }

    /// A program that has done the same work with another number of tasks does offer it.
    fn has_offered(&self, job: &Job) -> bool {
        let scenario = Some(job.scenario.name());
        let is_it = |run: &Run| run.case.model == job.model.name && run.case.scenario.as_deref() == scenario;
        self.report.runs.iter().any(|run| is_it(run) && run.case.touch_bytes.is_some() == job.touch_bytes.is_some())
    }

    fn leave_out(&mut self, job: &Job) {
        let (model, scenario, touches) = work(job);
        self.not_offered.insert((model, scenario, touches));
        let option = if touches { " with --touch" } else { "" };
        self.progress.suspend(|| notice(format_args!("{model} does not offer {}{option}", scenario.name())));
    }

    fn keep(&mut self, job: &Job, repetition: u32, traced: workload::Traced) {
        if let Some(runtime) = &traced.said.ready.runtime {
            self.report.environment.runtimes.insert(job.model.name.to_owned(), runtime.clone());
        }
        let mut run = traced.run;
        run.repetition = repetition;
        run.hardware = self.count_hardware(job);
        self.report.probes = traced.probes;
        self.report.runs.push(run);
    }

    /// A run of its own: counters make every switch slower.
    fn count_hardware(&self, job: &Job) -> Hardware {
        let counted = match &self.hardware {
            Some(reason) => Err(reason.clone()),
            None if job.scenario.only_parks() => Err(String::from("parked tasks perform no operations")),
            None => workload::counted(&self.context, job, &self.programs).map_err(|error| format!("{error:#}")),
        };
        counted.unwrap_or_else(|reason| Hardware { reason: Some(reason), ..Hardware::default() })
    }

    fn fail(&mut self, job: &Job, repetition: u32, half: &str, error: &anyhow::Error) {
        if self.context.signals.received().is_some() {
            return;
        }
        self.progress.suspend(|| notice(format_args!("{}: {error:#}", job.title())));
        self.report.failures.push(Failure {
            case: job.case(),
            repetition,
            half: half.to_owned(),
            reason: job.variant().map_or(String::new(), |variant| format!("{variant}: ")) + &format!("{error:#}"),
        });
    }

    /// Fills in probe cost, unless no time was measured.
    pub(super) fn calibrate(&mut self, cpu: u32) {
        let is_timed = self.report.runs.iter().any(|run| run.elapsed_ns.twin.is_some());
        if self.report.interrupted || !is_timed {
            return;
        }
        self.progress.set_message("probe cost");
        let calibrated = calibrate(&self.context, &self.programs, cpu, &mut self.report.probes);
        self.report.interrupted = self.context.signals.received().is_some();
        if let Some(error) = calibrated.err().filter(|_| !self.report.interrupted) {
            self.progress.suspend(|| notice(format_args!("the probe cost is unknown: {error:#}")));
        }
    }
}

fn means_not_offered(error: &anyhow::Error) -> bool {
    error.downcast_ref::<ProtocolError>().is_some_and(ProtocolError::means_not_offered)
}

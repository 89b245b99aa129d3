//! Going through the jobs step by step, again and again.

use std::path::Path;

use anyhow::Context as _;
use indicatif::ProgressBar;

use crate::{
    cli::Cli,
    measure::{Context, anatomy::repetition},
    notice::notice,
};
use taskweight_core::{
    plan::Job,
    report::{AnatomyCalibration, Failure, Report},
};
use taskweight_probe::anatomy::{
    calibration,
    figures::{Repetition, assemble},
};

/// An anatomy under way.
pub(in crate::verb) struct Dissection<'a> {
    context: &'a Context<'a>,
    programs: &'a Path,
    /// The CPU on which the corrections are measured.
    cpu: u32,
    pub(super) coarse: bool,
    jobs: Vec<(Job, Vec<Repetition>)>,
    rounds: Vec<AnatomyCalibration>,
    failures: Vec<Failure>,
    progress: &'a ProgressBar,
}

impl<'a> Dissection<'a> {
    pub(in crate::verb) fn new(
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
    pub(in crate::verb) fn measure(&mut self, cli: &Cli, repetitions: u32) -> anyhow::Result<()> {
        for number in 0..repetitions {
            self.calibrate(number)?;
            for index in 0..self.jobs.len() {
                self.repeat(index, number, cli.verbose);
                self.progress.inc(1);
                if self.context.signals.received().is_some() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn calibrate(&mut self, number: u32) -> anyhow::Result<()> {
        self.progress.set_message("probe cost");
        let round = calibration::round(self.context.kernel, self.context.form, self.cpu);
        match round.context("measure probe cost") {
            Ok(round) => self.rounds.push(round),
            Err(error) if self.rounds.is_empty() => return Err(error),
            // What one round tells holds for the others.
            Err(error) => self.progress.suspend(|| notice(format_args!("repetition {}: {error:#}", number + 1))),
        }
        Ok(())
    }

    fn repeat(&mut self, index: usize, number: u32, verbose: bool) {
        let (job, measured) = &mut self.jobs[index];
        self.progress.set_message(format!("{}, switch breakdown", job.model.name));
        if verbose {
            let remark = format!("{}, repetition {}", job.model.name, number + 1);
            self.progress.suspend(|| notice(remark));
        }
        match repetition(self.context, job, self.programs, self.coarse) {
            Ok(one) => measured.push(one),
            Err(_) if self.context.signals.received().is_some() => {}
            Err(error) => self.failures.push(self.progress.suspend(|| failure(job, number, &error))),
        }
    }

    /// Writes what was found into the report, and what failed.
    pub(in crate::verb) fn finish(self, report: &mut Report) -> anyhow::Result<()> {
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

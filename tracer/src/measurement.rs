//! A measurement, from what it needs before anything runs to its exit status.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use nix::sys::{
    resource::{UsageWho, getrusage},
    time::{TimeVal, TimeValLike as _},
};

use crate::{
    cli::Cli,
    measure::{self, Context},
    output::{files::Outputs, tables, timeline::OpenTimeline},
    verb::options::{MeasuringArgs, TimelineArgs},
};
use taskweight_core::report::{OwnCost, Report, SCHEMA_VERSION, Witness};
use taskweight_probe::{RunningKernel, footprint};
use taskweight_run::{environment, guardian::Guardian, privilege::Identity, signals::Signals};

/// A measurement under way: what is open for as long as it takes.
pub struct Measurement<'a> {
    cli: &'a Cli,
    args: &'a MeasuringArgs,
    outputs: Outputs,
    timeline: Option<OpenTimeline>,
    signals: Signals,
    /// Without one, what a kill leaves is there until the next run.
    _guardian: Option<Guardian>,
    kernel: RunningKernel,
    identity: Identity,
}

/// What a measurement was of, which decides where its tables are printed and what its exit status says.
#[derive(Clone, Copy, Debug)]
pub enum Ending {
    /// Of models: whether all of it could be measured.
    Runs,
    /// Of a command: its own status.
    Command {
        /// The status of the command.
        code: i32,
        /// Rows in the tables of threads and system calls.
        top: usize,
    },
}

impl<'a> Measurement<'a> {
    /// Opens all that a measurement needs, outputs included, so that nobody measures in vain.
    ///
    /// # Errors
    /// The first thing that is missing, and how to get it.
    pub fn begin(cli: &'a Cli, args: &'a MeasuringArgs, timeline: &TimelineArgs) -> anyhow::Result<Self> {
        measure::preflight()?;
        Ok(Self {
            cli,
            args,
            outputs: Outputs::open(args)?,
            timeline: OpenTimeline::open(timeline)?,
            signals: Signals::install().context("install signal handlers")?,
            _guardian: Guardian::start().ok(),
            kernel: RunningKernel::read()?,
            identity: if args.as_root { Identity::unchanged() } else { Identity::caller()? },
        })
    }

    /// What its runs share.
    #[must_use]
    pub fn context(&self, timeout: Option<Duration>, threads_listed: usize) -> Context<'_> {
        Context {
            kernel: &self.kernel,
            signals: &self.signals,
            identity: self.identity.clone(),
            timeout,
            form: self.args.probe_form,
            thread_capacity: self.args.max_threads,
            threads_listed,
            timeline: self.timeline.as_ref().map(OpenTimeline::timeline),
        }
    }

    /// A report as yet without runs.
    #[must_use]
    pub fn report(&self) -> Report {
        empty_report()
    }

    /// What runs from here on is not in the timeline.
    pub fn close_timeline(&self) {
        if let Some(timeline) = &self.timeline {
            timeline.timeline().close();
        }
    }

    /// Draws the conclusions, writes what was asked for, prints the tables, and gives the exit status.
    ///
    /// # Errors
    /// When something cannot be written.
    pub fn finish(self, mut report: Report, ending: Ending) -> anyhow::Result<u8> {
        report.own_cost = own_cost();
        taskweight_report::conclude(&mut report);
        let status = self.exit_status(&report, ending);
        let Self { cli, args, outputs, timeline, .. } = self;
        outputs.publish(&report, cli, args, |report| match ending {
            Ending::Runs => tables::print_measured(cli, report),
            Ending::Command { top, .. } => tables::print_to_stderr(cli, report, top),
        })?;
        timeline.map_or(Ok(()), |timeline| timeline.finish(cli.quiet))?;
        Ok(status)
    }

    fn exit_status(&self, report: &Report, ending: Ending) -> u8 {
        let is_flawed = self.args.strict && !is_flawless(report);
        match (ending, self.signals.received()) {
            (Ending::Command { code: 0, .. }, _) => u8::from(is_flawed),
            (Ending::Command { code, .. }, _) => u8::try_from(code).unwrap_or(u8::MAX),
            (Ending::Runs, Some(received)) => 128 + received.signal as u8,
            (Ending::Runs, None) => {
                let is_empty = report.runs.is_empty() && report.anatomy.is_empty();
                u8::from(is_empty || !report.failures.is_empty() || is_flawed)
            }
        }
    }
}

/// A report as yet without runs.
fn empty_report() -> Report {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Report {
        schema_version: SCHEMA_VERSION,
        taskweight_version: env!("CARGO_PKG_VERSION").to_owned(),
        command_line: std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect(),
        started_at_unix_s: since_epoch.as_secs(),
        answer: Vec::new(),
        verdicts: Vec::new(),
        environment: environment::read(),
        probes: Vec::new(),
        runs: Vec::new(),
        ledger: Vec::new(),
        regimes: Vec::new(),
        anatomy: Vec::new(),
        reference: None,
        failures: Vec::new(),
        own_cost: None,
        interrupted: false,
    }
}

/// What this process has used until now.
fn own_cost() -> Option<OwnCost> {
    let usage = getrusage(UsageWho::RUSAGE_SELF).ok()?;
    let ns = |time: TimeVal| u64::try_from(time.num_microseconds()).unwrap_or_default() * 1000;
    Some(OwnCost {
        user_ns: ns(usage.user_time()),
        system_ns: ns(usage.system_time()),
        peak_rss_bytes: u64::try_from(usage.max_rss()).unwrap_or_default() * 1024,
        map_bytes: footprint::most_map_bytes(),
    })
}

/// Whether every event was recorded, those of the anatomy included, and every count agrees with its witness: what --strict
/// demands.
fn is_flawless(report: &Report) -> bool {
    let of_runs = report.runs.iter().map(|run| &run.loss);
    let mut losses = of_runs.chain(report.anatomy.iter().map(|anatomy| &anatomy.loss));
    let mut witnesses = report.runs.iter().flat_map(|run| run.witness.values());
    losses.all(|loss| loss.values().all(|count| *count == 0)) && witnesses.all(Witness::agrees)
}

#[cfg(test)]
mod tests {
    use super::*;
    use taskweight_core::report::{Anatomy, Run};

    #[test]
    fn what_is_lost_anywhere_is_a_flaw() {
        let loss = |count| [(String::from("waker_went_on"), count)].into();
        let run = |count| Run { loss: loss(count), ..Run::default() };
        let anatomy = |count| Anatomy { loss: loss(count), ..Anatomy::default() };
        for (run_loss, anatomy_loss, expected) in [(0, 0, true), (1, 0, false), (0, 1, false)] {
            let report = Report { runs: vec![run(run_loss)], anatomy: vec![anatomy(anatomy_loss)], ..empty_report() };
            assert_eq!(is_flawless(&report), expected, "{run_loss} {anatomy_loss}");
        }
    }

    #[test]
    fn a_witness_that_disagrees_is_a_flaw() {
        let witness = |theirs| Witness { ours: 7, theirs, ..Witness::default() };
        for (theirs, expected) in [(7, true), (8, false)] {
            let run = Run { witness: [(String::from("voluntary"), witness(theirs))].into(), ..Run::default() };
            assert_eq!(is_flawless(&Report { runs: vec![run], ..empty_report() }), expected, "{theirs}");
        }
    }
}

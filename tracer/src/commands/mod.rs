//! One verb a file.

use std::{
    io::{self, IsTerminal as _, Write as _},
    time::{SystemTime, UNIX_EPOCH},
};

use nix::sys::{
    resource::{UsageWho, getrusage},
    time::{TimeVal, TimeValLike as _},
};

use crate::cli::{Cli, Color, MeasuringArgs, Verb};
use taskweight_core::report::{OwnCost, Report, SCHEMA_VERSION, Witness};
use taskweight_probe::footprint;
use taskweight_report::{document::Options, paint::text};
use taskweight_run::{capabilities, child::ExecError, environment, privilege::Identity};

mod anatomy;
mod check_model;
mod compare;
mod diff;
mod doctor;
mod empty_programs;
mod guardian;
mod manual;
mod memory;
mod models;
mod outputs;
mod program_costs;
mod progress;
mod regimes;
mod report;
mod run;
mod timeline;

/// Exit status when taskweight itself fails under `run`, as of `env` and `timeout`: it stays apart from the command's.
const RUN_FAILURE: u8 = 125;

/// Exit status when two reports cannot be compared, as of `diff`: 1 is for a condition that is met.
const DIFF_FAILURE: u8 = 2;

/// Does what the command line says; gives the exit status.
pub fn run(cli: &Cli) -> anyhow::Result<u8> {
    capabilities::keep_those_to_measure()?;
    match &cli.verb {
        Verb::Compare(args) => compare::run(cli, args),
        Verb::Memory(args) => memory::run(cli, args),
        Verb::Regimes(args) => regimes::run(cli, args),
        Verb::Anatomy(args) => anatomy::run(cli, args),
        Verb::Run(args) => run::run(cli, args),
        Verb::Report(args) => report::run(cli, args),
        Verb::Diff(args) => diff::run(cli, args),
        Verb::Doctor(args) => doctor::run(args),
        Verb::EmptyPrograms => empty_programs::run(),
        Verb::ProgramCosts(args) => program_costs::run(args),
        Verb::RunGuardian => guardian::run(),
        Verb::Models => models::run(cli),
        Verb::CheckModel(args) => check_model::run(args),
        Verb::Completions { shell } => manual::completions(*shell),
        Verb::Man { folder } => manual::pages(folder),
    }
}

/// The reader of our output has gone, as in `taskweight report FILE | head`.
pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// Exit status for an error: under `run` that of a shell for a command that cannot be executed, under
/// `diff` 2, else 1.
pub fn failure_code(cli: &Cli, error: &anyhow::Error) -> u8 {
    match cli.verb {
        Verb::Run(_) => error.downcast_ref::<ExecError>().map_or(RUN_FAILURE, ExecError::exit_status),
        Verb::Diff(_) => DIFF_FAILURE,
        _ => 1,
    }
}

/// Whom the programs under measurement run as.
fn identity(args: &MeasuringArgs) -> anyhow::Result<Identity> {
    Ok(if args.as_root { Identity::unchanged() } else { Identity::caller()? })
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

/// How to render for a stream: as wide as its terminal, else 80 columns and without colour.
fn table_options(cli: &Cli, terminal: bool, top: usize) -> Options {
    let columns = if terminal { comfy_table::Table::new().width().map_or(80, usize::from) } else { 80 };
    let color = match cli.color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
    };
    Options { width: columns.clamp(80, 120), color, top, verbose: cli.verbose, language: cli.language() }
}

fn print_to_stdout(cli: &Cli, report: &Report, top: usize) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text::render(report, &table_options(cli, out.is_terminal(), top)).as_bytes())?;
    out.flush()
}

fn print_to_stderr(cli: &Cli, report: &Report, top: usize) -> io::Result<()> {
    let mut out = io::stderr().lock();
    out.write_all(text::render(report, &table_options(cli, out.is_terminal(), top)).as_bytes())
}

/// Tables of a measurement that cannot be had again: on standard error where standard output takes nothing.
fn print_measured(cli: &Cli, report: &Report) -> io::Result<()> {
    print_to_stdout(cli, report, usize::MAX).or_else(|error| {
        if error.kind() != io::ErrorKind::BrokenPipe {
            print_to_stderr(cli, report, usize::MAX)?;
        }
        Err(error)
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

//! One verb a file.

use std::{
    io::{self, IsTerminal as _, Write as _},
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use nix::sys::{
    resource::{UsageWho, getrusage},
    time::{TimeVal, TimeValLike as _},
};

use crate::{
    cli::{Cli, MeasuringArgs, Verb},
    environment,
    report::{
        json::Destination,
        model::{OwnCost, Report, SCHEMA_VERSION, Witness},
        table,
    },
    workload::{child::ExecError, privilege::Identity},
};

mod anatomy;
mod check_model;
mod compare;
mod doctor;
mod empty_programs;
mod memory;
mod models;
mod regimes;
mod report;
mod run;

/// Exit status when taskweight itself fails under `run`, as of `env` and `timeout`: it stays apart from the command's.
const RUN_FAILURE: u8 = 125;

/// Does what the command line says; gives the exit status.
pub fn run(cli: &Cli) -> anyhow::Result<u8> {
    match &cli.verb {
        Verb::Compare(args) => compare::run(cli, args),
        Verb::Memory(args) => memory::run(cli, args),
        Verb::Regimes(args) => regimes::run(cli, args),
        Verb::Anatomy(args) => anatomy::run(cli, args),
        Verb::Run(args) => run::run(cli, args),
        Verb::Report(args) => report::run(cli, args),
        Verb::Doctor(args) => doctor::run(args),
        Verb::EmptyPrograms => empty_programs::run(),
        Verb::Models => models::run(cli),
        Verb::CheckModel(args) => check_model::run(args),
    }
}

/// The reader of our output has gone, as in `taskweight report FILE | head`.
pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// Exit status for an error: under `run` that of a shell for a command that cannot be executed, else 1.
pub fn failure_code(cli: &Cli, error: &anyhow::Error) -> u8 {
    match cli.verb {
        Verb::Run(_) => error.downcast_ref::<ExecError>().map_or(RUN_FAILURE, ExecError::exit_status),
        _ => 1,
    }
}

/// Whom the programs under measurement run as.
fn identity(args: &MeasuringArgs) -> anyhow::Result<Identity> {
    Ok(if args.as_root { Identity::unchanged() } else { Identity::caller()? })
}

/// Opens the file for the report before anything is measured.
fn destination(args: &MeasuringArgs) -> anyhow::Result<Option<Destination>> {
    args.json.as_deref().map(json_file).transpose()
}

/// Opens a file to write JSON to.
fn json_file(path: &Path) -> anyhow::Result<Destination> {
    Ok(Destination::open(path, Identity::caller()?.owner())?)
}

fn writes_json_to_stdout(args: &MeasuringArgs) -> bool {
    args.json.as_ref().is_some_and(|path| path.as_os_str() == "-")
}

/// A report as yet without runs.
fn empty_report() -> Report {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Report {
        schema_version: SCHEMA_VERSION,
        taskweight_version: env!("CARGO_PKG_VERSION").to_owned(),
        command_line: std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect(),
        started_at_unix_s: since_epoch.as_secs(),
        environment: environment::read(),
        probes: Vec::new(),
        runs: Vec::new(),
        ledger: Vec::new(),
        regimes: Vec::new(),
        anatomy: Vec::new(),
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
    })
}

/// How to render for a stream: as wide as its terminal, else 80 columns and without colour.
fn table_options(terminal: bool, top: usize, verbose: bool) -> table::Options {
    let columns = if terminal { comfy_table::Table::new().width().map_or(80, usize::from) } else { 80 };
    let color = terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    table::Options { width: columns.clamp(80, 120), color, top, verbose }
}

fn print_to_stdout(report: &Report, top: usize, verbose: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(table::render(report, &table_options(out.is_terminal(), top, verbose)).as_bytes())?;
    out.flush()
}

/// Whether every event was recorded and every count agrees with its witness: what --strict demands.
fn is_flawless(report: &Report) -> bool {
    report
        .runs
        .iter()
        .all(|run| run.loss.values().all(|count| *count == 0) && run.witness.values().all(Witness::agrees))
}

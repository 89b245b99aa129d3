//! `taskweight run`: what the kernel does for a command.

use std::io::{self, IsTerminal as _, Write as _};

use anyhow::Context as _;

use crate::{
    cli::{Cli, RunArgs},
    kernel::{RunningKernel, preflight},
    measure::{
        Context,
        calibrate::calibrate,
        command::{self, Afterwards, Operations},
    },
    plan::Pinning,
    report::{json, model::Report, table},
    workload::{affinity, catalog, signals::Signals},
};

/// Threads that the JSON report lists one by one.
const THREADS_LISTED: usize = 100_000;

/// Measures the command, and prints to standard error, so that the command's own output stays what it is.
pub fn run(cli: &Cli, args: &RunArgs) -> anyhow::Result<u8> {
    preflight::check()?;
    let pinned = cpu(args.pin)?;
    let destination = super::destination(&args.measuring)?;
    let signals = Signals::install().context("install signal handlers")?;
    let kernel = RunningKernel::read()?;
    let context = Context {
        kernel: &kernel,
        signals: &signals,
        identity: super::identity(&args.measuring)?,
        timeout: args.measuring.timeout,
        form: args.measuring.probe_form,
        thread_capacity: args.measuring.max_threads,
        threads_listed: THREADS_LISTED,
    };
    let mut report = super::empty_report();
    let afterwards = if args.calibrate { Afterwards::More } else { Afterwards::Nothing };
    let measured = command::measure(&context, &args.command, pinned, &operations(args), args.hardware, afterwards)?;
    if cli.verbose {
        let [types, session] = [kernel.read_in_ns, measured.opened_in_ns].map(|ns| ns as f64 / 1e6);
        eprintln!("taskweight: type information read in {types:.1} ms, loaded and attached in {session:.1} ms");
    }
    let code = measured.run.exit_status.unwrap_or(0);
    report.runs.push(measured.run);
    report.probes = measured.probes;
    report.interrupted = measured.interrupted;
    if args.calibrate
        && let Err(error) = calibrate_probes(&context, &mut report)
    {
        eprintln!("taskweight: the cost of the probes is not known: {error:#}");
    }
    report.own_cost = super::own_cost();
    finish(cli, args, &report, destination)?;
    let flawed = args.measuring.strict && !super::is_flawless(&report);
    Ok(if flawed && code == 0 { 1 } else { u8::try_from(code).unwrap_or(u8::MAX) })
}

fn calibrate_probes(context: &Context<'_>, report: &mut Report) -> anyhow::Result<()> {
    let cpu = affinity::last_allowed()?;
    calibrate(context, &catalog::programs_folder()?, cpu, &mut report.probes)
}

fn finish(cli: &Cli, args: &RunArgs, report: &Report, destination: Option<json::Destination>) -> anyhow::Result<()> {
    if let Some(mut destination) = destination {
        json::write(report, &mut destination)?;
        destination.finish()?;
    }
    if !super::writes_json_to_stdout(&args.measuring) {
        let mut out = io::stderr().lock();
        let options = super::table_options(out.is_terminal(), args.top, cli.verbose);
        out.write_all(table::render(report, &options).as_bytes())?;
    }
    Ok(())
}

fn operations(args: &RunArgs) -> Operations {
    match (&args.per, args.operations) {
        (Some(name), _) => Operations::PerSyscall(name.clone()),
        (None, Some(count)) => Operations::Stated(count),
        (None, None) => Operations::Unknown,
    }
}

fn cpu(pin: Pinning) -> anyhow::Result<Option<u32>> {
    match pin {
        Pinning::Free => Ok(None),
        Pinning::Cpu(cpu) => affinity::require(cpu).map(Some),
    }
}

//! `taskweight run`: what the kernel does for a command.

use anyhow::Context as _;

use crate::{
    cli::{Cli, RunArgs},
    kernel::{RunningKernel, preflight},
    measure::{
        Context,
        calibrate::calibrate,
        command::{self, Operations},
    },
    notice::notice,
    plan::Pinning,
    report::model::Report,
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
    let measured = command::measure(&context, &args.command, pinned, &operations(args), args.hardware)?;
    if cli.verbose {
        let [types, session] = [kernel.read_in_ns, measured.opened_in_ns].map(|ns| ns as f64 / 1e6);
        notice(format_args!("type information read in {types:.1} ms, loaded and attached in {session:.1} ms"));
    }
    let code = measured.run.exit_status.unwrap_or(0);
    report.runs.push(measured.run);
    report.probes = measured.probes;
    report.interrupted = measured.interrupted;
    if args.calibrate && !report.interrupted {
        if let Err(error) = calibrate_probes(&context, &mut report) {
            notice(format_args!("the cost of the probes is not known: {error:#}"));
        }
        report.interrupted = signals.received().is_some();
    }
    report.own_cost = super::own_cost();
    super::publish(&report, &args.measuring, destination, |report| {
        super::print_to_stderr(report, args.top, cli.verbose)
    })?;
    let flawed = args.measuring.strict && !super::is_flawless(&report);
    Ok(if flawed && code == 0 { 1 } else { u8::try_from(code).unwrap_or(u8::MAX) })
}

fn calibrate_probes(context: &Context<'_>, report: &mut Report) -> anyhow::Result<()> {
    calibrate(context, &catalog::programs_folder()?, affinity::last_allowed()?, &mut report.probes)
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

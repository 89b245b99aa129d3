//! `taskweight run`: what the kernel does for a command.

use anyhow::Context as _;

use super::{RUN_FAILURE, outputs::Outputs, timeline::OpenTimeline};
use crate::{
    cli::{Cli, RunArgs},
    measure::{
        Context,
        calibrate::calibrate,
        command::{self, Afterwards, Operations},
    },
    notice::notice,
};
use taskweight_core::{
    case::Case,
    catalog,
    plan::Pinning,
    report::{Failure, Report, Run},
};
use taskweight_probe::RunningKernel;
use taskweight_run::{affinity, guardian::Guardian, signals::Signals};

/// Threads that the JSON report lists one by one.
const THREADS_LISTED: usize = 100_000;

/// Measures the command, and prints to standard error, so that the command's own output stays what it is.
pub fn run(cli: &Cli, args: &RunArgs) -> anyhow::Result<u8> {
    crate::measure::preflight()?;
    let pinned = cpu(args.pin)?;
    let outputs = Outputs::open(&args.measuring)?;
    let timeline = OpenTimeline::open(&args.timeline)?;
    let signals = Signals::install().context("install signal handlers")?;
    // Without one, what a kill leaves is there until the next run.
    let _guardian = Guardian::start();
    let kernel = RunningKernel::read()?;
    let context = Context {
        kernel: &kernel,
        signals: &signals,
        identity: super::identity(&args.measuring)?,
        timeout: args.measuring.timeout,
        form: args.measuring.probe_form,
        thread_capacity: args.measuring.max_threads,
        threads_listed: THREADS_LISTED,
        timeline: timeline.as_ref().map(OpenTimeline::timeline),
    };
    let mut report = super::empty_report();
    let code = measure(cli, args, &context, pinned, &mut report)?;
    if let Some(timeline) = &timeline {
        timeline.timeline().close();
    }
    if args.calibrate && !report.interrupted {
        if let Err(error) = calibrate_probes(&context, &mut report) {
            notice(format_args!("the probe cost is unknown: {error:#}"));
        }
        report.interrupted = signals.received().is_some();
    }
    report.own_cost = super::own_cost();
    outputs.publish(&report, cli, &args.measuring, |report| super::print_to_stderr(cli, report, args.top))?;
    timeline.map_or(Ok(()), |timeline| timeline.finish(cli.quiet))?;
    let flawed = args.measuring.strict && !super::is_flawless(&report);
    Ok(if flawed && code == 0 { 1 } else { u8::try_from(code).unwrap_or(u8::MAX) })
}

fn calibrate_probes(context: &Context<'_>, report: &mut Report) -> anyhow::Result<()> {
    let cpu = affinity::last_allowed()?;
    calibrate(context, &catalog::programs_folder()?, cpu, &mut report.probes)
}

/// Measures all repetitions; gives the first exit status of the command that is not 0. What fails after the first
/// repetition is kept in the report beside those before it.
fn measure(
    cli: &Cli,
    args: &RunArgs,
    context: &Context<'_>,
    pinned: Option<u32>,
    report: &mut Report,
) -> anyhow::Result<i32> {
    let mut code = 0;
    for repetition in 0..args.repetitions {
        let is_last = repetition + 1 == args.repetitions;
        let afterwards = if is_last && !args.calibrate { Afterwards::Nothing } else { Afterwards::More };
        let operations = operations(args);
        let measured = match command::measure(context, &args.command, pinned, &operations, args.hardware, afterwards) {
            Ok(measured) => measured,
            Err(error) if repetition == 0 => return Err(error),
            Err(error) => {
                report.failures.push(failure(pinned, repetition, &error));
                return Ok(RUN_FAILURE.into());
            }
        };
        if cli.verbose {
            let [types, session] = [context.kernel.read_in_ns, measured.opened_in_ns].map(|ns| ns as f64 / 1e6);
            notice(format_args!("type information read in {types:.1} ms, loaded and attached in {session:.1} ms"));
        }
        if code == 0 {
            code = measured.run.exit_status.unwrap_or(0);
        }
        report.runs.push(Run { repetition, ..measured.run });
        report.probes = measured.probes;
        report.interrupted = measured.interrupted;
        if let Some(reason) = measured.goes_on {
            notice(&reason);
            return Ok(RUN_FAILURE.into());
        }
        if report.interrupted {
            break;
        }
    }
    Ok(code)
}

fn failure(pinned: Option<u32>, repetition: u32, error: &anyhow::Error) -> Failure {
    Failure { case: Case::command(pinned), repetition, half: String::from("traced"), reason: format!("{error:#}") }
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

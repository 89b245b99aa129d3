//! `taskweight run`: what the kernel does for a command.

use std::ffi::OsString;

use clap::Args;

use super::{
    Perform,
    options::{MeasuringArgs, TimelineArgs},
};
use crate::{
    cli::Cli,
    measure::{
        Context,
        calibrate::calibrate,
        command::{self, Afterwards, Operations},
    },
    measurement::{Ending, Measurement},
    notice::notice,
};
use taskweight_core::{
    case::Case,
    catalog,
    plan::Pinning,
    report::{Failure, Report, Run},
};
use taskweight_run::{affinity, child::ExecError};

/// Exit status when taskweight itself fails, as of `env` and `timeout`: it stays apart from the command's.
const FAILURE: u8 = 125;
/// Threads that the JSON report lists one by one.
const THREADS_LISTED: usize = 100_000;

/// Options of `run`.
#[derive(Debug, Args)]
#[command(after_help = "EXAMPLES:
  sudo taskweight run -- ls -lR /usr/share
  sudo taskweight run --operations 10000 --json run.json -- ./load-test --requests 10000
  sudo taskweight run --per syscall:accept4 --timeout 30 -- ./server")]
pub struct RunArgs {
    /// The command and its arguments
    #[arg(required = true, trailing_var_arg = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
    /// Operations the command performs: counts are divided by this number
    #[arg(long, value_name = "N", conflicts_with = "per", value_parser = clap::value_parser!(u64).range(1..))]
    pub operations: Option<u64>,
    /// Divide counts by the number of calls of a system call: syscall:NAME
    #[arg(long, value_name = "syscall:NAME", value_parser = per_syscall)]
    pub per: Option<String>,
    /// Run the command N times; adds confidence intervals
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub repetitions: u32,
    /// Pin the command to one CPU, or to none
    #[arg(long, value_name = "CPU|none", default_value = "none")]
    pub pin: Pinning,
    /// Maximum rows in the tables of threads and system calls
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub top: usize,
    /// Also count cycles, instructions, cache and TLB misses; slows context switches down
    #[arg(long)]
    pub hardware: bool,
    /// Measure the cost of each probe afterwards, which takes half a second
    #[arg(long)]
    pub calibrate: bool,
    /// A timeline.
    #[command(flatten)]
    pub timeline: TimelineArgs,
    /// What runs share.
    #[command(flatten)]
    pub measuring: MeasuringArgs,
}

fn per_syscall(text: &str) -> Result<String, String> {
    let name = text.strip_prefix("syscall:").ok_or("expected syscall:NAME, such as syscall:accept4")?;
    if taskweight_probe::syscalls::is_name(name) {
        Ok(name.to_owned())
    } else {
        Err(format!("no system call is named `{name}` on this architecture"))
    }
}

impl Perform for RunArgs {
    /// Measures the command, and prints to standard error, so that the command's own output stays what it is.
    fn run(&self, cli: &Cli) -> anyhow::Result<u8> {
        let pinned = cpu(self.pin)?;
        let measurement = Measurement::begin(cli, &self.measuring, &self.timeline)?;
        let context = measurement.context(self.measuring.timeout, THREADS_LISTED);
        let mut report = measurement.report();
        let code = measure(cli, self, &context, pinned, &mut report)?;
        measurement.close_timeline();
        if self.calibrate && !report.interrupted {
            if let Err(error) = calibrate_probes(&context, &mut report) {
                notice(format_args!("the probe cost is unknown: {error:#}"));
            }
            report.interrupted = context.signals.received().is_some();
        }
        measurement.finish(report, Ending::Command { code, top: self.top })
    }

    /// That of a shell for a command that cannot be executed.
    fn failure_code(&self, error: &anyhow::Error) -> u8 {
        error.downcast_ref::<ExecError>().map_or(FAILURE, ExecError::exit_status)
    }
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
                return Ok(FAILURE.into());
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
            return Ok(FAILURE.into());
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_can_be_calls_of_a_known_system_call() {
        assert_eq!(per_syscall("syscall:accept4"), Ok(String::from("accept4")));
        assert!(per_syscall("syscall:acept").is_err());
        assert!(per_syscall("accept4").is_err());
    }
}

//! `taskweight diff`: two reports side by side.

use std::{
    io::{self, IsTerminal as _, Write as _},
    path::PathBuf,
};

use anyhow::{Context as _, anyhow, bail};
use clap::Args;
use serde::Serialize;

use super::Perform;
use crate::{
    cli::Cli,
    notice::notice,
    output::{Destination, tables},
};
use taskweight_report::{
    diff::{self, Diff, check::Met, expression::Expression},
    document, json,
    paint::text,
};
use taskweight_run::privilege::Identity;

/// Exit status when two reports cannot be compared, as of `diff`: 1 is for a condition that is met.
const FAILURE: u8 = 2;
/// Exit status when a condition is met.
const CONDITION_MET: u8 = 1;

/// Options of `diff`.
#[derive(Debug, Args)]
#[command(
    after_help = "EXPR is PATH>LIMIT (or >=, <, <=). PATH names a metric in the runs of the JSON report; append /operations to divide it by the
run's operations. LIMIT is a number, which applies to B, or a number followed by x, which applies to the ratio B / A. The
condition is met when the whole 95 % confidence interval meets it.

EXIT STATUS: 0 no condition met, 1 a condition met, 2 the reports cannot be compared

EXAMPLES:
  taskweight diff before.json after.json
  taskweight diff threads.json async.json --fail-on 'per_operation.kernel_switches>1.05x'
  taskweight diff a.json b.json --fail-on 'kernel.syscalls.by_name.futex.count/operations>2'
  taskweight diff compare.json compare.json --models os-thread,tokio"
)]
pub struct DiffArgs {
    /// The baseline report; `-` is standard input
    #[arg(value_name = "A")]
    pub a: PathBuf,
    /// The report to compare with it
    #[arg(value_name = "B")]
    pub b: PathBuf,
    /// Exit with status 1 if this condition is met in any group. Repeatable
    #[arg(long, value_name = "EXPR")]
    pub fail_on: Vec<Expression>,
    /// Compare this model of A with that model of B
    #[arg(long, value_name = "A,B", value_delimiter = ',', num_args = 1)]
    pub models: Vec<String>,
    /// Write the comparison as JSON; `-` is standard output, instead of the tables
    #[arg(long, value_name = "FILE|-")]
    pub json: Option<PathBuf>,
    /// Maximum rows of system calls
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub top: usize,
}

/// What is written as JSON.
#[derive(Serialize)]
struct Written<'a> {
    a: String,
    b: String,
    #[serde(flatten)]
    diff: &'a Diff,
    conditions_met: &'a [Met],
}

impl Perform for DiffArgs {
    /// Reads both reports, prints what differs, and judges the conditions.
    fn run(&self, cli: &Cli) -> anyhow::Result<u8> {
        let models = models(&self.models)?;
        if self.a == self.b && self.a.as_os_str() == "-" {
            bail!("both reports are from standard input: write one of them to a file");
        }
        let (a, b) = (json::read(&self.a)?, json::read(&self.b)?);
        let diff = diff::diff(&a, &b, models.as_ref(), self.top);
        if diff.groups.is_empty() {
            return Err(nothing_in_common(&diff));
        }
        let met = diff.check(&self.fail_on).map_err(|reason| anyhow!(reason))?;
        for (path, report) in [(&self.a, &a), (&self.b, &b)] {
            if report.interrupted {
                notice(format_args!("{}: the measurement was interrupted and is incomplete", path.display()));
            }
        }
        write_json(self, &diff, &met)?;
        print(cli, self, &diff)?;
        for met in &met {
            notice(format_args!("--fail-on {} is met: {} in {}", met.expression, met.figure, met.group));
        }
        Ok(if met.is_empty() { 0 } else { CONDITION_MET })
    }

    fn failure_code(&self, _error: &anyhow::Error) -> u8 {
        FAILURE
    }
}

fn models(names: &[String]) -> anyhow::Result<Option<[String; 2]>> {
    match names {
        [] => Ok(None),
        [a, b] => Ok(Some([a.clone(), b.clone()])),
        _ => bail!("--models takes two names, one for each report: --models os-thread,tokio"),
    }
}

fn nothing_in_common(diff: &Diff) -> anyhow::Error {
    let some = |titles: &[String]| match titles.first() {
        Some(title) => format!("{} ({} in all)", taskweight_core::escape::escape(title), titles.len()),
        None => String::from("nothing"),
    };
    anyhow!(
        "the reports have no group in common: A has {}, B has {}: measure both the same way, or compare two models with --models",
        some(&diff.only_in_a),
        some(&diff.only_in_b)
    )
}

fn write_json(args: &DiffArgs, diff: &Diff, met: &[Met]) -> anyhow::Result<()> {
    let Some(path) = &args.json else { return Ok(()) };
    let [a, b] = [&args.a, &args.b].map(|path| path.display().to_string());
    let mut destination = Destination::open(path, Identity::caller()?.owner())?;
    let written = Written { a, b, diff, conditions_met: met };
    serde_json::to_writer_pretty(&mut destination, &written).context("write the comparison")?;
    destination.write_all(b"\n")?;
    Ok(destination.finish()?)
}

fn print(cli: &Cli, args: &DiffArgs, diff: &Diff) -> io::Result<()> {
    if args.json.as_ref().is_some_and(|path| path.as_os_str() == "-") {
        return Ok(());
    }
    let mut out = io::stdout().lock();
    let options = tables::options(cli, out.is_terminal(), args.top);
    let [a, b] = [&args.a, &args.b].map(|path| path.display().to_string());
    out.write_all(text::paint(&document::of_diff(diff, [&a, &b]), &options).as_bytes())?;
    out.flush()
}

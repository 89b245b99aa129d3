//! `taskweight diff`: two reports side by side.

use std::io::{self, IsTerminal as _, Write as _};

use anyhow::{Context as _, anyhow, bail};
use serde::Serialize;

use crate::{
    cli::{Cli, DiffArgs},
    notice::notice,
};
use taskweight_report::{
    diff::{self, Diff, check::Met},
    document, json,
    paint::text,
};
use taskweight_run::privilege::Identity;

/// Exit status when a condition is met.
const CONDITION_MET: u8 = 1;

/// What is written as JSON.
#[derive(Serialize)]
struct Outcome<'a> {
    a: String,
    b: String,
    #[serde(flatten)]
    diff: &'a Diff,
    conditions_met: &'a [Met],
}

/// Reads both reports, prints what differs, and judges the conditions.
pub fn run(cli: &Cli, args: &DiffArgs) -> anyhow::Result<u8> {
    let models = models(&args.models)?;
    if args.a == args.b && args.a.as_os_str() == "-" {
        bail!("both reports are from standard input: write one of them to a file");
    }
    let (a, b) = (json::read(&args.a)?, json::read(&args.b)?);
    let diff = diff::diff(&a, &b, models.as_ref(), args.top);
    if diff.groups.is_empty() {
        return Err(nothing_in_common(&diff));
    }
    let met = diff.check(&args.fail_on).map_err(|reason| anyhow!(reason))?;
    for (path, report) in [(&args.a, &a), (&args.b, &b)] {
        if report.interrupted {
            notice(format_args!("{}: the measurement was interrupted and is incomplete", path.display()));
        }
    }
    write_json(args, &diff, &met)?;
    print(cli, args, &diff)?;
    for met in &met {
        notice(format_args!("--fail-on {} is met: {} in {}", met.expression, met.figure, met.group));
    }
    Ok(if met.is_empty() { 0 } else { CONDITION_MET })
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
    let mut destination = crate::output::Destination::open(path, Identity::caller()?.owner())?;
    let outcome = Outcome { a, b, diff, conditions_met: met };
    serde_json::to_writer_pretty(&mut destination, &outcome).context("write the comparison")?;
    destination.write_all(b"\n")?;
    Ok(destination.finish()?)
}

fn print(cli: &Cli, args: &DiffArgs, diff: &Diff) -> io::Result<()> {
    if args.json.as_ref().is_some_and(|path| path.as_os_str() == "-") {
        return Ok(());
    }
    let mut out = io::stdout().lock();
    let options = super::table_options(cli, out.is_terminal(), args.top);
    let [a, b] = [&args.a, &args.b].map(|path| path.display().to_string());
    out.write_all(text::paint(&document::of_diff(diff, [&a, &b]), &options).as_bytes())?;
    out.flush()
}

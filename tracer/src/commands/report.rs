//! `taskweight report`: renders a report again.

use crate::{
    cli::{Cli, ReportArgs},
    report::json,
};

/// Reads a report and prints its tables.
pub fn run(cli: &Cli, args: &ReportArgs) -> anyhow::Result<u8> {
    let report = json::read(&args.file)?;
    super::print_to_stdout(&report, args.top, cli)?;
    Ok(0)
}

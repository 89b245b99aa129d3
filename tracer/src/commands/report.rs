//! `taskweight report`: renders a report again.

use super::outputs;
use crate::cli::{Cli, ReportArgs};
use taskweight_report::json;

mod export;

/// Reads a report and prints its tables, or writes it as a page or in another format.
pub fn run(cli: &Cli, args: &ReportArgs) -> anyhow::Result<u8> {
    let report = json::read(&args.file)?;
    if let Some(page) = outputs::open(args.html.as_deref())? {
        outputs::write_page(&report, cli, page)?;
        return Ok(0);
    }
    match args.export.format {
        Some(format) => export::run(&report, args, format)?,
        None => super::print_to_stdout(cli, &report, args.top)?,
    }
    Ok(0)
}

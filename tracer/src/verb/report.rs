//! `taskweight report`: renders a report again.

use std::path::PathBuf;

use clap::Args;

use super::{Perform, options::ExportArgs};
use crate::{
    cli::Cli,
    output::{files, tables},
};
use taskweight_report::json;

mod export;

/// Options of `report`.
#[derive(Debug, Args)]
#[command(after_help = "EXAMPLES:
  taskweight report compare.json
  taskweight report compare.json --format markdown >> README.md
  taskweight report compare.json --format hgrm --output percentiles/
  ssh server sudo taskweight run --json - -- true | taskweight report -")]
pub struct ReportArgs {
    /// The report; `-` is standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Write an HTML page with charts, instead of printing tables; `-` is standard output
    #[arg(long, value_name = "FILE|-")]
    pub html: Option<PathBuf>,
    /// Maximum rows in the tables of threads and system calls
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub top: usize,
    /// Other formats.
    #[command(flatten)]
    pub export: ExportArgs,
}

impl Perform for ReportArgs {
    /// Reads a report and prints its tables, or writes it as a page or in another format.
    fn run(&self, cli: &Cli) -> anyhow::Result<u8> {
        let report = json::read(&self.file)?;
        if let Some(page) = files::open(self.html.as_deref())? {
            files::write_page(&report, cli, page)?;
            return Ok(0);
        }
        match self.export.format {
            Some(format) => export::run(&report, self, format)?,
            None => tables::print_to_stdout(cli, &report, self.top)?,
        }
        Ok(0)
    }
}

//! Options of `report`.

use std::path::PathBuf;

use clap::Args;

use super::ExportArgs;

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

//! Options of exports.

use std::path::PathBuf;

use clap::Args;

use taskweight_report::export::Format;

/// Options of `report` that write it in another format.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// Write the report in another tool's format, instead of tables
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub format: Option<Format>,
    /// File or directory to write to [default: standard output, if the format is a single file]
    #[arg(long, value_name = "FILE|DIR", requires = "format")]
    pub output: Option<PathBuf>,
}

//! Options of exports.

use std::path::PathBuf;

use clap::Args;

use taskweight_report::export::Format;

/// Options of `report` that write it in another format.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// Write the report in a format of other tools, instead of tables
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub format: Option<Format>,
    /// File or folder to write to [default: standard output, where the format is one file]
    #[arg(long, value_name = "FILE|DIR", requires = "format")]
    pub output: Option<PathBuf>,
}

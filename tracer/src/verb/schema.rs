//! `taskweight schema`: the JSON schema of reports, made from their types.

use std::io::{self, Write as _};

use clap::Args;

use super::Perform;
use crate::cli::Cli;

/// Options of `schema`.
#[derive(Args, Debug)]
#[command(after_help = "EXAMPLES:\n  taskweight schema > report.schema.json")]
pub struct SchemaArgs;

impl Perform for SchemaArgs {
    fn run(&self, _cli: &Cli) -> anyhow::Result<u8> {
        io::stdout().lock().write_all(taskweight_report::schema::text()?.as_bytes())?;
        Ok(0)
    }
}

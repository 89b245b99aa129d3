//! `taskweight man`: the manual pages, made from the command line's definition.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, CommandFactory as _};

use super::Perform;
use crate::cli::Cli;

/// Options of `man`.
#[derive(Args, Debug)]
pub struct ManArgs {
    /// The directory
    pub folder: PathBuf,
}

impl Perform for ManArgs {
    /// Writes `taskweight.1`, and a page for each verb.
    fn run(&self, _cli: &Cli) -> anyhow::Result<u8> {
        clap_mangen::generate_to(Cli::command(), &self.folder)
            .with_context(|| format!("write manual pages into {}", self.folder.display()))?;
        Ok(0)
    }
}

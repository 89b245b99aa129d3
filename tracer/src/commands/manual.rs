//! `taskweight completions` and `taskweight man`: what packages bring along, made from the command line's definition.

use std::{io, path::Path};

use anyhow::Context as _;
use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::cli::Cli;

/// Prints the completions for a shell.
pub fn completions(shell: Shell) -> anyhow::Result<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "taskweight", &mut script);
    io::Write::write_all(&mut io::stdout().lock(), &script)?;
    Ok(0)
}

/// Writes `taskweight.1`, and a page for each verb.
pub fn pages(folder: &Path) -> anyhow::Result<u8> {
    clap_mangen::generate_to(Cli::command(), folder)
        .with_context(|| format!("write the manual pages to {}", folder.display()))?;
    Ok(0)
}

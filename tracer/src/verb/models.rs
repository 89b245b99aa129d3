//! `taskweight models`: which models and scenarios there are.

use std::{
    collections::BTreeMap,
    io::{self, Write},
    path::Path,
};

use clap::Args;

use super::Perform;
use crate::{cli::Cli, output::plain_table};
use taskweight_core::{
    catalog::{self, MODELS},
    escape::escape,
    scenario::Scenario,
};

/// Options of `models`.
#[derive(Debug, Args)]
#[command(after_help = "EXAMPLES:\n  taskweight models -v    also which scenarios each model lacks, and why")]
pub struct ModelsArgs;

impl Perform for ModelsArgs {
    /// Prints models and scenarios, and which programs are installed.
    fn run(&self, cli: &Cli) -> anyhow::Result<u8> {
        let folder = catalog::programs_folder()?;
        let mut models = plain_table(["model", "tasks", "state"]);
        for model in &MODELS {
            let state = if model.command(&folder).is_ok() { "ready" } else { "missing" };
            models.add_row([model.name, model.tasks_are, state]);
        }
        let mut scenarios = plain_table(["scenario", "work", "operation"]);
        for scenario in Scenario::ALL {
            scenarios.add_row([scenario.name(), scenario.sentence(), scenario.operation()]);
        }
        let mut out = io::stdout().lock();
        writeln!(out, "{models}\n\n{scenarios}")?;
        print_missing(&folder, cli.verbose, &mut out)?;
        if cli.verbose {
            print_not_offered(&mut out)?;
        }
        Ok(0)
    }
}

/// What installs the missing ones, and with `-v` why each is missing.
fn print_missing(folder: &Path, verbose: bool, out: &mut impl Write) -> io::Result<()> {
    let mut by_remedy: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut reasons = Vec::new();
    for model in &MODELS {
        if let Err(reason) = model.command(folder) {
            by_remedy.entry(model.install).or_default().push(model.name);
            reasons.push(format!("{}: {}", model.name, escape(&reason)));
        }
    }
    for (remedy, names) in by_remedy {
        writeln!(out, "\n{}", folded(&format!("missing, install with `{remedy}`: {}", names.join(", "))))?;
    }
    if verbose && !reasons.is_empty() {
        writeln!(out, "\n{}", folded(&reasons.join("\n")))?;
    }
    Ok(())
}

fn print_not_offered(out: &mut impl Write) -> io::Result<()> {
    let sentences = MODELS.iter().filter_map(|model| Some(format!("{}: {}", model.name, model.not_offered?)));
    let sentences: Vec<_> = sentences.collect();
    writeln!(out, "\n{}", folded(&sentences.join("\n")))
}

/// Text in lines of at most 80 columns.
fn folded(text: &str) -> String {
    let mut table = plain_table([]);
    table.add_row([text]);
    table.lines().map(|line| line.trim().to_owned()).collect::<Vec<_>>().join("\n")
}

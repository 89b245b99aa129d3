//! `taskweight models`: which models and scenarios there are.

use std::io::{self, Write as _};

use comfy_table::{Table, presets};

use crate::{
    cli::Cli,
    workload::catalog::{self, MODELS, Scenario},
};

/// Prints models and scenarios, and which programs are installed.
pub fn run(cli: &Cli) -> anyhow::Result<u8> {
    let folder = catalog::programs_folder()?;
    let mut models = table(["model", "its tasks are", "state"]);
    for model in &MODELS {
        let state = model.installed(&folder).map_or_else(|reason| reason, |_| String::from("ready"));
        models.add_row([model.name, model.tasks_are, &state]);
    }
    let mut scenarios = table(["scenario", "the work", "operation"]);
    for scenario in Scenario::ALL {
        scenarios.add_row([scenario.name(), scenario.sentence(), scenario.operation()]);
    }
    let mut out = io::stdout().lock();
    writeln!(out, "{models}\n\n{scenarios}")?;
    if cli.verbose {
        for model in &MODELS {
            model.not_offered.map_or(Ok(()), |sentence| writeln!(out, "{}: {sentence}", model.name))?;
        }
    }
    Ok(0)
}

/// A table without lines, of at most 80 columns.
pub fn table<const N: usize>(header: [&str; N]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(header).set_width(80);
    table.set_content_arrangement(comfy_table::ContentArrangement::Dynamic);
    table
}

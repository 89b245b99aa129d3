//! Where a report goes besides the terminal: as JSON, as a page.

use std::{io::Write as _, path::Path};

use crate::{
    cli::{Cli, MeasuringArgs},
    report::{
        html,
        json::{self, Destination},
        model::Report,
    },
    workload::privilege::Identity,
};

/// Files that were asked for, open: before anything is measured, so that nobody measures in vain.
pub(super) struct Outputs {
    json: Option<Destination>,
    page: Option<Destination>,
}

impl Outputs {
    /// Opens what the command line names.
    pub(super) fn open(args: &MeasuringArgs) -> anyhow::Result<Self> {
        let both = is_stdout(args.json.as_deref()) && is_stdout(args.html.as_deref());
        anyhow::ensure!(!both, "--json - and --html - would be mixed on standard output: write one of them to a file");
        Ok(Self { json: open(args.json.as_deref())?, page: open(args.html.as_deref())? })
    }

    /// Writes them all.
    pub(super) fn write(self, report: &Report, cli: &Cli) -> anyhow::Result<()> {
        if let Some(mut json) = self.json {
            json::write(report, &mut json)?;
            json.finish()?;
        }
        self.page.map_or(Ok(()), |page| write_page(report, cli, page))
    }
}

/// Whether a file takes the place of the tables on standard output.
pub(super) fn replace_tables(args: &MeasuringArgs) -> bool {
    is_stdout(args.json.as_deref()) || is_stdout(args.html.as_deref())
}

/// Opens a file that belongs to whoever called sudo; `-` is standard output.
pub(super) fn open(path: Option<&Path>) -> anyhow::Result<Option<Destination>> {
    let Some(path) = path else { return Ok(None) };
    Ok(Some(Destination::open(path, Identity::caller()?.owner())?))
}

/// Writes the page.
pub(super) fn write_page(report: &Report, cli: &Cli, mut page: Destination) -> anyhow::Result<()> {
    page.write_all(html::render(report, cli.language()).as_bytes())?;
    Ok(page.finish()?)
}

pub(super) fn is_stdout(path: Option<&Path>) -> bool {
    path.is_some_and(|path| path.as_os_str() == "-")
}

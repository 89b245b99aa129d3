//! Where a report goes besides the terminal: as JSON, as a page.

use std::{
    io::{self, Write as _},
    path::Path,
};

use anyhow::Context as _;

use super::{Destination, DestinationError};
use crate::{cli::Cli, notice::notice, verb::options::MeasuringArgs};
use taskweight_core::report::Report;
use taskweight_report::paint::html;
use taskweight_run::privilege::Identity;

/// Files that were asked for, open: before anything is measured, so that nobody measures in vain.
pub(crate) struct Outputs {
    json: Option<Destination>,
    page: Option<Destination>,
}

impl Outputs {
    /// Opens what the command line names.
    pub(crate) fn open(args: &MeasuringArgs) -> anyhow::Result<Self> {
        let both = is_stdout(args.json.as_deref()) && is_stdout(args.html.as_deref());
        anyhow::ensure!(!both, "--json - and --html - cannot share standard output: write one of them to a file");
        Ok(Self { json: open(args.json.as_deref())?, page: open(args.html.as_deref())? })
    }

    /// Writes them all, and renders the tables unless standard output is one of them. What was measured is shown also
    /// where a file cannot be written; that whoever read the output has gone changes nothing.
    pub(crate) fn publish(
        self,
        report: &Report,
        cli: &Cli,
        args: &MeasuringArgs,
        render: impl FnOnce(&Report) -> io::Result<()>,
    ) -> anyhow::Result<()> {
        let json = self.json.map_or(Ok(()), |json| super::save(report, json));
        let page = self.page.map_or(Ok(()), |page| write_page(report, cli, page));
        let written = [json, page].map(|written| unless(written, DestinationError::is_broken_pipe));
        let is_rendered = written.iter().any(Result::is_err) || !replace_tables(args);
        let rendered = if is_rendered { render(report) } else { Ok(()) };
        written.into_iter().collect::<Result<(), _>>()?;
        let page = args.html.as_deref().filter(|page| !is_stdout(Some(page)));
        if let Some(page) = page.filter(|_| !cli.quiet) {
            notice(format_args!("page: {}", page.display()));
        }
        unless(rendered, |error| error.kind() == io::ErrorKind::BrokenPipe).context("print the tables")
    }
}

fn unless<E>(result: Result<(), E>, is_harmless: impl Fn(&E) -> bool) -> Result<(), E> {
    result.or_else(|error| if is_harmless(&error) { Ok(()) } else { Err(error) })
}

/// Whether a file takes the place of the tables on standard output.
pub(crate) fn replace_tables(args: &MeasuringArgs) -> bool {
    is_stdout(args.json.as_deref()) || is_stdout(args.html.as_deref())
}

/// Opens a file that belongs to whoever called sudo; `-` is standard output.
pub(crate) fn open(path: Option<&Path>) -> anyhow::Result<Option<Destination>> {
    let Some(path) = path else { return Ok(None) };
    Ok(Some(Destination::open(path, Identity::caller()?.owner())?))
}

/// Writes the page.
pub(crate) fn write_page(report: &Report, cli: &Cli, mut page: Destination) -> Result<(), DestinationError> {
    match page.write_all(html::render(report, cli.language()).as_bytes()) {
        Ok(()) => page.finish(),
        Err(error) => Err(page.fail(error)),
    }
}

pub(crate) fn is_stdout(path: Option<&Path>) -> bool {
    path.is_some_and(|path| path.as_os_str() == "-")
}

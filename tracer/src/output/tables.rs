//! Tables of reports on standard output and standard error.

use std::io::{self, IsTerminal as _, Write as _};

use crate::cli::{Cli, Color};
use taskweight_core::report::Report;
use taskweight_report::{document::Options, paint::text};

/// How to render for a stream: as wide as its terminal, else 80 columns and without colour.
pub fn options(cli: &Cli, terminal: bool, top: usize) -> Options {
    let columns = if terminal { comfy_table::Table::new().width().map_or(80, usize::from) } else { 80 };
    let color = match cli.color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
    };
    Options { width: columns.clamp(80, 120), color, top, verbose: cli.verbose, language: cli.language() }
}

/// Prints the tables.
pub fn print_to_stdout(cli: &Cli, report: &Report, top: usize) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text::render(report, &options(cli, out.is_terminal(), top)).as_bytes())?;
    out.flush()
}

/// Prints them where the output of a command does not mix with them.
pub fn print_to_stderr(cli: &Cli, report: &Report, top: usize) -> io::Result<()> {
    let mut out = io::stderr().lock();
    out.write_all(text::render(report, &options(cli, out.is_terminal(), top)).as_bytes())
}

/// Tables of a measurement that cannot be had again: on standard error where standard output takes nothing.
pub fn print_measured(cli: &Cli, report: &Report) -> io::Result<()> {
    print_to_stdout(cli, report, usize::MAX).or_else(|error| {
        if error.kind() != io::ErrorKind::BrokenPipe {
            print_to_stderr(cli, report, usize::MAX)?;
        }
        Err(error)
    })
}

//! What is running, how long it has been and how long it will be, for whoever waits.

use indicatif::{ProgressBar, ProgressStyle};

use crate::cli::Cli;

/// A bar of this many steps. It is drawn on standard error, and only when that is a terminal; with --quiet it is not drawn.
pub(crate) fn bar(cli: &Cli, steps: u64) -> ProgressBar {
    let bar = if cli.quiet { ProgressBar::hidden() } else { ProgressBar::new(steps) };
    let style = ProgressStyle::with_template("{bar:24} {pos}/{len} {elapsed}, {eta} left  {wide_msg}");
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar
}

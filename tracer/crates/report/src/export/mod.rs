//! Reports in the formats of other tools. What each holds, and how it is read: docs/exports.md.

mod csv;
pub mod distribution;
mod hgrm;
mod hlog;
mod markdown;
pub mod metric;
mod openmetrics;

use clap::ValueEnum;
use hdrhistogram::CreationError;
use thiserror::Error;

use taskweight_core::report::Report;

/// A format other than the tables on a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// HdrHistogram percentile files, one per distribution
    Hgrm,
    /// HdrHistogram interval log of every distribution of every run
    Hlog,
    /// CSV, one row per run and metric
    Csv,
    /// The tables, for a README or a pull request
    Markdown,
    /// For Prometheus and compatible tools
    Openmetrics,
    /// Stack traces for flame graphs
    Folded,
}

impl Format {
    /// Whether a report becomes one file, which can be written to standard output.
    #[must_use]
    pub fn is_one_file(self) -> bool {
        self != Self::Hgrm
    }
}

/// What is exported.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The report.
    pub report: &'a Report,
    /// What its file is named without extension.
    pub stem: &'a str,
    /// Rows of lists that have no natural end, where they are shown as tables.
    pub top: usize,
}

/// A file to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name without a folder: ASCII letters, digits, `-`, `_` and `.` only, but for the stem of the report's own file.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

impl Source<'_> {
    fn file(&self, extension: &str, bytes: Vec<u8>) -> File {
        File { name: format!("{}.{extension}", self.stem), bytes }
    }
}

/// A report cannot be exported.
#[derive(Debug, Error)]
pub enum ExportError {
    /// Nothing of what the format is for is in the report.
    #[error("{0}")]
    Nothing(&'static str),
    /// A part of the report has no JSON form.
    #[error("flatten the report: {0}")]
    Json(#[from] serde_json::Error),
    /// A row cannot be written.
    #[error("write CSV: {0}")]
    Csv(#[from] ::csv::Error),
    /// A distribution has no HdrHistogram form.
    #[error("convert to an HdrHistogram: {0}")]
    Histogram(#[from] CreationError),
    /// An interval cannot be written.
    #[error("write an interval log: {0}")]
    Hlog(String),
}

impl ExportError {
    fn hlog(error: impl ToString) -> Self {
        Self::Hlog(error.to_string())
    }
}

/// The files that a report becomes.
///
/// # Errors
/// When there is nothing to export in this format, and why.
pub fn files(source: &Source<'_>, format: Format) -> Result<Vec<File>, ExportError> {
    let files = match format {
        Format::Hgrm => hgrm::files(source)?,
        Format::Hlog => hlog::files(source)?,
        Format::Csv => csv::files(source)?,
        Format::Markdown => markdown::files(source),
        Format::Openmetrics => openmetrics::files(source)?,
        Format::Folded => return Err(ExportError::Nothing(NO_STACKS)),
    };
    if files.is_empty() {
        return Err(ExportError::Nothing("no distributions in this report: nothing was measured"));
    }
    Ok(files)
}

const NO_STACKS: &str = "no stacks in this report: taskweight does not record stack traces; \
                         for flame graphs use `perf record -g` or bcc's offcputime";

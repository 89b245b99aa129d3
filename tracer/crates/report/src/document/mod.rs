//! What is said about a report, decided once. How it looks is decided three times, by the painters: [`crate::paint`].
//!
//! A section is a file. It reads the report, says what it has to say in blocks, and knows neither columns of a terminal nor
//! elements of a page. Strings are as the report has them: painters make them harmless.

mod anatomy;
mod cells;
mod command;
pub(crate) mod context;
pub(crate) mod cpu;
mod diff;
mod distributions;
mod echo;
mod environment;
mod hog;
mod legend;
pub(crate) mod memory;
mod number;
mod overview;
mod reach;
mod regimes;
mod section;
mod selection;
mod switch;
mod table;
mod transitions;
pub(crate) mod trust;
mod verdicts;

pub use diff::of_diff;
pub use number::Number;
pub use section::{Block, Figure, Note, Section, Term, Tone};
pub use table::{Cell, Column, Table};

use std::time::{Duration, UNIX_EPOCH};

use taskweight_core::report::Report;

use crate::claims::Language;
use crate::warning::warnings;
use context::Context;

/// Narrowest terminal: figures cannot be folded.
pub const NARROWEST: usize = 80;

/// What is said, and how a terminal shows it.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Columns of the terminal; [`NARROWEST`] at least.
    pub width: usize,
    /// Whether to use colours.
    pub color: bool,
    /// Rows of lists that have no natural end: system calls, threads.
    pub top: usize,
    /// Whether a terminal shows everything.
    pub verbose: bool,
    /// Language of the answer and the verdicts.
    pub language: Language,
}

impl Default for Options {
    fn default() -> Self {
        Self { width: NARROWEST, color: false, top: 10, verbose: false, language: Language::English }
    }
}

/// All that is said about a report, in the order in which it is said.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// Language of the answer and the verdicts.
    pub language: Language,
    /// What was measured, where that is one command.
    pub subject: Option<String>,
    /// The answer, in a few sentences.
    pub answer: Vec<Note>,
    /// The answer as a picture.
    pub overview: Option<Figure>,
    /// What a reader should know before quoting a figure.
    pub cautions: Vec<Caution>,
    /// The rest.
    pub sections: Vec<Section>,
    /// What measured, when and where.
    pub origin: Origin,
}

/// What measured, when and where.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// The version that measured.
    pub version: String,
    /// The command line that made the report.
    pub command_line: String,
    /// Such as `Linux 6.12.0, x86_64, 4 CPUs (AMD EPYC)`.
    pub machine: String,
    /// Such as `2026-11-23T09:36:28Z`; `None` for what is no date.
    pub date: Option<String>,
}

/// A caveat.
#[derive(Clone, Debug)]
pub struct Caution {
    /// In a few words.
    pub short: String,
    /// With cases and advice.
    pub text: String,
}

/// What is said about the report.
#[must_use]
pub fn of(report: &Report, options: &Options) -> Document {
    let context = Context::new(report, *options);
    let is_command = report.runs.iter().any(|run| run.case.scenario.is_none());
    let mut sections = if is_command { command::sections(&context) } else { comparison(&context) };
    sections.extend([trust::section(&context), environment::section(&context)]);
    let caution = |warning: &crate::warning::Warning| Caution { short: warning.short(), text: warning.to_string() };
    Document {
        language: options.language,
        subject: is_command.then(|| command_of(&report.command_line)),
        answer: crate::answer(report, options.language).into_iter().map(Note::plain).collect(),
        overview: overview::figure(&context),
        cautions: warnings(report).iter().map(caution).collect(),
        sections,
        origin: origin(report),
    }
}

fn comparison(context: &Context<'_>) -> Vec<Section> {
    vec![
        verdicts::section(context),
        switch::section(context),
        anatomy::section(context),
        distributions::section(context),
        memory::section(context),
        reach::section(context),
        echo::section(context),
        cpu::section(context),
        hog::section(context),
        regimes::section(context),
    ]
}

/// What was measured, without how: the words after `--`.
fn command_of(command_line: &[String]) -> String {
    let mut words = command_line.splitn(2, |word| word == "--");
    let all = words.next().unwrap_or_default();
    words.next().unwrap_or(all).join(" ")
}

fn origin(report: &Report) -> Origin {
    let environment = &report.environment;
    let cpu = environment.cpu_model.as_ref().map_or(String::new(), |model| format!(" ({model})"));
    let virtualisation = environment.virtualisation.as_ref();
    let virtualisation = virtualisation.map_or(String::new(), |name| format!(", virtualisation {name}"));
    let cpus = taskweight_core::format::plural(u64::from(environment.cpus_online), "CPU");
    Origin {
        version: report.taskweight_version.clone(),
        command_line: report.command_line.join(" "),
        machine: format!("Linux {}, {}, {cpus}{cpu}{virtualisation}", environment.kernel, environment.architecture),
        date: date(report.started_at_unix_s),
    }
}

fn date(unix_s: u64) -> Option<String> {
    const YEAR_10000: u64 = 253_402_300_800;
    let time = UNIX_EPOCH + Duration::from_secs(Some(unix_s).filter(|seconds| *seconds < YEAR_10000)?);
    Some(humantime::format_rfc3339_seconds(time).to_string())
}

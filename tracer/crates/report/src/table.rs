//! Reports as text for a terminal.
//!
//! Every string that comes from a report is escaped: a thread's name must not be able to move the cursor.

pub(super) mod anatomy;
mod command;
pub(super) mod compare;
mod diff;
mod grid;
pub(super) mod ledger;
mod markdown;
pub(super) mod quality;
pub(super) mod regimes;
pub(super) mod text;
mod verdicts;
mod warning;

pub use diff::render as render_diff;
pub use warning::{Warning, warnings};

pub(crate) use compare::name as title;
pub(crate) use ledger::scene as ledger_title;

use crate::claims::Language;
use taskweight_core::report::{ProbeState, Report, Run};
use text::Page;

/// Narrowest page: figures cannot be folded.
const NARROWEST: usize = 80;

/// How to render.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Columns of the page; 80 at least.
    pub width: usize,
    /// Whether to use colours.
    pub color: bool,
    /// Rows of lists that have no natural end: system calls, threads.
    pub top: usize,
    /// Whether to list what is in order too.
    pub verbose: bool,
    /// Language of the verdicts.
    pub language: Language,
}

impl Default for Options {
    fn default() -> Self {
        Self { width: NARROWEST, color: false, top: 10, verbose: false, language: Language::English }
    }
}

/// The report as text, which ends with a line break.
pub fn render(report: &Report, options: &Options) -> String {
    fill(Page::new(options.width.max(NARROWEST), options.color), report, options)
}

/// The same in Markdown, with the machine and the version that measured.
pub fn render_markdown(report: &Report, options: &Options) -> String {
    let mut text = fill(Page::markdown(), report, options);
    let mut page = Page::markdown();
    quality::origin(report, &mut page);
    text.push('\n');
    text + &page.finish()
}

/// All parts of the report, on a page that is empty.
fn fill(mut page: Page, report: &Report, options: &Options) -> String {
    let (compared, commands): (Vec<&Run>, Vec<&Run>) = report.runs.iter().partition(|run| run.case.scenario.is_some());
    if report.runs.is_empty() && report.anatomy.is_empty() {
        page.paragraph("Nothing was measured.");
        page.blank();
    }
    if report.regimes.is_empty() {
        compare::render(report, &compared, &mut page);
    }
    regimes::render(report, options.verbose, &mut page);
    ledger::render(report, &mut page);
    anatomy::render(report, &mut page);
    command::render(report, &commands, options, &mut page);
    quality::render(report, options, &mut page);
    verdicts::render(report, options, &mut page);
    page.finish()
}

/// Why what a probe counts is absent; `None` when the probe is there. A report does not list probes it never had.
pub(super) fn missing(report: &Report, probe: &str) -> Option<String> {
    let missing = report.probes.iter().find(|one| one.name == probe && one.state == ProbeState::Missing)?;
    Some(format!("probe {probe} is missing: {}", missing.reason.as_deref().unwrap_or("no reason given")))
}

/// Why interrupts are absent.
pub(super) fn interrupts_reason(report: &Report) -> String {
    let probes = ["local_timer_entry", "irq_handler_entry", "softirq_entry"];
    let reason = probes.iter().find_map(|probe| missing(report, probe));
    reason.unwrap_or_else(|| "not in the report".to_owned())
}

/// Why page faults are absent.
pub(super) fn page_faults_reason(report: &Report) -> String {
    let reason = missing(report, "page_fault_minor").or_else(|| missing(report, "page_fault_major"));
    reason.unwrap_or_else(|| "the number of operations or of page faults is unknown".to_owned())
}

//! Reports as text for a terminal.
//!
//! Every string that comes from a report is escaped: a thread's name must not be able to move the cursor.

mod anatomy;
mod command;
mod compare;
mod figure;
mod grid;
mod ledger;
mod quality;
mod regimes;
mod text;
mod warning;

pub use warning::{Warning, warnings};

use super::model::{ProbeState, Report, Run};
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
}

impl Default for Options {
    fn default() -> Self {
        Self { width: NARROWEST, color: false, top: 10, verbose: false }
    }
}

/// The report as text, which ends with a line break.
pub fn render(report: &Report, options: &Options) -> String {
    let mut page = Page::new(options.width.max(NARROWEST), options.color);
    let (compared, commands): (Vec<&Run>, Vec<&Run>) = report.runs.iter().partition(|run| run.scenario.is_some());
    if report.runs.is_empty() && report.anatomy.is_empty() {
        page.paragraph("Nothing was measured.");
        page.blank();
    }
    if report.regimes.is_empty() {
        compare::render(report, &compared, &mut page);
    }
    regimes::render(report, &mut page);
    ledger::render(report, &mut page);
    anatomy::render(report, &mut page);
    for run in commands {
        command::render(report, run, options, &mut page);
    }
    quality::render(report, options, &mut page);
    page.finish()
}

/// Why what a probe counts is absent; `None` when the probe is there. A report does not list probes it never had.
fn missing(report: &Report, probe: &str) -> Option<String> {
    let missing = report.probes.iter().find(|one| one.name == probe && one.state == ProbeState::Missing)?;
    Some(format!("probe {probe} is missing: {}", missing.reason.as_deref().unwrap_or("no reason given")))
}

/// Why interrupts are absent.
fn interrupts_reason(report: &Report) -> String {
    let probes = ["local_timer_entry", "irq_handler_entry", "softirq_entry"];
    let reason = probes.iter().find_map(|probe| missing(report, probe));
    reason.unwrap_or_else(|| "the report does not have them".to_owned())
}

/// Why page faults are absent.
fn page_faults_reason(report: &Report) -> String {
    let reason = missing(report, "page_fault_minor").or_else(|| missing(report, "page_fault_major"));
    reason.unwrap_or_else(|| "the operations or the faults are unknown".to_owned())
}

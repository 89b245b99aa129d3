//! What the report says of each claim of the textbook.

use super::context::Context;
use super::{Block, Section};
use crate::claims::verdicts;

/// What ran no scenario has no verdicts.
pub(super) fn section(context: &Context<'_>) -> Section {
    let section = Section::new("verdicts", "Verdicts on the textbook's claims", "Verdicts");
    let report = context.report;
    let ran_scenarios = report.runs.iter().any(|run| run.case.scenario.is_some());
    if !ran_scenarios && report.anatomy.is_empty() {
        return section.absent("taskweight compare");
    }
    section.blocks(vec![Block::Verdicts(verdicts(report, context.options.language))])
}

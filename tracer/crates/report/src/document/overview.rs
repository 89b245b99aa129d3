//! The answer as a picture: what a switch costs, and how often it enters the kernel, by model.

use taskweight_core::catalog::{self, Kind};

use super::Figure;
use super::cells::Cells;
use super::context::{Context, groups};
use super::table::Table;
use crate::chart::{Chart, OverviewRow};

/// `None` where no task switch was measured.
pub(super) fn figure(context: &Context<'_>) -> Option<Figure> {
    let runs = context.runs(|scenario| scenario == "switch");
    let groups = groups(&runs);
    // Pinned to one CPU a task switch is a switch and nothing else; with few tasks it is the plainest.
    let plainest =
        groups.iter().min_by_key(|group| group.first().map(|run| (run.case.pinned.is_none(), run.case.tasks)))?;
    let mut rows: Vec<OverviewRow> =
        context.by_model(plainest).iter().map(|repetitions| row(context, repetitions)).collect();
    rows.sort_by(|a, b| {
        (is_first(a), a.time_ns).partial_cmp(&(is_first(b), b.time_ns)).unwrap_or(std::cmp::Ordering::Equal)
    });
    let work = super::context::name(plainest.first()?);
    let note = format!(
        "{work}. Time is untraced, on a logarithmic scale, with its 95 % confidence interval; kernel entries are system calls \
         and page faults from user mode."
    );
    let (chart, table) = (Chart::Overview(rows), Table::default());
    Some(Figure { title: "What a task switch costs, by model.".to_owned(), note, chart, table })
}

/// Threads stand on top, models of users below.
fn is_first(row: &OverviewRow) -> usize {
    ["threads", "coroutines"].iter().position(|group| *group == row.group).unwrap_or(2)
}

fn row(context: &Context<'_>, repetitions: &super::number::Repetitions<'_>) -> OverviewRow {
    let model = repetitions.model();
    let group = match catalog::find(model).and_then(|model| model.kind) {
        Some(Kind::Thread) => "threads",
        Some(_) => "coroutines",
        None => "other",
    };
    let time = Cells::elapsed(repetitions).map(|time| time.with_ends());
    let entries = Cells::new(context, repetitions).entries_estimate();
    OverviewRow {
        group,
        name: model.to_owned(),
        time_ns: time.map(|time| time.0),
        interval_ns: time.and_then(|time| time.1),
        entries: entries.map(|entries| entries.summary.median),
    }
}

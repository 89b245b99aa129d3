//! Distributions of all models overlaid, for each workload.

use taskweight_core::report::{Histogram, Run};

use super::context::{Context, groups, name};
use super::number::Distribution;
use super::table::{Cell, Column, Table};
use super::{Block, Section};
use crate::chart::{Chart, Curve};

/// Where a distribution stands in a run.
type Field = fn(&Run) -> Option<&Histogram>;

/// Title, note, path and field of each kind.
const KINDS: [(&str, &str, &str, Field); 5] = [
    (
        "Self-timed switch",
        "Timed by the program itself, one switch in 64, untraced: from before a task yields to after it resumes. The kernel cannot \
         see switches between coroutines.",
        "own.hand_over_ns",
        |run| run.own.as_ref()?.hand_over_ns.as_ref(),
    ),
    ("Run-queue wait", "From runnable to running.", "histograms.run_queue_ns", |run| {
        Some(&run.histograms.run_queue_ns)
    }),
    ("Off CPU", "From switched out to switched in.", "histograms.off_cpu_ns", |run| Some(&run.histograms.off_cpu_ns)),
    ("On CPU", "From switched in to switched out.", "histograms.on_cpu_ns", |run| Some(&run.histograms.on_cpu_ns)),
    ("Syscall time", "From entry to exit, all system calls.", "histograms.syscall_ns", |run| {
        Some(&run.histograms.syscall_ns)
    }),
];

/// Work in which tasks wait for each other, for descriptors, for requests.
const SCENARIOS: [&str; 3] = ["switch", "switch-io", "echo"];

/// Name, and the figures of a distribution.
pub(super) const COLUMNS: [Column; 8] = [
    Column::shown("distribution"),
    Column::shown("count"),
    Column::shown("min"),
    Column::shown("p50"),
    Column::shown("p90"),
    Column::shown("p99"),
    Column::shown("p99.9"),
    Column::shown("max"),
];

pub(super) fn section(context: &Context<'_>) -> Section {
    let section = Section::new("distributions", "Distributions of durations", "Distributions");
    let groups = groups(&context.runs(|scenario| SCENARIOS.contains(&scenario)));
    if groups.is_empty() {
        return section.absent("taskweight compare");
    }
    let folded = |(place, group): (usize, &Vec<&Run>)| {
        let title = group.first().map_or(String::new(), |run| name(run));
        let blocks = KINDS.iter().filter_map(|kind| figure(context, &title, kind, group)).collect();
        Block::Detail(vec![Block::Folded { title, is_open: place == 0, blocks }])
    };
    let section = section
        .lead(
            "Percentile curves, as in HdrHistogram: each step to the right leaves a tenth of the remaining samples, and a mark is \
             the maximum. All repetitions together. Durations measured in the kernel include the probes.",
        )
        .blocks(groups.iter().enumerate().map(folded).collect());
    Section { can_be_cut: true, ..section }
}

/// `None` where no model has any.
fn figure(
    context: &Context<'_>,
    work: &str,
    (title, note, path, field): &(&str, &str, &str, Field),
    group: &[&Run],
) -> Option<Block> {
    let mut table = Table::new(format!("{title} in {work}"), &COLUMNS);
    let mut curves = Vec::new();
    for repetitions in context.by_model(group) {
        let (merged, model) = (repetitions.merged(path, field), repetitions.model());
        if merged.histogram.count > 0 {
            table.rows.push(row(model, &merged));
            curves.push(Curve { series: context.series(model), name: model.to_owned(), histogram: merged.histogram });
        }
    }
    let figure = Block::figure(format!("{title} in {work}."), *note, Chart::Curves(curves), table);
    matches!(&figure, Block::Figure(figure) if !figure.table.rows.is_empty()).then_some(figure)
}

/// In the order of [`COLUMNS`].
pub(super) fn row(name: &str, distribution: &Distribution) -> Vec<Cell> {
    let times = distribution.times(["min", "p50", "p90", "p99", "p999", "max"], "none ended during the run");
    [Cell::name(name), distribution.count().into()].into_iter().chain(times).collect()
}

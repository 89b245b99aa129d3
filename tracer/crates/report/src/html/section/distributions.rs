//! Distributions of all models overlaid, for each workload.

use maud::{Markup, html};

use crate::html::chart::percentiles::curves;
use crate::html::context::{Context, work};
use crate::html::number::{DISTRIBUTION_HEAD, Distribution};
use crate::html::section::Section;
use crate::html::table::{Cell, Figure, Table, shown};
use crate::table::compare::{groups, models};
use taskweight_core::format::plural;
use taskweight_core::report::{Histogram, Run};

/// Where a distribution stands in a run.
type Field = fn(&Run) -> Option<&Histogram>;

/// One kind of distribution.
struct Metric {
    title: &'static str,
    note: &'static str,
    path: &'static str,
    field: Field,
}

const METRICS: [Metric; 5] = [
    Metric {
        title: "Self-timed switch",
        note: "Timed by the program itself, one switch in 64, untraced: from before a task yields to after it resumes. The kernel \
             cannot see switches between coroutines.",
        path: "own.hand_over_ns",
        field: |run| run.own.as_ref()?.hand_over_ns.as_ref(),
    },
    Metric {
        title: "Run-queue wait",
        note: "From runnable to running.",
        path: "histograms.run_queue_ns",
        field: |run| Some(&run.histograms.run_queue_ns),
    },
    Metric {
        title: "Off CPU",
        note: "From switched out to switched in.",
        path: "histograms.off_cpu_ns",
        field: |run| Some(&run.histograms.off_cpu_ns),
    },
    Metric {
        title: "On CPU",
        note: "From switched in to switched out.",
        path: "histograms.on_cpu_ns",
        field: |run| Some(&run.histograms.on_cpu_ns),
    },
    Metric {
        title: "Syscall time",
        note: "From entry to exit, all system calls.",
        path: "histograms.syscall_ns",
        field: |run| Some(&run.histograms.syscall_ns),
    },
];

/// Work in which tasks wait for each other, for descriptors, for requests.
const SCENARIOS: [&str; 3] = ["switch", "switch-io", "echo"];

/// Pieces of work that are shown while there is room for them, in bytes of the page; the first one always is.
pub(in crate::html) fn section(context: &Context<'_>, room_bytes: usize) -> Section {
    let (id, title) = ("distributions", "Distributions of durations");
    let all = groups(&context.runs(&SCENARIOS));
    let mut weight_bytes = 0;
    let figures: Vec<_> = all
        .iter()
        .filter_map(|group| Some((name(group)?, figures(context, group))))
        .take_while(|(_, figures)| {
            let is_first = weight_bytes == 0;
            weight_bytes += figures.iter().map(|figure| figure.0.len()).sum::<usize>();
            is_first || weight_bytes <= room_bytes
        })
        .collect();
    let left_out = all.len() - figures.len();
    let Some(((first, open), folded)) = figures.split_first() else {
        return Section::absent(id, title, "taskweight compare");
    };
    let content = html! {
        p {
            "Percentile curves, as in HdrHistogram: each step to the right leaves a tenth of the remaining samples, and a mark \
             is the maximum. All repetitions together. Durations measured in the kernel include the probes."
        }
        h3 { (first) }
        @for figure in open { (figure) }
        @for (name, figures) in folded {
            details.more { summary { (name) } @for figure in figures { (figure) } }
        }
        @if left_out > 0 {
            p.absent {
                "Omitted to keep the page small: " (plural(left_out as u64, "more workload")) ". See the JSON report, or compare fewer \
                 models."
            }
        }
    };
    Section { id, title, content }
}

fn name(group: &[&Run]) -> Option<String> {
    let first = group.first()?;
    Some(format!("{}: {}", shown(first.case.scenario.as_deref()?), work(first)))
}

/// The metrics that any model has there.
fn figures(context: &Context<'_>, group: &[&Run]) -> Vec<Markup> {
    METRICS.iter().filter_map(|metric| figure(context, metric, group)).collect()
}

fn figure(context: &Context<'_>, metric: &Metric, group: &[&Run]) -> Option<Markup> {
    let of_models: Vec<(&str, Distribution)> = models(group)
        .into_iter()
        .filter_map(|runs| {
            let model = runs.first()?.case.model.as_str();
            Some((model, context.repetitions(runs).merged(metric.path, metric.field)))
        })
        .filter(|(_, distribution)| distribution.histogram.count > 0)
        .collect();
    let title = format!("{} in {}", metric.title, name(group)?);
    let names: Vec<_> = of_models.iter().map(|(model, _)| *model).collect();
    let series: Vec<_> = of_models.iter().map(|(model, one)| (context.series(model), &one.histogram)).collect();
    if series.is_empty() {
        return None;
    }
    let picture = curves(&title, "duration", &series);
    let mut table = Table::new(title, ["model"].into_iter().chain(DISTRIBUTION_HEAD));
    table.rows = of_models.iter().map(|(model, distribution)| row(model, distribution)).collect();
    let figure = Figure {
        title: format!("{}.", metric.title),
        note: metric.note.to_owned(),
        key: Some(context.key(&names)),
        picture,
        table,
    };
    Some(html! { (figure) })
}

/// Name and percentiles.
pub(in crate::html) fn row(name: &str, distribution: &Distribution) -> Vec<Cell> {
    let numbers = distribution.numbers().map(|number| Cell::number_or(number, "none ended during the run"));
    [Cell::name(name)].into_iter().chain(numbers).collect()
}

//! Distributions of all models overlaid, for each piece of work.

use maud::{Markup, html};

use crate::report::html::chart::percentiles::curves;
use crate::report::html::context::{Context, work};
use crate::report::html::number::{DISTRIBUTION_HEAD, Distribution};
use crate::report::html::section::Section;
use crate::report::html::table::{Cell, Figure, Table, shown};
use crate::report::model::{Histogram, Run};
use crate::report::table::compare::{groups, models};
use crate::report::table::figure::plural;

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
        title: "A hand-over, timed by the program itself",
        note: "From before handing over to after being resumed, one in 64, in the untraced twins: the switch that the kernel \
             cannot see.",
        path: "own.hand_over_ns",
        field: |run| run.own.as_ref()?.hand_over_ns.as_ref(),
    },
    Metric {
        title: "Waiting for a CPU",
        note: "From becoming runnable to running.",
        path: "histograms.run_queue_ns",
        field: |run| Some(&run.histograms.run_queue_ns),
    },
    Metric {
        title: "Off the CPU",
        note: "From being switched out to being switched in.",
        path: "histograms.off_cpu_ns",
        field: |run| Some(&run.histograms.off_cpu_ns),
    },
    Metric {
        title: "On the CPU",
        note: "From being switched in to being switched out.",
        path: "histograms.on_cpu_ns",
        field: |run| Some(&run.histograms.on_cpu_ns),
    },
    Metric {
        title: "In system calls",
        note: "From entry to exit, all calls.",
        path: "histograms.syscall_ns",
        field: |run| Some(&run.histograms.syscall_ns),
    },
];

/// Work in which tasks wait for each other, for descriptors, for requests.
const SCENARIOS: [&str; 3] = ["switch", "switch-io", "echo"];

/// Models times pieces of work that are shown: a page is to be read, and to be sent.
const MOST_SHOWN: usize = 56;

pub(in crate::report::html) fn section(context: &Context<'_>) -> Section {
    let (id, title) = ("distributions", "How durations are distributed");
    let groups = groups(&context.runs(&SCENARIOS));
    let mut models_shown = 0;
    let shown: Vec<_> = groups
        .iter()
        .enumerate()
        .take_while(|(place, group)| {
            models_shown += models(group).len();
            *place == 0 || models_shown <= MOST_SHOWN
        })
        .collect();
    let left_out = groups.len() - shown.len();
    let figures: Vec<_> = shown.iter().filter_map(|(_, group)| Some((name(group)?, figures(context, group)))).collect();
    let Some(((first, open), folded)) = figures.split_first() else {
        return Section::absent(id, title, "taskweight compare");
    };
    let content = html! {
        p {
            "Curves over percentiles, as users of HdrHistogram know them: each step to the right is a tenth of what was left, \
             and a mark is the longest. All repetitions together; durations that the kernel saw contain the probes."
        }
        h3 { (first) }
        @for figure in open { (figure) }
        @for (name, figures) in folded {
            details.more { summary { (name) } @for figure in figures { (figure) } }
        }
        @if left_out > 0 {
            p.absent {
                "Left out for the page's weight: " (plural(left_out as u64, "more piece")) " of work. The JSON report has them; a \
                 comparison of fewer models shows them."
            }
        }
    };
    Section { id, title, content }
}

fn name(group: &[&Run]) -> Option<String> {
    let first = group.first()?;
    Some(format!("{}: {}", shown(first.scenario.as_deref()?), work(first)))
}

/// The metrics that any model has there.
fn figures(context: &Context<'_>, group: &[&Run]) -> Vec<Markup> {
    METRICS.iter().filter_map(|metric| figure(context, metric, group)).collect()
}

fn figure(context: &Context<'_>, metric: &Metric, group: &[&Run]) -> Option<Markup> {
    let of_models: Vec<(&str, Distribution)> = models(group)
        .into_iter()
        .filter_map(|runs| {
            let model = runs.first()?.model.as_str();
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
pub(in crate::report::html) fn row(name: &str, distribution: &Distribution) -> Vec<Cell> {
    let numbers = distribution.numbers().map(|number| Cell::number_or(number, "none ended in the window"));
    [Cell::name(name)].into_iter().chain(numbers).collect()
}

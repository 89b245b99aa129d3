//! Cost of one operation: a row for each model, a mark for each number of tasks and pinning.

use maud::{Markup, html};

use crate::html::cells::{Cells, UNCOUNTED};
use crate::html::chart::Quantity;
use crate::html::chart::dots::{Dot, dots};
use crate::html::chart::marks;
use crate::html::context::{Context, work};
use crate::html::number::Repetitions;
use crate::html::section::{Section, transitions};
use crate::html::table::{Cell, Figure, Table, shown};
use crate::table::compare::{groups, models};
use taskweight_core::report::Run;

/// Scenarios with a title each, and whether they are what the section is about.
const SCENARIOS: [(&str, &str, bool); 5] = [
    ("switch", "Task switch in memory", true),
    ("switch-io", "Task switch through a pipe", true),
    ("yield", "Yield", false),
    ("spawn", "Creating a task and waiting for it to finish", false),
    ("control", "Everything but the switch: the control to subtract", false),
];

const NOTE: &str = "Time per operation, untraced: median of the repetitions, with its 95 % bootstrap confidence interval (CI), on \
     a logarithmic scale.";

const HEAD: [&str; 10] = [
    "model",
    "time",
    "95 % CI low",
    "95 % CI high",
    "context switches",
    "syscalls",
    "page faults",
    "interrupts",
    "migrations",
    "traced/untraced",
];

pub(in crate::html) fn section(context: &Context<'_>) -> Section {
    let (id, title) = ("hand-over", "Cost of a task switch");
    let figures: Vec<_> = SCENARIOS
        .iter()
        .filter_map(|(scenario, title, is_main)| Some((figure(context, scenario, title)?, title, *is_main, scenario)))
        .collect();
    if figures.is_empty() {
        return Section::absent(id, title, "taskweight compare --scenarios switch,switch-io");
    }
    let content = html! {
        p {
            "Counts are per operation, medians of the traced runs; 0: none, or below 0.00005. Times are untraced. "
            em { "traced/untraced" } " is the ratio of the elapsed times, the cost of the probes."
        }
        @for (figure, title, is_main, scenario) in &figures {
            @if *is_main {
                (figure)
                @if let Some(entries) = entries(context, scenario) { (entries) }
            } @else {
                details.more { summary { (title) } (figure) }
            }
        }
    };
    Section { id, title, content }
}

fn figure(context: &Context<'_>, scenario: &str, title: &str) -> Option<Figure> {
    let runs = context.runs(&[scenario]);
    let operation = runs.first()?.operation.as_deref().unwrap_or("one operation");
    let groups = groups(&runs);
    let rows = rows(context, &groups);
    let works: Vec<_> = groups.iter().filter_map(|group| Some(work(group.first()?))).collect();
    let mut marks_of = Vec::new();
    let mut table = Table::new(format!("{title}: operation: {}", shown(operation)), HEAD);
    for (series, group) in groups.iter().enumerate() {
        table.rows.extend(group.first().map(|run| vec![Cell::Group(work(run))]));
        let mut of_group = models(group);
        of_group
            .sort_by_key(|runs| rows.iter().position(|name| runs.first().is_some_and(|run| run.case.model == *name)));
        for runs in of_group {
            let repetitions = context.repetitions(runs);
            marks_of.extend(dot(&rows, series, &repetitions));
            table.rows.push(row(context, &repetitions));
        }
    }
    let names = rows.iter().map(|name| shown(name)).collect();
    let reference = context.report.reference.map(|reference| (reference.indirect_call_ns.median, "one function call"));
    let text = format!("{title}: time per operation by model");
    let key: Vec<_> = works.into_iter().zip(0..marks::LOOKS).map(|(work, series)| (series, work)).collect();
    Some(Figure {
        title: format!("{title}."),
        note: NOTE.to_owned(),
        key: Some(key_of(&key)),
        picture: dots(&text, names, &marks_of, "time per operation", Quantity::Time, reference),
        table,
    })
}

/// Kernel entries in the first workload of a scenario.
fn entries(context: &Context<'_>, scenario: &str) -> Option<Figure> {
    transitions::figure(context, groups(&context.runs(&[scenario])).first()?)
}

fn key_of(entries: &[(u8, String)]) -> Markup {
    marks::key(entries, false)
}

/// Names of models, the fastest at the first piece of work on top.
fn rows<'a>(context: &Context<'a>, groups: &[Vec<&'a Run>]) -> Vec<&'a str> {
    let mut rows: Vec<(&str, f64)> = Vec::new();
    for runs in groups.iter().flat_map(|group| models(group)) {
        let Some(name) = runs.first().map(|run| run.case.model.as_str()) else { continue };
        if !rows.iter().any(|(existing, _)| *existing == name) {
            let time = Cells::elapsed(&context.repetitions(runs)).map_or(f64::MAX, |estimate| estimate.summary.median);
            rows.push((name, time));
        }
    }
    rows.sort_by(|a, b| a.1.total_cmp(&b.1));
    rows.into_iter().map(|(name, _)| name).collect()
}

fn dot(rows: &[&str], series: usize, repetitions: &Repetitions<'_>) -> Option<Dot> {
    let summary = Cells::elapsed(repetitions)?.summary;
    let model = repetitions.runs.first()?.case.model.as_str();
    Some(Dot {
        row: rows.iter().position(|name| *name == model)?,
        series: u8::try_from(series).ok().filter(|series| *series < marks::LOOKS)?,
        value: summary.median,
        interval: summary.interval.map(|interval| (interval.low, interval.high)),
    })
}

fn row(context: &Context<'_>, repetitions: &Repetitions<'_>) -> Vec<Cell> {
    let Some(first) = repetitions.runs.first() else { return vec![] };
    let counts = Cells::new(context, repetitions);
    let mut cells = vec![Cell::name(&first.case.model)];
    cells.extend(Cell::estimate(Cells::elapsed(repetitions), UNCOUNTED));
    cells.extend([counts.switches(), counts.calls(), counts.faults(), counts.interrupts()]);
    cells.extend([counts.migrations(), counts.traced_to_twin()]);
    cells
}

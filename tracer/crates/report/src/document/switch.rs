//! What one operation takes: a row for each model at each piece of work.

use taskweight_core::report::Run;

use super::cells::Cells;
use super::context::{Context, gather, groups, models, work};
use super::number::{Repetitions, TIME};
use super::table::{Cell, Column, Table};
use super::{Block, Section, Term, transitions};
use crate::chart::{Chart, Dot, Dots, LOOKS, Quantity};

/// Scenarios with a section of their own.
const ELSEWHERE: [&str; 5] = ["echo", "cpu", "hog", "idle", "deep"];

/// Titles, and whether they are what the section is about.
fn title(scenario: &str) -> (&str, bool) {
    match scenario {
        "switch" => ("Task switch in memory", true),
        "switch-io" => ("Task switch through a pipe", true),
        "yield" => ("Yield", false),
        "spawn" => ("Creating a task and waiting for it to finish", false),
        "control" => ("Everything but the switch: the control to subtract", false),
        other => (other, false),
    }
}

const COLUMNS: [Column; 15] = [
    Column::shown("model"),
    Column::shown("time per op"),
    Column::shown("95 % CI"),
    Column::shown("context switches"),
    Column::shown("syscalls"),
    Column::shown("page faults"),
    Column::shown("self-timed p50"),
    Column::shown("self-timed p99"),
    Column::detail("wait p50"),
    Column::detail("wait p99"),
    Column::detail("interrupts"),
    Column::detail("migrations"),
    Column::detail("traced/\nuntraced"),
    Column::detail("samples"),
    Column::detail("clock cost"),
];

const LEGEND: &[Term] = &[
    ("time per op", "elapsed time over operations, untraced, median"),
    super::legend::CI,
    super::legend::COUNTS,
    ("self-timed", "one switch in 64, timed by the program itself, untraced, less the clock cost"),
    ("wait", "from runnable to running, traced"),
    super::legend::TRACED,
];

pub(super) fn section(context: &Context<'_>) -> Section {
    let section = Section::new("switch", "Cost of a task switch", "Switch").legend(LEGEND);
    let runs = context.runs(|scenario| !ELSEWHERE.contains(&scenario));
    if runs.is_empty() {
        return section.absent("taskweight compare --scenarios switch,switch-io");
    }
    let blocks: Vec<Block> =
        gather(runs, |run| &run.case.scenario).iter().flat_map(|runs| scenario(context, runs)).collect();
    // Where conditions are compared, single runs are not what a reader asked for.
    let blocks = if context.report.regimes.is_empty() { blocks } else { vec![Block::Detail(blocks)] };
    section.blocks(blocks).lead(
        "Times are untraced: median of the repetitions, with its 95 % bootstrap confidence interval (CI). Counts are per \
         operation, medians of the traced runs; 0: none, or below 0.00005.",
    )
}

/// Its figure, and its kernel entries where the section is about it.
fn scenario(context: &Context<'_>, runs: &[&Run]) -> Vec<Block> {
    let name = runs.first().and_then(|run| run.case.scenario.as_deref()).unwrap_or_default();
    let (title, is_main) = title(name);
    let groups = groups(runs);
    let figure = figure(context, name, title, &groups);
    if !is_main {
        return vec![Block::folded(title, vec![figure])];
    }
    let entries = groups.first().and_then(|group| transitions::figure(context, group));
    [Some(figure), entries.map(|entries| Block::Detail(vec![entries]))].into_iter().flatten().collect()
}

fn figure(context: &Context<'_>, name: &str, title: &str, groups: &[Vec<&Run>]) -> Block {
    let rows = rows(context, groups);
    let series = groups.iter().zip(0..LOOKS).filter_map(|(group, series)| Some((series, work(group.first()?))));
    let mut dots = Vec::new();
    let operation = groups.iter().flatten().find_map(|run| run.operation.as_deref()).unwrap_or("one operation");
    let mut table = Table::new(format!("{name}: {operation}"), &COLUMNS);
    for (series, group) in groups.iter().enumerate() {
        table.rows.extend(group.first().map(|run| vec![Cell::Group(work(run))]));
        let mut of_group = models(group);
        of_group
            .sort_by_key(|runs| rows.iter().position(|name| runs.first().is_some_and(|run| run.case.model == *name)));
        for runs in of_group {
            let repetitions = context.repetitions(runs);
            dots.extend(dot(&rows, series, &repetitions));
            table.rows.push(row(context, &repetitions));
        }
    }
    let table = table.without_empty(&["self-timed p50", "self-timed p99", "samples", "clock cost"]);
    let reference = context.report.reference.map(|reference| (reference.indirect_call_ns.median, "one function call"));
    let chart = Dots {
        rows: rows.iter().map(|name| (*name).to_owned()).collect(),
        series: series.collect(),
        dots,
        axis: "time per operation",
        quantity: Quantity::Time,
        reference,
    };
    Block::figure(format!("{title}: time per operation."), "On a logarithmic scale.", Chart::Dots(chart), table)
}

/// Names of models, the fastest at the first piece of work on top.
fn rows<'a>(context: &Context<'a>, groups: &[Vec<&'a Run>]) -> Vec<&'a str> {
    let mut rows: Vec<(&str, f64)> = Vec::new();
    for repetitions in groups.iter().flat_map(|group| context.by_model(group)) {
        let name = repetitions.model();
        if !rows.iter().any(|(existing, _)| *existing == name) {
            rows.push((name, Cells::elapsed(&repetitions).map_or(f64::MAX, |estimate| estimate.summary.median)));
        }
    }
    rows.sort_by(|a, b| a.1.total_cmp(&b.1));
    rows.into_iter().map(|(name, _)| name).collect()
}

fn dot(rows: &[&str], series: usize, repetitions: &Repetitions<'_>) -> Option<Dot> {
    let (value, interval) = Cells::elapsed(repetitions)?.with_ends();
    Some(Dot {
        row: rows.iter().position(|name| *name == repetitions.model())?,
        series: u8::try_from(series).ok().filter(|series| *series < LOOKS)?,
        value,
        interval,
    })
}

fn row(context: &Context<'_>, repetitions: &Repetitions<'_>) -> Vec<Cell> {
    const UNTIMED: &str = "the program does not time its switches";
    let cells = Cells::new(context, repetitions);
    let own = repetitions.merged("own.hand_over_ns", |run| run.own.as_ref()?.hand_over_ns.as_ref());
    let is_timed = own.histogram.count > 0;
    let clock = |run: &Run| Some(run.own.as_ref()?.clock_ns? as f64);
    let clock = repetitions.estimate("own.clock_ns", clock, TIME).filter(|_| is_timed);
    let mut row = vec![Cell::name(repetitions.model())];
    row.extend(cells.time());
    row.extend([cells.switches(), cells.calls(), cells.faults()]);
    row.extend(own.times(["p50", "p99"], UNTIMED));
    row.extend(cells.queue_wait());
    row.extend([cells.interrupts(), cells.migrations(), cells.traced_to_twin()]);
    row.push(Cell::number_or(Some(own.count()).filter(|_| is_timed), UNTIMED));
    row.push(Cell::median(clock, UNTIMED));
    row
}

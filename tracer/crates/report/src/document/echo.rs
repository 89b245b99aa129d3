//! A server: throughput and latency over the number of connections, and the cost of a request.

use taskweight_core::report::Run;

use super::cells::{Cells, UNCOUNTED};
use super::context::{Context, Point, groups, work};
use super::number::{COUNT, Distribution, Estimate, Repetitions};
use super::table::{Cell, Column, Table};
use super::{Block, Section, Term};
use crate::chart::{Chart, Line, Lines, Quantity};

const COLUMNS: [Column; 13] = [
    Column::shown("model"),
    Column::shown("requests/s"),
    Column::shown("95 % CI"),
    Column::shown("latency p50"),
    Column::shown("latency p99"),
    Column::detail("latency p99.9"),
    Column::detail("requests timed"),
    Column::detail("context switches"),
    Column::shown("syscalls"),
    Column::shown("kernel entries"),
    Column::detail("interrupts"),
    Column::shown("CPU time"),
    Column::detail("traced/\nuntraced"),
];

const LEGEND: &[Term] = &[
    super::legend::CI,
    ("latency", "of untraced requests, measured by the client"),
    super::legend::COUNTS,
    super::legend::ENTRIES,
    ("CPU time", "of the server per request, traced"),
    super::legend::TRACED,
];

pub(super) fn section(context: &Context<'_>) -> Section {
    let section = Section::new("echo", "A server and its connections", "Server").legend(LEGEND);
    let runs = context.runs(|scenario| scenario == "echo");
    if runs.is_empty() {
        return section.absent("taskweight compare --scenarios echo");
    }
    let points = context.points(&runs);
    let rate = |point: &Point<'_>| per_second(&point.repetitions).map(|estimate| estimate.with_ends());
    let p99 = |point: &Point<'_>| Some((latencies(&point.repetitions).histogram.p99? as f64, None));
    let throughput = over_tasks(context, &points, ["connections", "requests per second"], Quantity::Count, rate);
    let latency = over_tasks(context, &points, ["connections", "99th percentile"], Quantity::Time, p99);
    section
        .lead(
            "An echo server with one task per connection and requests of 64 bytes. Throughput and latency are measured by the \
             client, without probes on the server. Counts are of the server, per request, from the traced runs.",
        )
        .blocks(vec![
            Block::figure("Requests per second.", "Median of the repetitions.", throughput, table(context, &runs)),
            Block::figure(
                "99th percentile of the latency.",
                "From sending a request to receiving its answer, all repetitions.",
                latency,
                Table::default(),
            ),
        ])
}

fn per_second(repetitions: &Repetitions<'_>) -> Option<Estimate> {
    let value = |run: &Run| Some(1e9 / run.per_operation?.elapsed_ns);
    repetitions.estimate("1e9 / per_operation.elapsed_ns", value, COUNT)
}

fn latencies(repetitions: &Repetitions<'_>) -> Distribution {
    repetitions.merged("own.latency_ns", |run| run.own.as_ref()?.latency_ns.as_ref())
}

fn table(context: &Context<'_>, runs: &[&Run]) -> Table {
    let mut table = Table::new("echo: one request", &COLUMNS);
    for group in groups(runs) {
        table.rows.extend(group.first().map(|run| vec![Cell::Group(work(run))]));
        table.rows.extend(context.by_model(&group).iter().map(|repetitions| row(context, repetitions)));
    }
    table.with_last_group()
}

fn row(context: &Context<'_>, repetitions: &Repetitions<'_>) -> Vec<Cell> {
    let (cells, latencies) = (Cells::new(context, repetitions), latencies(repetitions));
    let mut row = vec![Cell::name(repetitions.model())];
    row.extend(Cell::estimate(per_second(repetitions), UNCOUNTED));
    row.extend(latencies.times(["p50", "p99", "p999"], "not measured"));
    row.push(Cell::number_or(Some(latencies.count()).filter(|_| latencies.histogram.count > 0), "not measured"));
    row.extend([cells.switches(), cells.calls(), cells.entries(), cells.interrupts()]);
    row.extend([cells.cpu_time(), cells.traced_to_twin()]);
    row
}

/// A value and its interval.
pub(super) type Value = (f64, Option<(f64, f64)>);

/// A line a model over the number of tasks, with the intervals of its points; both axes are logarithmic.
pub(super) fn over_tasks(
    context: &Context<'_>,
    points: &[Point<'_>],
    [tasks, name]: [&'static str; 2],
    quantity: Quantity,
    value: impl Fn(&Point<'_>) -> Option<Value>,
) -> Chart {
    let mut all: Vec<Line> = Vec::new();
    for point in points {
        let Some((value, interval)) = value(point) else { continue };
        let at = (point.tasks as f64, value);
        if !all.iter().any(|line| line.name == point.model) {
            let (series, name) = (context.series(point.model), point.model.to_owned());
            all.push(Line { series, name, path: Vec::new(), marks: Vec::new() });
        }
        if let Some(line) = all.iter_mut().find(|line| line.name == point.model) {
            line.path.push(at);
            line.marks.push((at, interval));
        }
    }
    Chart::Lines(Lines { lines: all, axes: [(tasks, Quantity::Count), (name, quantity)], is_log: true })
}

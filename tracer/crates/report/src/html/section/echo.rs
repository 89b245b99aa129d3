//! A server: throughput and latency over the number of connections, and the cost of a request.

use maud::html;

use crate::html::cells::{Cells, UNCOUNTED};
use crate::html::chart::{Axis, Quantity};
use crate::html::context::{Context, Point};
use crate::html::number::{DISTRIBUTION_HEAD, Distribution, Estimate};
use crate::html::over_tasks;
use crate::html::section::Section;
use crate::html::table::{Cell, Figure, Table};
use taskweight_core::format::rate;
use taskweight_core::report::Run;

pub(in crate::html) fn section(context: &Context<'_>) -> Section {
    let (id, title) = ("echo", "A server and its connections");
    let points = context.points(&context.runs(&["echo"]));
    if points.is_empty() {
        return Section::absent(id, title, "taskweight compare --scenarios echo");
    }
    let content = html! {
        p {
            "An echo server with one task per connection and requests of 64 bytes. Throughput and latency are measured by the \
             client, without probes on the server. Counts are of the server, per request, from the traced runs. Kernel \
             entries are system calls and page faults from user mode. 0: none, or below 0.00005."
        }
        (throughput(context, &points))
        (latency(context, &points))
    };
    Section { id, title, content }
}

fn per_second(point: &Point<'_>) -> Option<Estimate> {
    let value = |run: &Run| Some(1e9 / run.per_operation?.elapsed_ns);
    point.repetitions.estimate("1e9 / per_operation.elapsed_ns", value, rate)
}

fn latencies(point: &Point<'_>) -> Distribution {
    point.repetitions.merged("own.latency_ns", |run| run.own.as_ref()?.latency_ns.as_ref())
}

fn throughput(context: &Context<'_>, points: &[Point<'_>]) -> Figure {
    const HEAD: [&str; 11] = [
        "model",
        "connections",
        "requests/s",
        "95 % CI low",
        "95 % CI high",
        "context switches",
        "syscalls",
        "kernel entries",
        "interrupts",
        "CPU time",
        "traced/untraced",
    ];
    let value = |point: &Point<'_>| {
        let summary = per_second(point)?.summary;
        Some((summary.median, summary.interval.map(|interval| (interval.low, interval.high))))
    };
    let axis = |values: Vec<f64>| Axis::log(values, "requests per second", Quantity::Count);
    let mut table = Table::new("throughput, and cost per request", HEAD);
    table.rows = points.iter().map(|point| throughput_row(context, point)).collect();
    Figure {
        title: "Requests per second.".to_owned(),
        note: "Median of the repetitions, with its 95 % confidence interval (CI).".to_owned(),
        key: Some(over_tasks::key(context, points)),
        picture: over_tasks::picture(
            context,
            "Requests per second over connections, by model",
            "connections",
            points,
            value,
            axis,
        ),
        table,
    }
}

fn throughput_row(context: &Context<'_>, point: &Point<'_>) -> Vec<Cell> {
    let counts = Cells::new(context, &point.repetitions);
    let mut cells = vec![Cell::name(point.model), Cells::tasks(point.tasks, &point.repetitions)];
    cells.extend(Cell::estimate(per_second(point), UNCOUNTED));
    cells.extend([counts.switches(), counts.calls(), counts.transitions(), counts.interrupts()]);
    cells.extend([counts.cpu_time(), counts.traced_to_twin()]);
    cells
}

fn latency(context: &Context<'_>, points: &[Point<'_>]) -> Figure {
    let value = |point: &Point<'_>| Some((latencies(point).histogram.p99? as f64, None));
    let axis = |values: Vec<f64>| Axis::log(values, "99th percentile", Quantity::Time);
    let head = ["model", "connections"].into_iter().chain(DISTRIBUTION_HEAD);
    let mut table = Table::new("latency of requests", head);
    table.rows = points
        .iter()
        .map(|point| {
            let mut cells = super::distributions::row(point.model, &latencies(point));
            cells.insert(1, Cells::tasks(point.tasks, &point.repetitions));
            cells
        })
        .collect();
    Figure {
        title: "99th percentile of the latency.".to_owned(),
        note: "From sending a request to receiving its answer, all repetitions.".to_owned(),
        key: Some(over_tasks::key(context, points)),
        picture: over_tasks::picture(
            context,
            "99th percentile of latency over connections, by model",
            "connections",
            points,
            value,
            axis,
        ),
        table,
    }
}

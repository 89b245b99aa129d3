//! Computation: how it spreads over CPUs.

use maud::html;

use crate::html::cells::{Cells, UNCOUNTED};
use crate::html::chart::{Axis, Quantity};
use crate::html::context::{Context, Point};
use crate::html::over_tasks::{self, Value};
use crate::html::section::Section;
use crate::html::table::{Cell, Figure, Table};

const HEAD: [&str; 10] = [
    "model",
    "tasks",
    "time per chunk",
    "95 % CI low",
    "95 % CI high",
    "context switches",
    "preempted",
    "migrations",
    "interrupts",
    "traced/untraced",
];

pub(in crate::html) fn section(context: &Context<'_>) -> Section {
    let (id, title) = ("cpu", "Computation on several CPUs");
    let points = context.points(&context.runs(&["cpu"]));
    if points.is_empty() {
        return Section::absent(id, title, "taskweight compare --scenarios cpu");
    }
    let value = |point: &Point<'_>| -> Option<Value> {
        let summary = Cells::elapsed(&point.repetitions)?.summary;
        Some((summary.median, summary.interval.map(|interval| (interval.low, interval.high))))
    };
    let axis = |values: Vec<f64>| Axis::log(values, "time per chunk", Quantity::Time);
    let mut table = Table::new("time per chunk of computation", HEAD);
    table.rows = points.iter().map(|point| row(context, point)).collect();
    let figure = Figure {
        title: "Time per chunk.".to_owned(),
        note:
            "The same chunks of work divided among more and more tasks, unpinned: elapsed time over chunks. A model that \
               uses only one CPU gains nothing from more tasks."
                .to_owned(),
        key: Some(over_tasks::key(context, &points)),
        picture: over_tasks::picture(context, "Time per chunk over tasks, by model", "tasks", &points, value, axis),
        table,
    };
    Section { id, title, content: html! { (figure) } }
}

fn row(context: &Context<'_>, point: &Point<'_>) -> Vec<Cell> {
    let counts = Cells::new(context, &point.repetitions);
    let mut cells = vec![Cell::name(point.model), Cells::tasks(point.tasks, &point.repetitions)];
    cells.extend(Cell::estimate(Cells::elapsed(&point.repetitions), UNCOUNTED));
    cells.extend([counts.switches(), counts.preempted(), counts.migrations(), counts.interrupts()]);
    cells.push(counts.traced_to_twin());
    cells
}

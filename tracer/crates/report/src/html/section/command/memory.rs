//! The memory of a command, over time and at its end.

use maud::{Markup, html};

use crate::html::chart::lines::{Line, lines};
use crate::html::chart::{Axis, Quantity};
use crate::html::number::Number;
use crate::html::table::{Cell, Figure, Table, shown};
use taskweight_core::format::{bytes, count, duration};
use taskweight_core::report::{OverTime, Run, RunMemory};

/// Columns of a sample: what they are called, and their fields.
const COLUMNS: [(&str, &str); 9] = [
    ("address space", "reserved_bytes"),
    ("stack space", "stack_reserved_bytes"),
    ("resident: user stacks", "stack_resident_bytes"),
    ("resident: other", "other_resident_bytes"),
    ("page tables", "page_tables_bytes"),
    ("kernel stacks", "kernel_stack_bytes"),
    ("kernel slab", "slab_bytes"),
    ("total", "total_bytes"),
    ("cgroup counter", "witness_bytes"),
];

pub(super) fn memory(run: &Run, path: &str) -> Markup {
    let Some(memory) = &run.memory else {
        return html! { p.absent { "Memory was not measured." } };
    };
    let Some(seen) = memory.over_time.as_ref().filter(|seen| seen.sampling_count > 0) else {
        return html! { p.absent { "Not sampled: " (shown(memory.reason.as_deref().unwrap_or("no reason given"))) } };
    };
    let figure = Figure {
        title: "Resident memory over time.".to_owned(),
        note: format!("{} samples; sampling took {}.", count(seen.sampling_count), duration(seen.sampling_ns)),
        key: None,
        picture: picture(seen),
        table: last_sample(memory, &format!("{path}.memory.done")),
    };
    html! { (figure) }
}

fn picture(seen: &OverTime) -> Option<Markup> {
    let points: Vec<_> = seen.samples.iter().map(|(at, resident)| (*at as f64, *resident as f64)).collect();
    let (until, most) = points.iter().fold((0.0_f64, 0.0_f64), |(until, most), (x, y)| (until.max(*x), most.max(*y)));
    let axes = (Axis::linear(until, "time", Quantity::Time), Axis::linear(most * 1.1, "resident", Quantity::Bytes));
    let marks = if points.len() > 1 { vec![] } else { points.iter().map(|point| (*point, None)).collect() };
    (most > 0.0).then(|| lines("Resident memory over time", &[Line { series: 0, path: points, marks }], &axes))
}

fn last_sample(memory: &RunMemory, path: &str) -> Table {
    let mut table = Table::new("the last sample", ["memory", "at the end", "source"]);
    let columns = memory.done.as_ref().map(|sample| sample.figures.columns());
    for (name, field) in COLUMNS {
        let value = columns
            .and_then(|columns| columns.iter().find(|(column, _)| *column == field).and_then(|(_, value)| *value));
        let source = memory.done.as_ref().and_then(|sample| sample.sources.get(field));
        let source = source.map_or("the command ended before it could be sampled", String::as_str);
        let number = value.map(|value| Number::field(value as f64, bytes(value as f64), format!("{path}.{field}")));
        table.rows.push(vec![Cell::name(name), Cell::number_or(number, source), Cell::text(source)]);
    }
    table
}

//! Memory per task by column, and total memory over the number of tasks.

use maud::{Markup, html};

use crate::html::chart::bars::{Bar, Part, bars, key};
use crate::html::chart::dots::{Dot, dots};
use crate::html::chart::lines::{Line, lines};
use crate::html::chart::marks;
use crate::html::chart::{Axis, Quantity};
use crate::html::context::Context;
use crate::html::number::Number;
use crate::html::section::Section;
use crate::html::table::{Cell, Figure, Table, shown};
use crate::table::ledger::{NOT_LINEAR, scene};
use taskweight_core::format::{bytes, count};
use taskweight_core::report::{LedgerRow, PerTask};
use taskweight_core::stats::regression;

/// Columns that are resident, from the stack to the kernel's own, as a bar stacks them.
const RESIDENT: [(&str, Part); 5] = [
    ("stack_resident_bytes", Part { name: "user stack", letter: 's', color: 1 }),
    ("other_resident_bytes", Part { name: "other resident, such as futures and heaps", letter: 'o', color: 3 }),
    ("page_tables_bytes", Part { name: "page tables", letter: 'p', color: 5 }),
    ("kernel_stack_bytes", Part { name: "kernel stack", letter: 'k', color: 9 }),
    ("slab_bytes", Part { name: "kernel slab", letter: 'm', color: 12 }),
];

const COLUMNS: [(&str, &str); 9] = [
    ("address space", "reserved_bytes"),
    ("stack space", "stack_reserved_bytes"),
    ("user stack", "stack_resident_bytes"),
    ("other", "other_resident_bytes"),
    ("page tables", "page_tables_bytes"),
    ("kernel stack", "kernel_stack_bytes"),
    ("slab", "slab_bytes"),
    ("total", "total_bytes"),
    ("cgroup", "witness_bytes"),
];

/// A bar shorter than this share of the longest is drawn once more, among its like.
const SMALL_SHARE: f64 = 0.1;

/// A row and where it stands in the report.
type Indexed<'a> = (usize, &'a LedgerRow);

pub(in crate::html) fn section(context: &Context<'_>) -> Section {
    let (id, title) = ("memory", "Memory per task");
    let mut scenes: Vec<(String, Vec<Indexed<'_>>)> = Vec::new();
    for indexed in context.report.ledger.iter().enumerate() {
        let name = scene(indexed.1);
        match scenes.iter_mut().find(|(existing, _)| *existing == name) {
            Some((_, rows)) => rows.push(indexed),
            None => scenes.push((name, vec![indexed])),
        }
    }
    let Some(((first, rows), others)) = scenes.split_first() else {
        return Section::absent(id, title, "taskweight memory");
    };
    let content = html! {
        p {
            "Bytes that one more task adds: the slope of a line through runs with different numbers of tasks, each in a \
             fresh process and a cgroup of its own. " em { "Reserved" } " is address space, which costs nothing until it is \
             touched; " em { "resident" } " is memory in use. " em { "cgroup" } " is the same total from the cgroup's own counter, \
             a cross-check. K is 1024 bytes."
        }
        (scene_figures(context, first, rows))
        @for (name, rows) in others {
            details.more { summary { (shown(name)) } (scene_figures(context, name, rows)) }
        }
    };
    Section { id, title, content }
}

fn scene_figures(context: &Context<'_>, name: &str, rows: &[Indexed<'_>]) -> Markup {
    let name = shown(name);
    html! {
        (weights(&name, rows))
        (reserved(&name, rows))
        (totals(context, &name, rows))
    }
}

fn line<'a>(row: &'a LedgerRow, column: &str) -> Option<&'a PerTask> {
    row.per_task.get(column).filter(|weight| weight.is_line)
}

fn weights(name: &str, rows: &[Indexed<'_>]) -> Figure {
    let parts = RESIDENT.map(|(_, part)| part);
    let drawn: Vec<_> = rows.iter().map(|(_, row)| bar(row)).collect();
    let total = |row: &LedgerRow| line(row, "total_bytes").map_or(0.0, |weight| weight.slope);
    let longest = rows.iter().map(|(_, row)| total(row)).fold(0.0, f64::max);
    let is_small = |row: &LedgerRow| (f64::MIN_POSITIVE..SMALL_SHARE * longest).contains(&total(row));
    let small: Vec<_> = rows.iter().filter(|(_, row)| is_small(row)).map(|(_, row)| bar(row)).collect();
    let picture = |of: &[Bar], text: &str| bars(text, &parts, of, "resident bytes per task", Quantity::Bytes);
    let magnified = picture(&small, &format!("{name}: the smallest models on a scale of their own"));
    Figure {
        title: format!("Resident memory of one task, {name}."),
        note: "Stacked by column of the table, with the sum beside; models too small to see are drawn again below on a scale \
               of their own."
            .to_owned(),
        key: Some(key(&parts, &drawn)),
        picture: picture(&drawn, &format!("{name}: resident memory of one task, by model")).map(|whole| html! {
            (whole)
            @if let Some(magnified) = &magnified { p.chart-title { "The smallest, magnified" } (magnified) }
        }),
        table: ledger_table(name, rows),
    }
}

/// Without a bar where the total is no line.
fn bar(row: &LedgerRow) -> Bar {
    let value = |(place, (column, _)): (usize, &(&str, Part))| Some((place, line(row, column)?.slope));
    let total = line(row, "total_bytes");
    let values = total.map(|_| RESIDENT.iter().enumerate().filter_map(value).collect());
    let sum = total.map_or_else(|| format!("– {NOT_LINEAR}"), |total| bytes(total.slope));
    Bar { name: shown(&row.model), values: values.unwrap_or_default(), sum }
}

fn ledger_table(name: &str, rows: &[Indexed<'_>]) -> Table {
    let heads = COLUMNS.map(|(head, _)| head);
    let head = ["model"].into_iter().chain(heads).chain(["total: 95 % CI low", "95 % CI high", "R²"]);
    let mut table = Table::new(format!("{name}: bytes per task"), head);
    table.rows = rows.iter().map(|indexed| ledger_row(*indexed)).collect();
    table
}

fn ledger_row((index, row): Indexed<'_>) -> Vec<Cell> {
    let number = |column: &str, field: &str, value: f64, text: String| {
        Cell::Number(Number::field(value, text, format!("ledger[{index}].per_task.{column}.{field}")))
    };
    let slope = |(_, column): (&str, &str)| match (line(row, column), row.per_task.contains_key(column)) {
        (Some(weight), _) => number(column, "slope", weight.slope, bytes(weight.slope)),
        (None, true) => Cell::absent(&format!("{NOT_LINEAR}: see the points below")),
        (None, false) => Cell::absent("not available: see runs[].memory.ready.sources in the JSON report"),
    };
    let mut cells = vec![Cell::name(&row.model)];
    cells.extend(COLUMNS.map(slope));
    let total = line(row, "total_bytes");
    let of_total = |field: &str, value: fn(&PerTask) -> f64, text: fn(f64) -> String| {
        total.map_or_else(
            || Cell::absent(&format!("{NOT_LINEAR}: see the points below")),
            |weight| number("total_bytes", field, value(weight), text(value(weight))),
        )
    };
    cells.extend([
        of_total("low", |weight| weight.low, bytes),
        of_total("high", |weight| weight.high, bytes),
        of_total("r2", |weight| weight.r2, |r2| format!("{r2:.5}")),
    ]);
    cells
}

/// What is reserved beside what is resident: the two that are taken for each other.
fn reserved(name: &str, rows: &[Indexed<'_>]) -> Markup {
    let columns = ["total_bytes", "reserved_bytes"];
    let dot = |row: usize, of: &LedgerRow, series: usize| {
        let weight = line(of, columns[series])?;
        Some(Dot { row, series: series as u8, value: weight.slope, interval: Some((weight.low, weight.high)) })
    };
    let marks: Vec<_> = rows
        .iter()
        .enumerate()
        .flat_map(|(place, (_, row))| [0, 1].map(|series| dot(place, row, series)))
        .flatten()
        .collect();
    let names = rows.iter().map(|(_, row)| shown(&row.model)).collect();
    let text = format!("{name}: resident and reserved bytes of one task, by model");
    let key = [(0, "resident, all columns".to_owned()), (1, "reserved: address space".to_owned())];
    html! {
        @if let Some(picture) = dots(&text, names, &marks, "bytes per task", Quantity::Bytes, None) {
            figure {
                figcaption {
                    strong { "Reserved is not resident." }
                    " The same totals and the address space that a task reserves, on a logarithmic scale; the numbers are in the \
                     table above."
                }
                (marks::key(&key, false))
                (picture)
            }
        }
    }
}

/// All tasks together over their number, and the line through them.
fn totals(context: &Context<'_>, name: &str, rows: &[Indexed<'_>]) -> Markup {
    let drawn: Vec<_> = rows.iter().map(|(_, row)| (row.model.as_str(), points(row))).collect();
    let all = || drawn.iter().flat_map(|(_, points)| points);
    let x = Axis::log(all().map(|(tasks, _)| *tasks), "tasks", Quantity::Count);
    let y = Axis::log(all().map(|(_, total)| *total), "resident bytes of all tasks", Quantity::Bytes);
    let Some(axes) = x.zip(y) else { return html! {} };
    let of_model = |(model, points): &(&str, Vec<(f64, f64)>)| Line {
        series: context.series(model),
        path: fitted(points),
        marks: points.iter().map(|point| (*point, None)).collect(),
    };
    let series: Vec<_> = drawn.iter().map(of_model).collect();
    let models: Vec<_> = drawn.iter().map(|(model, _)| *model).collect();
    let mut table = Table::new(format!("{name}: total of each run"), ["model", "tasks", "resident", "cgroup"]);
    table.rows = rows.iter().flat_map(|indexed| point_rows(*indexed)).collect();
    let figure = Figure {
        title: format!("Memory over the number of tasks, {name}."),
        note: "Marks are runs; lines are the fits whose slopes are in the table above. Both axes are logarithmic, so the memory \
               of the runtime itself bends a line at its left end."
            .to_owned(),
        key: Some(context.key(&models)),
        picture: Some(lines(&format!("{name}: resident memory over the number of tasks"), &series, &axes)),
        table,
    };
    html! { (figure) }
}

fn points(row: &LedgerRow) -> Vec<(f64, f64)> {
    row.points.iter().filter_map(|point| Some((point.tasks as f64, point.figures.total_bytes? as f64))).collect()
}

/// The line at places near enough to each other to be a curve on logarithmic axes; empty without a line.
fn fitted(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    const STEPS: u32 = 24;
    let (Some(line), Some(first), Some(last)) = (regression::fit(points), points.first(), points.last()) else {
        return vec![];
    };
    let place = |step: u32| first.0 * (last.0 / first.0).powf(f64::from(step) / f64::from(STEPS));
    let at = (0..=STEPS).map(|step| (place(step), line.intercept + line.slope * place(step)));
    at.filter(|(_, total)| *total > 0.0).collect()
}

fn point_rows((index, row): Indexed<'_>) -> Vec<Vec<Cell>> {
    const ABSENT: &str = "not available: see runs[].memory.ready.sources in the JSON report";
    let path = |place: usize, field: &str| format!("ledger[{index}].points[{place}].{field}");
    let row_of = |(place, point): (usize, &taskweight_core::report::LedgerPoint)| {
        let size = |field: &str, value: Option<u64>| {
            let number = value.map(|value| Number::field(value as f64, bytes(value as f64), path(place, field)));
            Cell::number_or(number, ABSENT)
        };
        vec![
            Cell::name(&row.model),
            Cell::Number(Number::field(point.tasks as f64, count(point.tasks), path(place, "tasks"))),
            size("total_bytes", point.figures.total_bytes),
            size("witness_bytes", point.figures.witness_bytes),
        ]
    };
    row.points.iter().enumerate().map(row_of).collect()
}

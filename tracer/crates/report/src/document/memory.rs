//! Memory per task by column, and total memory over the number of tasks.

use taskweight_core::format::{bytes, count};
use taskweight_core::report::{LedgerRow, PerTask};
use taskweight_core::stats::regression;

use super::context::Context;
use super::number::Number;
use super::table::{Cell, Column, Table};
use super::{Block, Section, Term};
use crate::chart::{Bar, Bars, Chart, Dot, Dots, Line, Lines, Part, Quantity};

/// What is said where memory does not grow in proportion to the tasks.
const NOT_LINEAR: &str = "not linear in the number of tasks";
/// Why a column has no figure at all.
const UNKNOWN: &str = "not available: see runs[].memory.ready.sources in the JSON report";

/// Columns that are resident, from the stack to the kernel's own, as a bar stacks them.
const RESIDENT: [&str; 5] =
    ["stack_resident_bytes", "other_resident_bytes", "page_tables_bytes", "kernel_stack_bytes", "slab_bytes"];
const PARTS: [Part; 5] = [
    Part { name: "user stack", letter: 's', color: 1 },
    Part { name: "other resident, such as futures and heaps", letter: 'o', color: 3 },
    Part { name: "page tables", letter: 'p', color: 5 },
    Part { name: "kernel stack", letter: 'k', color: 9 },
    Part { name: "kernel slab", letter: 'm', color: 12 },
];

/// After the model's name: the field and the column. The interval is that of the total.
static COLUMNS: [(&str, Column); 10] = [
    ("total_bytes", Column::shown("total")),
    ("", Column::shown("95 % CI")),
    ("stack_resident_bytes", Column::shown("user stack")),
    ("other_resident_bytes", Column::shown("other")),
    ("page_tables_bytes", Column::detail("page tables")),
    ("kernel_stack_bytes", Column::shown("kernel stack")),
    ("slab_bytes", Column::detail("slab")),
    ("reserved_bytes", Column::shown("address space")),
    ("stack_reserved_bytes", Column::detail("stack space")),
    ("witness_bytes", Column::detail("cgroup")),
];

const LEGEND: &[Term] = &[
    ("bytes per task", "slope over runs with different numbers of tasks; K = 1024"),
    ("total", "all resident memory, with the kernel's"),
    super::legend::CI,
    ("other", "resident, such as futures and heaps"),
    ("address space", "reserved, resident or not"),
    ("stack space", "the part of it that is reserved for stacks"),
    ("cgroup", "the same total from the cgroup's own counter, a cross-check"),
];

/// A row and where it stands in the report.
type Indexed<'a> = (usize, &'a LedgerRow);

pub(super) fn section(context: &Context<'_>) -> Section {
    let section = Section::new("memory", "Memory per task", "Memory").legend(LEGEND);
    let rows: Vec<Indexed<'_>> = context.report.ledger.iter().enumerate().collect();
    if rows.is_empty() {
        return section.absent("taskweight memory");
    }
    let blocks = super::context::gather(&rows, |(_, row)| scene(row)).into_iter().enumerate().map(|(place, rows)| {
        let name = rows.first().map_or(String::new(), |(_, row)| scene(row));
        let rows: Vec<Indexed<'_>> = rows.into_iter().copied().collect();
        let figures = figures(context, &name, &rows);
        Block::Folded { title: name, is_open: place == 0, blocks: figures }
    });
    section
        .lead(
            "Bytes that one more task adds: the slope of a line through runs with different numbers of tasks, each in a fresh \
             process and a cgroup of its own. Reserved is address space, which costs nothing until it is touched; resident is \
             memory in use.",
        )
        .blocks(blocks.collect())
}

/// Such as `idle` and `deep, 8.00K, held`.
pub(crate) fn scene(row: &LedgerRow) -> String {
    let depth = row.depth_bytes.map_or(String::new(), |depth| format!(", {}", bytes(depth as f64)));
    let form = row.held.map_or("", |held| if held { ", held" } else { ", returned" });
    format!("{}{depth}{form}", row.scenario)
}

fn figures(context: &Context<'_>, name: &str, rows: &[Indexed<'_>]) -> Vec<Block> {
    let bars = Bars {
        parts: &PARTS,
        bars: rows.iter().map(|(_, row)| bar(row)).collect(),
        axis: "resident bytes per task",
        quantity: Quantity::Bytes,
        magnifies: true,
        in_text: false,
    };
    let note = "Stacked by column of the table, with the sum beside; models too small to see are drawn again below on a scale of \
                their own.";
    let weights =
        Block::figure(format!("Resident memory of one task, {name}."), note, Chart::Bars(bars), weights(name, rows));
    let note = "The same totals and the address space that a task reserves, on a logarithmic scale.";
    let title = format!("Reserved is not resident: {name}.");
    let reserved = Block::figure(title, note, reserved(rows), Table::default());
    vec![weights, Block::Detail(vec![reserved, totals(context, name, rows)])]
}

fn line<'a>(row: &'a LedgerRow, column: &str) -> Option<&'a PerTask> {
    row.per_task.get(column).filter(|weight| weight.is_line)
}

/// Without a bar where the total is no line.
fn bar(row: &LedgerRow) -> Bar {
    let value = |(place, column): (usize, &&str)| Some((place, line(row, column)?.slope));
    let total = line(row, "total_bytes");
    let values = total.map(|_| RESIDENT.iter().enumerate().filter_map(value).collect());
    let sum = total.map_or_else(|| format!("– {NOT_LINEAR}"), |total| bytes(total.slope));
    Bar { name: row.model.clone(), values: values.unwrap_or_default(), sum }
}

fn weights(name: &str, rows: &[Indexed<'_>]) -> Table {
    let columns: Vec<Column> =
        [Column::shown("model")].into_iter().chain(COLUMNS.iter().map(|(_, column)| column.clone())).collect();
    let mut table = Table::new(format!("{name}: bytes per task"), &columns);
    for (index, row) in rows {
        let cells = COLUMNS.iter().map(|(field, _)| cell(*index, row, field));
        table.rows.push([Cell::name(&row.model)].into_iter().chain(cells).collect());
    }
    table
}

/// The slope of a column, or of no column the interval of the total.
fn cell(index: usize, row: &LedgerRow, field: &str) -> Cell {
    let column = if field.is_empty() { "total_bytes" } else { field };
    let Some(weight) = line(row, column) else { return absent(row, column) };
    let number = |end: &str, value: f64| Number::bytes(value, format!("ledger[{index}].per_task.{column}.{end}"));
    if field.is_empty() {
        let (low, high) = (number("low", weight.low), number("high", weight.high));
        return Cell::Range(format!("{}-{}", low.shown, high.shown), Box::new([low, high]));
    }
    number("slope", weight.slope).into()
}

/// Why there is no slope. The points are listed where it is the total that is not linear.
fn absent(row: &LedgerRow, column: &str) -> Cell {
    if !row.per_task.contains_key(column) {
        return Cell::absent(UNKNOWN);
    }
    if column != "total_bytes" {
        return Cell::absent(NOT_LINEAR);
    }
    let totals = row.points.iter().filter_map(|point| Some((point.tasks, point.figures.total_bytes?)));
    let points = totals.map(|(tasks, total)| format!("{} tasks {}", count(tasks), bytes(total as f64)));
    Cell::absent(format!("{NOT_LINEAR}: {}", points.collect::<Vec<_>>().join(", ")))
}

/// What is reserved beside what is resident: the two that are taken for each other.
fn reserved(rows: &[Indexed<'_>]) -> Chart {
    let columns = [(0, "total_bytes"), (1, "reserved_bytes")];
    let dot = |row: usize, of: &LedgerRow, (series, column): (u8, &str)| {
        let weight = line(of, column)?;
        Some(Dot { row, series, value: weight.slope, interval: Some((weight.low, weight.high)) })
    };
    let dots = rows.iter().enumerate().flat_map(|(place, (_, row))| columns.map(|column| dot(place, row, column)));
    Chart::Dots(Dots {
        rows: rows.iter().map(|(_, row)| row.model.clone()).collect(),
        series: vec![(0, "resident, all columns".to_owned()), (1, "reserved: address space".to_owned())],
        dots: dots.flatten().collect(),
        axis: "bytes per task",
        quantity: Quantity::Bytes,
        reference: None,
    })
}

/// All tasks together over their number, and the line through them.
fn totals(context: &Context<'_>, name: &str, rows: &[Indexed<'_>]) -> Block {
    let line = |(_, row): &Indexed<'_>| {
        let points = points(row);
        let marks = points.iter().map(|point| (*point, None)).collect();
        Line { series: context.series(&row.model), name: row.model.clone(), path: fitted(&points), marks }
    };
    let axes = [("tasks", Quantity::Count), ("resident bytes of all tasks", Quantity::Bytes)];
    let chart = Lines { lines: rows.iter().map(line).collect(), axes, is_log: true };
    let columns = [Column::shown("model"), Column::shown("tasks"), Column::shown("resident"), Column::shown("cgroup")];
    let mut table = Table::new(format!("{name}: total of each run"), &columns);
    table.rows = rows.iter().flat_map(|indexed| point_rows(*indexed)).collect();
    let note = "Marks are runs; lines are the fits whose slopes are in the table above. Both axes are logarithmic, so the memory of \
                the runtime itself bends a line at its left end.";
    Block::figure(format!("Memory over the number of tasks, {name}."), note, Chart::Lines(chart), table)
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

fn point_rows((index, row): Indexed<'_>) -> impl Iterator<Item = Vec<Cell>> {
    row.points.iter().enumerate().map(move |(place, point)| {
        let path = |field: &str| format!("ledger[{index}].points[{place}].{field}");
        let size = |field: &str, value: Option<u64>| {
            Cell::number_or(value.map(|value| Number::bytes(value as f64, path(field))), UNKNOWN)
        };
        vec![
            Cell::name(&row.model),
            Number::count(point.tasks, path("tasks")).into(),
            size("total_bytes", point.figures.total_bytes),
            size("witness_bytes", point.figures.witness_bytes),
        ]
    })
}

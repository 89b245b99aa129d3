//! Totals of the command: of its last repetition, and before that the medians of all.

use taskweight_core::metric::{self, HARDWARE, Metric, OPERATIONS};
use taskweight_core::report::Run;
use taskweight_core::unit::Unit;

use super::Command;
use crate::document::number::{Form, Number};
use crate::document::table::{Cell, Column, Table};
use crate::document::{Block, Note};

/// What is not divided by the operations.
const WHOLE: [&str; 2] = [OPERATIONS, "kernel.threads_created"];

static COLUMNS: [Column; 3] = [Column::shown(""), Column::shown("total"), Column::shown("per operation")];
static MEDIANS: [Column; 3] = [Column::shown(""), Column::shown("median"), Column::shown("95 % CI")];

pub(super) fn blocks(command: &Command<'_>) -> Vec<Block> {
    let run = command.run;
    let mut blocks = medians(command);
    let operations = run.operations.filter(|operations| *operations > 0);
    let caption = if blocks.is_empty() { "totals" } else { "the last repetition" };
    let mut table = Table::new(caption, &COLUMNS[..if operations.is_some() { 3 } else { 2 }]);
    let rows = metric::run().filter(|metric| !metric.is_later_than(run));
    let rows = rows.filter(|metric| metric.path != OPERATIONS || run.operations.is_some());
    let no_hardware = no_hardware(command);
    let rows = rows.filter(|metric| no_hardware.is_none() || !is_of_hardware(metric));
    table.rows = rows.map(|metric| row(command, operations, metric)).collect();
    blocks.push(Block::Table(table));
    blocks.extend(no_hardware.map(|reason| Block::note(format!("hardware counters: {reason}"))));
    let operation = run.operation.as_ref().filter(|_| run.operations.is_some());
    blocks.extend(operation.map(|operation| Block::Notes(vec![Note::plain(format!("operation: {operation}"))])));
    blocks
}

/// Why there is none of the hardware counters: one reason instead of a row each.
fn no_hardware(command: &Command<'_>) -> Option<String> {
    let reasons = HARDWARE.iter().map(|metric| value(command, metric).err());
    reasons.collect::<Option<Vec<_>>>()?.into_iter().next()
}

fn is_of_hardware(metric: &Metric<Run>) -> bool {
    HARDWARE.iter().any(|one| one.path == metric.path)
}

/// Nothing for a command that ran once.
fn medians(command: &Command<'_>) -> Vec<Block> {
    let repetitions = command.repetitions();
    if repetitions.runs.len() < 2 {
        return vec![];
    }
    let mut table = Table::new(format!("medians of {} repetitions", repetitions.runs.len()), &MEDIANS);
    let probes = &command.context.report.probes;
    for metric in metric::run().filter(|metric| !metric.is_detail && metric.path != OPERATIONS) {
        let estimate = repetitions.estimate(metric.path, |run| metric.value(probes, run).ok(), form(metric.unit));
        if let Some(estimate) = estimate {
            let cells = Cell::estimate(Some(estimate), "");
            table.rows.push([Cell::name(metric.indented())].into_iter().chain(cells).collect());
        }
    }
    vec![Block::Table(table)]
}

const fn form(unit: Unit) -> Form {
    match unit {
        Unit::Nanoseconds => {
            (|value| Unit::Nanoseconds.mean(value), |median, low, high| Unit::Nanoseconds.range(median, low, high))
        }
        _ => (|value| Unit::Count.mean(value), |median, low, high| Unit::Count.range(median, low, high)),
    }
}

fn row(command: &Command<'_>, operations: Option<u64>, metric: &Metric<Run>) -> Vec<Cell> {
    let path = &command.path;
    let value = value(command, metric);
    let cell = |value: &Result<f64, String>, show: fn(Unit, f64) -> String, origin: String| match value {
        Ok(value) => Number::field(*value, show(metric.unit, *value), origin).into(),
        Err(reason) => Cell::absent(reason),
    };
    let total = cell(&value, Unit::total, metric.origin(path));
    let share = operations.map(|operations| {
        let share = value.clone().map(|value| value / operations as f64);
        let origin = format!("{} / {path}.operations", metric.origin(path));
        if WHOLE.contains(&metric.path) { Cell::Empty } else { cell(&share, Unit::mean, origin) }
    });
    [Cell::name(metric.indented()), total].into_iter().chain(share).collect()
}

/// Or why there is none; of a hardware counter the run itself says it.
fn value(command: &Command<'_>, metric: &Metric<Run>) -> Result<f64, String> {
    let why = command.run.hardware.reason.as_ref().filter(|_| is_of_hardware(metric));
    let value = metric.value(&command.context.report.probes, command.run);
    value.map_err(|reason| why.cloned().unwrap_or(reason))
}

//! The memory of a command, over time and at its end, and the stacks of its threads.

use std::cmp::Reverse;

use taskweight_core::format::{ABSENT, bytes, count, duration, plural};
use taskweight_core::metric;
use taskweight_core::report::{OverTime, RunMemory, StackSummary, Thread};

use super::Command;
use crate::chart::{Chart, Line, Lines, Quantity};
use crate::document::number::Number;
use crate::document::table::{Cell, Column, Table};
use crate::document::{Block, Note};

static COLUMNS: [Column; 3] = [Column::shown("memory"), Column::shown("at the end"), Column::detail("source")];

/// Where nothing was seen, that is said in one line.
pub(super) fn blocks(command: &Command<'_>) -> Vec<Block> {
    let Some(memory) = &command.run.memory else {
        return vec![Block::Detail(vec![Block::note("Memory: not measured")])];
    };
    let Some(seen) = memory.over_time.as_ref().filter(|seen| seen.sampling_count > 0) else {
        let reason = memory.reason.as_deref().unwrap_or("no reason given");
        return vec![Block::note(format!("Memory: not sampled: {reason}"))];
    };
    let last = last_sample(memory, &format!("{}.memory.done", command.path));
    let (samples, cost) = (plural(seen.sampling_count, "sample"), duration(seen.sampling_ns));
    let peak = seen.peak_rss_bytes.map_or(ABSENT.to_owned(), |peak| bytes(peak as f64));
    let mut notes = vec![Note::plain(format!("peak resident set: {peak}, from {samples} (sampling took {cost})"))];
    notes.extend(memory.stacks.as_ref().map(stacks));
    let figure = Block::figure("Resident memory over time.", "", Chart::Lines(over_time(seen)), last);
    [figure, Block::Notes(notes)].into_iter().chain(threads(command)).collect()
}

fn over_time(seen: &OverTime) -> Lines {
    let points: Vec<_> = seen.samples.iter().map(|(at, resident)| (*at as f64, *resident as f64)).collect();
    let marks = if points.len() > 1 { vec![] } else { points.iter().map(|point| (*point, None)).collect() };
    let line = Line { series: 0, name: "resident".to_owned(), path: points, marks };
    Lines { lines: vec![line], axes: [("time", Quantity::Time), ("resident", Quantity::Bytes)], is_log: false }
}

fn last_sample(memory: &RunMemory, path: &str) -> Table {
    let mut table = Table::new("memory at the end", &COLUMNS);
    let figures = memory.done.as_ref().map(|sample| sample.figures).unwrap_or_default();
    for metric in metric::MEMORY {
        let source = memory.done.as_ref().and_then(|sample| sample.sources.get(metric.path));
        let source = source.map_or("the command ended before it could be sampled", String::as_str);
        let number = (metric.get)(&figures).map(|value| Number::bytes(value, metric.origin(path)));
        table.rows.push(vec![Cell::name(metric.indented()), Cell::number_or(number, source), Cell::text(source)]);
    }
    table
}

fn stacks(stacks: &StackSummary) -> Note {
    let figure = |value: Option<u64>| value.map_or(ABSENT.to_owned(), |value| bytes(value as f64));
    let [reserved, resident, deepest] =
        [stacks.reserved_bytes, stacks.resident_bytes, stacks.deepest_bytes].map(figure);
    let (found, threads) = (count(stacks.found), count(stacks.threads));
    let reason = stacks.reason.as_ref().map_or(String::new(), |reason| format!("; {reason}"));
    Note::plain(format!(
        "stacks of {found} of {threads} threads: {reserved} reserved, {resident} resident, deepest {deepest}{reason}"
    ))
}

/// The stacks of threads one by one, the deepest first.
fn threads(command: &Command<'_>) -> Vec<Block> {
    let threads = command.run.threads.iter().enumerate();
    let mut seen: Vec<(usize, &Thread)> = threads.filter(|(_, one)| one.stack_resident_bytes.is_some()).collect();
    seen.sort_by_key(|(_, thread)| Reverse(thread.stack_high_water_bytes));
    let top = command.context.options.top;
    let columns = metric::STACK.iter().map(Column::of);
    let columns: Vec<Column> = [Column::shown("thread"), Column::shown("tid")].into_iter().chain(columns).collect();
    let mut table = Table::new("stacks of threads, the deepest first", &columns);
    for (index, thread) in seen.iter().take(top) {
        let path = format!("{}.threads[{index}]", command.path);
        let cells = metric::STACK.iter().map(|one| Cell::of(one, &command.context.report.probes, *thread, &path));
        table.rows.push(super::named(thread, &path).into_iter().chain(cells).collect());
    }
    let omitted = super::omitted(seen.len().saturating_sub(top) as u64, "more thread");
    let table = (!table.rows.is_empty()).then_some(Block::Table(table));
    table.into_iter().chain(omitted).collect()
}

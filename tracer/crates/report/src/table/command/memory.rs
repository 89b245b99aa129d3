//! The memory of a command: what it weighed, and the stacks of its threads.

use crate::table::grid::Grid;
use crate::table::text::{Footnotes, Page, Style};
use taskweight_core::format::{ABSENT, bytes, count, duration, plural};
use taskweight_core::report::{MemoryFigures, OverTime, Run, RunMemory, StackSummary, Thread};

/// Rows of the last sample, with their names in the report.
const COLUMNS: [(&str, &str); 8] = [
    ("address space", "reserved_bytes"),
    ("resident: user stacks", "stack_resident_bytes"),
    ("  other", "other_resident_bytes"),
    ("  page tables", "page_tables_bytes"),
    ("  kernel stacks", "kernel_stack_bytes"),
    ("  kernel slab", "slab_bytes"),
    ("  total", "total_bytes"),
    ("  cgroup counter", "witness_bytes"),
];

/// Where nothing was seen, that is said in one line.
pub(super) fn render(run: &Run, top: usize, page: &mut Page) {
    let Some(memory) = &run.memory else { return };
    let seen = memory.over_time.as_ref().filter(|seen| seen.sampling_count > 0);
    let Some(seen) = seen else {
        return page
            .paragraph(&format!("Memory: not sampled: {}", memory.reason.as_deref().unwrap_or("no reason given")));
    };
    sample(memory, seen, page);
    stacks(memory.stacks.as_ref(), page);
    page.blank();
    threads(&run.threads, top, page);
}

fn sample(memory: &RunMemory, seen: &OverTime, page: &mut Page) {
    let mut grid = Grid::new(&["memory", "at the end"]);
    let mut footnotes = Footnotes::default();
    let figures = memory.done.as_ref().map(|sample| sample.figures).unwrap_or_default();
    for (name, column) in COLUMNS {
        let reason = memory.done.as_ref().and_then(|sample| sample.sources.get(column));
        let reason = reason.map_or("the command ended before it could be sampled", String::as_str);
        let value = value(&figures, column).map(|value| bytes(value as f64));
        grid.row([name.to_owned(), footnotes.or_absent(value, name.trim(), reason)]);
    }
    grid.print(page);
    page.footnotes(&footnotes);
    let peak = seen.peak_rss_bytes.map_or(ABSENT.to_owned(), |peak| bytes(peak as f64));
    let (samples, cost) = (plural(seen.sampling_count, "sample"), duration(seen.sampling_ns));
    page.item(&format!("peak resident set: {peak}, from {samples} (sampling took {cost})"), Style::Plain);
}

fn value(figures: &MemoryFigures, column: &str) -> Option<u64> {
    figures.columns().iter().find(|(name, _)| *name == column).and_then(|(_, value)| *value)
}

fn stacks(stacks: Option<&StackSummary>, page: &mut Page) {
    let Some(stacks) = stacks else { return };
    let figure = |value: Option<u64>| value.map_or(ABSENT.to_owned(), |value| bytes(value as f64));
    let [reserved, resident, deepest] =
        [stacks.reserved_bytes, stacks.resident_bytes, stacks.deepest_bytes].map(figure);
    let (found, threads) = (count(stacks.found), count(stacks.threads));
    let text =
        format!("stacks of {found} of {threads} threads: {reserved} reserved, {resident} resident, deepest {deepest}");
    page.item(&text, Style::Plain);
    if let Some(reason) = &stacks.reason {
        page.item(reason, Style::Plain);
    }
}

/// The stacks of threads one by one, the deepest first.
fn threads(threads: &[Thread], top: usize, page: &mut Page) {
    let mut seen: Vec<&Thread> = threads.iter().filter(|thread| thread.stack_resident_bytes.is_some()).collect();
    seen.sort_by_key(|thread| std::cmp::Reverse(thread.stack_high_water_bytes));
    let mut grid = Grid::new(&["thread", "tid", "stack reserved", "in use", "resident", "high water", "growth faults"]);
    for thread in seen.iter().take(top) {
        let reserved = [thread.stack_reserved_bytes, thread.stack_in_use_bytes];
        let sizes = [reserved, [thread.stack_resident_bytes, thread.stack_high_water_bytes]].concat();
        let sizes = sizes.into_iter().map(|size| size.map_or(ABSENT.to_owned(), |size| bytes(size as f64)));
        let name = [thread.name.clone(), thread.tid.to_string()];
        grid.row(name.into_iter().chain(sizes).chain([count(thread.stack_faults)]));
    }
    super::finish(grid, &Footnotes::default(), seen.len().saturating_sub(top) as u64, "threads", page);
}

//! What a comparison of two reports shows of each group.

use super::figures::{BY_OPERATION, CALLS_BY_NAME, Figures};
use taskweight_core::metric::{self, Metric};
use taskweight_core::report::{MemoryFigures, Run};
use taskweight_core::unit::Unit;

/// A figure that is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Name for a reader.
    pub label: String,
    /// Where it stands in a run, see [`super::figures`].
    pub path: String,
    /// How it is read.
    pub unit: Unit,
}

/// Before and after the name of a system call.
const CALLS: (&str, &str) = (CALLS_BY_NAME, ".count");
/// The row under which system calls stand by name.
const ALL_CALLS: &str = "kernel.syscalls.count";
/// Rows of the time, which are of the untraced run where operations are known.
const TIME: [&str; 2] = ["elapsed_ns.traced", "per_operation.elapsed_ns"];

/// What is shown of a run, given the first repetitions of both sides; `syscalls` is how many system calls by name.
#[must_use]
pub fn of_runs(sides: [&Figures; 2], syscalls: usize) -> Vec<Shown> {
    let by_operation = sides.iter().all(|figures| figures.get(metric::OPERATIONS).is_some_and(|count| *count > 0.0));
    let per = if by_operation { BY_OPERATION } else { "" };
    let calls = busiest(sides, syscalls).into_iter().map(|name| Shown {
        label: format!("  {name}"),
        path: format!("{}{name}{}{per}", CALLS.0, CALLS.1),
        unit: Unit::Count,
    });
    let mut calls = Some(calls);
    let mut shown = Vec::new();
    for row in metric::run().filter(|row| row.path != metric::OPERATIONS && !row.is_detail) {
        shown.push(if by_operation { divided(row) } else { as_it_is(row) });
        if row.path == ALL_CALLS {
            shown.extend(calls.take().into_iter().flatten());
        }
    }
    shown.extend(
        metric::PER_OPERATION.iter().filter(|row| by_operation && row.path.ends_with("transitions")).map(as_it_is),
    );
    shown.extend(distributions());
    shown.extend(memory());
    shown
}

/// By operation: as the report has it ready, or divided.
fn divided(row: &Metric<Run>) -> Shown {
    let is_ready = |one: &&Metric<Run>| one.label == row.label || TIME == [row.path, one.path];
    match metric::PER_OPERATION.iter().find(is_ready) {
        Some(ready) => as_it_is(ready),
        None => Shown { path: format!("{}{BY_OPERATION}", row.path), ..as_it_is(row) },
    }
}

fn as_it_is(row: &Metric<Run>) -> Shown {
    Shown { label: row.indented(), path: row.path.to_owned(), unit: row.unit }
}

/// Percentiles of what is distributed.
fn distributions() -> impl Iterator<Item = Shown> {
    let all = metric::OF_WORKLOAD.iter().chain(metric::OF_KERNEL);
    all.flat_map(|one| ["p50", "p99"].map(|quantile| (one, quantile))).map(|(one, quantile)| Shown {
        label: format!("{} {quantile}", one.label),
        path: format!("{}.{quantile}", one.path),
        unit: Unit::Nanoseconds,
    })
}

fn memory() -> [Shown; 2] {
    let rows = [("peak memory", "memory.over_time.peak_rss_bytes"), ("memory at the end", "memory.done.total_bytes")];
    rows.map(|(label, path)| Shown { label: label.to_owned(), path: path.to_owned(), unit: Unit::Bytes })
}

/// What is shown of a row of the ledger; the cross-check is no figure of its own.
#[must_use]
pub fn of_ledger() -> Vec<Shown> {
    let column = |row: &Metric<MemoryFigures>| Shown {
        label: row.label.to_owned(),
        path: format!("per_task.{}.slope", row.path),
        unit: Unit::BytesPerTask,
    };
    metric::MEMORY.iter().filter(|row| row.path != "witness_bytes").map(column).collect()
}

/// System calls by name, those with most calls on either side first.
fn busiest(sides: [&Figures; 2], limit: usize) -> Vec<String> {
    let name = |path: &str| Some(path.strip_prefix(CALLS.0)?.strip_suffix(CALLS.1)?.to_owned());
    let mut calls: Vec<(String, f64)> = Vec::new();
    for (name, count) in
        sides.iter().flat_map(|side| side.iter()).filter_map(|(path, count)| Some((name(path)?, *count)))
    {
        match calls.iter_mut().find(|(known, _)| *known == name) {
            Some((_, most)) => *most = most.max(count),
            None => calls.push((name, count)),
        }
    }
    calls.sort_by(|one, other| other.1.total_cmp(&one.1));
    calls.into_iter().take(limit).map(|(name, _)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(pairs: &[(&str, f64)]) -> Figures {
        pairs.iter().map(|(path, figure)| ((*path).to_owned(), *figure)).collect()
    }

    #[test]
    fn calls_are_those_with_most_on_either_side() {
        let a = figures(&[("kernel.syscalls.by_name.read.count", 5.0), ("kernel.syscalls.by_name.close.count", 1.0)]);
        let b = figures(&[("kernel.syscalls.by_name.futex.count", 9.0), ("kernel.syscalls.by_name.read.count", 2.0)]);
        assert_eq!(busiest([&a, &b], 2), ["futex", "read"]);
    }

    #[test]
    fn without_operations_on_one_side_totals_are_compared() {
        let [known, unknown] = [figures(&[("operations", 10.0)]), figures(&[])];
        let labels = |sides| of_runs(sides, 0).into_iter().map(|metric| metric.label).collect::<Vec<_>>();
        assert!(labels([&known, &known]).contains(&String::from("time per operation")));
        assert!(labels([&known, &unknown]).contains(&String::from("elapsed")));
    }

    #[test]
    fn interrupts_are_compared_by_operation_or_in_all() {
        let [known, unknown] = [figures(&[("operations", 10.0)]), figures(&[])];
        let paths = |sides| of_runs(sides, 0).into_iter().map(|metric| metric.path).collect::<Vec<_>>();
        assert!(paths([&known, &known]).contains(&String::from("per_operation.interrupts")));
        assert!(paths([&known, &unknown]).contains(&String::from("kernel.interrupts.count")));
    }
}

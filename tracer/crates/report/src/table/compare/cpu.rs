//! `cpu`: how computation spreads over CPUs, and whether all models computed the same.

use std::collections::{BTreeMap, BTreeSet};

use taskweight_core::format::{count, plural};
use taskweight_core::report::Run;

use super::cells::Cells;
use super::{Layout, Table, time_per_operation};

/// Two tables: the times and the kernel's events are more columns than fit side by side.
pub(super) static LAYOUT: Layout = Layout {
    tables: &[Table { head: &TIMES, row: times }, Table { head: &EVENTS, row: events }],
    ends_in_text: false,
    legend: LEGEND,
    remark: Some(checksums),
};

const TIMES: [&str; 5] = ["model", "time per chunk", "95 % CI", "speedup", "traced/untraced"];

const EVENTS: [&str; 5] = ["per chunk", "context switches", "preempted", "migrations", "interrupts"];

const LEGEND: &str = "time per chunk: elapsed time over chunks, untraced, median of the repetitions, with its 95 % bootstrap \
     confidence interval (CI) in the same unit. speedup: the same model's time with 1 task over this one. context switches, \
     preempted (the involuntary ones among them), migrations (moves to another CPU), interrupts (that hit the threads): per \
     chunk, median of the traced runs; 0: none, or below 0.00005. traced/untraced: ratio of the elapsed times, the cost of the probes.";

fn times(cells: &mut Cells<'_>, runs: &[&Run]) -> Option<Vec<String>> {
    let mut row = cells.time(runs).to_vec();
    let speed_up = speed_up(cells.alike, runs).map(|ratio| format!("{ratio:.2}"));
    row.extend([cells.or_absent(speed_up, "speedup", "not measured with 1 task"), cells.traced_to_twin(runs)]);
    Some(row)
}

fn events(cells: &mut Cells<'_>, runs: &[&Run]) -> Option<Vec<String>> {
    Some(vec![
        cells.switches(runs),
        cells.per_operation(runs, "preempted", |run| run.kernel.switches.preempted),
        cells.migrations(runs),
        cells.interrupts(runs),
    ])
}

/// The time of one task over that of these: of the same model at the same place.
fn speed_up(all: &[&Run], runs: &[&Run]) -> Option<f64> {
    let this = runs.first()?;
    let is_alone = |run: &&Run| {
        run.case.model == this.case.model && run.case.pinned == this.case.pinned && run.case.tasks == Some(1)
    };
    let alone: Vec<_> = all.iter().copied().filter(is_alone).collect();
    let ratio = time_per_operation(&alone)?.median / time_per_operation(runs)?.median;
    ratio.is_finite().then_some(ratio)
}

/// Models by checksum, by number of chunks: only those with the same chunks must agree.
fn by_checksum<'a>(runs: &[&'a Run]) -> BTreeMap<u64, BTreeMap<u64, BTreeSet<&'a str>>> {
    let mut all: BTreeMap<u64, BTreeMap<u64, BTreeSet<&str>>> = BTreeMap::new();
    for run in runs {
        let checksum = run.own.as_ref().and_then(|own| own.checksum);
        if let (Some(chunks), Some(checksum)) = (run.operations, checksum) {
            all.entry(chunks).or_default().entry(checksum).or_default().insert(&run.case.model);
        }
    }
    all
}

/// Where models that computed the same chunks have different sums: such as `4,000 chunks: 17 (go), 18 (tokio)`.
pub(in super::super) fn differing_checksums(runs: &[&Run]) -> Vec<String> {
    let differing = by_checksum(runs).into_iter().filter(|(_, sums)| sums.len() > 1);
    let who =
        |(sum, models): (u64, BTreeSet<&str>)| format!("{sum} ({})", models.into_iter().collect::<Vec<_>>().join(", "));
    differing
        .map(|(chunks, sums)| {
            let sums: Vec<_> = sums.into_iter().map(who).collect();
            format!("{} chunks: {}", count(chunks), sums.join(", "))
        })
        .collect()
}

fn checksums(runs: &[&Run]) -> String {
    let differing = differing_checksums(runs);
    let all = by_checksum(runs);
    let models: BTreeSet<_> = all.values().flat_map(BTreeMap::values).flatten().collect();
    match (differing.is_empty(), models.len() as u64) {
        (false, _) => format!("Checksums differ: {}", differing.join("; ")),
        (true, 0) => String::from("Checksums: none reported"),
        (true, number) => format!("Checksums agree: {}", plural(number, "model")),
    }
}

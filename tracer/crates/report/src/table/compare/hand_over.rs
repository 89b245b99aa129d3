//! Self-timed switches: programs time the switches that the kernel cannot see.

use taskweight_core::format::{count_short, duration_short};
use taskweight_core::report::Run;
use taskweight_core::stats::histogram::merge;

use super::Table;
use super::cells::Cells;

pub(super) const TABLE: Table =
    Table { head: &["model", "self-timed switch p50", "p99", "samples", "clock cost"], row };

/// Models that do not measure them are left out.
fn row(cells: &mut Cells<'_>, runs: &[&Run]) -> Option<Vec<String>> {
    let own = || runs.iter().filter_map(|run| run.own.as_ref());
    let times = merge(own().filter_map(|own| own.hand_over_ns.as_ref()));
    let clock_ns = own().filter_map(|own| own.clock_ns).max();
    Some(vec![
        duration_short(times.p50?),
        duration_short(times.p99?),
        count_short(times.count),
        cells.or_absent(clock_ns.map(duration_short), "clock cost", "the program does not report it"),
    ])
}

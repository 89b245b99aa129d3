//! The hand-over times that programs measure themselves: the switch that the kernel cannot see.

use taskweight_core::format::{count_short, duration_short};
use taskweight_core::report::Run;
use taskweight_core::stats::histogram::merge;

use super::Table;
use super::cells::Cells;

pub(super) const TABLE: Table = Table { head: &["model", "own hand-over p50", "p99", "measured", "clock"], row };

/// Models that do not measure them are left out.
fn row(cells: &mut Cells<'_>, runs: &[&Run]) -> Option<Vec<String>> {
    let own = || runs.iter().filter_map(|run| run.own.as_ref());
    let times = merge(own().filter_map(|own| own.hand_over_ns.as_ref()));
    let clock_ns = own().filter_map(|own| own.clock_ns).max();
    Some(vec![
        duration_short(times.p50?),
        duration_short(times.p99?),
        count_short(times.count),
        cells.or_absent(clock_ns.map(duration_short), "clock", "the program does not state what a reading costs"),
    ])
}

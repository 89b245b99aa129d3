//! Runs that are compared within each repetition, in which they ran one after the other.

use super::scope::Indexed;
use taskweight_core::{report::Run, stats::summary::summarise};

/// Time per operation without probes.
pub(super) fn time_ns(run: &Run) -> Option<f64> {
    run.elapsed_ns.twin?;
    Some(run.per_operation?.elapsed_ns)
}

/// The first over the second within each repetition, with the runs' indices.
pub(super) fn paired(
    first: &[Indexed<'_>],
    second: &[Indexed<'_>],
    value: impl Fn(&Run) -> Option<f64>,
) -> Vec<([usize; 2], f64)> {
    let ratio = |(index, run): &Indexed<'_>| {
        let (other_index, other) = second.iter().find(|(_, other)| other.repetition == run.repetition)?;
        let ratio = value(run)? / value(other)?;
        ratio.is_finite().then_some(([*index, *other_index], ratio))
    };
    first.iter().filter_map(ratio).collect()
}

/// Median of the repetitions; `None` where one of them lacks the figure.
pub(super) fn median(runs: &[Indexed<'_>], value: impl Fn(&Run) -> Option<f64>) -> Option<f64> {
    let samples: Option<Vec<_>> = runs.iter().map(|(_, run)| value(run)).collect();
    Some(summarise(&samples?)?.median)
}

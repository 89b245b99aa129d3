//! What plain instructions take: measured by taskweight itself, in user mode.

use std::{hint::black_box, time::Instant};

use taskweight_core::{
    report::{Reference, ReferenceTime},
    stats::summary::summarise,
};

/// Calls of one batch: a fraction of a millisecond, far less than a slice of the scheduler.
const CALLS: u64 = 100_000;
/// Batches of a sample: the middle one was not interrupted.
const BATCHES: usize = 15;

/// One call of a function through a pointer, nanoseconds: the median of some batches.
#[must_use]
pub fn indirect_call_ns() -> f64 {
    let batches: Vec<f64> = (0..BATCHES).map(|_| batch_ns()).collect();
    summarise(&batches).map_or(0.0, |summary| summary.median)
}

/// Each call needs the result of the one before, so that they cannot overlap.
fn batch_ns() -> f64 {
    let mut value = 0;
    let start = Instant::now();
    for _ in 0..CALLS {
        // Not known to the compiler at any call, as the task that comes next is not known at a switch.
        let function: fn(u64) -> u64 = black_box(next);
        value = function(value);
    }
    let elapsed = start.elapsed();
    black_box(value);
    elapsed.as_nanos() as f64 / CALLS as f64
}

#[inline(never)]
fn next(value: u64) -> u64 {
    value.wrapping_add(1)
}

/// The reference from one sample in each repetition; `None` without any.
#[must_use]
pub fn of_samples(indirect_calls_ns: &[f64]) -> Option<Reference> {
    let summary = summarise(indirect_calls_ns)?;
    let interval = summary.interval;
    let indirect_call_ns = ReferenceTime {
        median: summary.median,
        low: interval.map(|interval| interval.low),
        high: interval.map(|interval| interval.high),
    };
    Some(Reference { indirect_call_ns })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_take_time_and_have_a_median_with_its_interval() {
        let samples = [indirect_call_ns(), indirect_call_ns(), indirect_call_ns()];
        assert!(samples.iter().all(|ns| *ns > 0.0), "{samples:?}");
        let reference = of_samples(&[3.0, 1.0, 2.0]);
        let indirect_call_ns = ReferenceTime { median: 2.0, low: Some(1.0), high: Some(3.0) };
        assert_eq!(reference, Some(Reference { indirect_call_ns }));
        assert_eq!(of_samples(&[]), None);
    }
}

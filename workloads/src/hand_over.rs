//! Self-timed switches: from just before the switch to just after the receiver was resumed.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use crate::distribution::Distribution;
use crate::moments::Moments;
use taskweight_core::protocol::Done;

/// One switch in this number is timed; a power of two. The others pay for one test of the token.
const SAMPLED_ONE_IN: u64 = 64;
/// Clock reads to find the cost of one: `MEANS` means of `READINGS`.
const MEANS: usize = 21;
const READINGS: u64 = 51;

/// Self-timed switches of a ring, whose one token is in one place at a time.
#[derive(Debug)]
pub struct HandOvers {
    origin: Instant,
    /// When the token was passed on, after `origin`; 0 if not timed.
    left_ns: AtomicU64,
    clock_ns: u64,
    times: Distribution,
    moments: Moments,
}

impl HandOvers {
    /// No times so far. Measures what one reading of the clock costs.
    pub fn new() -> Self {
        let origin = Instant::now();
        let moments = Moments::since(origin);
        Self {
            origin,
            left_ns: AtomicU64::new(0),
            clock_ns: reading_ns(origin),
            times: Distribution::default(),
            moments,
        }
    }

    /// The token, with the value it will have for the receiver, is about to be passed on.
    #[inline]
    pub fn leaves(&self, token: u64) {
        if token.is_multiple_of(SAMPLED_ONE_IN) {
            self.note();
        }
    }

    /// The token was received.
    #[inline]
    pub fn arrives(&self, token: u64) {
        if token.is_multiple_of(SAMPLED_ONE_IN) {
            self.record();
        }
    }

    #[cold]
    fn note(&self) {
        self.left_ns.store(nanoseconds_since(self.origin), Ordering::Relaxed);
    }

    /// The first token of all comes from nowhere, and has no time.
    #[cold]
    fn record(&self) {
        let now = nanoseconds_since(self.origin);
        let left = self.left_ns.swap(0, Ordering::Relaxed);
        if left != 0 {
            self.times.record(now.saturating_sub(left).saturating_sub(self.clock_ns));
            self.moments.keep(left, now);
        }
    }

    /// What is said, with all timed switches, less the cost of a clock read.
    pub fn times(&self, done: Done) -> Done {
        Done {
            hand_over_ns: Some(self.times.counts()),
            clock_ns: Some(self.clock_ns),
            hand_overs: Some(self.moments.kept()),
            ..done
        }
    }
}

impl Default for HandOvers {
    fn default() -> Self {
        Self::new()
    }
}

/// What one reading of the clock costs: the median of some means, since the clock may tick in steps of that size.
fn reading_ns(origin: Instant) -> u64 {
    let mut means = [0; MEANS];
    means.fill_with(|| {
        let first = nanoseconds_since(origin);
        let last = (1..READINGS).fold(first, |_, _| nanoseconds_since(origin));
        (last - first) / (READINGS - 1)
    });
    means.sort_unstable();
    means[MEANS / 2]
}

#[inline]
fn nanoseconds_since(origin: Instant) -> u64 {
    origin.elapsed().as_nanos() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_in_64_is_measured() {
        let hand_overs = HandOvers::new();
        hand_overs.arrives(0);
        for token in 1..=640 {
            hand_overs.leaves(token);
            hand_overs.arrives(token);
        }
        let done = hand_overs.times(Done::default());
        let count: u64 = done.hand_over_ns.iter().flatten().map(|(_, count)| count).sum();
        assert_eq!(count, 10);
        let moments = done.hand_overs.unwrap();
        assert_eq!(moments.len(), 10);
        assert!(moments.is_sorted() && moments.iter().all(|(from, until)| from <= until), "{moments:?}");
    }
}

//! Begin and end of the first timed switches, for timelines; allocated before the work begins.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use nix::time::{ClockId, clock_gettime};

/// Switches that are kept.
const KEPT: usize = 1000;

/// From and until when, in nanoseconds.
#[derive(Debug)]
pub struct Moments {
    /// The origin of the times given, by `CLOCK_MONOTONIC`; 0 where that cannot be read.
    origin_ns: u64,
    count: AtomicUsize,
    kept: Vec<[AtomicU64; 2]>,
}

impl Moments {
    /// None so far. Times will be given since `origin`.
    pub fn since(origin: Instant) -> Self {
        let kept = std::iter::repeat_with(Default::default).take(KEPT).collect();
        // The origin lies in the past by as much when this is read, give or take one reading of the clock.
        let age = origin.elapsed();
        let now = clock_gettime(ClockId::CLOCK_MONOTONIC).map_or(Duration::ZERO, Duration::from);
        Self { origin_ns: now.saturating_sub(age).as_nanos() as u64, count: AtomicUsize::new(0), kept }
    }

    /// Keeps one, while there is room.
    pub fn keep(&self, from_ns: u64, until_ns: u64) {
        if let Some([from, until]) = self.kept.get(self.count.fetch_add(1, Ordering::Relaxed)) {
            from.store(from_ns, Ordering::Relaxed);
            until.store(until_ns, Ordering::Relaxed);
        }
    }

    /// All that were kept, by `CLOCK_MONOTONIC`.
    pub fn kept(&self) -> Vec<(u64, u64)> {
        let absolute = |moment: &AtomicU64| self.origin_ns + moment.load(Ordering::Relaxed);
        let count = self.count.load(Ordering::Relaxed).min(KEPT);
        self.kept[..count].iter().map(|[from, until]| (absolute(from), absolute(until))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_ones_are_kept_by_the_clock_of_the_kernel() {
        let moments = Moments::since(Instant::now());
        (0..2000).for_each(|number| moments.keep(number, number + 5));
        let kept = moments.kept();
        assert_eq!(kept.len(), KEPT);
        assert!(kept.iter().all(|(from, until)| until - from == 5));
        let now = Duration::from(clock_gettime(ClockId::CLOCK_MONOTONIC).unwrap()).as_nanos() as u64;
        assert!((now - 60_000_000_000..now).contains(&kept[0].0), "{} at {now}", kept[0].0);
    }
}

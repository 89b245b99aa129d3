//! How durations are distributed, recorded from any thread without a lock.

use std::sync::atomic::{AtomicU64, Ordering};

use tracer_ebpf::{BUCKET_COUNT, bucket_index, bucket_lower_ns, bucket_upper_ns};

/// Counts of durations, in the buckets that the kernel side uses, too: at most 1/32 of the value wide.
#[derive(Debug)]
pub struct Distribution {
    counts: Box<[AtomicU64]>,
}

impl Default for Distribution {
    fn default() -> Self {
        Self { counts: (0..BUCKET_COUNT).map(|_| AtomicU64::new(0)).collect() }
    }
}

impl Distribution {
    /// Counts one duration.
    pub fn record(&self, nanoseconds: u64) {
        self.counts[bucket_index(nanoseconds)].fetch_add(1, Ordering::Relaxed);
    }

    /// The buckets that are not empty, in order: the duration in the middle of each, and how many there were.
    pub fn counts(&self) -> Vec<(u64, u64)> {
        let counts = self.counts.iter().map(|count| count.load(Ordering::Relaxed));
        let middle = |bucket| bucket_lower_ns(bucket).midpoint(bucket_upper_ns(bucket));
        let buckets = counts.enumerate().filter(|&(_, count)| count > 0);
        buckets.map(|(bucket, count)| (middle(bucket), count)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Distribution;

    #[test]
    fn short_times_are_exact_and_long_ones_nearly() {
        let distribution = Distribution::default();
        for nanoseconds in [0, 7, 7, 1_000_000] {
            distribution.record(nanoseconds);
        }
        let counts = distribution.counts();
        assert_eq!(counts[..2], [(0, 1), (7, 2)]);
        let (middle, count) = counts[2];
        assert!(count == 1 && middle.abs_diff(1_000_000) * 32 <= 1_000_000, "{middle}");
    }
}

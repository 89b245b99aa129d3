//! From kernel buckets to distributions.

use std::collections::BTreeMap;

use tracer_ebpf::{BUCKET_COUNT, bucket_upper_ns};

use crate::report::Histogram;

/// Significant decimal digits of an exported `hdrhistogram`: finer than our buckets (1/32), so that the export adds
/// no error worth mentioning.
const EXPORT_DIGITS: u8 = 3;

/// One distribution from the histograms of all CPUs.
///
/// `min`, `max` and `mean` are the exact ones that the kernel side keeps beside the buckets.
pub fn distribution<'a>(per_cpu: impl IntoIterator<Item = &'a tracer_ebpf::Histogram>) -> Histogram {
    let mut total = Total::default();
    let mut counts = vec![0u64; BUCKET_COUNT];
    for cpu in per_cpu {
        for (sum, count) in counts.iter_mut().zip(&cpu.buckets) {
            *sum = sum.saturating_add(*count);
        }
        // All zero is "none yet"; its complement, u64::MAX, is the neutral element of the minimum.
        total.extend(!cpu.min_ns_complement, cpu.max_ns, cpu.sum_ns as f64);
    }
    let filled = counts.into_iter().enumerate().filter(|(_, count)| *count > 0);
    total.finish(filled.map(|(index, count)| (bucket_upper_ns(index), count)).collect())
}

/// One distribution from several, such as those of all repetitions.
pub fn merge<'a>(parts: impl IntoIterator<Item = &'a Histogram>) -> Histogram {
    let mut total = Total::default();
    let mut counts: BTreeMap<u64, u64> = BTreeMap::new();
    for part in parts {
        for (upper, count) in &part.buckets {
            let sum = counts.entry(*upper).or_default();
            *sum = sum.saturating_add(*count);
        }
        if let (Some(min), Some(max), Some(mean)) = (part.min, part.max, part.mean) {
            total.extend(min, max, mean * part.count as f64);
        }
    }
    total.finish(counts.into_iter().filter(|(_, count)| *count > 0).collect())
}

/// One distribution from durations that a program measured itself: (nanoseconds, count), in any order.
pub fn of_durations(durations: &[(u64, u64)]) -> Histogram {
    let mut total = Total::default();
    let mut counts: BTreeMap<u64, u64> = BTreeMap::new();
    for (ns, count) in durations.iter().filter(|(_, count)| *count > 0) {
        let sum = counts.entry(*ns).or_default();
        *sum = sum.saturating_add(*count);
        total.extend(*ns, *ns, *ns as f64 * *count as f64);
    }
    total.finish(counts.into_iter().collect())
}

/// The same distribution for programs that read HdrHistogram's formats: each duration stands at the upper bound of
/// its bucket, the longest bucket's at `max`.
///
/// # Errors
/// Only when `hdrhistogram` refuses its parameters.
pub fn to_hdr(histogram: &Histogram) -> Result<hdrhistogram::Histogram<u64>, hdrhistogram::CreationError> {
    let max = histogram.max.unwrap_or(0);
    let mut hdr = hdrhistogram::Histogram::new_with_max(max.max(2), EXPORT_DIGITS)?;
    for (position, (upper, count)) in histogram.buckets.iter().enumerate() {
        let value = if position + 1 == histogram.buckets.len() { max } else { (*upper).min(max) };
        hdr.saturating_record_n(value, *count);
    }
    Ok(hdr)
}

/// What is known exactly, summed over the parts.
struct Total {
    min: u64,
    max: u64,
    sum_ns: f64,
}

impl Default for Total {
    fn default() -> Self {
        Self { min: u64::MAX, max: 0, sum_ns: 0.0 }
    }
}

impl Total {
    fn extend(&mut self, min: u64, max: u64, sum_ns: f64) {
        self.min = self.min.min(min);
        self.max = self.max.max(max);
        self.sum_ns += sum_ns;
    }

    fn finish(self, buckets: Vec<(u64, u64)>) -> Histogram {
        let count = buckets.iter().fold(0u64, |sum, (_, count)| sum.saturating_add(*count));
        if count == 0 {
            return Histogram::default();
        }
        let permille = |permille| Some(value_at_permille(&buckets, count, self.max, permille));
        Histogram {
            count,
            min: Some(self.min),
            max: Some(self.max),
            mean: Some(self.sum_ns / count as f64),
            p50: permille(500),
            p90: permille(900),
            p99: permille(990),
            p999: permille(999),
            buckets,
        }
    }
}

/// The upper bound of the bucket that holds the duration of rank `count * permille / 1000`, rounded up (the
/// convention of HdrHistogram's `value_at_quantile`), but never above the longest duration.
fn value_at_permille(buckets: &[(u64, u64)], count: u64, max: u64, permille: u32) -> u64 {
    let rank = (u128::from(count) * u128::from(permille)).div_ceil(1000).max(1);
    let mut seen = 0u128;
    // The last bucket holds `max`, which is its bound even where it took durations above its range: hence all but it.
    let all_but_last = buckets.split_last().map_or(&[][..], |(_, rest)| rest);
    for (upper, count) in all_but_last {
        seen += u128::from(*count);
        if seen >= rank {
            return (*upper).min(max);
        }
    }
    max
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tracer_ebpf::{HIGHEST_VALUE_NS, bucket_index};

    use super::*;

    fn kernel_histogram(values: &[u64]) -> tracer_ebpf::Histogram {
        let mut histogram =
            tracer_ebpf::Histogram { sum_ns: 0, min_ns_complement: 0, max_ns: 0, buckets: [0; BUCKET_COUNT] };
        for value in values {
            histogram.sum_ns += value;
            histogram.min_ns_complement = histogram.min_ns_complement.max(!value);
            histogram.max_ns = histogram.max_ns.max(*value);
            histogram.buckets[bucket_index(*value)] += 1;
        }
        histogram
    }

    /// The duration of that rank in sorted data.
    fn exact(sorted: &[u64], permille: usize) -> u64 {
        sorted[(sorted.len() * permille).div_ceil(1000).max(1) - 1]
    }

    fn percentiles(histogram: &Histogram) -> [(usize, u64); 4] {
        let [p50, p90, p99, p999] = [histogram.p50, histogram.p90, histogram.p99, histogram.p999].map(Option::unwrap);
        [(500, p50), (900, p90), (990, p99), (999, p999)]
    }

    /// Durations of every magnitude, few beyond the range of the buckets.
    fn durations() -> impl Strategy<Value = Vec<u64>> {
        let duration = (0u32..44, any::<u64>()).prop_map(|(bits, value)| value >> (63 - bits));
        prop::collection::vec(duration, 1..300)
    }

    proptest! {
        #[test]
        fn agrees_with_sorted_data(values in durations(), cut in any::<prop::sample::Index>()) {
            let (first, second) = values.split_at(cut.index(values.len()));
            let ours = distribution(&[kernel_histogram(first), kernel_histogram(second)]);
            let mut sorted = values.clone();
            sorted.sort_unstable();
            prop_assert_eq!(ours.count, values.len() as u64);
            prop_assert_eq!(ours.min, sorted.first().copied());
            prop_assert_eq!(ours.max, sorted.last().copied());
            let mean = values.iter().sum::<u64>() as f64 / values.len() as f64;
            prop_assert!((ours.mean.unwrap() - mean).abs() <= mean * 1e-12);
            for (permille, value) in percentiles(&ours) {
                let exact = exact(&sorted, permille);
                prop_assert!(exact <= value, "p{permille}: {value} is below {exact}");
                // Beyond the last bucket's range only the maximum is known.
                let clamped = exact >= tracer_ebpf::bucket_lower_ns(BUCKET_COUNT - 1);
                prop_assert!(clamped || value - exact <= exact / 32, "p{permille}: {value} for {exact}");
            }
            prop_assert!(ours.buckets.is_sorted() && ours.buckets.iter().all(|(_, count)| *count > 0));
        }

        #[test]
        fn merging_is_the_same_as_measuring_at_once(values in durations(), cut in any::<prop::sample::Index>()) {
            let (first, second) = values.split_at(cut.index(values.len()));
            let merged = merge(&[distribution(&[kernel_histogram(first)]), distribution(&[kernel_histogram(second)])]);
            let whole = distribution(&[kernel_histogram(&values)]);
            let difference = (merged.mean.unwrap() - whole.mean.unwrap()).abs();
            prop_assert!(difference <= whole.mean.unwrap() * 1e-9);
            prop_assert_eq!(Histogram { mean: whole.mean, ..merged }, whole);
        }

        #[test]
        fn the_export_gives_our_percentiles(values in durations()) {
            let ours = distribution(&[kernel_histogram(&values)]);
            let hdr = to_hdr(&ours).unwrap();
            prop_assert_eq!(hdr.len(), ours.count);
            for (permille, value) in percentiles(&ours) {
                let exported = hdr.value_at_quantile(permille as f64 / 1000.0);
                prop_assert!(hdr.equivalent(exported, value), "p{permille}: {exported} for {value}");
            }
        }
    }

    #[test]
    fn nothing_is_absent_and_not_zero() {
        let empty = distribution(&[kernel_histogram(&[]), kernel_histogram(&[])]);
        assert_eq!(empty, Histogram::default());
        assert_eq!(merge(&[empty.clone(), empty.clone()]), empty);
        assert_eq!(to_hdr(&empty).unwrap().len(), 0);
        assert_eq!(distribution([]), empty);
    }

    #[test]
    fn an_idle_cpu_does_not_hide_the_minimum() {
        let ours = distribution(&[kernel_histogram(&[]), kernel_histogram(&[7, 100])]);
        assert_eq!((ours.min, ours.max, ours.p50), (Some(7), Some(100), Some(7)));
        assert_eq!(ours.buckets, [(7, 1), (101, 1)]);
    }

    #[test]
    fn zero_is_a_duration() {
        let ours = distribution(&[kernel_histogram(&[0])]);
        assert_eq!((ours.count, ours.min, ours.p999, ours.mean), (1, Some(0), Some(0), Some(0.0)));
    }

    #[test]
    fn a_duration_beyond_the_last_bucket_is_the_maximum() {
        let long = HIGHEST_VALUE_NS * 3;
        let ours = distribution(&[kernel_histogram(&[10, long])]);
        assert_eq!((ours.max, ours.p99), (Some(long), Some(long)));
        assert_eq!(ours.buckets.last(), Some(&(HIGHEST_VALUE_NS, 1)));
        assert_eq!(to_hdr(&ours).unwrap().max() / 1_000_000_000, long / 1_000_000_000);
    }
}

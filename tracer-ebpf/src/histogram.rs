//! Log-linear histograms of durations in nanoseconds: the bucket arithmetic and the records that hold the counts.
//!
//! Each power of two is cut into [`SUB_BUCKET_COUNT`] buckets of equal width, so that a value and the upper bound
//! of its bucket differ by at most 1/32. Values below 64 ns have a bucket each.

/// log2 of [`SUB_BUCKET_COUNT`].
pub const SUB_BUCKET_BITS: u32 = 5;
/// Buckets per power of two; the relative error of a bucket is at most its inverse.
pub const SUB_BUCKET_COUNT: u64 = 1 << SUB_BUCKET_BITS;
/// Highest duration with a bucket of its own: 2^42 - 1 ns, 73 minutes. Longer ones are put into the last bucket,
/// while `sum_ns` and `max_ns` still take them whole.
pub const HIGHEST_VALUE_NS: u64 = (1 << 42) - 1;
/// Buckets of one histogram.
pub const BUCKET_COUNT: usize = bucket_index(HIGHEST_VALUE_NS) + 1;

/// The bucket of a duration, in `0..BUCKET_COUNT`.
///
/// eBPF has no instruction that counts leading zeros, and the usual way around takes forty, each of which waits for the one
/// before. Comparisons do not wait, as the processor guesses how they end, and the rest is in a table.
#[inline(always)]
pub const fn bucket_index(value_ns: u64) -> usize {
    let mut value = value_ns;
    let whole_bytes = if value < 1 << 16 {
        if value < 1 << 8 { 0 } else { 8 }
    } else if value < 1 << 32 {
        if value < 1 << 24 { 16 } else { 24 }
    } else if value < 1 << 40 {
        32
    } else {
        if value > HIGHEST_VALUE_NS {
            value = HIGHEST_VALUE_NS;
        }
        40
    };
    let shift = if whole_bytes == 0 {
        // Values below 32 have the shift of those below 64: a bucket each.
        (value >= 64) as u32 + (value >= 128) as u32
    } else {
        whole_bytes + HIGHEST_BITS[(value >> whole_bytes) as usize & 0xff] as u32 - SUB_BUCKET_BITS
    };
    ((shift as u64) * SUB_BUCKET_COUNT + (value >> shift)) as usize
}

/// Position of the highest bit of each byte; 0 for 0.
static HIGHEST_BITS: [u8; 256] = {
    let mut bits = [0; 256];
    let mut value = 1;
    while value < 256 {
        bits[value] = 7 - (value as u8).leading_zeros() as u8;
        value += 1;
    }
    bits
};

/// The lowest duration in a bucket, in nanoseconds.
pub const fn bucket_lower_ns(index: usize) -> u64 {
    let index = index as u64;
    if index < 2 * SUB_BUCKET_COUNT {
        return index;
    }
    let shift = index / SUB_BUCKET_COUNT - 1;
    (index - shift * SUB_BUCKET_COUNT) << shift
}

/// The highest duration in a bucket, in nanoseconds (inclusive).
pub const fn bucket_upper_ns(index: usize) -> u64 {
    bucket_lower_ns(index + 1) - 1
}

/// Durations seen by one CPU. All zero is the empty histogram.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Histogram {
    /// Sum of the durations, in nanoseconds.
    pub sum_ns: u64,
    /// Bitwise complement of the shortest duration, so that zeroed memory means "none yet".
    pub min_ns_complement: u64,
    /// Longest duration, in nanoseconds.
    pub max_ns: u64,
    /// Durations counted per bucket; see [`bucket_index`].
    pub buckets: [u64; BUCKET_COUNT],
}

/// The three histograms that a `sched_switch` feeds, side by side: one map look-up finds them all.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct SchedHistograms {
    /// From switch-in to switch-out.
    pub on_cpu: Histogram,
    /// From switch-out to the next switch-in.
    pub off_cpu: Histogram,
    /// From becoming runnable (wake-up, or switch-out while runnable) to switch-in.
    pub run_queue: Histogram,
}

const _: () = assert!(BUCKET_COUNT == 1216);
const _: () = assert!(size_of::<Histogram>() == 24 + 8 * BUCKET_COUNT);
// The kernel refuses per-CPU values over 32 KiB (PCPU_MIN_UNIT_SIZE).
const _: () = assert!(size_of::<SchedHistograms>() <= 32 * 1024);

#[cfg(feature = "user")]
// SAFETY: repr(C), made of u64 only: no padding, every bit pattern is a value.
unsafe impl aya::Pod for Histogram {}
#[cfg(feature = "user")]
// SAFETY: repr(C), made of `Histogram` only: no padding, every bit pattern is a value.
unsafe impl aya::Pod for SchedHistograms {}

#[cfg(test)]
mod tests {
    use super::*;

    fn edges_and_neighbours() -> impl Iterator<Item = u64> {
        (0..42).flat_map(|exponent| {
            let base = 1u64 << exponent;
            (0..=64).flat_map(move |step| {
                let value = base + base / 64 * step;
                [value.saturating_sub(1), value, value + 1]
            })
        })
    }

    #[test]
    fn every_value_lies_within_its_bucket() {
        for value in (0..200_000).chain(edges_and_neighbours()).filter(|value| *value <= HIGHEST_VALUE_NS) {
            let index = bucket_index(value);
            assert!(index < BUCKET_COUNT, "{value} has bucket {index}");
            assert!(bucket_lower_ns(index) <= value && value <= bucket_upper_ns(index), "{value} in bucket {index}");
        }
    }

    #[test]
    fn buckets_cover_the_range_without_gap_or_overlap() {
        assert_eq!(bucket_lower_ns(0), 0);
        for index in 0..BUCKET_COUNT {
            assert_eq!(bucket_index(bucket_lower_ns(index)), index);
            assert_eq!(bucket_index(bucket_upper_ns(index)), index);
        }
        assert_eq!(bucket_upper_ns(BUCKET_COUNT - 1), HIGHEST_VALUE_NS);
    }

    #[test]
    fn a_bucket_is_at_most_one_thirty_second_of_its_values_wide() {
        for index in 1..BUCKET_COUNT {
            let (lower, upper) = (bucket_lower_ns(index), bucket_upper_ns(index));
            assert!((upper - lower) * 32 <= lower, "bucket {index}: {lower}..={upper}");
        }
    }

    #[test]
    fn an_hour_has_a_bucket_and_longer_goes_to_the_last() {
        assert!(bucket_index(3_600_000_000_000) < BUCKET_COUNT - 1);
        assert_eq!(bucket_index(HIGHEST_VALUE_NS + 1), BUCKET_COUNT - 1);
        assert_eq!(bucket_index(u64::MAX), BUCKET_COUNT - 1);
    }
}

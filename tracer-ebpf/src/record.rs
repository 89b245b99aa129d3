//! Putting a duration into a histogram.

use crate::assembly::opaque;
use tracer_ebpf::{BUCKET_COUNT, Histogram, bucket_index};

/// Counts a duration.
#[inline(always)]
pub fn record(histogram: &mut Histogram, value_ns: u64) {
    histogram.sum_ns += value_ns;
    if !value_ns > histogram.min_ns_complement {
        histogram.min_ns_complement = !value_ns;
    }
    if value_ns > histogram.max_ns {
        histogram.max_ns = value_ns;
    }
    // The compiler can prove the index in range and would drop the check below; the verifier cannot, and needs it.
    let index = opaque(bucket_index(value_ns));
    if index < BUCKET_COUNT {
        histogram.buckets[index] += 1;
    }
}

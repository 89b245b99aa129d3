//! The maps of the anatomy; constants, window and known pids are those of all programs.

use aya_ebpf::{
    macros::map,
    maps::{Array, PerCpuArray},
};
use tracer_ebpf::{CpuRecord, Histogram, Path, SEGMENT_COUNT};

/// The critical path.
#[map]
pub static CRITICAL_PATH: Array<Path> = Array::with_max_entries(1, 0);

/// Times of the segments of task switches that were seen whole.
#[map]
pub static SEGMENT_HISTOGRAMS: Array<Histogram> = Array::with_max_entries(SEGMENT_COUNT as u32, 0);

/// What each CPU keeps.
#[map]
pub static CPU_RECORDS: PerCpuArray<CpuRecord> = PerCpuArray::with_max_entries(1, 0);

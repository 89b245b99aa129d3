//! One file per subject; each function is the whole reaction to one event.

pub mod anatomy;
pub mod fault;
pub mod interrupt;
pub mod lifecycle;
pub mod sched;
pub mod syscall;
pub mod timeline;

/// `CLOCK_MONOTONIC` in nanoseconds: read once per event, and first.
#[inline(always)]
pub fn now_ns() -> u64 {
    // SAFETY: the helper takes no argument and cannot fail.
    unsafe { aya_ebpf::helpers::generated::bpf_ktime_get_ns() }
}

//! The maps, and the constants set before load. Sizes given here are placeholders: user space sets the real ones.

use aya_ebpf::{
    bindings::BPF_F_MMAPABLE,
    macros::map,
    maps::{Array, PerCpuArray, RingBuf},
};
use tracer_ebpf::{
    Allocated, Control, CpuInterrupts, Histogram, LOSS_COUNT, Loss, RecordOffsets, SYSCALL_ROWS, SchedHistograms,
    Settings, SyscallTotals, ThreadInterrupts, ThreadState,
};

#[unsafe(no_mangle)]
pub static SETTINGS: Settings =
    // SAFETY: integers only.
    unsafe { core::mem::zeroed() };

#[unsafe(no_mangle)]
pub static RECORD_OFFSETS: RecordOffsets =
    // SAFETY: integers only.
    unsafe { core::mem::zeroed() };

/// A member of [`RECORD_OFFSETS`]; volatile for the same reason as [`setting`].
macro_rules! recorded {
    ($member:ident) => {
        // SAFETY: a valid and aligned pointer into a static that nothing writes to once loaded.
        unsafe { (&raw const $crate::maps::RECORD_OFFSETS.$member).read_volatile() }
    };
}
pub(crate) use recorded;

/// A member of [`SETTINGS`]; volatile, since the values at compile time are not the ones at load time.
macro_rules! setting {
    ($member:ident) => {
        // SAFETY: a valid and aligned pointer into a static that nothing writes to once loaded.
        unsafe { (&raw const $crate::maps::SETTINGS.$member).read_volatile() }
    };
}
pub(crate) use setting;

/// What user space changes during the run.
#[map]
pub static CONTROL: Array<Control> = Array::with_max_entries(1, 0);

/// Places handed out.
#[map]
pub static ALLOCATED: Array<Allocated> = Array::with_max_entries(1, 0);

/// Row of the thread table by pid; 0 for a thread that is not traced, hence for pid 0, the idle task.
#[map]
pub static PID_INDEX: Array<u32> = Array::with_max_entries(1, 0);

/// The thread table; user space maps it into memory.
#[map]
pub static THREADS: Array<ThreadState> = Array::with_max_entries(1, BPF_F_MMAPABLE);

/// Row of the traced thread that was last switched to on a CPU, 0 for any other.
#[map]
pub static RUNNING: PerCpuArray<u32> = PerCpuArray::with_max_entries(1, 0);

/// Histograms of on-CPU time, off-CPU time and run-queue latency.
#[map]
pub static SCHED_HISTOGRAMS: PerCpuArray<SchedHistograms> = PerCpuArray::with_max_entries(1, 0);

/// Calls by system call number, as far as they are in no histogram.
#[map]
pub static SYSCALL_TOTALS: PerCpuArray<SyscallTotals> = PerCpuArray::with_max_entries(SYSCALL_ROWS, 0);

/// Which histogram a system call number has: its place plus 1, 0 for none yet.
#[map]
pub static SYSCALL_HISTOGRAM_OF: Array<u32> = Array::with_max_entries(SYSCALL_ROWS, 0);

/// The other way round: the system call number, plus 1, that a histogram was handed out to.
#[map]
pub static SYSCALL_OF_HISTOGRAM: Array<u32> = Array::with_max_entries(1, 0);

/// Histograms of system call durations, handed out to numbers as they appear.
#[map]
pub static SYSCALL_HISTOGRAMS: PerCpuArray<Histogram> = PerCpuArray::with_max_entries(1, 0);

/// Losses by cause.
#[map]
pub static LOSSES: PerCpuArray<u64> = PerCpuArray::with_max_entries(LOSS_COUNT, 0);

/// Events of a timeline; one page where none was asked for.
#[map]
pub static TIMELINE_EVENTS: RingBuf = RingBuf::with_byte_size(4096, 0);

/// Events of a timeline so far, those included that found no room.
#[map]
pub static TIMELINE_SEQUENCE: Array<u64> = Array::with_max_entries(1, 0);

/// Interrupts that hit traced threads, by CPU.
#[map]
pub static INTERRUPTS: PerCpuArray<CpuInterrupts> = PerCpuArray::with_max_entries(1, 0);

/// The same by row of the thread table; user space maps it into memory.
#[map]
pub static THREAD_INTERRUPTS: Array<ThreadInterrupts> = Array::with_max_entries(1, BPF_F_MMAPABLE);

/// Counts a loss.
#[inline(always)]
pub fn lose(cause: Loss) {
    if let Some(count) = LOSSES.get_ptr_mut(cause as u32) {
        // SAFETY: a valid pointer to this CPU's own value; programs are not preempted by others on these hooks.
        unsafe { *count += 1 };
    }
}

/// When the window was opened; `None` while it is closed.
#[inline(always)]
pub fn window_opened_ns() -> Option<u64> {
    // SAFETY: a valid pointer into the map; volatile, since user space writes to it meanwhile.
    let opened = CONTROL.get_ptr(0).map(|control| unsafe { (&raw const (*control).window_opened_ns).read_volatile() });
    opened.filter(|opened| *opened != 0)
}

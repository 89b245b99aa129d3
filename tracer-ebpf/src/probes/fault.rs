//! Page faults, from the kernel's software events: they tell minor from major, exist on every architecture, and
//! count exactly what `min_flt` and `maj_flt` count, less what the kernel faults in on a program's behalf.

use aya_ebpf::programs::PerfEventContext;

use crate::table;

/// A page fault served without I/O.
#[inline(always)]
pub fn minor(context: &PerfEventContext) {
    if let Some(thread) = table::find_current() {
        thread.counts.minor_fault_count += 1;
        thread.counts.user_fault_count += u64::from(from_user_mode(context));
    }
}

/// A page fault that needed I/O.
#[inline(always)]
pub fn major(context: &PerfEventContext) {
    if let Some(thread) = table::find_current() {
        thread.counts.major_fault_count += 1;
        thread.counts.user_fault_count += u64::from(from_user_mode(context));
    }
}

/// The two lowest bits of the code segment are the privilege level: 3 in user mode.
#[cfg(bpf_target_arch = "x86_64")]
#[inline(always)]
fn from_user_mode(context: &PerfEventContext) -> bool {
    // SAFETY: the context is valid for the run of the program; the verifier checks the offset.
    unsafe { (*context.ctx).regs.cs & 3 == 3 }
}

/// The mode bits of pstate: 0 in user mode.
#[cfg(bpf_target_arch = "aarch64")]
#[inline(always)]
fn from_user_mode(context: &PerfEventContext) -> bool {
    // SAFETY: the context is valid for the run of the program; the verifier checks the offset.
    unsafe { (*context.ctx).regs.pstate & 0xf == 0 }
}

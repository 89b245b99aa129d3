//! The registers of an interrupted program, by architecture.

use aya_ebpf::programs::PerfEventContext;

use crate::task::{Access as _, ByHelper};

/// Where the stack pointer lies in `struct pt_regs`.
#[cfg(bpf_target_arch = "x86_64")]
const STACK_POINTER_OFFSET: u32 = 19 * 8;
/// Where the stack pointer lies in `struct pt_regs`.
#[cfg(bpf_target_arch = "aarch64")]
const STACK_POINTER_OFFSET: u32 = 31 * 8;

/// Whether user mode was interrupted. The two lowest bits of the code segment are the privilege level: 3 in user mode.
#[cfg(bpf_target_arch = "x86_64")]
#[inline(always)]
pub fn are_of_user_mode(context: &PerfEventContext) -> bool {
    // SAFETY: the context is valid for the run of the program; the verifier checks the offset.
    unsafe { (*context.ctx).regs.cs & 3 == 3 }
}

/// Whether user mode was interrupted. The mode bits of pstate are 0 in user mode.
#[cfg(bpf_target_arch = "aarch64")]
#[inline(always)]
pub fn are_of_user_mode(context: &PerfEventContext) -> bool {
    // SAFETY: the context is valid for the run of the program; the verifier checks the offset.
    unsafe { (*context.ctx).regs.pstate & 0xf == 0 }
}

/// The stack pointer of what was interrupted.
#[inline(always)]
pub fn stack_pointer(context: &PerfEventContext) -> u64 {
    // SAFETY: the context is valid for the run of the program; the verifier checks the offset.
    unsafe {
        #[cfg(bpf_target_arch = "x86_64")]
        return (*context.ctx).regs.rsp;
        #[cfg(bpf_target_arch = "aarch64")]
        return (*context.ctx).regs.sp;
    }
}

/// The stack pointer in a `struct pt_regs` that a tracepoint gave us; 0 for none.
#[inline(always)]
pub fn stack_pointer_in(registers: u64) -> u64 {
    // SAFETY: the helper fails softly on a bad source, and leaves 0.
    unsafe { ByHelper::read(registers as *const u8, STACK_POINTER_OFFSET) }
}

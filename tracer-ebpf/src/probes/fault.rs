//! Page faults, from the kernel's software events: they tell minor from major, exist on every architecture, and
//! count exactly what `min_flt` and `maj_flt` count, less what the kernel faults in on a program's behalf.

use aya_ebpf::programs::PerfEventContext;
use tracer_ebpf::{STACK_REACH_BYTES, STACK_RED_ZONE_BYTES, ThreadState};

use crate::{registers, table};

/// A page fault served without I/O.
#[inline(always)]
pub fn minor(context: &PerfEventContext) {
    if let Some(thread) = table::find_current() {
        thread.counts.minor_fault_count += 1;
        from_user_mode(thread, context);
    }
}

/// A page fault that needed I/O.
#[inline(always)]
pub fn major(context: &PerfEventContext) {
    if let Some(thread) = table::find_current() {
        thread.counts.major_fault_count += 1;
        from_user_mode(thread, context);
    }
}

#[inline(always)]
fn from_user_mode(thread: &mut ThreadState, context: &PerfEventContext) {
    if registers::are_of_user_mode(context) {
        thread.counts.user_fault_count += 1;
        // SAFETY: the context is valid for the run of the program; the verifier checks the offset.
        let address = unsafe { (*context.ctx).addr };
        let is_stack = is_of_stack(address, registers::stack_pointer(context), thread.stack_top);
        thread.counts.stack_fault_count += u64::from(is_stack);
    }
}

/// Whether an address is in use as stack while the stack pointer is where it is. Whatever lies above the place where the
/// thread began is not; of stacks that a program makes for itself, such places are not known.
#[inline(always)]
fn is_of_stack(address: u64, stack_pointer: u64, stack_top: u64) -> bool {
    let above_top = stack_pointer <= stack_top && address >= stack_top;
    let from = stack_pointer.saturating_sub(STACK_RED_ZONE_BYTES);
    address >= from && address - from < STACK_RED_ZONE_BYTES + STACK_REACH_BYTES && !above_top
}

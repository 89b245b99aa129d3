//! Interrupts of traced threads: counted and timed at their end, and only while the window is open.

use tracer_ebpf::{CpuInterrupts, Interrupt, SYSCALL_NONE, ThreadInterrupts};

use crate::{
    maps::{INTERRUPTS, THREAD_INTERRUPTS, window_opened_ns},
    probes::now_ns,
    table,
};

/// The current thread is interrupted.
#[inline(always)]
pub fn enter(kind: Interrupt) {
    let Some(row) = table::current_row() else { return };
    if window_opened_ns().is_none() {
        return;
    }
    if let Some(cpu) = of_this_cpu() {
        cpu.enter(kind, row.into(), now_ns(), 0);
    }
    let is_hard = kind as u32 != Interrupt::Soft as u32;
    if is_hard
        && table::row_mut(row).is_some_and(|thread| thread.syscall == SYSCALL_NONE)
        && let Some(interrupts) = of_thread(row)
    {
        interrupts.outside_syscall_count += 1;
    }
}

/// It goes on, or what had been interrupted by it.
#[inline(always)]
pub fn exit(kind: Interrupt) {
    let Some(cpu) = of_this_cpu() else { return };
    if cpu.records[kind as usize].started_ns == 0 {
        return;
    }
    if let Some((row, ns)) = cpu.exit(kind, now_ns(), 0)
        && let Some(interrupts) = of_thread(row as u32)
    {
        let totals = &mut interrupts.totals[kind as usize];
        totals.count += 1;
        totals.ns += ns;
    }
}

#[inline(always)]
fn of_this_cpu() -> Option<&'static mut CpuInterrupts> {
    // SAFETY: a valid pointer to this CPU's own record: interrupts of a kind do not nest.
    INTERRUPTS.get_ptr_mut(0).map(|cpu| unsafe { &mut *cpu })
}

#[inline(always)]
fn of_thread(row: u32) -> Option<&'static mut ThreadInterrupts> {
    // SAFETY: a valid pointer into the map, to words that only the CPU writes to which runs the thread.
    THREAD_INTERRUPTS.get_ptr_mut(row).map(|thread| unsafe { &mut *thread })
}

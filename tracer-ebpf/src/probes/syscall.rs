//! System calls: counted at entry, timed at exit.

use core::ops::RangeInclusive;

use aya_ebpf::helpers::bpf_get_current_pid_tgid;
use tracer_ebpf::{
    Histogram, Loss, NATIVE_SYSCALL_ROWS, SYSCALL_BEFORE_TRACE, SYSCALL_NONE, SYSCALL_ROWS, SyscallTotals, ThreadState,
};

use crate::{
    assembly::fetch_add,
    maps::{
        ALLOCATED, SYSCALL_HISTOGRAM_OF, SYSCALL_HISTOGRAMS, SYSCALL_OF_HISTOGRAM, SYSCALL_TOTALS, lose, setting,
        window_opened_ns,
    },
    probes::now_ns,
    record::record,
    registers::stack_pointer_in,
    running,
};

/// What a call that failed returns: from the kernel's `-MAX_ERRNO` up.
const ERRORS: RangeInclusive<i64> = -4095..=-1;

/// The current thread enters system call `number`. `registers` is its `struct pt_regs`, 0 where that is not known.
#[inline(always)]
pub fn enter(registers: u64, number: i64) -> Option<&'static ThreadState> {
    let thread = running::find_in_syscall(running::row_in_syscall(), registers)?;
    if thread.syscall != SYSCALL_NONE {
        unreturned(thread);
    }
    let fits = (0..i64::from(NATIVE_SYSCALL_ROWS)).contains(&number);
    thread.syscall = thread.syscall_base + if fits { number as u32 } else { NATIVE_SYSCALL_ROWS - 1 };
    thread.counts.syscall_count += 1;
    // Last, so that what comes before is not in the figure.
    thread.syscall_entered_ns = now_ns();
    Some(thread)
}

/// The call that the thread was in must have returned, and we have not seen it.
#[inline(always)]
fn unreturned(thread: &ThreadState) {
    lose(Loss::UnmatchedSyscallEnter);
    if is_in_window(thread)
        && let Some(totals) = totals_of(thread.syscall)
    {
        totals.counts.unreturned_count += 1;
    }
}

/// Whether the call that the thread is in was entered in the window.
#[inline(always)]
fn is_in_window(thread: &ThreadState) -> bool {
    window_opened_ns().is_some_and(|opened| thread.syscall_entered_ns >= opened)
}

/// The current thread leaves the system call it is in. `registers` is its `struct pt_regs`, 0 where that is not known;
/// `result` is what the call returns, a negative error number where it failed.
/// Gives the thread, the row of the call and the time, where its entry was counted.
#[inline(always)]
pub fn exit(registers: u64, result: i64) -> Option<(&'static ThreadState, u32, u64)> {
    let row = running::row_in_syscall();
    if row == 0 {
        return None;
    }
    let now = now_ns();
    let thread = running::find_in_syscall(row, registers)?;
    let row = thread.syscall;
    thread.syscall = SYSCALL_NONE;
    if row >= SYSCALL_ROWS {
        first_or_unmatched(thread, row, registers);
        return None;
    }
    let duration = now - thread.syscall_entered_ns;
    thread.counts.syscall_ns += duration;
    if is_in_window(thread) {
        returned(row, duration);
        if ERRORS.contains(&result) {
            failed(row, -result as u64);
        }
    }
    Some((thread, row, now))
}

/// The return of a call whose entry was not counted. For a new thread that is right: it returns from its creation, and
/// tells us where its stack begins, and its process, where the event of its creation did not.
#[inline(always)]
fn first_or_unmatched(thread: &mut ThreadState, row: u32, registers: u64) {
    if row != SYSCALL_BEFORE_TRACE {
        return lose(Loss::UnmatchedSyscallExit);
    }
    if thread.tgid == 0 {
        thread.tgid = (bpf_get_current_pid_tgid() >> 32) as u32;
        thread.is_leader = (thread.tgid == thread.pid) as u32;
    }
    // The first thread of a new process has a copy of its parent's stack.
    if thread.is_leader == 0 {
        thread.stack_top = stack_pointer_in(registers);
    }
}

#[inline(always)]
fn returned(row: u32, duration_ns: u64) {
    if let Some(histogram) = histogram_of(row) {
        return record(histogram, duration_ns);
    }
    lose(Loss::SyscallHistogramsFull);
    if let Some(totals) = totals_of(row) {
        totals.counts.completed_count += 1;
        totals.counts.total_ns += duration_ns;
    }
}

#[inline(always)]
fn failed(row: u32, number: u64) {
    if let Some(totals) = totals_of(row) {
        totals.errors.add(number, 1);
    }
}

#[inline(always)]
fn totals_of(row: u32) -> Option<&'static mut SyscallTotals> {
    // SAFETY: a valid pointer to this CPU's own value; programs on this hook do not nest.
    SYSCALL_TOTALS.get_ptr_mut(row).map(|pointer| unsafe { &mut *pointer })
}

#[inline(always)]
fn histogram_of(row: u32) -> Option<&'static mut Histogram> {
    let place = SYSCALL_HISTOGRAM_OF.get_ptr_mut(row)?;
    // SAFETY: a valid pointer into the map. Two CPUs that meet here at a number's first call may both hand out a
    // histogram; the later writer wins, and user space adds up all that were handed out to the number.
    let mut histogram = unsafe { place.read_volatile() };
    if histogram == 0 {
        histogram = hand_out_histogram(row)?;
        // SAFETY: as above.
        unsafe { place.write_volatile(histogram) };
    }
    // SAFETY: a valid pointer to this CPU's own value; programs on this hook do not nest.
    SYSCALL_HISTOGRAMS.get_ptr_mut(histogram - 1).map(|pointer| unsafe { &mut *pointer })
}

/// A place that no system call has yet, plus 1.
#[inline(always)]
fn hand_out_histogram(row: u32) -> Option<u32> {
    let allocated = ALLOCATED.get_ptr_mut(0)?;
    // SAFETY: a valid, aligned pointer into the map, to a word that only this line writes to.
    let place = unsafe { fetch_add(&raw mut (*allocated).syscall_histogram_count, 1) };
    if place >= u64::from(setting!(syscall_histogram_capacity)) {
        return None;
    }
    let owner = SYSCALL_OF_HISTOGRAM.get_ptr_mut(place as u32)?;
    // SAFETY: a valid pointer into the map; the place was handed out just now, to this CPU alone.
    unsafe { *owner = row + 1 };
    Some(place as u32 + 1)
}

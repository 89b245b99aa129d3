//! Switches, wake-ups and migrations.

use tracer_ebpf::{Departed, Histogram, Loss, SchedHistograms, ThreadState};

use crate::{
    maps::{SCHED_HISTOGRAMS, lose, setting, window_opened_ns},
    probes::{lifecycle, now_ns},
    record::record,
    table,
    task::Subject,
};

/// `TASK_RUNNING`.
const RUNNING: u64 = 0;
/// `TASK_DEAD`: set by the last switch of an exiting thread only.
const DEAD: u64 = 0x80;
/// `EXIT_DEAD | EXIT_ZOMBIE`: in records, which lack `TASK_DEAD`, a thread that has begun to be no more.
const RECORDED_EXIT: u64 = 0x30;
/// `TASK_REPORT_MAX`: in records, a thread that was preempted within the kernel.
const RECORDED_PREEMPTION: u64 = 0x100;

/// Why a thread leaves its CPU, as far as the event tells.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Departure {
    /// It was preempted within the kernel.
    Preempted,
    /// It has ended.
    Exited,
    /// It waits for something.
    Blocked,
    /// It could go on.
    Running,
}

impl Departure {
    /// By the arguments of the tracepoint.
    #[inline(always)]
    pub fn of_arguments(preempt: bool, state: u64) -> Self {
        Self::of(preempt, state & DEAD != 0, state)
    }

    /// By the state in the event's record, where both are merged.
    #[inline(always)]
    pub fn of_record(state: u64) -> Self {
        Self::of(state & RECORDED_PREEMPTION != 0, state & RECORDED_EXIT != 0, state)
    }

    #[inline(always)]
    fn of(preempted: bool, exited: bool, state: u64) -> Self {
        if preempted {
            Self::Preempted
        } else if exited {
            Self::Exited
        } else if state != RUNNING {
            Self::Blocked
        } else {
            Self::Running
        }
    }
}

/// A switch that concerned traced threads.
pub struct Switch {
    /// When.
    pub now_ns: u64,
    /// Who left the CPU, and as what that was counted.
    pub leaving: Option<(&'static ThreadState, Departed)>,
    /// Who was given it.
    pub coming: Option<&'static ThreadState>,
}

/// One CPU goes from `prev` to `next`.
#[inline(always)]
pub fn switch<S: Subject>(departure: Departure, prev: S, next: S) -> Option<Switch> {
    let leaving = table::find(prev);
    let coming = table::find(next);
    if leaving.is_none() && coming.is_none() {
        return None;
    }
    let now = now_ns();
    let histograms = if window_opened_ns().is_some() { SCHED_HISTOGRAMS.get_ptr_mut(0) } else { None };
    // SAFETY: a valid pointer to this CPU's own value, and sched_switch does not nest.
    let mut histograms = histograms.map(|pointer| unsafe { &mut *pointer });
    let leaving = leaving.map(|thread| {
        let departed = switch_out(thread, prev, departure, now, histograms.as_deref_mut());
        (&*thread, departed)
    });
    let coming = coming.map(|thread| {
        // The idle task has pid 0 on every CPU.
        thread.counts.idle_exit_count += u64::from(prev.pid() == 0);
        switch_in(thread, now, histograms);
        &*thread
    });
    Some(Switch { now_ns: now, leaving, coming })
}

#[inline(always)]
fn switch_out(
    thread: &mut ThreadState,
    task: impl Subject,
    departure: Departure,
    now: u64,
    histograms: Option<&mut SchedHistograms>,
) -> Departed {
    if thread.switched_in_ns == 0 {
        lose(Loss::SwitchInUnseen);
    } else {
        let on_cpu = now - thread.switched_in_ns;
        thread.counts.on_cpu_ns += on_cpu;
        put(histograms, |all| &mut all.on_cpu, on_cpu);
    }
    thread.switched_in_ns = 0;
    thread.switched_out_ns = now;
    thread.runnable_since_ns = 0;
    let (voluntary, preempted) = (thread.counts.voluntary_count, thread.counts.preempted_count);
    let departed = classify(thread, task, departure, now);
    if thread.ended_ns != 0 && task.is_released() {
        thread.released.voluntary_count += thread.counts.voluntary_count - voluntary;
        thread.released.preempted_count += thread.counts.preempted_count - preempted;
    }
    departed
}

/// The kernel's own rule: voluntary iff not preempted in the kernel and not running; `sched_yield` is involuntary
/// to the kernel and told apart by the system call the thread is in; an exit is a kind of its own.
#[inline(always)]
fn classify(thread: &mut ThreadState, task: impl Subject, departure: Departure, now: u64) -> Departed {
    match departure {
        Departure::Preempted => {
            thread.counts.preempted_count += 1;
            thread.runnable_since_ns = now;
            Departed::Preempted
        }
        Departure::Exited => {
            thread.counts.exit_count += 1;
            table::forget(thread);
            Departed::Exiting
        }
        Departure::Blocked => {
            thread.counts.voluntary_count += 1;
            Departed::Voluntarily
        }
        Departure::Running => {
            thread.runnable_since_ns = now;
            still_running(thread, task)
        }
    }
}

/// A switch away in state running and without `preempt`: at a return to user mode, by `sched_yield`, or - on
/// kernels from 6.15, which report the state after the check for signals - when a signal stopped a thread from
/// blocking. The kernel counts the last as voluntary, and its counter is the only one to tell.
#[inline(always)]
fn still_running(thread: &mut ThreadState, task: impl Subject) -> Departed {
    let known = thread.kernel_at_start.voluntary_count + thread.counts.voluntary_count;
    if task.voluntary_count().is_some_and(|voluntary| voluntary > known) {
        thread.counts.voluntary_count += 1;
        Departed::Voluntarily
    } else if is_yield(thread.syscall) {
        thread.counts.yielded_count += 1;
        Departed::Yielding
    } else {
        thread.counts.preempted_count += 1;
        Departed::Preempted
    }
}

/// Whether a row of the system call table is that of `sched_yield`.
#[inline(always)]
fn is_yield(row: u32) -> bool {
    row == setting!(sched_yield_number) || row == setting!(compat_sched_yield_row) && row != 0
}

#[inline(always)]
fn switch_in(thread: &mut ThreadState, now: u64, mut histograms: Option<&mut SchedHistograms>) {
    if thread.switched_out_ns != 0 {
        let off_cpu = now - thread.switched_out_ns;
        thread.counts.off_cpu_ns += off_cpu;
        put(histograms.as_deref_mut(), |all| &mut all.off_cpu, off_cpu);
    }
    if thread.runnable_since_ns == 0 {
        lose(Loss::WakeupUnseen);
    } else {
        // A wake-up on another CPU may carry a slightly later stamp than the switch it led to.
        let run_queue = now.saturating_sub(thread.runnable_since_ns);
        thread.counts.run_queue_ns += run_queue;
        put(histograms, |all| &mut all.run_queue, run_queue);
    }
    thread.runnable_since_ns = 0;
    thread.switched_in_ns = now;
}

#[inline(always)]
fn put(histograms: Option<&mut SchedHistograms>, choose: fn(&mut SchedHistograms) -> &mut Histogram, value_ns: u64) {
    if let Some(histograms) = histograms {
        record(choose(histograms), value_ns);
    }
}

/// The current thread wakes somebody. Run-queue latency does not start here: this may come while the thread to be
/// woken is still switching out on another CPU, and would then be taken for stale.
#[inline(always)]
pub fn waking() {
    if let Some(thread) = table::find_current() {
        thread.counts.waking_count += 1;
    }
}

/// A thread was made runnable and put on a run queue: run-queue latency starts.
#[inline(always)]
pub fn wakeup(task: impl Subject) -> Option<&'static ThreadState> {
    let thread = table::find(task)?;
    thread.counts.wakeup_count += 1;
    thread.runnable_since_ns = now_ns();
    Some(thread)
}

/// A new thread was put on a run queue for the first time.
#[inline(always)]
pub fn wakeup_new(task: impl Subject) -> Option<&'static ThreadState> {
    lifecycle::begin_worker(task);
    let thread = table::find(task)?;
    thread.runnable_since_ns = now_ns();
    Some(thread)
}

/// A thread was given another CPU.
#[inline(always)]
pub fn migrate(task: impl Subject) {
    if let Some(thread) = table::find(task) {
        thread.counts.migration_count += 1;
    }
}

//! What was counted between two moments: the thread table at both, and the window's histograms.

use std::collections::BTreeMap;

use tracer_ebpf::{Loss, SYSCALL_ROWS, ThreadCounts, ThreadState};

use super::{KernelError, interrupts::WindowInterrupts, namespace, session::Session, syscalls};
use taskweight_core::{
    report::{Histogram, Histograms, Syscalls},
    stats::histogram::{distribution, merge},
};

/// The thread table at one moment: row by row, in order of appearance.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// Rows handed out so far. A row is never reused: the same index is the same thread in a later snapshot.
    pub threads: Vec<ThreadState>,
}

impl Snapshot {
    /// Reads the thread table.
    pub fn take(session: &Session) -> Result<Self, KernelError> {
        let count = session.allocated()?.thread_count as usize;
        let mut threads = session.threads.copy(count);
        if session.translates_pids {
            namespace::translate(&mut threads);
        }
        Ok(Self { threads })
    }

    /// What all threads did since their first instructions.
    pub fn counts(&self) -> ThreadCounts {
        self.threads.iter().map(|thread| thread.counts).sum()
    }

    /// The threads, each with what it did since an earlier snapshot.
    pub fn since<'a>(&'a self, earlier: &'a Self) -> impl Iterator<Item = (&'a ThreadState, ThreadCounts)> {
        self.threads.iter().enumerate().map(|(index, thread)| {
            let before = earlier.threads.get(index).map_or_else(ThreadCounts::default, |thread| thread.counts);
            (thread, thread.counts - before)
        })
    }
}

/// The distributions and system calls of a window that has been closed.
#[derive(Clone, Debug, Default)]
pub struct WindowFigures {
    /// Distributions.
    pub histograms: Histograms,
    /// System calls by name.
    pub syscalls: Syscalls,
    /// Their distributions by name.
    pub syscall_histograms: BTreeMap<String, Histogram>,
    /// Interrupts.
    pub interrupts: WindowInterrupts,
    /// What could not be recorded, by cause.
    pub loss: BTreeMap<String, u64>,
}

impl WindowFigures {
    /// Reads what the programs put down while the window was open; `after` is the thread table when it was closed.
    pub fn read(session: &Session, after: &Snapshot) -> Result<Self, KernelError> {
        let sched = session.sched_histograms()?;
        let returned = returned(session)?;
        let syscall_histograms: BTreeMap<_, _> =
            returned.iter().map(|(row, cpus)| (syscalls::name(*row), distribution(cpus))).collect();
        let all: Vec<_> = syscall_histograms.values().cloned().collect();
        Ok(Self {
            histograms: Histograms {
                on_cpu_ns: distribution(sched.iter().map(|cpu| &cpu.on_cpu)),
                off_cpu_ns: distribution(sched.iter().map(|cpu| &cpu.off_cpu)),
                run_queue_ns: distribution(sched.iter().map(|cpu| &cpu.run_queue)),
                syscall_ns: merge(&all),
            },
            syscalls: syscalls(session, after, &returned)?,
            syscall_histograms,
            interrupts: WindowInterrupts::read(session, after.threads.len())?,
            loss: loss(session)?,
        })
    }
}

/// Calls that were entered in the window: those that returned are in histograms, or counted beside them where there were
/// not enough; the others are in progress.
fn syscalls(session: &Session, after: &Snapshot, returned: &ByRow) -> Result<Syscalls, KernelError> {
    let in_progress = in_progress(after, session.window_opened_ns);
    let mut all = Syscalls::default();
    for row in 0..SYSCALL_ROWS {
        let mut totals = session.syscall_totals(row)?;
        for cpu in returned.get(&row).into_iter().flatten() {
            totals.counts.completed_count += cpu.buckets.iter().sum::<u64>();
            totals.counts.total_ns += cpu.sum_ns;
        }
        totals.counts.unreturned_count += in_progress.get(&row).copied().unwrap_or(0);
        all.add(|| syscalls::name(row), &totals);
    }
    Ok(all)
}

/// Threads that are in a call which they entered in the window, by its row.
fn in_progress(threads: &Snapshot, window_opened_ns: u64) -> BTreeMap<u32, u64> {
    let mut counts = BTreeMap::new();
    let pending =
        |thread: &&ThreadState| thread.syscall < SYSCALL_ROWS && thread.syscall_entered_ns >= window_opened_ns;
    for thread in threads.threads.iter().filter(pending) {
        *counts.entry(thread.syscall).or_default() += 1;
    }
    counts
}

/// Histograms of the durations of system calls, one per CPU and place, by row of the system call table.
type ByRow = BTreeMap<u32, Vec<tracer_ebpf::Histogram>>;

fn returned(session: &Session) -> Result<ByRow, KernelError> {
    let mut by_row = ByRow::new();
    for (place, row) in session.syscall_histogram_owners()?.into_iter().enumerate() {
        by_row.entry(row).or_default().extend(session.syscall_histogram(place as u32)?);
    }
    Ok(by_row)
}

fn loss(session: &Session) -> Result<BTreeMap<String, u64>, KernelError> {
    let counted = Loss::ALL.map(|cause| Ok((cause.name().to_owned(), session.loss(cause)?)));
    let mut loss = counted.into_iter().collect::<Result<BTreeMap<_, _>, KernelError>>()?;
    let misses = session.program_statistics().map(|(_, statistics)| statistics.recursion_misses).sum();
    loss.insert(String::from("recursion_misses"), misses);
    Ok(loss)
}

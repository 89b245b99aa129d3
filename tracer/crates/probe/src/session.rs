//! The session of a measurement: the programs that count, loaded and attached for one run.

use std::time::Instant;

use aya::maps::RingBuf;
use tracer_ebpf::{Allocated, Histogram, INTERRUPT_COUNT, InterruptTotals, Loss, SchedHistograms, SyscallTotals};

use super::{
    KernelError, RunningKernel,
    attach::KnownBy,
    footprint,
    hook::{HOOKS, ProgramSet},
    loaded::{Loaded, map_error, monotonic_ns, no_map},
    program::ProgramStatistics,
    threads::{InterruptTable, ThreadTable},
};
use crate::timeline::{Limits, NamedThread, Recorded, Recorder, Recording};
use taskweight_core::report::Probe;

mod options;

pub use options::{ProbeForm, SessionOptions};

/// Programs and maps in the kernel.
#[derive(Debug)]
pub struct Session {
    loaded: Loaded,
    /// Whether the programs see the kernel's own counters of a thread: plain tracepoints do not show them.
    pub sees_kernel_counters: bool,
    /// The thread table.
    pub threads: ThreadTable,
    /// Interrupts by row of the thread table.
    pub thread_interrupts: InterruptTable,
    /// Whether pids are translated to those of our namespace.
    pub translates_pids: bool,
    recorder: Option<Recorder>,
    /// When the window was last opened (`CLOCK_MONOTONIC`), in nanoseconds.
    pub window_opened_ns: u64,
    /// Time it took to load and attach, in nanoseconds.
    pub opened_in_ns: u64,
}

impl Session {
    /// Loads and attaches everything, with the window closed.
    ///
    /// # Errors
    /// Where a probe without which there is nothing to report can be had in no form.
    pub fn open(kernel: &RunningKernel, options: SessionOptions) -> Result<Self, KernelError> {
        let refused = match KnownBy::pointers(kernel, options.form) {
            Err(reason) => reason,
            Ok(known_by) => match Self::with(kernel, options, &known_by) {
                Err(KernelError::RequiredProbe { probe, reason }) if options.form == ProbeForm::Auto => {
                    format!("{probe}: {reason}")
                }
                opened => return opened,
            },
        };
        if options.timeline.is_some() {
            return Err(KernelError::Timeline(refused));
        }
        match KnownBy::records(kernel, &refused) {
            Ok(known_by) => Self::with(kernel, options, &known_by),
            Err(reason) => Err(KernelError::NoForm { refused, reason }),
        }
    }

    fn with(kernel: &RunningKernel, options: SessionOptions, known_by: &KnownBy<'_>) -> Result<Self, KernelError> {
        let started = Instant::now();
        let settings = options.settings(kernel);
        let sizes = options.map_sizes(&settings);
        let mut loaded = Loaded::load(kernel, &settings, &known_by.record_offsets(), &sizes)?;
        let threads = loaded.table("THREADS", settings.thread_capacity)?;
        let thread_interrupts = loaded.table("THREAD_INTERRUPTS", settings.thread_capacity)?;
        let set = if options.timeline.is_some() { ProgramSet::Timeline } else { ProgramSet::Counting };
        loaded.attach(HOOKS.iter(), set, known_by);
        loaded.check_required()?;
        let recorder = options.timeline.map(|limits| record(&mut loaded, limits)).transpose()?;
        let opened_in_ns = started.elapsed().as_nanos() as u64;
        footprint::note();
        Ok(Self {
            loaded,
            sees_kernel_counters: matches!(known_by, KnownBy::Pointers { .. }),
            threads,
            thread_interrupts,
            translates_pids: kernel.namespace.is_some(),
            recorder,
            window_opened_ns: 0,
            opened_in_ns,
        })
    }

    /// Opens the window: from now on histograms and totals by system call are fed.
    pub fn open_window(&mut self) -> Result<(), KernelError> {
        self.window_opened_ns = self.loaded.open_window()?;
        Ok(())
    }

    /// Closes the window.
    pub fn close_window(&mut self) -> Result<(), KernelError> {
        self.loaded.close_window()
    }

    /// The events of the window, which is closed; `None` where no timeline is recorded.
    /// `threads` are those that the programs know.
    pub fn recorded(&mut self, threads: impl FnOnce() -> Vec<NamedThread>) -> Result<Option<Recorded>, KernelError> {
        let Some(recorder) = self.recorder.take() else { return Ok(None) };
        let Recording { events, left_out_count } = recorder.finish();
        let event_count: u64 = self.loaded.entry("TIMELINE_SEQUENCE", 0)?;
        let lost_count = event_count.saturating_sub(events.len() as u64 + left_out_count);
        let window_ns = (self.window_opened_ns, monotonic_ns()?);
        Ok(Some(Recorded { window_ns, threads: threads(), events, lost_count, left_out_count }))
    }

    /// Rows and histograms handed out so far.
    pub fn allocated(&self) -> Result<Allocated, KernelError> {
        self.loaded.entry("ALLOCATED", 0)
    }

    /// Histograms of on-CPU time, off-CPU time and run-queue latency, one per CPU.
    pub fn sched_histograms(&self) -> Result<Vec<SchedHistograms>, KernelError> {
        self.loaded.per_cpu("SCHED_HISTOGRAMS", 0)
    }

    /// Interrupts of traced threads, by kind.
    pub fn interrupts(&self) -> Result<[InterruptTotals; INTERRUPT_COUNT], KernelError> {
        self.loaded.interrupts()
    }

    /// Totals of a row of the system call table.
    pub fn syscall_totals(&self, row: u32) -> Result<SyscallTotals, KernelError> {
        Ok(self.loaded.per_cpu("SYSCALL_TOTALS", row)?.into_iter().sum())
    }

    /// Rows of the system call table to which histograms were handed out, by place.
    pub fn syscall_histogram_owners(&self) -> Result<Vec<u32>, KernelError> {
        let name = "SYSCALL_OF_HISTOGRAM";
        let map = self.loaded.array::<u32>(name)?;
        let handed_out = self.allocated()?.syscall_histogram_count.min(map.len().into()) as u32;
        let owners = (0..handed_out).map(|place| map.get(&place, 0).map_err(map_error(name)));
        owners.map(|owner| Ok(owner? - 1)).collect()
    }

    /// A system call histogram, one per CPU.
    pub fn syscall_histogram(&self, place: u32) -> Result<Vec<Histogram>, KernelError> {
        self.loaded.per_cpu("SYSCALL_HISTOGRAMS", place)
    }

    /// How often a loss occurred.
    pub fn loss(&self, cause: Loss) -> Result<u64, KernelError> {
        Ok(self.loaded.per_cpu::<u64>("LOSSES", cause as u32)?.iter().sum())
    }

    /// Whether a probe is there in some form.
    pub fn has(&self, name: &str) -> bool {
        self.loaded.has(name)
    }

    /// The probes for the report. Their cost is not known here.
    pub fn probes(&self) -> Vec<Probe> {
        self.loaded.describe()
    }

    /// What the kernel counted of each attached program, by probe name.
    pub fn program_statistics(&self) -> impl Iterator<Item = (&'static str, ProgramStatistics)> {
        self.loaded.statistics().map(|(probe, statistics)| (probe.hook.name, statistics))
    }
}

fn record(loaded: &mut Loaded, limits: Limits) -> Result<Recorder, KernelError> {
    let name = "TIMELINE_EVENTS";
    let ring = RingBuf::try_from(loaded.ebpf.take_map(name).ok_or_else(|| no_map(name))?).map_err(map_error(name))?;
    Recorder::start(ring, limits.event_count).map_err(map_error(name))
}

//! A session: the programs loaded and attached for one run. Dropping it, or dying, takes everything back out of the
//! kernel: nothing is pinned.

use std::time::{Duration, Instant};

use aya::{
    Ebpf, EbpfLoader, include_bytes_aligned,
    maps::{Array, MapData, PerCpuArray, RingBuf},
};
use nix::time::{ClockId, clock_gettime};
use tracer_ebpf::{Allocated, Control, CpuInterrupts, Histogram, Loss, SchedHistograms, Settings, SyscallTotals};

use super::{
    KernelError, RunningKernel,
    attach::{AttachedProbe, Family, attach},
    footprint, interrupts,
    probes::PROBES,
    program::{self, ProgramStatistics},
    records,
    threads::{InterruptTable, Table, ThreadTable},
    tracefs::Tracefs,
};
use crate::timeline::{Limits, NamedThread, Recorded, Recorder, Recording};
use taskweight_core::report::{Probe, ProbeState};

pub(crate) static OBJECT: &[u8] = include_bytes_aligned!(env!("TASKWEIGHT_BPF_OBJECT"));

/// Which form of the tracepoint programs to use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum ProbeForm {
    /// `tp_btf` where the kernel accepts it, else raw, else plain.
    #[default]
    Auto,
    /// Raw tracepoints only.
    Raw,
    /// Plain tracepoints only.
    Plain,
}

/// What a session is opened with.
#[derive(Clone, Copy, Debug)]
pub struct SessionOptions {
    /// Pid of the suspended child.
    pub root_pid: u32,
    /// Form of the tracepoint programs.
    pub form: ProbeForm,
    /// Threads that can be told apart.
    pub thread_capacity: u32,
    /// System call numbers that can have a histogram.
    pub syscall_histogram_capacity: u32,
    /// How much of a timeline is recorded; `None` for none.
    pub timeline: Option<Limits>,
}

impl SessionOptions {
    /// Threads that can be told apart unless said otherwise: 26 MB.
    pub const DEFAULT_THREAD_CAPACITY: u32 = 65_536;

    /// The defaults, for a child.
    pub fn new(root_pid: u32) -> Self {
        Self {
            root_pid,
            form: ProbeForm::Auto,
            thread_capacity: Self::DEFAULT_THREAD_CAPACITY,
            syscall_histogram_capacity: syscall_histogram_capacity(aya::util::nr_cpus().unwrap_or(usize::MAX)),
            timeline: None,
        }
    }
}

/// Programs and maps in the kernel.
#[derive(Debug)]
pub struct Session {
    ebpf: Ebpf,
    probes: Vec<AttachedProbe>,
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
        let refused = match (options.form, &kernel.types) {
            (ProbeForm::Plain, _) => String::from("plain tracepoints were requested"),
            (_, Err(reason)) => reason.clone(),
            (form, Ok(types)) => match Self::with(kernel, options, &Family::pointers(types, form, options.timeline)) {
                Err(KernelError::RequiredProbe { probe, reason }) if form == ProbeForm::Auto => {
                    format!("{probe}: {reason}")
                }
                opened => return opened,
            },
        };
        if options.timeline.is_some() {
            return Err(KernelError::Timeline(refused));
        }
        let plain = |reason| KernelError::NoForm { refused: refused.clone(), reason };
        if kernel.namespace.is_some() {
            return Err(plain(String::from(
                "their records contain host pids, which differ from those of this PID namespace: run taskweight on \
                 the host",
            )));
        }
        let tracefs = Tracefs::open().map_err(plain)?;
        let offsets = records::offsets(&tracefs).map_err(plain)?;
        Self::with(kernel, options, &Family::Plain { tracefs, offsets, reason: refused })
    }

    fn with(kernel: &RunningKernel, options: SessionOptions, family: &Family<'_>) -> Result<Self, KernelError> {
        let started = Instant::now();
        let settings = settings(kernel, options);
        let mut ebpf = load(kernel, &settings, family, options.timeline)?;
        let threads = map_table(&ebpf, "THREADS", settings.thread_capacity)?;
        let thread_interrupts = map_table(&ebpf, "THREAD_INTERRUPTS", settings.thread_capacity)?;
        let hooks = PROBES.into_iter().chain(interrupts::hooks());
        let probes = hooks.map(|hook| attach(&mut ebpf, hook, family)).collect();
        let sees_kernel_counters = matches!(family, Family::Pointers { .. });
        let recorder = options.timeline.map(|limits| record(&mut ebpf, limits)).transpose()?;
        let opened_in_ns = started.elapsed().as_nanos() as u64;
        let session = Self {
            ebpf,
            probes,
            sees_kernel_counters,
            threads,
            thread_interrupts,
            translates_pids: kernel.namespace.is_some(),
            recorder,
            window_opened_ns: 0,
            opened_in_ns,
        };
        session.require_probes()?;
        footprint::note();
        Ok(session)
    }

    fn require_probes(&self) -> Result<(), KernelError> {
        let missing = self.probes.iter().find(|probe| probe.state == ProbeState::Missing && probe.hook.is_required());
        missing.map_or(Ok(()), |probe| {
            Err(KernelError::RequiredProbe {
                probe: probe.hook.name().to_owned(),
                reason: probe.reason.clone().unwrap_or_default(),
            })
        })
    }

    /// Opens the window: from now on histograms and totals by system call are fed.
    pub fn open_window(&mut self) -> Result<(), KernelError> {
        self.window_opened_ns = monotonic_ns()?;
        self.control(Control { window_opened_ns: self.window_opened_ns })
    }

    /// Closes the window.
    pub fn close_window(&mut self) -> Result<(), KernelError> {
        self.control(Control { window_opened_ns: 0 })
    }

    fn control(&mut self, value: Control) -> Result<(), KernelError> {
        let map = self.ebpf.map_mut("CONTROL").ok_or_else(|| no_map("CONTROL"))?;
        let mut control: Array<&mut MapData, Control> = Array::try_from(map).map_err(map_error("CONTROL"))?;
        control.set(0, value, 0).map_err(map_error("CONTROL"))
    }

    /// The events of the window, which is closed; `None` where no timeline is recorded.
    /// `threads` are those that the programs know.
    pub fn recorded(&mut self, threads: impl FnOnce() -> Vec<NamedThread>) -> Result<Option<Recorded>, KernelError> {
        let Some(recorder) = self.recorder.take() else { return Ok(None) };
        let Recording { events, left_out_count } = recorder.finish();
        let name = "TIMELINE_SEQUENCE";
        let map: Array<_, u64> = Array::try_from(self.map(name)?).map_err(map_error(name))?;
        let event_count = map.get(&0, 0).map_err(map_error(name))?;
        let lost_count = event_count.saturating_sub(events.len() as u64 + left_out_count);
        let window_ns = (self.window_opened_ns, monotonic_ns()?);
        Ok(Some(Recorded { window_ns, threads: threads(), events, lost_count, left_out_count }))
    }

    /// Rows and histograms handed out so far.
    pub fn allocated(&self) -> Result<Allocated, KernelError> {
        let map: Array<_, Allocated> = Array::try_from(self.map("ALLOCATED")?).map_err(map_error("ALLOCATED"))?;
        map.get(&0, 0).map_err(map_error("ALLOCATED"))
    }

    /// Histograms of on-CPU time, off-CPU time and run-queue latency, one per CPU.
    pub fn sched_histograms(&self) -> Result<Vec<SchedHistograms>, KernelError> {
        self.per_cpu("SCHED_HISTOGRAMS", 0)
    }

    /// Interrupts of traced threads, one record per CPU.
    pub fn interrupts(&self) -> Result<Vec<CpuInterrupts>, KernelError> {
        self.per_cpu("INTERRUPTS", 0)
    }

    /// Totals of a row of the system call table, one per CPU.
    pub fn syscall_totals(&self, row: u32) -> Result<Vec<SyscallTotals>, KernelError> {
        self.per_cpu("SYSCALL_TOTALS", row)
    }

    /// Rows of the system call table to which histograms were handed out, by place.
    pub fn syscall_histogram_owners(&self) -> Result<Vec<u32>, KernelError> {
        let name = "SYSCALL_OF_HISTOGRAM";
        let map: Array<_, u32> = Array::try_from(self.map(name)?).map_err(map_error(name))?;
        let handed_out = self.allocated()?.syscall_histogram_count.min(map.len().into()) as u32;
        let owners = (0..handed_out).map(|place| map.get(&place, 0).map_err(map_error(name)));
        owners.map(|owner| Ok(owner? - 1)).collect()
    }

    /// A system call histogram, one per CPU.
    pub fn syscall_histogram(&self, place: u32) -> Result<Vec<Histogram>, KernelError> {
        self.per_cpu("SYSCALL_HISTOGRAMS", place)
    }

    /// How often a loss occurred.
    pub fn loss(&self, cause: Loss) -> Result<u64, KernelError> {
        Ok(self.per_cpu::<u64>("LOSSES", cause as u32)?.iter().sum())
    }

    /// Whether a probe is there in some form.
    pub fn has(&self, name: &str) -> bool {
        self.probes.iter().any(|probe| probe.hook.name() == name && probe.state != ProbeState::Missing)
    }

    /// The probes for the report. Their cost is not known here.
    pub fn probes(&self) -> Vec<Probe> {
        self.probes.iter().map(|probe| self.describe(probe)).collect()
    }

    fn describe(&self, probe: &AttachedProbe) -> Probe {
        let statistics = self.statistics(probe);
        Probe {
            name: probe.hook.name().to_owned(),
            hook: probe.place.clone(),
            state: probe.state,
            reason: probe.reason.clone(),
            runs: None,
            net_ns_per_run: None,
            recursion_misses: statistics.map(|statistics| statistics.recursion_misses),
            verified_instruction_count: statistics.map(|statistics| statistics.verified_instruction_count),
        }
    }

    /// Bytes of stack that a probe's program uses; `None` where it is not attached, or the kernel does not show it.
    pub fn stack_bytes(&self, name: &str) -> Option<u64> {
        let probe = self.probes.iter().find(|probe| probe.hook.name() == name)?;
        program::stack_bytes(&self.ebpf, probe.program.as_deref()?)
    }

    /// What the kernel counted of each attached program, by probe name.
    pub fn program_statistics(&self) -> Vec<(&'static str, ProgramStatistics)> {
        let of = |probe: &AttachedProbe| Some((probe.hook.name(), self.statistics(probe)?));
        self.probes.iter().filter_map(of).collect()
    }

    fn statistics(&self, probe: &AttachedProbe) -> Option<ProgramStatistics> {
        program::statistics(&self.ebpf, probe.program.as_deref()?)
    }

    fn per_cpu<T: aya::Pod>(&self, name: &'static str, index: u32) -> Result<Vec<T>, KernelError> {
        let map: PerCpuArray<_, T> = PerCpuArray::try_from(self.map(name)?).map_err(map_error(name))?;
        Ok(map.get(&index, 0).map_err(map_error(name))?.to_vec())
    }

    fn map(&self, name: &'static str) -> Result<&aya::maps::Map, KernelError> {
        self.ebpf.map(name).ok_or_else(|| no_map(name))
    }
}

fn settings(kernel: &RunningKernel, options: SessionOptions) -> Settings {
    Settings {
        root_pid: options.root_pid,
        pid_capacity: kernel.pid_max,
        // Row 0 is never used.
        thread_capacity: options.thread_capacity.saturating_add(1),
        syscall_histogram_capacity: options.syscall_histogram_capacity,
        ..kernel.settings()
    }
}

/// System call numbers that can have a histogram unless said otherwise. Each has one on every CPU, of 10 KB, and they are to
/// take no more than 80 MB where there are up to 256 CPUs.
fn syscall_histogram_capacity(cpus: usize) -> u32 {
    (8192 / cpus).clamp(32, 128) as u32
}

fn monotonic_ns() -> Result<u64, KernelError> {
    let now: Duration = clock_gettime(ClockId::CLOCK_MONOTONIC).map_err(map_error("CONTROL"))?.into();
    Ok(now.as_nanos() as u64)
}

fn record(ebpf: &mut Ebpf, limits: Limits) -> Result<Recorder, KernelError> {
    let name = "TIMELINE_EVENTS";
    let ring = RingBuf::try_from(ebpf.take_map(name).ok_or_else(|| no_map(name))?).map_err(map_error(name))?;
    Recorder::start(ring, limits.event_count).map_err(map_error(name))
}

fn load(
    kernel: &RunningKernel,
    settings: &Settings,
    family: &Family<'_>,
    timeline: Option<Limits>,
) -> Result<Ebpf, KernelError> {
    let offsets = family.record_offsets();
    let ebpf = EbpfLoader::new()
        .btf(kernel.types.as_ref().ok().map(|types| &types.aya))
        .override_global("SETTINGS", settings, true)
        .override_global("RECORD_OFFSETS", &offsets, true)
        .map_max_entries("PID_INDEX", settings.pid_capacity)
        .map_max_entries("THREADS", settings.thread_capacity)
        .map_max_entries("THREAD_INTERRUPTS", settings.thread_capacity)
        .map_max_entries("SYSCALL_OF_HISTOGRAM", settings.syscall_histogram_capacity)
        .map_max_entries("SYSCALL_HISTOGRAMS", settings.syscall_histogram_capacity)
        // aya rounds it up to a page.
        .map_max_entries("TIMELINE_EVENTS", timeline.map_or(1, |limits| limits.ring_bytes))
        .load(OBJECT)?;
    Ok(ebpf)
}

fn map_table<T: aya::Pod>(ebpf: &Ebpf, name: &'static str, capacity: u32) -> Result<Table<T>, KernelError> {
    let Some(aya::maps::Map::Array(map)) = ebpf.map(name) else { return Err(no_map(name)) };
    Table::map(map.fd(), capacity).map_err(map_error(name))
}

fn no_map(name: &'static str) -> KernelError {
    KernelError::Map { name, reason: String::from("not in the eBPF object") }
}

fn map_error<E: std::fmt::Display>(name: &'static str) -> impl Fn(E) -> KernelError {
    move |error| KernelError::Map { name, reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn histograms_of_system_calls_take_no_more_where_there_are_many_cpus() {
        for (cpus, capacity) in [(1, 128), (2, 128), (64, 128), (128, 64), (256, 32), (usize::MAX, 32)] {
            assert_eq!(syscall_histogram_capacity(cpus), capacity, "{cpus} CPUs");
        }
    }
}

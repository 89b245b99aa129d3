//! The anatomy's programs in the kernel. Dropping the session takes them out again: nothing is pinned.

use tracer_ebpf::{CpuRecord, INTERRUPT_COUNT, InterruptTotals, Path, SEGMENT_COUNT, Settings};

use crate::{
    KernelError, RunningKernel,
    attach::KnownBy,
    footprint,
    grace_period::wait_for_running_programs,
    hook::{self, Family, Feeds, HOOKS, Hook, ProgramSet},
    loaded::{Loaded, map_error},
    program::ProgramStatistics,
    session::ProbeForm,
};
use taskweight_core::{report::Histogram, stats::histogram::distribution};

/// Which of the programs to attach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Programs {
    /// Everything.
    All,
    /// Those of system calls, for calibration.
    Syscall,
    /// Those of the scheduler, for calibration.
    Sched,
}

/// What a session is opened with.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Pid of the suspended child; 0 for none.
    pub root_pid: u32,
    /// Form of the tracepoint programs.
    pub form: ProbeForm,
    /// Which of them.
    pub programs: Programs,
    /// Do without the tracepoints at entry to and exit from the scheduler, as on kernels that lack them.
    pub coarse: bool,
}

/// The anatomy's programs and maps in the kernel.
#[derive(Debug)]
pub struct Session {
    loaded: Loaded,
    /// Interrupts that are not seen, and why, each in words.
    pub unseen: Vec<String>,
    /// What its programs do not tell apart, and why, each in words.
    pub merged: Vec<String>,
}

/// What was recorded in a window.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The critical path with its totals.
    pub path: Path,
    /// Times of the segments of whole task switches, by segment.
    pub histograms: Vec<Histogram>,
    /// Events withheld from programs because they were already running on that CPU.
    pub recursion_misses: u64,
    /// Whether the exit from the scheduler was watched.
    pub sees_schedule_exit: bool,
    /// Interrupts of traced threads, by kind.
    pub interrupts: [InterruptTotals; INTERRUPT_COUNT],
}

impl Session {
    /// Loads and attaches, with the window closed.
    ///
    /// # Errors
    /// Where a program is refused without which there is no path, or the kernel has no type information.
    pub fn open(kernel: &RunningKernel, options: Options) -> Result<Self, KernelError> {
        let known_by = match options.form {
            ProbeForm::Plain => Err(String::from("the switch breakdown does not support plain tracepoints")),
            form => KnownBy::pointers(kernel, form),
        };
        let known_by =
            known_by.map_err(|reason| KernelError::RequiredProbe { probe: String::from("sched_switch"), reason })?;
        let settings = Settings { root_pid: options.root_pid, pid_capacity: kernel.pid_max, ..kernel.settings() };
        let sizes = [("PID_INDEX", settings.pid_capacity)];
        let mut loaded = Loaded::load(kernel, &settings, &known_by.record_offsets(), &sizes)?;
        loaded.attach(HOOKS.iter().filter(|hook| options.wants(hook)), ProgramSet::Anatomy, &known_by);
        loaded.check_required()?;
        footprint::note();
        let (unseen, merged) = (unseen(&loaded), merged(&loaded, options.coarse));
        Ok(Self { loaded, unseen, merged })
    }

    /// Opens the window: from now on the path is followed.
    pub fn open_window(&mut self) -> Result<(), KernelError> {
        self.loaded.open_window().map(drop)
    }

    /// Closes the window: nothing more is recorded when this returns.
    pub fn close_window(&mut self) -> Result<(), KernelError> {
        self.loaded.close_window()?;
        wait_for_running_programs();
        Ok(())
    }

    /// Makes a thread that is running already one of those that are traced.
    pub fn trace(&mut self, tid: u32) -> Result<(), KernelError> {
        self.loaded.set("PID_INDEX", tid, 1_u32)
    }

    /// The programs: the tracepoint of each, the place where it is attached, and what the kernel has counted of it so far.
    pub fn programs(&self) -> impl Iterator<Item = (&'static str, String, ProgramStatistics)> {
        self.loaded.statistics().map(|(probe, statistics)| (probe.hook.name, probe.place.clone(), statistics))
    }

    /// What was recorded; the window is closed.
    pub fn recorded(&self) -> Result<Recorded, KernelError> {
        let histogram = |index: usize| {
            let histogram: tracer_ebpf::Histogram = self.loaded.entry("SEGMENT_HISTOGRAMS", index as u32)?;
            Ok(distribution([&histogram]))
        };
        Ok(Recorded {
            path: self.loaded.entry("CRITICAL_PATH", 0)?,
            histograms: (0..SEGMENT_COUNT).map(histogram).collect::<Result<_, KernelError>>()?,
            recursion_misses: self.loaded.statistics().map(|(_, statistics)| statistics.recursion_misses).sum(),
            interrupts: self.loaded.interrupts()?,
            sees_schedule_exit: self.loaded.has("sched_exit_tp"),
        })
    }

    /// What one CPU has kept since the programs were attached: it counts whether or not the window is open.
    pub fn cpu_record(&self, cpu: u32) -> Result<CpuRecord, KernelError> {
        let name = "CPU_RECORDS";
        let records = self.loaded.per_cpu(name, 0)?;
        records.get(cpu as usize).copied().ok_or_else(|| map_error(name)(format!("no CPU {cpu}")))
    }
}

impl Options {
    fn wants(&self, hook: &Hook) -> bool {
        let is_wanted = match self.programs {
            Programs::All => true,
            Programs::Syscall => hook.family == Family::Syscall,
            Programs::Sched => matches!(hook.family, Family::Lifecycle | Family::Sched),
        };
        is_wanted && !(self.coarse && matches!(hook.feeds, Feeds::Segments(_)))
    }
}

/// What is merged for want of a hook that kernels may lack.
fn merged(loaded: &Loaded, coarse: bool) -> Vec<String> {
    let merged = hook::of_segments().filter_map(|(hook, without)| {
        let reason = if coarse { "not requested" } else { loaded.refused(hook)? };
        Some(format!("{without}: no tracepoint {} ({reason})", hook.name))
    });
    merged.collect()
}

/// Interrupts that are not seen at one of their ends.
fn unseen(loaded: &Loaded) -> Vec<String> {
    let ends: Vec<_> = HOOKS.iter().filter(|hook| hook.family == Family::Interrupt).collect();
    let unseen = ends.chunks(2).filter_map(|ends| {
        let reason = ends.iter().find_map(|end| loaded.refused(end))?;
        Some(format!("{}: {reason}", ends[0].name.trim_end_matches("_entry")))
    });
    unseen.collect()
}

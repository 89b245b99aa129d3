//! The anatomy's programs in the kernel. Dropping the session takes them out again: nothing is pinned.

use std::time::Duration;

use aya::{
    Ebpf, EbpfLoader,
    maps::{Array, MapData, PerCpuArray},
};
use nix::time::{ClockId, clock_gettime};
use tracer_ebpf::{Control, CpuInterrupts, CpuRecord, INTERRUPT_COUNT, Path, SEGMENT_COUNT, Settings};

use crate::{
    KernelError, RunningKernel, TypeInformation,
    attach::check_arguments,
    footprint,
    grace_period::wait_for_running_programs,
    program::{self, ProgramStatistics},
    session::{OBJECT, ProbeForm},
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

const TASK: &str = "task_struct *";

/// Programs whose arguments are followed, with the types that they rely on; those that make threads known come first.
const TYPED: [(&str, &[&str]); 6] = [
    ("sched_process_fork", &[TASK, TASK]),
    ("sched_process_exec", &[TASK]),
    ("sched_process_exit", &[TASK]),
    ("sched_switch", &["bool", TASK, TASK, "unsigned int"]),
    ("sched_waking", &[TASK]),
    ("sched_wakeup", &[TASK]),
];
const SYSCALL: [&str; 2] = ["sys_enter", "sys_exit"];
/// What a kernel may lack, and what cannot be told apart without it.
const OPTIONAL: [(&str, &str); 2] = [
    ("sched_entry_tp", "scheduling is part of waker_rest, run_queue_wait and idle_exit"),
    ("sched_exit_tp", "state_switch is part of wakee_syscall"),
];

/// Interrupts: both ends of each, by the name that comes before `_entry` and `_exit`. Architectures have others than x86.
const INTERRUPTS: [&str; 7] =
    ["local_timer", "reschedule", "call_function", "call_function_single", "irq_work", "irq_handler", "softirq"];

/// Programs and maps in the kernel.
#[derive(Debug)]
pub struct Session {
    ebpf: Ebpf,
    attached: Vec<String>,
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
    /// Times of the segments of whole hand-overs, by segment.
    pub histograms: Vec<Histogram>,
    /// Events withheld from programs because they were already running on that CPU.
    pub recursion_misses: u64,
    /// Whether the exit from the scheduler was watched.
    pub sees_schedule_exit: bool,
    /// Interrupts of traced threads by kind: how many, and their time in nanoseconds.
    pub interrupts: [(u64, u64); INTERRUPT_COUNT],
}

impl Session {
    /// Loads and attaches, with the window closed.
    ///
    /// # Errors
    /// Where a program is refused without which there is no path, or the kernel has no type information.
    pub fn open(kernel: &RunningKernel, options: Options) -> Result<Self, KernelError> {
        let types = kernel.types.as_ref().map_err(|reason| required("sched_switch", reason.clone()))?;
        let ebpf = load(kernel, types, options.root_pid)?;
        let mut session = Self { ebpf, attached: Vec::new(), unseen: Vec::new(), merged: Vec::new() };
        if options.programs != Programs::Syscall {
            for (tracepoint, arguments) in TYPED {
                session.typed(tracepoint, arguments, types, options.form).map_err(|why| required(tracepoint, why))?;
            }
            for (tracepoint, merged) in OPTIONAL {
                session.optional(tracepoint, merged, options.coarse);
            }
        }
        if options.programs != Programs::Sched {
            for tracepoint in SYSCALL {
                session.raw(&format!("anatomy_{tracepoint}"), tracepoint).map_err(|why| required(tracepoint, why))?;
            }
        }
        if options.programs == Programs::All {
            INTERRUPTS.iter().for_each(|name| session.interrupt(name));
        }
        footprint::note();
        Ok(session)
    }

    fn interrupt(&mut self, name: &str) {
        let ends = [format!("{name}_exit"), format!("{name}_entry")];
        let refused = ends.iter().find_map(|end| self.raw(&format!("anatomy_{end}"), end).err());
        self.unseen.extend(refused.map(|reason| format!("{name}: {reason}")));
    }

    fn typed(
        &mut self,
        tracepoint: &str,
        arguments: &[&str],
        types: &TypeInformation,
        form: ProbeForm,
    ) -> Result<(), String> {
        check_arguments(types, tracepoint, arguments)?;
        let program = format!("anatomy_{tracepoint}");
        let refused = match form {
            ProbeForm::Auto => program::attach_typed(&mut self.ebpf, &program, tracepoint, &types.aya),
            ProbeForm::Raw => Err(String::from("raw tracepoints were requested")),
            ProbeForm::Plain => return Err(String::from("the switch breakdown does not support plain tracepoints")),
        };
        match refused {
            Ok(()) => self.attached.push(program),
            Err(reason) => self
                .raw(&format!("raw_{program}"), tracepoint)
                .map_err(|raw| format!("{reason}; as raw tracepoint: {raw}"))?,
        }
        Ok(())
    }

    fn raw(&mut self, program: &str, tracepoint: &str) -> Result<(), String> {
        program::attach_raw(&mut self.ebpf, program, tracepoint)?;
        self.attached.push(program.to_owned());
        Ok(())
    }

    fn optional(&mut self, tracepoint: &str, merged: &str, coarse: bool) {
        let refused = if coarse {
            Err(String::from("not requested"))
        } else {
            self.raw(&format!("anatomy_{tracepoint}"), tracepoint)
        };
        if let Err(reason) = refused {
            self.merged.push(format!("{merged}: no tracepoint {tracepoint} ({reason})"));
        }
    }

    /// Opens the window: from now on the path is followed.
    pub fn open_window(&mut self) -> Result<(), KernelError> {
        let now: Duration = clock_gettime(ClockId::CLOCK_MONOTONIC).map_err(map_error("CONTROL"))?.into();
        self.control(now.as_nanos() as u64)
    }

    /// Closes the window: nothing more is recorded when this returns.
    pub fn close_window(&mut self) -> Result<(), KernelError> {
        self.control(0)?;
        wait_for_running_programs();
        Ok(())
    }

    fn control(&mut self, window_opened_ns: u64) -> Result<(), KernelError> {
        let map = self.ebpf.map_mut("CONTROL").ok_or_else(|| no_map("CONTROL"))?;
        let mut control: Array<&mut MapData, Control> = Array::try_from(map).map_err(map_error("CONTROL"))?;
        control.set(0, Control { window_opened_ns }, 0).map_err(map_error("CONTROL"))
    }

    /// Makes a thread that is running already one of those that are traced.
    pub fn trace(&mut self, tid: u32) -> Result<(), KernelError> {
        let name = "PID_INDEX";
        let map = self.ebpf.map_mut(name).ok_or_else(|| no_map(name))?;
        let mut index: Array<&mut MapData, u32> = Array::try_from(map).map_err(map_error(name))?;
        index.set(tid, 1, 0).map_err(map_error(name))
    }

    /// The programs: the tracepoint of each, the place where it is attached, what the kernel has counted of it so far, and
    /// the bytes of stack that it uses.
    pub fn programs(&self) -> impl Iterator<Item = (&str, String, ProgramStatistics, Option<u64>)> {
        self.attached.iter().filter_map(|program| {
            let (tracepoint, place) = place(program)?;
            let statistics = program::statistics(&self.ebpf, program)?;
            Some((tracepoint, place, statistics, program::stack_bytes(&self.ebpf, program)))
        })
    }

    /// What was recorded; the window is closed.
    pub fn recorded(&self) -> Result<Recorded, KernelError> {
        let histogram = |index: usize| {
            let histogram: tracer_ebpf::Histogram = self.entry("SEGMENT_HISTOGRAMS", index as u32)?;
            Ok(distribution([&histogram]))
        };
        let statistics = self.attached.iter().filter_map(|program| program::statistics(&self.ebpf, program));
        Ok(Recorded {
            path: self.entry("CRITICAL_PATH", 0)?,
            histograms: (0..SEGMENT_COUNT).map(histogram).collect::<Result<_, KernelError>>()?,
            recursion_misses: statistics.map(|statistics| statistics.recursion_misses).sum(),
            interrupts: self.interrupts()?,
            sees_schedule_exit: self.attached.iter().any(|program| program == "anatomy_sched_exit_tp"),
        })
    }

    fn interrupts(&self) -> Result<[(u64, u64); INTERRUPT_COUNT], KernelError> {
        let name = "INTERRUPTS";
        let map: PerCpuArray<_, CpuInterrupts> = PerCpuArray::try_from(self.map(name)?).map_err(map_error(name))?;
        let mut sums = [(0, 0); INTERRUPT_COUNT];
        for cpu in map.get(&0, 0).map_err(map_error(name))?.iter() {
            for (sum, record) in sums.iter_mut().zip(&cpu.records) {
                *sum = (sum.0 + record.count, sum.1 + record.ns);
            }
        }
        Ok(sums)
    }

    /// What one CPU has kept since the programs were attached: it counts whether or not the window is open.
    pub fn cpu_record(&self, cpu: u32) -> Result<CpuRecord, KernelError> {
        let name = "CPU_RECORDS";
        let map: PerCpuArray<_, CpuRecord> = PerCpuArray::try_from(self.map(name)?).map_err(map_error(name))?;
        let records = map.get(&0, 0).map_err(map_error(name))?;
        records.get(cpu as usize).copied().ok_or_else(|| map_error(name)(format!("no CPU {cpu}")))
    }

    fn entry<T: aya::Pod>(&self, name: &'static str, index: u32) -> Result<T, KernelError> {
        let map: Array<_, T> = Array::try_from(self.map(name)?).map_err(map_error(name))?;
        map.get(&index, 0).map_err(map_error(name))
    }

    fn map(&self, name: &'static str) -> Result<&aya::maps::Map, KernelError> {
        self.ebpf.map(name).ok_or_else(|| no_map(name))
    }
}

fn load(kernel: &RunningKernel, types: &TypeInformation, root_pid: u32) -> Result<Ebpf, KernelError> {
    let settings = Settings { root_pid, pid_capacity: kernel.pid_max, ..kernel.settings() };
    let ebpf = EbpfLoader::new()
        .btf(Some(&types.aya))
        .override_global("SETTINGS", &settings, true)
        .map_max_entries("PID_INDEX", settings.pid_capacity)
        .load(OBJECT)?;
    Ok(ebpf)
}

/// Tracepoint and hook of a program, by its name.
fn place(program: &str) -> Option<(&str, String)> {
    if let Some(tracepoint) = program.strip_prefix("raw_anatomy_") {
        return Some((tracepoint, format!("raw_tp/{tracepoint}")));
    }
    let tracepoint = program.strip_prefix("anatomy_")?;
    let is_typed = TYPED.iter().any(|(typed, _)| *typed == tracepoint);
    Some((tracepoint, format!("{}/{tracepoint}", if is_typed { "tp_btf" } else { "raw_tp" })))
}

fn required(probe: &str, reason: String) -> KernelError {
    KernelError::RequiredProbe { probe: probe.to_owned(), reason }
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
    fn a_program_is_named_after_its_hook() {
        assert_eq!(place("anatomy_sched_switch"), Some(("sched_switch", String::from("tp_btf/sched_switch"))));
        assert_eq!(place("raw_anatomy_sched_switch"), Some(("sched_switch", String::from("raw_tp/sched_switch"))));
        assert_eq!(place("anatomy_sched_entry_tp"), Some(("sched_entry_tp", String::from("raw_tp/sched_entry_tp"))));
        assert_eq!(place("sched_switch"), None);
    }
}

//! The eBPF object in the kernel: loading it, attaching its programs, reading and writing its maps. All sessions are views
//! of this. Dropping it, or dying, takes everything back out of the kernel: nothing is pinned.

use std::time::Duration;

use aya::{
    Ebpf, EbpfLoader, include_bytes_aligned,
    maps::{Array, Map, MapData, PerCpuArray},
};
use nix::time::{ClockId, clock_gettime};
use tracer_ebpf::{Control, CpuInterrupts, INTERRUPT_COUNT, Interrupt, InterruptTotals, RecordOffsets, Settings};

use super::{
    KernelError, RunningKernel,
    attach::{AttachedProbe, KnownBy, attach},
    hook::{Hook, ProgramSet},
    program::{self, ProgramStatistics},
    threads::Table,
};
use taskweight_core::report::{Probe, ProbeState};

static OBJECT: &[u8] = include_bytes_aligned!(env!("TASKWEIGHT_BPF_OBJECT"));

/// Programs and maps in the kernel.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) ebpf: Ebpf,
    /// The programs of this session, those included that could not be attached.
    pub(crate) probes: Vec<AttachedProbe>,
}

impl Loaded {
    /// Loads the object with these constants, and with maps of these sizes.
    pub(crate) fn load(
        kernel: &RunningKernel,
        settings: &Settings,
        offsets: &RecordOffsets,
        sizes: &[(&'static str, u32)],
    ) -> Result<Self, KernelError> {
        let mut loader = EbpfLoader::new();
        loader.btf(kernel.types.as_ref().ok().map(|types| &types.aya));
        loader.override_global("SETTINGS", settings, true).override_global("RECORD_OFFSETS", offsets, true);
        for (map, entries) in sizes {
            loader.map_max_entries(map, *entries);
        }
        Ok(Self { ebpf: loader.load(OBJECT)?, probes: Vec::new() })
    }

    /// Attaches a set's programs on some of the hooks.
    pub(crate) fn attach(
        &mut self,
        hooks: impl Iterator<Item = &'static Hook>,
        set: ProgramSet,
        known_by: &KnownBy<'_>,
    ) {
        self.probes.extend(hooks.filter_map(|hook| attach(&mut self.ebpf, hook, set, known_by)));
    }

    /// # Errors
    /// The first program that could not be attached and without which there is nothing to report.
    pub(crate) fn check_required(&self) -> Result<(), KernelError> {
        let missing = self.probes.iter().find(|probe| probe.state == ProbeState::Missing && probe.hook.required);
        missing.map_or(Ok(()), |probe| {
            let reason = probe.reason.clone().unwrap_or_default();
            Err(KernelError::RequiredProbe { probe: probe.hook.name.to_owned(), reason })
        })
    }

    /// Whether there is a program on a hook, in some form.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.probes.iter().any(|probe| probe.hook.name == name && probe.state != ProbeState::Missing)
    }

    /// Why there is no program on a hook on which one was to be.
    pub(crate) fn refused(&self, hook: &Hook) -> Option<&str> {
        let probe = self.probes.iter().find(|probe| probe.hook.name == hook.name)?;
        if probe.state == ProbeState::Missing { probe.reason.as_deref() } else { None }
    }

    /// What the kernel counted of each attached program so far.
    pub(crate) fn statistics(&self) -> impl Iterator<Item = (&AttachedProbe, ProgramStatistics)> {
        self.probes.iter().filter_map(|probe| Some((probe, self.statistics_of(probe)?)))
    }

    fn statistics_of(&self, probe: &AttachedProbe) -> Option<ProgramStatistics> {
        program::statistics(&self.ebpf, probe.program.as_deref()?)
    }

    /// The programs for the report. Their cost is not known here.
    pub(crate) fn describe(&self) -> Vec<Probe> {
        let describe = |probe: &AttachedProbe| {
            let statistics = self.statistics_of(probe);
            Probe {
                name: probe.hook.name.to_owned(),
                hook: probe.place.clone(),
                state: probe.state,
                reason: probe.reason.clone(),
                runs: None,
                net_ns_per_run: None,
                recursion_misses: statistics.map(|statistics| statistics.recursion_misses),
                verified_instruction_count: statistics.map(|statistics| statistics.verified_instruction_count),
            }
        };
        self.probes.iter().map(describe).collect()
    }

    /// Opens the window; gives when (`CLOCK_MONOTONIC`), in nanoseconds.
    pub(crate) fn open_window(&mut self) -> Result<u64, KernelError> {
        let window_opened_ns = monotonic_ns()?;
        self.set("CONTROL", 0, Control { window_opened_ns })?;
        Ok(window_opened_ns)
    }

    /// Closes the window.
    pub(crate) fn close_window(&mut self) -> Result<(), KernelError> {
        self.set("CONTROL", 0, Control { window_opened_ns: 0 })
    }

    /// Interrupts of traced threads, by kind.
    pub(crate) fn interrupts(&self) -> Result<[InterruptTotals; INTERRUPT_COUNT], KernelError> {
        let cpus: Vec<CpuInterrupts> = self.per_cpu("INTERRUPTS", 0)?;
        Ok(Interrupt::ALL.map(|kind| cpus.iter().map(|cpu| cpu.records[kind as usize].totals).sum()))
    }

    /// Writes an entry of an array.
    pub(crate) fn set<T: aya::Pod>(&mut self, name: &'static str, index: u32, value: T) -> Result<(), KernelError> {
        let map = self.ebpf.map_mut(name).ok_or_else(|| no_map(name))?;
        let mut array: Array<&mut MapData, T> = Array::try_from(map).map_err(map_error(name))?;
        array.set(index, value, 0).map_err(map_error(name))
    }

    /// An array.
    pub(crate) fn array<T: aya::Pod>(&self, name: &'static str) -> Result<Array<&MapData, T>, KernelError> {
        Array::try_from(self.map(name)?).map_err(map_error(name))
    }

    /// An entry of an array.
    pub(crate) fn entry<T: aya::Pod>(&self, name: &'static str, index: u32) -> Result<T, KernelError> {
        self.array(name)?.get(&index, 0).map_err(map_error(name))
    }

    /// An entry of an array that each CPU has of its own, by CPU.
    pub(crate) fn per_cpu<T: aya::Pod>(&self, name: &'static str, index: u32) -> Result<Vec<T>, KernelError> {
        let map: PerCpuArray<_, T> = PerCpuArray::try_from(self.map(name)?).map_err(map_error(name))?;
        Ok(map.get(&index, 0).map_err(map_error(name))?.to_vec())
    }

    /// A view of an array by row of the thread table.
    pub(crate) fn table<T: aya::Pod>(&self, name: &'static str, capacity: u32) -> Result<Table<T>, KernelError> {
        let Map::Array(map) = self.map(name)? else { return Err(no_map(name)) };
        Table::map(map.fd(), capacity).map_err(map_error(name))
    }

    fn map(&self, name: &'static str) -> Result<&Map, KernelError> {
        self.ebpf.map(name).ok_or_else(|| no_map(name))
    }
}

/// Now (`CLOCK_MONOTONIC`), in nanoseconds.
pub(crate) fn monotonic_ns() -> Result<u64, KernelError> {
    let now: Duration = clock_gettime(ClockId::CLOCK_MONOTONIC).map_err(map_error("CONTROL"))?.into();
    Ok(now.as_nanos() as u64)
}

pub(crate) fn no_map(name: &'static str) -> KernelError {
    KernelError::Map { name, reason: String::from("not in the eBPF object") }
}

pub(crate) fn map_error<E: std::fmt::Display>(name: &'static str) -> impl Fn(E) -> KernelError {
    move |error| KernelError::Map { name, reason: error.to_string() }
}

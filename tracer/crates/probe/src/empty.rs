//! Programs that do nothing, on the hooks of others: what a hook itself costs.

use tracer_ebpf::{RecordOffsets, Settings};

use super::{
    KernelError, RunningKernel,
    attach::KnownBy,
    calibration::Costs,
    hook::{HOOKS, ProgramSet},
    loaded::Loaded,
    program::{self, ProgramStatistics},
    session::ProbeForm,
};

/// Empty programs on all hooks of the probes.
#[derive(Debug)]
pub struct EmptyPrograms {
    loaded: Loaded,
}

impl EmptyPrograms {
    /// Attaches them; a hook that refuses is left out.
    pub fn attach(kernel: &RunningKernel) -> Result<Self, KernelError> {
        let mut loaded = load(kernel)?;
        let known_by = KnownBy::Pointers { types: kernel.types.as_ref().ok(), form: ProbeForm::Auto };
        loaded.attach(HOOKS.iter(), ProgramSet::Empty, &known_by);
        Ok(Self { loaded })
    }

    /// What the kernel counted of them so far.
    pub fn costs(&self) -> Costs {
        self.loaded.statistics().map(|(probe, statistics)| (probe.hook.name, statistics)).collect()
    }
}

/// An empty program on each of some tracepoints, one by one: whatever form the programs beside it have, the kernel calls them
/// alike.
#[derive(Debug)]
pub struct EmptyAlone {
    tracepoint: &'static str,
    loaded: Loaded,
}

impl EmptyAlone {
    const PROGRAM: &str = "empty_sys_enter";

    /// Attaches it.
    ///
    /// # Errors
    /// Where the kernel refuses the object or has no such tracepoint.
    pub fn attach(kernel: &RunningKernel, tracepoint: &'static str) -> Result<Self, KernelError> {
        let mut loaded = load(kernel)?;
        program::attach_raw(&mut loaded.ebpf, Self::PROGRAM, tracepoint)
            .map_err(|reason| KernelError::RequiredProbe { probe: tracepoint.to_owned(), reason })?;
        Ok(Self { tracepoint, loaded })
    }

    /// Name of the tracepoint, and what the kernel counted of the program so far.
    pub fn cost(&self) -> Option<(&'static str, ProgramStatistics)> {
        Some((self.tracepoint, program::statistics(&self.loaded.ebpf, Self::PROGRAM)?))
    }
}

fn load(kernel: &RunningKernel) -> Result<Loaded, KernelError> {
    Loaded::load(kernel, &Settings::default(), &RecordOffsets::default(), &[])
}

//! What the probes cost: the kernel's run-time statistics of each program, beside those of an empty program on the
//! same hook. Statistics are on only meanwhile, and go off by themselves should taskweight die: they hang on a
//! descriptor.

use std::collections::BTreeMap;

use aya::{
    Ebpf, EbpfLoader,
    sys::{Stats, enable_stats},
};

use super::{
    KernelError, RunningKernel,
    probes::{Hook, PROBES},
    program::{self, ProgramStatistics},
    session::{OBJECT, Session},
};
use crate::report::model::Probe;

/// Fewer runs than this say nothing about the time of one.
const ENOUGH_RUNS: u64 = 100;

/// Statistics by name of the probe.
pub type Costs = BTreeMap<&'static str, ProgramStatistics>;

/// Run-time statistics, on as long as this lives.
#[derive(Debug)]
pub struct Statistics {
    _descriptor: std::os::fd::OwnedFd,
}

impl Statistics {
    /// Switches them on.
    pub fn on() -> Result<Self, KernelError> {
        let descriptor = enable_stats(Stats::RunTime).map_err(|error| KernelError::Statistics(error.to_string()))?;
        Ok(Self { _descriptor: descriptor })
    }
}

/// Empty programs on all hooks of the probes.
#[derive(Debug)]
pub struct EmptyPrograms {
    ebpf: Ebpf,
}

impl EmptyPrograms {
    /// Attaches them; a hook that refuses is left out.
    pub fn attach(kernel: &RunningKernel) -> Result<Self, KernelError> {
        let types = kernel.types.as_ref().ok().map(|types| &types.aya);
        let mut ebpf = EbpfLoader::new().btf(types).load(OBJECT)?;
        for hook in &PROBES {
            let program = empty(hook.name());
            let _refused = match *hook {
                Hook::Typed { tracepoint, .. } => types
                    .ok_or_else(|| String::from("no type information"))
                    .and_then(|types| program::attach_typed(&mut ebpf, &program, tracepoint, types)),
                Hook::Raw { tracepoint, .. } => program::attach_raw(&mut ebpf, &program, tracepoint),
                Hook::Software { event, .. } => program::attach_software(&mut ebpf, &program, event),
            };
        }
        Ok(Self { ebpf })
    }

    /// What the kernel counted of them so far.
    pub fn costs(&self) -> Costs {
        let of = |hook: &Hook| Some((hook.name(), program::statistics(&self.ebpf, &empty(hook.name()))?));
        PROBES.iter().filter_map(of).collect()
    }
}

/// What the kernel counted of a session's programs so far.
pub fn costs(session: &Session) -> Costs {
    session.program_statistics().into_iter().collect()
}

fn empty(probe: &str) -> String {
    format!("empty_{probe}")
}

/// Writes the net cost into the probes: time per run less that of the empty program. Plain tracepoints have no empty
/// program beside them.
pub fn fill_in(probes: &mut [Probe], ours: &Costs, empty: &Costs) {
    for probe in probes.iter_mut().filter(|probe| !probe.hook.starts_with("tracepoint/")) {
        let Some(statistics) = ours.get(probe.name.as_str()) else { continue };
        probe.runs = Some(statistics.run_count);
        let (ours, empty) = (per_run(Some(statistics)), per_run(empty.get(probe.name.as_str())));
        probe.net_ns_per_run = ours.zip(empty).map(|(ours, empty)| ours - empty);
    }
}

fn per_run(statistics: Option<&ProgramStatistics>) -> Option<f64> {
    let statistics = statistics.filter(|statistics| statistics.run_count >= ENOUGH_RUNS)?;
    Some(statistics.run_time_ns as f64 / statistics.run_count as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::model::ProbeState;

    fn costs(name: &'static str, run_count: u64, run_time_ns: u64) -> Costs {
        Costs::from([(name, ProgramStatistics { run_count, run_time_ns, ..Default::default() })])
    }

    fn probe() -> Probe {
        Probe {
            name: String::from("sched_switch"),
            hook: String::from("tp_btf/sched_switch"),
            state: ProbeState::Attached,
            reason: None,
            runs: None,
            net_ns_per_run: None,
            recursion_misses: Some(0),
            verified_instruction_count: None,
        }
    }

    #[test]
    fn the_empty_program_is_subtracted() {
        let mut probes = [probe()];
        fill_in(&mut probes, &costs("sched_switch", 1000, 120_000), &costs("sched_switch", 500, 30_000));
        assert_eq!((probes[0].runs, probes[0].net_ns_per_run), (Some(1000), Some(60.0)));
    }

    #[test]
    fn a_handful_of_runs_is_no_figure() {
        let mut probes = [probe()];
        fill_in(&mut probes, &costs("sched_switch", 99, 12_000), &costs("sched_switch", 500, 30_000));
        assert_eq!((probes[0].runs, probes[0].net_ns_per_run), (Some(99), None));
    }
}

//! What the probes cost: the kernel's run-time statistics of each program, beside those of an empty program on the
//! same hook. Statistics are on only meanwhile, and go off by themselves should taskweight die: they hang on a
//! descriptor.

use std::collections::BTreeMap;

use aya::sys::{Stats, enable_stats};
use serde::Serialize;
use tracer_ebpf::ThreadCounts;

use super::{
    KernelError,
    hook::{Feeds, HOOKS},
    program::ProgramStatistics,
    session::Session,
};
use taskweight_core::report::Probe;

pub use super::empty::{EmptyAlone, EmptyPrograms};

/// Fewer runs than this say nothing about the time of one.
const ENOUGH_RUNS: u64 = 100;

/// Where fewer than one run in this many is for a traced thread, the difference to the empty program is lost among all the
/// other runs.
const LEAST_SHARE: u64 = 4;

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

/// One program of a session, and what it costs and takes.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ProgramCost {
    /// Where it is attached, such as `tp_btf/sched_switch`.
    pub hook: String,
    /// Its time beyond that of an empty program, in nanoseconds by event of a traced thread.
    pub net_ns_per_run: Option<f64>,
    /// The same by event of a thread that is not traced.
    pub net_ns_per_untraced_run: Option<f64>,
    /// Instructions that the verifier walked through to accept it.
    pub verified_instruction_count: Option<u64>,
}

/// Nanoseconds by which a run of a program takes longer than one of an empty program; `None` where there were too few.
pub fn net_ns(ours: Option<&ProgramStatistics>, empty: Option<&ProgramStatistics>) -> Option<f64> {
    Some(per_run(ours?)? - per_run(empty?)?)
}

/// What the kernel counted of a session's programs so far.
pub fn costs(session: &Session) -> Costs {
    session.program_statistics().collect()
}

/// Writes the net cost into the probes: the time of all runs beyond that of as many runs of an empty program, by event of a
/// traced thread (`counts`). The events of all others, to which a probe is as good as empty, do not dilute it. Plain
/// tracepoints have no empty program beside them.
pub fn fill_in(probes: &mut [Probe], ours: &Costs, empty: &Costs, counts: &ThreadCounts) {
    for probe in probes.iter_mut().filter(|probe| !probe.hook.starts_with("tracepoint/")) {
        let Some(statistics) = ours.get(probe.name.as_str()) else { continue };
        probe.runs = Some(statistics.run_count);
        let empty = empty.get(probe.name.as_str()).and_then(per_run);
        let enough = |events: &u64| *events >= ENOUGH_RUNS && events * LEAST_SHARE >= statistics.run_count;
        let events = events(&probe.name, counts).filter(enough);
        probe.net_ns_per_run = empty.zip(events).map(|(empty, events)| {
            (statistics.run_time_ns as f64 - empty * statistics.run_count as f64) / events as f64
        });
    }
}

fn per_run(statistics: &ProgramStatistics) -> Option<f64> {
    let enough = statistics.run_count >= ENOUGH_RUNS;
    enough.then(|| statistics.run_time_ns as f64 / statistics.run_count as f64)
}

/// Events of traced threads on a probe's hook; `None` where they are not counted one by one.
fn events(probe: &str, counts: &ThreadCounts) -> Option<u64> {
    match HOOKS.iter().find(|hook| hook.name == probe)?.feeds {
        Feeds::Counts(of) => Some(of(counts)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use taskweight_core::report::ProbeState;

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

    fn switches(voluntary_count: u64) -> ThreadCounts {
        ThreadCounts { voluntary_count, ..Default::default() }
    }

    #[test]
    fn the_empty_program_is_subtracted() {
        let mut probes = [probe()];
        let (ours, empty) = (costs("sched_switch", 1000, 120_000), costs("sched_switch", 500, 30_000));
        fill_in(&mut probes, &ours, &empty, &switches(1000));
        assert_eq!((probes[0].runs, probes[0].net_ns_per_run), (Some(1000), Some(60.0)));
    }

    #[test]
    fn runs_for_threads_that_are_not_traced_do_not_dilute_the_cost() {
        let mut probes = [probe()];
        let (ours, empty) = (costs("sched_switch", 4000, 300_000), costs("sched_switch", 500, 30_000));
        fill_in(&mut probes, &ours, &empty, &switches(1000));
        assert_eq!((probes[0].runs, probes[0].net_ns_per_run), (Some(4000), Some(60.0)));
        fill_in(&mut probes, &ours, &empty, &switches(999));
        assert_eq!(probes[0].net_ns_per_run, None, "too few of them");
    }

    #[test]
    fn runs_for_others_are_compared_one_by_one() {
        let statistics = |run_count, run_time_ns| ProgramStatistics { run_count, run_time_ns, ..Default::default() };
        let (ours, empty, few) = (statistics(1000, 70_000), statistics(500, 30_000), statistics(99, 9_900));
        assert_eq!(net_ns(Some(&ours), Some(&empty)), Some(10.0));
        for (ours, empty) in [(Some(&few), Some(&empty)), (Some(&ours), Some(&few)), (None, Some(&empty))] {
            assert_eq!(net_ns(ours, empty), None);
        }
    }

    #[test]
    fn a_handful_of_runs_is_no_figure() {
        let (few, many) = (costs("sched_switch", 99, 12_000), costs("sched_switch", 500, 30_000));
        for (ours, empty, events) in [(&many, &few, 500), (&many, &many, 99)] {
            let mut probes = [probe()];
            fill_in(&mut probes, ours, empty, &switches(events));
            assert_eq!((probes[0].runs, probes[0].net_ns_per_run), (Some(500), None));
        }
    }
}

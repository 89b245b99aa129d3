//! What the probes' programs cost: a ring of threads under them, traced and not, and under empty programs.

use std::path::Path;

use super::{Context, workload};
use taskweight_core::{plan::Job, report::Probe};
use taskweight_probe::calibration::{self, Costs, EmptyPrograms, ProgramCost, Statistics, net_ns};

/// Measures them with the ring that `job` describes. Gives the time of one task switch under the empty programs, too, in
/// nanoseconds.
pub fn program_costs(context: &Context<'_>, programs: &Path, job: &Job) -> anyhow::Result<(Vec<ProgramCost>, f64)> {
    let _statistics = Statistics::on()?;
    let traced = workload::traced(context, job, programs)?;
    let (empty, hand_over_ns) = {
        let attached = EmptyPrograms::attach(context.kernel)?;
        let done = workload::twin(context, job, programs)?.done;
        (attached.costs(), done.elapsed_ns as f64 / done.operations as f64)
    };
    let mut session = context.open_session(0)?;
    session.open_window()?;
    workload::twin(context, job, programs)?;
    let untraced = calibration::costs(&session);
    let mut probes = traced.probes;
    calibration::fill_in(&mut probes, &traced.costs, &empty, &traced.counts);
    Ok((probes.iter().map(|probe| cost(probe, &untraced, &empty)).collect(), hand_over_ns))
}

fn cost(probe: &Probe, untraced: &Costs, empty: &Costs) -> ProgramCost {
    let name = probe.name.as_str();
    ProgramCost {
        hook: probe.hook.clone(),
        net_ns_per_run: probe.net_ns_per_run,
        net_ns_per_untraced_run: net_ns(untraced.get(name), empty.get(name)),
        verified_instruction_count: probe.verified_instruction_count,
    }
}

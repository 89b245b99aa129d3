//! What the anatomy's programs cost: a ring of our own under them, traced and not, and under empty programs.

use super::{
    ring,
    session::{Options, Programs, Session},
};
use crate::{
    RunningKernel,
    calibration::{Costs, EmptyAlone, ProgramCost, Statistics, net_ns},
    program::ProgramStatistics,
    session::ProbeForm,
};

/// Batches of the ring in one turn: about 50 milliseconds.
const BATCHES: u32 = 48;

/// Measures them on one CPU.
pub fn program_costs(kernel: &RunningKernel, form: ProbeForm, cpu: u32) -> anyhow::Result<Vec<ProgramCost>> {
    let _statistics = Statistics::on()?;
    let options = Options { root_pid: 0, form, programs: Programs::All, coarse: false };
    let mut session = Session::open(kernel, options)?;
    session.open_window()?;
    ring::hand_overs_ns(cpu, BATCHES, |_| Ok(()))?;
    let untraced = statistics(&session);
    ring::hand_overs_ns(cpu, BATCHES, |threads| threads.iter().try_for_each(|thread| Ok(session.trace(*thread)?)))?;
    let programs: Vec<_> = session.programs().collect();
    drop(session);
    let empty = empty(kernel, programs.iter().map(|(name, ..)| *name), cpu)?;
    Ok(programs.into_iter().map(|program| cost(program, &untraced, &empty)).collect())
}

fn statistics(session: &Session) -> Costs {
    session.programs().map(|(name, _, statistics)| (name, statistics)).collect()
}

fn empty(kernel: &RunningKernel, tracepoints: impl Iterator<Item = &'static str>, cpu: u32) -> anyhow::Result<Costs> {
    let attached = tracepoints.map(|name| EmptyAlone::attach(kernel, name)).collect::<Result<Vec<_>, _>>()?;
    ring::hand_overs_ns(cpu, BATCHES, |_| Ok(()))?;
    Ok(attached.iter().filter_map(EmptyAlone::cost).collect())
}

fn cost((name, hook, all): (&'static str, String, ProgramStatistics), untraced: &Costs, empty: &Costs) -> ProgramCost {
    let (untraced, empty) = (untraced.get(name).copied().unwrap_or_default(), empty.get(name));
    let traced = ProgramStatistics {
        run_count: all.run_count - untraced.run_count,
        run_time_ns: all.run_time_ns - untraced.run_time_ns,
        ..all
    };
    ProgramCost {
        hook,
        net_ns_per_run: net_ns(Some(&traced), empty),
        net_ns_per_untraced_run: net_ns(Some(&untraced), empty),
        verified_instruction_count: Some(all.verified_instruction_count),
    }
}

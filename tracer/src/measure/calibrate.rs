//! Measuring the probes themselves: a ring of two threads, once under them and once under empty programs.

use std::path::Path;

use anyhow::Context as _;

use super::{Context, workload};
use taskweight_core::{catalog::MODELS, plan::Job, report::Probe, scenario::Scenario};
use taskweight_probe::calibration::{self, EmptyPrograms, Statistics};

/// task switches of the ring: a few dozen milliseconds.
const OPERATIONS: u64 = 20_000;
/// Turns of each thread of a large ring, at least: its beginning and its end are seen in the figures, too.
const TURNS: u64 = 32;

/// Measures each probe's net time per run, and writes it into `probes`.
pub fn calibrate(context: &Context<'_>, programs: &Path, cpu: u32, probes: &mut [Probe]) -> anyhow::Result<()> {
    let job = ring("os-thread", 2, cpu)?;
    let statistics = Statistics::on()?;
    let ours = workload::traced(context, &job, programs)?;
    let empty = EmptyPrograms::attach(context.kernel)?;
    workload::twin(context, &job, programs)?;
    let empty_costs = empty.costs();
    drop((empty, statistics));
    calibration::fill_in(probes, &ours.costs, &empty_costs, &ours.counts);
    Ok(())
}

/// A ring of so many threads of a model.
pub fn ring(model: &str, threads: u64, cpu: u32) -> anyhow::Result<Job> {
    let model =
        MODELS.iter().find(|known| known.name == model).with_context(|| format!("there is no model {model}"))?;
    Ok(Job {
        model,
        scenario: Scenario::Switch,
        tasks: threads,
        pinned: Some(cpu),
        operations: OPERATIONS.max(TURNS * threads),
        rate: None,
        depth: None,
        touch_bytes: None,
    })
}

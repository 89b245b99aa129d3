//! `taskweight program-costs`: what every eBPF program costs and takes, as JSON: `cargo xtask bench` makes tables of it.

use std::io::{self, Write as _};

use anyhow::Context as _;
use serde::Serialize;

use crate::{
    cli::ProgramCostsArgs,
    measure::{Context, calibrate::ring, program_costs::program_costs},
};
use taskweight_core::catalog;
use taskweight_probe::{
    RunningKernel, anatomy,
    calibration::ProgramCost,
    session::{ProbeForm, SessionOptions},
};
use taskweight_run::{affinity, privilege::Identity, signals::Signals};

#[derive(Serialize)]
struct Costs {
    /// Programs of `run` and `compare`.
    main: Vec<ProgramCost>,
    /// Programs of `anatomy`; empty where a ring of more than two threads was asked for.
    anatomy: Vec<ProgramCost>,
    /// Time of one hand-over under empty programs, in nanoseconds.
    hand_over_ns: f64,
}

/// Measures and prints.
pub fn run(args: &ProgramCostsArgs) -> anyhow::Result<u8> {
    crate::measure::preflight()?;
    let cpu = affinity::last_allowed()?;
    let job = ring(&args.model, args.threads, cpu)?;
    let signals = Signals::install().context("install signal handlers")?;
    let kernel = RunningKernel::read()?;
    let context = Context {
        kernel: &kernel,
        signals: &signals,
        identity: Identity::unchanged(),
        timeout: None,
        form: ProbeForm::Auto,
        thread_capacity: SessionOptions::DEFAULT_THREAD_CAPACITY,
        threads_listed: 0,
        timeline: None,
    };
    let (main, hand_over_ns) = program_costs(&context, &catalog::programs_folder()?, &job)?;
    let is_pair = args.threads == 2;
    let anatomy = if is_pair { anatomy::cost::program_costs(&kernel, ProbeForm::Auto, cpu)? } else { Vec::new() };
    writeln!(io::stdout(), "{}", serde_json::to_string(&Costs { main, anatomy, hand_over_ns })?)?;
    Ok(0)
}

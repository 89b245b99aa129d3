//! `taskweight program-costs`: what every eBPF program costs and takes, as JSON: `cargo xtask bench` makes tables of it.

use std::io::{self, Write as _};

use clap::Args;
use serde::Serialize;

use super::{
    Perform,
    options::{MeasuringArgs, TimelineArgs},
};
use crate::{
    cli::Cli,
    measure::{calibrate::ring, program_costs::program_costs},
    measurement::Measurement,
};
use taskweight_core::catalog;
use taskweight_probe::{anatomy, calibration::ProgramCost, session::ProbeForm};
use taskweight_run::affinity;

/// Options of `program-costs`.
#[derive(Args, Debug)]
pub struct ProgramCostsArgs {
    /// Model whose threads form the ring
    #[arg(long, default_value = "os-thread")]
    pub model: String,
    /// Threads in the ring; the switch breakdown's programs are measured with 2 only
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u64).range(2..))]
    pub threads: u64,
}

#[derive(Serialize)]
struct Costs {
    /// Programs of `run` and `compare`.
    main: Vec<ProgramCost>,
    /// Programs of `anatomy`; empty where a ring of more than two threads was asked for.
    anatomy: Vec<ProgramCost>,
    /// Time of one task switch under empty programs, in nanoseconds.
    hand_over_ns: f64,
}

impl Perform for ProgramCostsArgs {
    /// Measures and prints.
    fn run(&self, cli: &Cli) -> anyhow::Result<u8> {
        let cpu = affinity::last_allowed()?;
        let job = ring(&self.model, self.threads, cpu)?;
        let measuring = MeasuringArgs { as_root: true, ..MeasuringArgs::default() };
        let measurement = Measurement::begin(cli, &measuring, &TimelineArgs::default())?;
        let context = measurement.context(None, 0);
        let (main, hand_over_ns) = program_costs(&context, &catalog::programs_folder()?, &job)?;
        let is_pair = self.threads == 2;
        let anatomy =
            if is_pair { anatomy::cost::program_costs(context.kernel, ProbeForm::Auto, cpu)? } else { Vec::new() };
        writeln!(io::stdout(), "{}", serde_json::to_string(&Costs { main, anatomy, hand_over_ns })?)?;
        Ok(0)
    }
}

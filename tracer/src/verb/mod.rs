//! The verbs: each has a file, with its options and what it does, and a variant here.

use clap::Subcommand;

use crate::cli::Cli;

mod anatomy;
mod check_model;
mod compare;
mod completions;
mod diff;
mod doctor;
mod empty_programs;
mod man;
mod memory;
mod models;
pub mod options;
mod program_costs;
mod regimes;
mod report;
mod run;
mod run_guardian;
mod schema;

use anatomy::AnatomyArgs;
use check_model::CheckModelArgs;
use compare::CompareArgs;
use completions::CompletionsArgs;
use diff::DiffArgs;
use doctor::DoctorArgs;
use empty_programs::EmptyProgramsArgs;
use man::ManArgs;
use memory::MemoryArgs;
use models::ModelsArgs;
use program_costs::ProgramCostsArgs;
use regimes::RegimesArgs;
use report::ReportArgs;
use run::RunArgs;
use run_guardian::RunGuardianArgs;
use schema::SchemaArgs;

/// What a verb does, once its options are known.
pub trait Perform {
    /// Does it; gives the exit status.
    ///
    /// # Errors
    /// When taskweight itself fails.
    fn run(&self, cli: &Cli) -> anyhow::Result<u8>;

    /// Exit status for an error.
    fn failure_code(&self, _error: &anyhow::Error) -> u8 {
        1
    }
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Run the same work under several concurrency models and compare the cost
    Compare(CompareArgs),
    /// Measure the memory of one idle task in several concurrency models
    Memory(MemoryArgs),
    /// Find when coroutines stop winning over threads, and why
    Regimes(RegimesArgs),
    /// Break one task switch down into timed steps
    Anatomy(AnatomyArgs),
    /// Run a command and report what the kernel did for it
    Run(RunArgs),
    /// Render a report written with --json
    Report(ReportArgs),
    /// Compare two reports: what increased, decreased, or is within noise
    Diff(DiffArgs),
    /// Check every probe and capability: available, fallback, or missing and how to get it
    Doctor(DoctorArgs),
    /// Attach empty programs to all hooks until a signal arrives, to measure the cost of the hooks themselves
    #[command(hide = true)]
    EmptyPrograms(EmptyProgramsArgs),
    /// Measure the time and size of each eBPF program, and print them as JSON
    #[command(hide = true)]
    ProgramCosts(ProgramCostsArgs),
    /// Sleep until the taskweight at the other end of standard input has exited, then clean up after it
    #[command(hide = true, name = taskweight_run::guardian::VERB)]
    RunGuardian(RunGuardianArgs),
    /// List models and scenarios
    Models(ModelsArgs),
    /// Check that a program speaks the workload protocol (no root or eBPF needed)
    CheckModel(CheckModelArgs),
    /// Print the JSON schema of the reports
    Schema(SchemaArgs),
    /// Print a shell completion script
    Completions(CompletionsArgs),
    /// Write the manual pages to a directory
    #[command(hide = true)]
    Man(ManArgs),
}

impl Verb {
    /// The one that was given, with its options.
    #[must_use]
    pub fn given(&self) -> &dyn Perform {
        match self {
            Self::Compare(args) => args,
            Self::Memory(args) => args,
            Self::Regimes(args) => args,
            Self::Anatomy(args) => args,
            Self::Run(args) => args,
            Self::Report(args) => args,
            Self::Diff(args) => args,
            Self::Doctor(args) => args,
            Self::EmptyPrograms(args) => args,
            Self::ProgramCosts(args) => args,
            Self::RunGuardian(args) => args,
            Self::Models(args) => args,
            Self::CheckModel(args) => args,
            Self::Schema(args) => args,
            Self::Completions(args) => args,
            Self::Man(args) => args,
        }
    }
}

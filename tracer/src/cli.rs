//! The command line.

mod anatomy;
mod check_model;
mod compare;
mod diff;
mod export;
mod measuring;
mod memory;
mod regimes;
mod report;
mod run;
mod timeline;
mod usage;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

pub use anatomy::AnatomyArgs;
pub use check_model::CheckModelArgs;
pub use compare::CompareArgs;
pub use diff::DiffArgs;
pub use export::ExportArgs;
pub use measuring::MeasuringArgs;
pub use memory::MemoryArgs;
pub use regimes::RegimesArgs;
pub use report::ReportArgs;
pub use run::RunArgs;
pub use timeline::TimelineArgs;

use taskweight_probe::session::ProbeForm;
use taskweight_report::claims::Language;

/// What does a task weigh? Measures threads and coroutines with eBPF: kernel transitions, switch latency, faults.
#[derive(Debug, Parser)]
#[command(
    name = "taskweight",
    version,
    max_term_width = 100,
    after_help = "EXAMPLES:
  sudo taskweight compare                      threads vs coroutines: a verdict on each textbook claim
  sudo taskweight compare --quick              the same, in under a minute
  sudo taskweight memory                       bytes per thread, goroutine and future
  sudo taskweight regimes --quick              when coroutines stop winning, and why
  sudo taskweight run -- make -j2              what the kernel does for a command
  sudo taskweight run --per syscall:accept4 -- ./server
                                               the same, per accepted connection
  taskweight doctor                            what this kernel and user can measure"
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
    /// Print more to standard error: load times and each run
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// Print only errors to standard error, and the report of `run`
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Language of the verdicts [default: that of LC_ALL, LC_MESSAGES or LANG]
    #[arg(long, global = true, value_name = "en|ko", value_enum, hide_possible_values = true)]
    pub lang: Option<Language>,
    /// Colour the tables: `auto` means on a terminal, unless NO_COLOR is set
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t)]
    pub color: Color,
}

impl Cli {
    /// The language of the verdicts.
    #[must_use]
    pub fn language(&self) -> Language {
        self.lang.unwrap_or_else(Language::of_environment)
    }
}

/// When to use colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

const COMPLETIONS_EXAMPLES: &str = "EXAMPLES:
  taskweight completions bash | sudo tee /etc/bash_completion.d/taskweight
  taskweight completions zsh > ~/.zfunc/_taskweight";

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
    #[command(after_help = "EXAMPLES:\n  sudo taskweight doctor\n  sudo taskweight doctor --json -")]
    Doctor(DoctorArgs),
    /// Attach empty programs to all hooks until a signal arrives, to measure the cost of the hooks themselves
    #[command(hide = true)]
    EmptyPrograms,
    /// Measure the time and size of each eBPF program, and print them as JSON
    #[command(hide = true)]
    ProgramCosts(ProgramCostsArgs),
    /// Sleep until the taskweight at the other end of standard input has exited, then clean up after it
    #[command(hide = true, name = taskweight_run::guardian::VERB)]
    RunGuardian,
    /// List models and scenarios
    #[command(after_help = "EXAMPLES:\n  taskweight models -v    also which scenarios each model lacks, and why")]
    Models,
    /// Check that a program speaks the workload protocol (no root or eBPF needed)
    CheckModel(CheckModelArgs),
    /// Print a shell completion script
    #[command(after_help = COMPLETIONS_EXAMPLES)]
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Write the manual pages to a directory
    #[command(hide = true)]
    Man {
        /// The directory
        folder: PathBuf,
    },
}

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

/// Options of `doctor`.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// Write the findings to a file as JSON; `-` is standard output, instead of the table
    #[arg(long, value_name = "FILE|-")]
    pub json: Option<PathBuf>,
    /// Form of the tracepoint programs
    #[arg(long, value_enum, default_value_t, hide = true)]
    pub probe_form: ProbeForm,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_verb_has_examples() {
        for verb in Cli::command().get_subcommands().filter(|verb| !verb.is_hide_set()) {
            let help = verb.clone().render_long_help().to_string();
            assert!(help.contains("EXAMPLES:\n  "), "{}", verb.get_name());
        }
    }
}

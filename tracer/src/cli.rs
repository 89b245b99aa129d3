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
  sudo taskweight compare                      threads against coroutines: a verdict on each claim of the textbook
  sudo taskweight compare --quick              the same in under a minute
  sudo taskweight memory                       what a thread, a goroutine, a future weigh in bytes
  sudo taskweight regimes --quick              where the advantage of coroutines ends, and why
  sudo taskweight run -- make -j2              what the kernel does for any command
  sudo taskweight run --per syscall:accept4 -- ./server
                                               the same divided by accepted connections
  taskweight doctor                            what this kernel and user can measure"
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
    /// Say more on standard error: loading times, each run.
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// Say nothing on standard error but errors, and the report of `run`.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Language of the verdicts [default: that of LC_ALL, LC_MESSAGES or LANG]
    #[arg(long, global = true, value_name = "en|ko", value_enum, hide_possible_values = true)]
    pub lang: Option<Language>,
    /// Colours in tables: `auto` where a terminal reads them and NO_COLOR is not set.
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
    /// Let several concurrency models do the same work, and compare what it costs
    Compare(CompareArgs),
    /// Let several concurrency models keep tasks that do nothing, and find what one of them weighs in bytes
    Memory(MemoryArgs),
    /// Let threads and coroutines do the same work under different circumstances, and say why one gains on the other
    Regimes(RegimesArgs),
    /// Take one hand-over apart: what its time consists of, step by step
    Anatomy(AnatomyArgs),
    /// Run a command and report what the kernel did for it
    Run(RunArgs),
    /// Render a report that was written with --json
    Report(ReportArgs),
    /// Set two reports beside each other: what became more, what less, and what cannot be told apart
    Diff(DiffArgs),
    /// Say for every probe and capability: available, fallback, or missing and how to get it
    #[command(after_help = "EXAMPLES:\n  sudo taskweight doctor\n  sudo taskweight doctor --json -")]
    Doctor(DoctorArgs),
    /// Attach programs that do nothing to all hooks, until a signal comes: what the hooks themselves cost
    #[command(hide = true)]
    EmptyPrograms,
    /// Measure what each eBPF program costs and takes, and print it as JSON
    #[command(hide = true)]
    ProgramCosts(ProgramCostsArgs),
    /// Sleep until the taskweight at the other end of standard input is no more, and remove what it has left
    #[command(hide = true, name = taskweight_run::guardian::VERB)]
    RunGuardian,
    /// List the models and scenarios
    #[command(after_help = "EXAMPLES:\n  taskweight models -v    with what each model lacks, and why")]
    Models,
    /// Say what a program that is to be compared does wrong: neither root nor eBPF is needed
    CheckModel(CheckModelArgs),
    /// Print what makes a shell complete the command line
    #[command(after_help = COMPLETIONS_EXAMPLES)]
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Write manual pages into a folder
    #[command(hide = true)]
    Man {
        /// The folder
        folder: PathBuf,
    },
}

/// Options of `program-costs`.
#[derive(Args, Debug)]
pub struct ProgramCostsArgs {
    /// Model whose threads make a ring under the programs
    #[arg(long, default_value = "os-thread")]
    pub model: String,
    /// Threads of the ring; the anatomy's programs are measured with 2 only
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u64).range(2..))]
    pub threads: u64,
}

/// Options of `doctor`.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// Write what was found to a file as JSON; `-` is standard output, in place of the table
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

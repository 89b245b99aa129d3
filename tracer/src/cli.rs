//! The command line.

mod export;
mod timeline;
mod usage;

use std::{ffi::OsString, path::PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

pub use export::ExportArgs;
pub use timeline::TimelineArgs;

use crate::{
    claims::Language,
    diff::expression::Expression,
    kernel::session::{ProbeForm, SessionOptions},
    plan::Pinning,
};

/// What does a task weigh? Measures threads and coroutines with eBPF: kernel transitions, switch latency, faults.
#[derive(Debug, Parser)]
#[command(
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
    /// Say nothing on standard error but errors.
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
    #[command(hide = true, name = crate::guardian::VERB)]
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

/// Options of `compare`.
#[derive(Debug, Args)]
#[command(after_help = "Without --scenarios it takes about four minutes on two CPUs, with --quick less than one.

EXAMPLES:
  sudo taskweight compare --models os-thread,tokio --scenarios switch --tasks 2,10000
  sudo taskweight compare --pin none --repetitions 11 --json report.json")]
pub struct CompareArgs {
    /// Models, separated by commas [default: those of an overview; with --scenarios all that are installed]
    #[arg(long, value_delimiter = ',', value_name = "LIST")]
    pub models: Option<Vec<String>>,
    /// Bring a model along: any program that speaks the protocol (docs/protocol.md). May be given several times
    #[arg(long, value_name = "NAME=COMMAND")]
    pub model: Vec<String>,
    /// Scenarios, separated by commas [default: all, and hand-overs taken apart; with --quick those that the verdicts need]
    #[arg(long, value_delimiter = ',', value_name = "LIST")]
    pub scenarios: Option<Vec<String>>,
    /// Numbers of tasks, separated by commas [default: as the scenario needs them, such as 2 and 100]
    #[arg(long, value_delimiter = ',', value_name = "LIST", value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    pub tasks: Option<Vec<u64>>,
    /// Bind every run to one CPU, or none [default: `switch` both ways, cpu and hog unbound, the rest bound to the last CPU]
    #[arg(long, value_name = "CPU|none")]
    pub pin: Option<Pinning>,
    /// Repetitions, each with a traced and an untraced run [default: 5, with --quick 3; 1 of idle and deep]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub repetitions: Option<u32>,
    /// Operations per run [default: about 50 ms of work]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub operations: Option<u64>,
    /// Requests per second in `echo`, sent whether or not the last ones are answered [default: as many as it answers]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub rate: Option<u64>,
    /// Bytes of its stack that each task uses in `deep`, separated by commas [default: 1024,8192,65536]
    #[arg(long, value_delimiter = ',', value_name = "LIST", value_parser = clap::value_parser!(u64).range(1..=1 << 40))]
    pub depths: Option<Vec<u64>>,
    /// Fewer cases, fewer operations: a first look
    #[arg(long)]
    pub quick: bool,
    /// A timeline.
    #[command(flatten)]
    pub timeline: TimelineArgs,
    /// What runs share.
    #[command(flatten)]
    pub measuring: MeasuringArgs,
    /// Folder of the models' programs [default: beside taskweight]
    #[arg(long, value_name = "DIR", hide = true, env = "TASKWEIGHT_PROGRAMS")]
    pub programs: Option<PathBuf>,
}

/// Options of `memory`.
#[derive(Debug, Args)]
#[command(
    after_help = "The same as `compare --scenarios idle,deep`. Models whose tasks are threads are driven to the machine's limit for a
moment, in which nobody else can start any: give --tasks where that must not be.

EXAMPLES:
  sudo taskweight memory --models os-thread,go,java-virtual --tasks 100,1000,10000
  sudo taskweight memory --models pthread --depths 65536 --json memory.json"
)]
pub struct MemoryArgs {
    /// Models, separated by commas [default: those of an overview]
    #[arg(long, value_delimiter = ',', value_name = "LIST")]
    pub models: Option<Vec<String>>,
    /// Bring a model along: any program that speaks the protocol (docs/protocol.md). May be given several times
    #[arg(long, value_name = "NAME=COMMAND")]
    pub model: Vec<String>,
    /// Numbers of tasks, separated by commas: three or more make a line [default: over two decades, and more than there can be]
    #[arg(long, value_delimiter = ',', value_name = "LIST", value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    pub tasks: Option<Vec<u64>>,
    /// Bytes of its stack that each task uses, separated by commas [default: 1024,8192,65536]
    #[arg(long, value_delimiter = ',', value_name = "LIST", value_parser = clap::value_parser!(u64).range(1..=1 << 40))]
    pub depths: Option<Vec<u64>>,
    /// Runs with each number of tasks
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub repetitions: u32,
    /// One depth, and no more than 10,000 tasks: a first look in half a minute
    #[arg(long)]
    pub quick: bool,
    /// What runs share.
    #[command(flatten)]
    pub measuring: MeasuringArgs,
    /// Folder of the models' programs [default: beside taskweight]
    #[arg(long, value_name = "DIR", hide = true, env = "TASKWEIGHT_PROGRAMS")]
    pub programs: Option<PathBuf>,
}

/// Options of `regimes`.
#[derive(Debug, Args)]
#[command(
    after_help = "The grid: bound to one CPU and not x switch and switch-io x 2, 100 and 10,000 tasks x 0, 16 and 256 KiB that each task
touches while it has the token. Without --quick it takes about half an hour with the default models.

EXAMPLES:
  sudo taskweight regimes --quick
  sudo taskweight regimes --models pthread,tokio-mt,go --json regimes.json"
)]
pub struct RegimesArgs {
    /// Models, separated by commas: one of threads, which is the reference, and the coroutines [default:
    /// os-thread,tokio,corosensei,go, with --quick os-thread,tokio]
    #[arg(long, value_delimiter = ',', value_name = "LIST")]
    pub models: Option<Vec<String>>,
    /// Repetitions, each with a traced and an untraced run
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub repetitions: u32,
    /// 2 and 100 tasks, 0 and 256 KiB, fewer operations: a first look in a minute or two
    #[arg(long)]
    pub quick: bool,
    /// What runs share.
    #[command(flatten)]
    pub measuring: MeasuringArgs,
    /// Folder of the models' programs [default: beside taskweight]
    #[arg(long, value_name = "DIR", hide = true, env = "TASKWEIGHT_PROGRAMS")]
    pub programs: Option<PathBuf>,
}

/// Options of `anatomy`.
#[derive(Debug, Args)]
#[command(after_help = "EXAMPLES:
  sudo taskweight anatomy                              threads against coroutines, on one CPU
  sudo taskweight anatomy --models pthread --pin none  with wake-ups on other CPUs")]
pub struct AnatomyArgs {
    /// Models, separated by commas
    #[arg(long, value_delimiter = ',', value_name = "LIST", default_value = "os-thread,pthread,tokio,corosensei")]
    pub models: Vec<String>,
    /// Bring a model along: any program that speaks the protocol (docs/protocol.md). May be given several times
    #[arg(long, value_name = "NAME=COMMAND")]
    pub model: Vec<String>,
    /// What is handed over by: `switch` in memory, `switch-io` through pipes
    #[arg(long, value_name = "switch|switch-io", default_value = "switch", value_parser = ["switch", "switch-io"])]
    pub scenario: String,
    /// Tasks in the ring
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u64).range(2..=10_000_000))]
    pub tasks: u64,
    /// Bind every run to one CPU, or none [default: the last CPU]
    #[arg(long, value_name = "CPU|none")]
    pub pin: Option<Pinning>,
    /// Repetitions, each with a traced run between two untraced ones
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub repetitions: u32,
    /// Operations per run [default: about 50 ms of work]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub operations: Option<u64>,
    /// Do without the tracepoints at entry to and exit from the scheduler, as on kernels before 6.16
    #[arg(long, hide = true)]
    pub coarse: bool,
    /// What runs share.
    #[command(flatten)]
    pub measuring: MeasuringArgs,
    /// Folder of the models' programs [default: beside taskweight]
    #[arg(long, value_name = "DIR", hide = true, env = "TASKWEIGHT_PROGRAMS")]
    pub programs: Option<PathBuf>,
}

/// Options of `run`.
#[derive(Debug, Args)]
#[command(after_help = "EXAMPLES:
  sudo taskweight run -- ls -lR /usr/share
  sudo taskweight run --operations 10000 --json run.json -- ./load-test --requests 10000
  sudo taskweight run --per syscall:accept4 --timeout 30 -- ./server")]
pub struct RunArgs {
    /// The command and its arguments
    #[arg(required = true, trailing_var_arg = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
    /// Operations that the command makes: counts are divided by it
    #[arg(long, value_name = "N", conflicts_with = "per", value_parser = clap::value_parser!(u64).range(1..))]
    pub operations: Option<u64>,
    /// Divide counts by the calls of a system call instead: syscall:NAME
    #[arg(long, value_name = "syscall:NAME", value_parser = per_syscall)]
    pub per: Option<String>,
    /// Run the command so often, one after the other: figures get intervals, and `diff` can tell chance from change
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub repetitions: u32,
    /// Bind the command to one CPU, or none
    #[arg(long, value_name = "CPU|none", default_value = "none")]
    pub pin: Pinning,
    /// Rows of the tables of threads and system calls
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub top: usize,
    /// Count cycles, instructions and misses too, which makes switches slower
    #[arg(long)]
    pub hardware: bool,
    /// Measure afterwards what each probe costs, in half a second
    #[arg(long)]
    pub calibrate: bool,
    /// A timeline.
    #[command(flatten)]
    pub timeline: TimelineArgs,
    /// What runs share.
    #[command(flatten)]
    pub measuring: MeasuringArgs,
}

/// Options of everything that measures.
#[derive(Clone, Debug, Args)]
pub struct MeasuringArgs {
    /// Write the report to a file as JSON; `-` is standard output, in place of the tables
    #[arg(long, value_name = "FILE|-")]
    pub json: Option<PathBuf>,
    /// Write the report to a file as a page to look at, with pictures; `-` is standard output, in place of the tables
    #[arg(long, value_name = "FILE|-")]
    pub html: Option<PathBuf>,
    /// Fail (exit status 1) when anything could not be recorded, or a count differs from the kernel's own
    #[arg(long)]
    pub strict: bool,
    /// Keep root for the programs under measurement, instead of the user who called sudo
    #[arg(long)]
    pub as_root: bool,
    /// Seconds that a program may take [default: compare 60 for each step, 180 with idle and deep, run unlimited]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub timeout: Option<std::time::Duration>,
    /// Threads that can be told apart
    #[arg(long, value_name = "N", default_value_t = SessionOptions::DEFAULT_THREAD_CAPACITY, value_parser = clap::value_parser!(u32).range(1..=4_194_304))]
    pub max_threads: u32,
    /// Form of the tracepoint programs
    #[arg(long, value_enum, default_value_t, hide = true)]
    pub probe_form: ProbeForm,
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

/// Options of `check-model`.
#[derive(Debug, Args)]
#[command(after_help = "EXAMPLES:
  taskweight check-model -- ./my-program --fast
  taskweight check-model --scenarios switch,yield -- python3 my_model.py
  sudo taskweight compare --scenarios switch --model mine='./my-program --fast'   once all is well")]
pub struct CheckModelArgs {
    /// The program, and its first arguments: the scenario, --tasks and --operations are added
    #[arg(required = true, trailing_var_arg = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
    /// Scenarios, separated by commas [default: all]
    #[arg(long, value_delimiter = ',', value_name = "LIST")]
    pub scenarios: Option<Vec<String>>,
    /// Seconds that the program may take for each step
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "30")]
    pub timeout: std::time::Duration,
    /// Keep root for the program, instead of the user who called sudo
    #[arg(long)]
    pub as_root: bool,
    /// Folder of the load generator [default: beside taskweight]
    #[arg(long, value_name = "DIR", hide = true, env = "TASKWEIGHT_PROGRAMS")]
    pub programs: Option<PathBuf>,
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

/// Options of `report`.
#[derive(Debug, Args)]
#[command(after_help = "EXAMPLES:
  taskweight report compare.json
  taskweight report compare.json --format markdown >> README.md
  taskweight report compare.json --format hgrm --output percentiles/
  ssh server sudo taskweight run --json - -- true | taskweight report -")]
pub struct ReportArgs {
    /// The report; `-` is standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Write it to a file as a page to look at, with pictures, instead of printing tables; `-` is standard output
    #[arg(long, value_name = "FILE|-")]
    pub html: Option<PathBuf>,
    /// Rows of the tables of threads and system calls
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub top: usize,
    /// Other formats.
    #[command(flatten)]
    pub export: ExportArgs,
}

/// Options of `diff`.
#[derive(Debug, Args)]
#[command(
    after_help = "EXPR is PATH>LIMIT (or >=, <, <=). PATH is that of a figure in the JSON report's runs, divided by the run's operations where
/operations follows. LIMIT is a number for the figure in B, or a number and x for its ratio to that in A. It is met when the
whole 95 % interval meets it.

EXIT STATUS: 0 no condition is met, 1 one is, 2 the reports cannot be compared

EXAMPLES:
  taskweight diff before.json after.json
  taskweight diff threads.json async.json --fail-on 'per_operation.kernel_switches>1.05x'
  taskweight diff a.json b.json --fail-on 'kernel.syscalls.by_name.futex.count/operations>2'
  taskweight diff compare.json compare.json --models os-thread,tokio"
)]
pub struct DiffArgs {
    /// The first report, to which the other one is compared; `-` is standard input
    #[arg(value_name = "A")]
    pub a: PathBuf,
    /// The second report
    #[arg(value_name = "B")]
    pub b: PathBuf,
    /// Exit with status 1 when this is met in any group. May be given several times
    #[arg(long, value_name = "EXPR")]
    pub fail_on: Vec<Expression>,
    /// Set this model of A beside that of B
    #[arg(long, value_name = "A,B", value_delimiter = ',', num_args = 1)]
    pub models: Vec<String>,
    /// Write the comparison as JSON; `-` is standard output, in place of the tables
    #[arg(long, value_name = "FILE|-")]
    pub json: Option<PathBuf>,
    /// Rows of system calls
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub top: usize,
}

fn per_syscall(text: &str) -> Result<String, String> {
    let name = text.strip_prefix("syscall:").ok_or("expected syscall:NAME, such as syscall:accept4")?;
    if crate::kernel::syscalls::is_name(name) {
        Ok(name.to_owned())
    } else {
        Err(format!("no system call is named `{name}` on this architecture"))
    }
}

fn seconds(text: &str) -> Result<std::time::Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| format!("`{text}` is not a number of seconds"))?;
    std::time::Duration::try_from_secs_f64(seconds)
        .ok()
        .filter(|time| !time.is_zero())
        .ok_or_else(|| String::from("must be more than 0 seconds"))
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

    #[test]
    fn operations_can_be_calls_of_a_known_system_call() {
        assert_eq!(per_syscall("syscall:accept4"), Ok(String::from("accept4")));
        assert!(per_syscall("syscall:acept").is_err());
        assert!(per_syscall("accept4").is_err());
    }

    #[test]
    fn a_timeout_is_a_positive_time() {
        assert_eq!(seconds("0.5"), Ok(std::time::Duration::from_millis(500)));
        for nonsense in ["0", "-1", "NaN", "1e300", "soon"] {
            assert!(seconds(nonsense).is_err(), "{nonsense}");
        }
    }
}

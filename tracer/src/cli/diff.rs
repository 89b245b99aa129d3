//! Options of `diff`.

use std::path::PathBuf;

use clap::Args;

use taskweight_report::diff::expression::Expression;

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

//! Options of `diff`.

use std::path::PathBuf;

use clap::Args;

use taskweight_report::diff::expression::Expression;

/// Options of `diff`.
#[derive(Debug, Args)]
#[command(
    after_help = "EXPR is PATH>LIMIT (or >=, <, <=). PATH names a metric in the runs of the JSON report; append /operations to divide it by the
run's operations. LIMIT is a number, which applies to B, or a number followed by x, which applies to the ratio B / A. The
condition is met when the whole 95 % confidence interval meets it.

EXIT STATUS: 0 no condition met, 1 a condition met, 2 the reports cannot be compared

EXAMPLES:
  taskweight diff before.json after.json
  taskweight diff threads.json async.json --fail-on 'per_operation.kernel_switches>1.05x'
  taskweight diff a.json b.json --fail-on 'kernel.syscalls.by_name.futex.count/operations>2'
  taskweight diff compare.json compare.json --models os-thread,tokio"
)]
pub struct DiffArgs {
    /// The baseline report; `-` is standard input
    #[arg(value_name = "A")]
    pub a: PathBuf,
    /// The report to compare with it
    #[arg(value_name = "B")]
    pub b: PathBuf,
    /// Exit with status 1 if this condition is met in any group. Repeatable
    #[arg(long, value_name = "EXPR")]
    pub fail_on: Vec<Expression>,
    /// Compare this model of A with that model of B
    #[arg(long, value_name = "A,B", value_delimiter = ',', num_args = 1)]
    pub models: Vec<String>,
    /// Write the comparison as JSON; `-` is standard output, instead of the tables
    #[arg(long, value_name = "FILE|-")]
    pub json: Option<PathBuf>,
    /// Maximum rows of system calls
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub top: usize,
}

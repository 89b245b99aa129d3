//! The kernel side in guests, after everything else: one would disturb the other.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Error, Result};

use super::kernel_side;
use crate::vm::matrix::{Matrix, Options};
use crate::vm::verdict::Verdict;
use crate::vm::{kernels, series, table};
use crate::workspace::Workspace;

/// A guest that takes longer hangs.
const LIMIT: Duration = Duration::from_secs(35 * 60);

/// All guests, or why there are none.
pub struct Guests(Result<Matrix, Error>);

impl Guests {
    /// Installs, builds and downloads what they need. Without it there is everything else.
    pub fn prepare(workspace: &Workspace) -> Self {
        let kernels = series::ALL.iter().collect();
        let matrix = Matrix::prepare(workspace, Options { kernels, limit: LIMIT, emulate: false, tests: Vec::new() });
        if let Err(error) = &matrix {
            eprintln!("THE GUESTS CANNOT BE RUN: {error:#}");
        }
        Self(matrix)
    }

    /// Runs the tests in each.
    pub fn run(&self) -> Result<Vec<Verdict>> {
        match &self.0 {
            Ok(matrix) => matrix.run(),
            Err(error) => {
                let unavailable = |series: &series::Series| Verdict::unavailable(series.name, format!("{error:#}"));
                Ok(series::ALL.iter().map(unavailable).collect())
            }
        }
    }
}

/// Prints a row for each kernel, and what was not run on it.
pub fn print(verdicts: &[Verdict]) {
    println!("\nthe kernel side, on each kernel:\n{}\n", table::table(verdicts));
    for verdict in verdicts {
        let not_run = if verdict.is_unavailable() { "NOT RUN: " } else { "" };
        verdict.remarks().iter().for_each(|remark| println!("{}: {not_run}{remark}", verdict.name));
    }
    println!();
}

/// Writes `docs/kernels.md`, in which no kernel may be missing.
pub fn write_page(workspace: &Workspace, verdicts: &[Verdict]) -> Result<()> {
    let path = workspace.root.join("docs/kernels.md");
    if let Some(missing) = verdicts.iter().find(|verdict| !verdict.is_success()) {
        eprintln!("{} is left as it is: {} is not well", path.display(), missing.name);
        return Ok(());
    }
    if verdicts.iter().all(|verdict| verdict.name != kernel_side::NAME) {
        eprintln!("{} is left as it is: the running kernel was not tested (--test kernel)", path.display());
        return Ok(());
    }
    fs::write(&path, kernels::page(verdicts)).with_context(|| format!("write {}", path.display()))?;
    eprintln!("written: {}", path.display());
    Ok(())
}

//! promtool, with which the tests check what is written for Prometheus.

use std::path::PathBuf;

use crate::vm::package::Packages;
use crate::workspace::Workspace;

/// Tells the tests where it is.
pub const PROMTOOL: &str = "TASKWEIGHT_PROMTOOL";

/// The one on the machine, or else Debian's, unpacked under the target directory: installed, its package would start a
/// server. Without either the test that needs it is skipped.
pub fn find(workspace: &Workspace) -> Option<PathBuf> {
    let unpacked = || Packages::new(workspace.tools().join("packages")).file("prometheus", "usr/bin/promtool");
    match which::which("promtool").or_else(|_| unpacked()) {
        Ok(path) => Some(path),
        Err(error) => {
            eprintln!("left out: promtool, to check OpenMetrics: {error:#}");
            None
        }
    }
}

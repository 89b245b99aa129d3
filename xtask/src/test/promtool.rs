//! promtool, with which the tests check what is written for Prometheus.

use std::path::PathBuf;

use anyhow::Result;

use crate::vm::package::Packages;
use crate::workspace::Workspace;

/// Tells the tests where it is.
pub const PROMTOOL: &str = "TASKWEIGHT_PROMTOOL";

/// The one on the machine, or else Debian's, unpacked under the target directory: installed, its package would start a
/// server.
pub fn find(workspace: &Workspace) -> Result<PathBuf> {
    let unpacked = |_| Packages::new(workspace.tools().join("packages")).file("prometheus", "usr/bin/promtool");
    which::which("promtool").or_else(unpacked)
}

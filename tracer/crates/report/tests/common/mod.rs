//! What tests of reports share.

#![allow(dead_code, reason = "each test program uses a part")]

pub mod schema;

use std::path::{Path, PathBuf};

use taskweight_core::report::Report;
use taskweight_report::json;

/// All reports among the fixtures.
pub const FIXTURES: [&str; 3] = ["compare.json", "command.json", "anatomy.json"];

/// The folder of the workspace: tests of two packages use this file.
fn workspace() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.ancestors().find(|folder| folder.join("Cargo.lock").is_file()).unwrap_or(package)
}

/// The path of a fixture.
pub fn path(name: &str) -> PathBuf {
    workspace().join("tracer/crates/report/tests/fixtures").join(name)
}

/// A report among the fixtures.
pub fn fixture(name: &str) -> Report {
    json::read(&path(name)).unwrap()
}

/// The path of a file in docs/.
pub fn documentation(name: &str) -> PathBuf {
    workspace().join("docs").join(name)
}

//! What tests of reports share.

#![allow(dead_code, reason = "each test program uses a part")]

pub mod schema;

use std::path::{Path, PathBuf};

use taskweight::report::json;
use taskweight::report::model::Report;

/// All reports among the fixtures.
pub const FIXTURES: [&str; 3] = ["compare.json", "command.json", "anatomy.json"];

/// The path of a fixture.
pub fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

/// A report among the fixtures.
pub fn fixture(name: &str) -> Report {
    json::read(&path(name)).unwrap()
}

/// The path of a file in docs/.
pub fn documentation(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(name)
}

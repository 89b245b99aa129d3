//! What came of an invocation of `taskweight`.

use std::fs;
use std::path::PathBuf;

use taskweight_core::report::{Report, Run};
use taskweight_report::json;
use tempfile::TempDir;

use crate::schema::violations;

/// What came of it.
pub struct Outcome {
    /// Exit status.
    pub code: i32,
    /// All of stdout that was not read before.
    pub stdout: String,
    /// All of stderr.
    pub stderr: String,
    folder: TempDir,
}

impl Outcome {
    /// What an invocation whose report is in `folder` came to.
    pub fn new(code: i32, stdout: String, stderr: String, folder: TempDir) -> Self {
        Self { code, stdout, stderr, folder }
    }

    /// The file with the report.
    pub fn file(&self) -> PathBuf {
        self.folder.path().join("report.json")
    }

    /// The report, which is as its documented schema has it.
    pub fn report(&self) -> Report {
        let report = json::read(&self.file()).unwrap_or_else(|error| panic!("{error}\n{}", self.stderr));
        let written = serde_json::from_slice(&fs::read(self.file()).unwrap()).unwrap();
        assert_eq!(violations(&written), [""; 0]);
        report
    }

    /// The only run, of an invocation that went well.
    pub fn run(&self) -> Run {
        let mut report = self.report();
        assert_eq!((self.code, report.runs.len(), report.failures.len()), (0, 1, 0), "{}", self.stderr);
        report.runs.remove(0)
    }
}

//! The unit for systemd, as far as systemd itself can judge it without starting it.

#![expect(clippy::unwrap_used, reason = "a step that fails is a failed test")]

use std::fs;
use std::io::{self, ErrorKind, Write as _};
use std::path::Path;
use std::process::{Command, Output};

const INSTALLED: &str = "/usr/local/bin/taskweight";

fn unit() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../packaging/taskweight@.service");
    fs::read_to_string(path).unwrap()
}

/// What systemd says of a unit; `None` where there is no systemd.
fn verified(unit: &str) -> Option<Output> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("taskweight@example.service");
    fs::write(&file, unit.replace(INSTALLED, env!("CARGO_BIN_EXE_taskweight"))).unwrap();
    match Command::new("systemd-analyze").args(["verify", "--man=no"]).arg(&file).output() {
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        output => Some(output.unwrap()),
    }
}

#[test]
fn systemd_finds_nothing_wrong_with_the_unit() {
    let unit = unit();
    assert!(unit.contains(&format!("ExecStart={INSTALLED} run ")), "{unit}");
    let Some(output) = verified(&unit) else {
        // Not println!, which the test harness keeps to itself when a test passes.
        return io::stdout().write_all(b"\nSKIPPED: service: systemd-analyze is not installed\n").unwrap();
    };
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{}: {said}", output.status);
    // It would say so if there was something.
    let output = verified(&unit.replace("DynamicUser=", "DynamicUsers=")).unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("DynamicUsers"), "{said}");
}

//! The example programs: they pass `check-model`, and the documentation shows them as they are. Neither root nor eBPF is
//! needed.

#![expect(clippy::unwrap_used, reason = "a step that fails is a failed test")]

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;
use unicode_width::UnicodeWidthStr as _;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn example(name: &str) -> PathBuf {
    repository().join("workloads/examples").join(name)
}

/// The output of a program that must be installed.
fn output(program: &str, arguments: &[&OsStr]) -> Output {
    let output = Command::new(program).args(arguments).output();
    output.unwrap_or_else(|error| panic!("{program}: {error}: install it, the examples need it"))
}

/// What `check-model` prints about a program, and its exit status. As root it must stay so: the folders of tests are
/// root's.
fn check(scenarios: &str, command: &[&OsStr]) -> (String, Option<i32>) {
    let options = ["check-model", "--as-root", "--scenarios", scenarios, "--"].map(OsStr::new);
    let output = output(env!("CARGO_BIN_EXE_taskweight"), &[&options, command].concat());
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.lines().all(|line| line.width() <= 80 || line.contains("WRONG")), "{said}");
    (said, output.status.code())
}

fn assert_passes(command: &[&OsStr]) {
    let (said, status) = check("switch,yield,control", command);
    assert_eq!(status, Some(0), "{said}");
    assert!(said.starts_with("-      switch: not offered\nok     yield --tasks 2 --operations 10007\n"), "{said}");
    assert!(said.ends_with("\n12 ok, 0 wrong; offered: yield, control\n"), "{said}");
}

/// The C program, compiled without a warning.
fn compiled() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("minimal");
    let source = example("minimal.c");
    let options = ["-O2", "-Wall", "-Wextra", "-Werror", "-pthread", "-o"].map(OsStr::new);
    let built = output("cc", &[&options[..], &[program.as_os_str(), source.as_os_str()]].concat());
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    (folder, program)
}

#[test]
fn the_python_program_passes() {
    output("python3", &[OsStr::new("--version")]);
    assert_passes(&[OsStr::new("python3"), example("minimal.py").as_os_str()]);
}

#[test]
fn the_c_program_passes() {
    let (_folder, program) = compiled();
    assert_passes(&[program.as_os_str()]);
}

#[test]
fn a_program_that_loses_an_operation_does_not_pass() {
    let folder = tempfile::tempdir().unwrap();
    let broken = folder.path().join("broken.py");
    let good = fs::read_to_string(example("minimal.py")).unwrap();
    fs::write(&broken, good.replace("operations=made", "operations=made - 1")).unwrap();
    let (said, status) = check("control", &[OsStr::new("python3"), broken.as_os_str()]);
    assert_eq!(status, Some(1), "{said}");
    assert!(
        said.contains("WRONG  control --tasks 2 --operations 10007: \"operations\" is 10006, not 10007: "),
        "{said}"
    );
    assert!(said.ends_with("\n2 ok, 5 wrong; offered: control\n"), "{said}");
}

#[test]
fn a_program_that_is_not_there_is_wrong() {
    let (said, status) = check("control", &[OsStr::new("/nonexistent/program")]);
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains("/nonexistent/program: No such file or directory"), "{said}");
}

#[test]
fn a_program_that_offers_nothing_is_wrong() {
    let (said, status) = check("control", &["sh", "-c", "exit 2"].map(OsStr::new));
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains("WRONG  no scenario was checked: see the program's stderr\n"), "{said}");
}

#[test]
fn the_documentation_shows_them_as_they_are() {
    let documentation = fs::read_to_string(repository().join("docs/protocol.md")).unwrap();
    for (name, language, most_lines) in [("minimal.py", "python", 25), ("minimal.c", "c", 60)] {
        let source = fs::read_to_string(example(name)).unwrap();
        assert!(documentation.contains(&format!("\n```{language}\n{source}```\n")), "docs/protocol.md lacks {name}");
        assert!(source.lines().count() <= most_lines, "{name} is meant to be short");
    }
}

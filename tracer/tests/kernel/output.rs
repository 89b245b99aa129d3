//! What is printed and written, and what is refused before anything is measured.

use std::process::Command;

use unicode_width::UnicodeWidthStr as _;

use crate::invocation::{Outcome, compare, programs, run, run_subject};
use crate::machine::cpu;

/// What `taskweight report` prints for the file.
fn rendered(outcome: &Outcome) -> String {
    let output = Command::new(programs().join("taskweight")).arg("report").arg(outcome.file()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn assert_narrow(text: &str) {
    assert!(text.lines().count() > 5, "{text}");
    let wide: Vec<_> = text.lines().filter(|line| line.width() > 80).collect();
    assert!(wide.is_empty(), "{wide:#?}");
    assert!(!text.contains('\u{1b}'), "no colours where there is no terminal");
}

#[test]
fn a_report_of_a_command_renders_again_as_it_did_at_first() {
    needs_bpf!();
    let outcome = run_subject(&["--per", "syscall:getppid"], &["getppid", "101"]);
    assert_eq!(outcome.stderr, rendered(&outcome));
    assert_narrow(&outcome.stderr);
}

#[test]
fn a_report_of_a_comparison_renders_again_as_it_did_at_first() {
    needs_bpf!();
    let cpu = cpu().to_string();
    let options = [
        "--models",
        "os-thread,future",
        "--scenarios",
        "switch,control",
        "--operations",
        "1009",
        "--repetitions",
        "2",
        "--pin",
        &cpu,
    ];
    let outcome = compare(&options);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert_eq!(outcome.stdout, rendered(&outcome));
    assert_narrow(&outcome.stdout);
}

#[test]
fn json_on_stdout_takes_the_place_of_the_tables() {
    needs_bpf!();
    let output = Command::new(programs().join("taskweight"))
        .env_remove("SUDO_UID")
        .env_remove("SUDO_GID")
        .args(["run", "--json", "-", "--", "true"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let report: taskweight_core::report::Report = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report.runs.len(), 1);
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}

#[test]
fn a_file_that_cannot_be_written_is_found_before_anything_is_run() {
    needs_bpf!();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("no/such/folder/report.json");
    let output = Command::new(programs().join("taskweight"))
        .args(["run", "--json", path.to_str().unwrap(), "--", "echo", "executed"])
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(125), &b""[..]), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(stderr.contains("report.json: cannot create a file beside it"), "{stderr}");
}

#[test]
fn a_cpu_that_is_not_there_is_refused_with_the_ones_that_are() {
    needs_bpf!();
    let outcome = run(&["--pin", "100000"], &["echo", "executed"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (125, ""));
    assert!(outcome.stderr.starts_with("taskweight: cannot pin to CPU 100000: the CPUs to choose from are "));
}

//! The exit status of `run` is that of the command, as a shell has it.

use std::fs;

use crate::invocation::run;

#[test]
fn it_is_the_commands_own() {
    needs_bpf!();
    for status in [0, 7, 255] {
        let outcome = run(&[], &["sh", "-c", &format!("exit {status}")]);
        assert_eq!(outcome.code, status, "{}", outcome.stderr);
        let report = outcome.report();
        assert_eq!(report.runs[0].exit_status, Some(status));
        assert!(!report.interrupted);
    }
}

#[test]
fn a_signal_is_added_to_128() {
    needs_bpf!();
    for (signal, status) in [("KILL", 137), ("TERM", 143), ("SEGV", 139)] {
        let outcome = run(&[], &["sh", "-c", &format!("kill -{signal} $$")]);
        assert_eq!(outcome.code, status, "{}", outcome.stderr);
        let report = outcome.report();
        assert_eq!((report.runs[0].exit_status, report.interrupted), (Some(status), false));
    }
}

#[test]
fn a_command_that_cannot_be_executed_is_told_from_one_that_failed() {
    needs_bpf!();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("plain");
    fs::write(&file, "no program").unwrap();
    for (command, status, words) in [
        ("/nonexistent/command", 127, "No such file or directory"),
        ("command-that-is-nowhere-in-path", 127, "No such file or directory"),
        (file.to_str().unwrap(), 126, "Permission denied"),
    ] {
        let outcome = run(&[], &[command]);
        assert_eq!(outcome.code, status, "{command}: {}", outcome.stderr);
        assert_eq!(outcome.stderr, format!("taskweight: {command}: {words}\n"));
        assert!(!outcome.file().exists(), "nothing was measured");
    }
}

#[test]
fn what_the_command_prints_is_its_own() {
    needs_bpf!();
    let outcome = run(&[], &["sh", "-c", "echo to stdout; echo to stderr >&2"]);
    assert_eq!(outcome.stdout, "to stdout\n");
    assert!(outcome.stderr.starts_with("to stderr\n"), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("voluntary"), "the tables follow:\n{}", outcome.stderr);
}

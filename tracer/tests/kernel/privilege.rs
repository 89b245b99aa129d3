//! Whom the command runs as, and whose the report is.

use std::fs;
use std::os::unix::fs::MetadataExt as _;

use crate::invocation::{Invocation, Outcome};

/// Numbers without an entry in the user database: they are taken as they are.
const USER: &str = "54321";
const GROUP: &str = "54322";

fn run_as_sudo(options: &[&str], command: &[&str]) -> Outcome {
    Invocation::run(options, command).env("SUDO_UID", USER).env("SUDO_GID", GROUP).start().finish()
}

#[test]
fn the_command_runs_as_the_caller_of_sudo_who_owns_the_report() {
    needs_bpf!();
    let outcome = run_as_sudo(&[], &["sh", "-c", "id -u; id -g; id -G"]);
    assert_eq!(outcome.stdout, format!("{USER}\n{GROUP}\n{GROUP}\n"), "{}", outcome.stderr);
    assert_eq!(outcome.code, 0);
    let file = fs::metadata(outcome.file()).unwrap();
    assert_eq!((file.uid().to_string(), file.gid().to_string()), (USER.to_owned(), GROUP.to_owned()));
}

#[test]
fn root_is_kept_when_asked_for_and_the_report_belongs_to_the_caller_all_the_same() {
    needs_bpf!();
    let outcome = run_as_sudo(&["--as-root"], &["id", "-u"]);
    assert_eq!((outcome.stdout.as_str(), outcome.code), ("0\n", 0), "{}", outcome.stderr);
    assert_eq!(fs::metadata(outcome.file()).unwrap().uid().to_string(), USER);
}

#[test]
fn a_command_without_rights_is_measured_like_any_other() {
    needs_bpf!();
    let outcome = run_as_sudo(&["--per", "syscall:clone"], &["sh", "-c", "(:); (:); (:)"]);
    let run = outcome.run();
    assert_eq!((run.operations, run.kernel.threads_created), (Some(3), 3));
    crate::lossless::assert_switches_witnessed(&run);
}

#[test]
fn a_caller_who_is_not_a_number_is_refused_and_nothing_is_run() {
    needs_bpf!();
    let outcome = Invocation::run(&[], &["echo", "executed"]).env("SUDO_UID", "alice").env("SUDO_GID", "1").start();
    let outcome = outcome.finish();
    assert_eq!((outcome.stdout.as_str(), outcome.code), ("", 125));
    assert!(outcome.stderr.contains("SUDO_UID=\"alice\" is not a user or group number"), "{}", outcome.stderr);
}

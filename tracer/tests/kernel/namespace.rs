//! PID namespaces: taskweight in one of its own, as in a container, and a command that makes one.

use std::process::Command;

use taskweight_core::report::Report;

use crate::invocation::{programs, run, subject};
use crate::lossless::{assert_no_other_loss, assert_switches_witnessed};

/// Numbers in a fresh namespace are small, those of the host are not.
const SMALL: u32 = 200;

fn inside(words: &[&str]) -> Command {
    let mut command = Command::new("unshare");
    command.args(["--pid", "--fork", "--mount-proc"]).arg(programs().join("taskweight")).args(words);
    for variable in ["SUDO_UID", "SUDO_GID"] {
        command.env_remove(variable);
    }
    command
}

fn report(words: &[&str]) -> Report {
    let output = inside(words).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_command_in_a_container_is_measured_under_the_pids_of_the_container() {
    needs_bpf!();
    let subject = subject();
    let run = report(&["run", "--json", "-", "--", &subject, "fork", "20", "5"]).runs.remove(0);
    assert_eq!((run.kernel.threads_created, run.kernel.switches.exit, run.threads.len()), (120, 121, 121));
    assert!(run.threads.iter().all(|thread| (2..SMALL).contains(&thread.tid) && thread.name == "subject"));
    let leaders: Vec<_> = run.threads.iter().filter(|thread| thread.tid == thread.pid).map(|one| one.tid).collect();
    assert_eq!(leaders.len(), 21);
    assert!(run.threads.iter().all(|thread| leaders.contains(&thread.pid)), "{:?}", run.threads);
    assert_no_other_loss(&run);
    assert_switches_witnessed(&run);
}

#[test]
fn a_thread_that_executes_a_program_in_a_container_takes_over_the_pid_there() {
    needs_bpf!();
    let subject = subject();
    let run = report(&["run", "--json", "-", "--", &subject, "thread-exec", "1009"]).runs.remove(0);
    assert_eq!(run.kernel.syscalls.by_name["getppid"].count, 3 * 1009);
    let ids: Vec<_> = run.threads.iter().map(|thread| (thread.pid, thread.tid)).collect();
    let process = ids[0].0;
    assert!(ids.len() == 2 && process < SMALL && ids.iter().all(|id| id.0 == process), "{ids:?}");
    assert!(ids.contains(&(process, process)), "{ids:?}");
    assert_switches_witnessed(&run);
}

#[test]
fn living_threads_of_a_workload_are_found_in_a_container() {
    needs_bpf!();
    let options = ["--models", "os-thread", "--scenarios", "switch", "--tasks", "2", "--operations", "1009"];
    let words = [&["compare", "--json", "-", "--repetitions", "1"], &options[..]].concat();
    let run = report(&words).runs.remove(0);
    let witness = &run.witness["voluntary_by_thread"];
    assert_eq!((witness.ours, witness.threads_disagreeing), (witness.theirs, Some(0)), "{witness:?}");
    assert_eq!(witness.threads_compared, Some(run.threads.len() as u64));
    assert!(run.threads.iter().all(|thread| thread.tid < SMALL), "{:?}", run.threads);
}

#[test]
fn what_cannot_be_translated_is_refused_with_one_line() {
    needs_bpf!();
    let refusals = [
        (&["run", "--probe-form", "plain", "--", "true"][..], "differ from those of this PID namespace"),
        (&["anatomy", "--models", "os-thread"][..], "start the container with --pid=host"),
    ];
    for (words, reason) in refusals {
        let output = inside(words).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && stderr.contains(reason), "{stderr}");
        assert_eq!(stderr.trim_end().lines().count(), 1, "{stderr}");
    }
}

#[test]
fn a_namespace_without_a_proc_of_its_own_is_told_to_mount_one() {
    needs_bpf!();
    let mut command = Command::new("unshare");
    command.args(["--pid", "--fork"]).arg(programs().join("taskweight")).args(["run", "--", "true"]);
    let output = command.output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(125) && stderr.contains("--mount-proc"), "{stderr}");
}

#[test]
fn threads_of_a_namespace_that_the_command_makes_have_the_pids_of_the_host() {
    needs_bpf!();
    let subject = subject();
    let command = ["unshare", "--pid", "--fork", "--mount-proc", &subject, "fork", "20", "5"];
    let run = run(&[], &command).run();
    assert_eq!((run.kernel.threads_created, run.kernel.switches.exit), (121, 122));
    assert_eq!(run.threads.iter().filter(|thread| thread.name == "subject").count(), 121);
    assert_no_other_loss(&run);
    assert_switches_witnessed(&run);
}

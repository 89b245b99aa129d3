//! Programs that get away: into the background, or to another user.

use std::fs;

use crate::invocation::{Invocation, compare, subject};
use crate::lossless::{assert_no_other_loss, assert_switches_witnessed};
use crate::machine::{Held, cgroups_of, state};
use crate::window::scripts;

#[test]
fn daemon_of_workload_lives_on() {
    needs_bpf!();
    let (marks, subject) = (tempfile::tempdir().unwrap(), subject());
    let file = marks.path().join("daemons");
    let folder = scripts([("os-thread", &format!("exec '{subject}' daemon-window '{}' \"$@\"", file.display()))]);
    let options = ["--models", "os-thread", "--scenarios", "switch", "--tasks", "2", "--operations", "101"];
    let more = ["--programs", folder.path().to_str().unwrap(), "--repetitions", "1", "--pin", "none"];
    let taskweight = Invocation::new("compare", &[&options[..], &more].concat()).start();
    let pid = taskweight.pid();
    let run = taskweight.finish().run();
    assert!(cgroups_of(pid).is_empty());
    let daemons: Vec<u32> = fs::read_to_string(file).unwrap().lines().map(|line| line.parse().unwrap()).collect();
    let held: Vec<_> = daemons.iter().map(|daemon| Held::of(*daemon)).collect();
    assert_eq!(held.len(), 4, "of the twin, of the traced run, and two of the ring that calibrates");
    assert!(daemons.iter().all(|daemon| matches!(state(*daemon), Some('S' | 'R'))));
    held.iter().for_each(Held::kill);
    assert_eq!((run.operations, run.kernel.syscalls.by_name["getppid"].count), (Some(101), 101));
    assert!(run.threads.iter().any(|thread| thread.tid == daemons[1] && thread.switches.exit == 0));
    assert_no_other_loss(&run);
    assert_switches_witnessed(&run);
}

/// Nobody in particular.
const USER: &str = "54321";

#[test]
fn command_of_another_user_is_ended() {
    needs_bpf!();
    let outcome = crate::invocation::run(&["--timeout", "1"], &[&subject(), "become", USER, "600"]);
    let report = outcome.report();
    assert_eq!((outcome.code, report.interrupted), (143, true), "{}", outcome.stderr);
    assert!(outcome.stderr.contains(&format!("subject: now user {USER}\n")), "{}", outcome.stderr);
    assert_eq!(report.runs[0].exit_status, Some(143));
}

#[test]
fn workload_of_another_user_is_ended() {
    needs_bpf!();
    let model = format!("changes='{}' become {USER} 600", subject());
    let options = ["--model", &model, "--models", "future", "--scenarios", "control", "--tasks", "2", "--operations"];
    let outcome = compare(&[&options[..], &["101", "--pin", "none", "--repetitions", "1", "--timeout", "2"]].concat());
    assert_eq!((outcome.code, outcome.report().runs.len()), (1, 1), "{}", outcome.stderr);
    assert!(outcome.stderr.contains(&format!("subject: now user {USER}\n")), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("did not print `ready` within"), "{}", outcome.stderr);
}

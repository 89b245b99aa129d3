//! The window: what happens before `go` and after `done` is not in the figures.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use tempfile::TempDir;

use crate::invocation::{compare, subject};
use crate::lossless::{assert_no_other_loss, assert_switches_witnessed, sum_of_threads};
use crate::machine::cpu;

/// A folder of programs for the models, each a shell script.
pub fn scripts<const N: usize>(scripts: [(&str, &str); N]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (model, script) in scripts {
        let path = folder.path().join(format!("taskweight-{model}"));
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    folder
}

#[test]
fn only_what_happens_between_go_and_done_counts() {
    needs_bpf!();
    let folder = scripts([("os-thread", &format!("exec '{}' window \"$@\"", subject()))]);
    let options = ["--models", "os-thread", "--scenarios", "switch", "--tasks", "2", "--operations", "101"];
    let more = ["--programs", folder.path().to_str().unwrap(), "--repetitions", "1", "--pin", "none"];
    let run = compare(&[&options[..], &more].concat()).run();
    assert_eq!(run.operations, Some(101));
    // 5,003 calls and 7 threads with 11 each came before, 5 threads with 13 each and 3,001 calls afterwards.
    assert_eq!(run.kernel.syscalls.by_name["getppid"].count, 101);
    assert_eq!(run.syscall_histograms["getppid"].count, 101);
    assert_eq!((run.kernel.threads_created, run.kernel.switches.exit), (3, 3));
    assert_eq!(sum_of_threads(&run), run.kernel.switches);
    assert!(run.threads.iter().map(|thread| thread.syscalls).sum::<u64>() < 1_000, "{:?}", run.threads);
    assert_no_other_loss(&run);
    // The witnesses are of the whole life: they contain what is outside the window, on both sides.
    assert_switches_witnessed(&run);
    assert_eq!(run.witness["voluntary_by_thread"].threads_compared, Some(1 + 7 + 3));
}

#[test]
fn control_does_everything_but_the_hand_over() {
    needs_bpf!();
    let cpu = cpu().to_string();
    let options = ["--models", "os-thread", "--scenarios", "control", "--tasks", "2", "--operations", "10007"];
    let run = compare(&[&options[..], &["--pin", &cpu, "--repetitions", "1"]].concat()).run();
    assert_eq!((run.operations, run.logical_switches), (Some(10_007), Some(0)));
    assert_eq!((run.kernel.threads_created, run.kernel.switches.exit, run.kernel.switches.yielded), (0, 0, 0));
    // Two tasks leave the gate and end up parked, the main thread wakes up for each of them, one reads the protocol.
    assert!(run.kernel.switches.voluntary <= 20, "{:?}", run.kernel.switches);
    assert!(run.kernel.syscalls.count <= 100, "{:?}", run.kernel.syscalls);
    assert_no_other_loss(&run);
    assert_switches_witnessed(&run);
}

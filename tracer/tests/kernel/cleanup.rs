//! The machine is left as it was found, also by a taskweight that is killed.

use std::iter;
use std::process::{Command, Stdio};
use std::time::Duration;

use taskweight_core::report::Report;

use crate::invocation::{Invocation, programs, subject};
use crate::loaded::Loaded;
use crate::lossless::assert_no_other_loss;
use crate::machine::{Held, programs_of, state, wait_for};
use crate::window::scripts;

/// The only program of a taskweight, as soon as it has one.
fn child(taskweight: u32) -> u32 {
    wait_for("a child of taskweight", || !programs_of(taskweight).is_empty());
    let programs = programs_of(taskweight);
    assert_eq!(programs.len(), 1, "{programs:?}");
    programs[0]
}

#[test]
fn killed_run_unloads_and_spares_command() {
    needs_bpf!();
    let mut taskweight = Invocation::run(&[], &[&subject(), "wait", "0"]).start();
    assert_eq!(taskweight.line(), "started");
    let loaded = Loaded::by(taskweight.pid());
    let command = child(taskweight.pid());
    let held = Held::of(command);
    let stdin = taskweight.take_stdin();
    taskweight.kill();
    loaded.disappears();
    // As without taskweight: the command goes on, it is not stopped, and it ends when its input does.
    assert!(matches!(state(command), Some('S' | 'R')), "{:?}", state(command));
    drop(stdin);
    assert!(held.ends());
}

#[test]
fn killed_comparison_unloads_and_ends_workload() {
    needs_bpf!();
    let folder = scripts([("os-thread", r#"echo '{"event":"ready","tasks":2}'; read word; exec sleep 1000"#)]);
    let options = ["--models", "os-thread", "--scenarios", "switch", "--tasks", "2", "--pin", "none"];
    // The first half is the twin, which ends after a second; the second is under the probes.
    let more = ["--programs", folder.path().to_str().unwrap(), "--timeout", "1"];
    let mut taskweight = Invocation::new("compare", &[&options[..], &more].concat()).start();
    let loaded = Loaded::by(taskweight.pid());
    let held = Held::of(child(taskweight.pid()));
    taskweight.kill();
    assert!(held.ends());
    loaded.disappears();
}

#[test]
fn killed_check_ends_its_program() {
    let mut command = Command::new(programs().join("taskweight"));
    command.args(["check-model", "--scenarios", "control", "--", "sh", "-c", "exec sleep 1000"]).stdout(Stdio::null());
    let mut taskweight = command.spawn().unwrap();
    let held = Held::of(child(taskweight.id()));
    taskweight.kill().unwrap();
    taskweight.wait().unwrap();
    assert!(held.ends());
}

#[test]
fn suspended_command_dies_with_taskweight() {
    needs_bpf!();
    let mut suspended = 0;
    // Killed at moments that differ, from the first on at which there is a child, and on until one was early enough.
    for delay in (0..10).chain(iter::repeat_n(0, 100)) {
        let mut taskweight = Invocation::run(&[], &[&subject(), "wait", "0"]).start();
        let held = Held::of(child(taskweight.pid()));
        std::thread::sleep(Duration::from_millis(delay));
        taskweight.kill();
        // It ends a subject that is running after all, but nobody who is still suspended.
        drop(taskweight.take_stdin());
        assert!(held.ends());
        suspended += u32::from(taskweight.last_words().is_empty());
        if delay == 9 && suspended > 0 {
            break;
        }
    }
    assert!(suspended > 0, "loading the programs takes longer than to find the child");
}

#[test]
fn daemon_does_not_delay_the_end() {
    needs_bpf!();
    let mut taskweight = Invocation::run(&[], &[&subject(), "daemon"]).start();
    assert_eq!(taskweight.line(), "started");
    let loaded = Loaded::by(taskweight.pid());
    taskweight.say("go");
    let grandchild: u32 = taskweight.line().parse().unwrap();
    let held = Held::of(grandchild);
    let stdin = taskweight.take_stdin();
    let run = taskweight.finish().run();
    assert!(matches!(state(grandchild), Some('S' | 'R')), "{:?}", state(grandchild));
    loaded.disappears();
    assert_eq!((run.threads.len(), run.kernel.threads_created, run.kernel.switches.exit), (3, 2, 2));
    let living = run.threads.iter().find(|thread| thread.tid == grandchild).unwrap();
    assert_eq!((living.switches.exit, living.name.as_str()), (0, "subject"));
    assert_no_other_loss(&run);
    drop(stdin);
    assert!(held.ends());
}

#[test]
fn ordinary_end_unloads() {
    needs_bpf!();
    let mut taskweight = Invocation::run(&[], &[&subject(), "wait", "3"]).start();
    assert_eq!(taskweight.line(), "started");
    let loaded = Loaded::by(taskweight.pid());
    taskweight.say("go");
    let report: Report = taskweight.finish().report();
    assert_eq!(report.runs.len(), 1);
    loaded.disappears();
}

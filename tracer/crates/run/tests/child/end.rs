//! How a child ends, and what is left of it.

use std::fs;
use std::io::Read;
use std::os::fd::AsFd;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Command;

use nix::sys::signal::Signal;
use taskweight_run::child::{Child, Spec, Stdio, Waited};

use crate::{Background, finish, helper, pidfd, readable_soon, run, sh, signals, soon, spec};

#[test]
fn the_exit_status_is_that_of_the_program() {
    assert_eq!(run(&sh("exit 7")).exit_code(), 7);
    assert_eq!(run(&sh("exit 255")).exit_code(), 255);
    assert_eq!(run(&sh("kill -KILL $$")).exit_code(), 137);
}

#[test]
fn an_exited_child_can_be_looked_at_until_it_is_reaped() {
    let mut child = Child::spawn_suspended(&sh("exit 3")).unwrap();
    child.release().unwrap();
    assert_eq!(child.wait_exit(soon(), signals()).unwrap(), Waited::Exited(()));
    assert!(child.has_exited().unwrap());
    assert_eq!(child.exit_status().unwrap().and_then(|status| status.code()), Some(3));
    let path = format!("/proc/{}", child.pid());
    assert!(fs::read_to_string(format!("{path}/stat")).unwrap().contains(") Z "));
    assert_eq!(child.reap().unwrap().exit_code(), 3);
    assert!(!Path::new(&path).exists());
    assert!(child.reap().is_err(), "there is nothing left to reap");
    child.kill(Signal::SIGKILL).unwrap();
}

#[test]
fn a_peeked_status_tells_signals_from_exits() {
    let mut child = Child::spawn_suspended(&sh("kill -TERM $$")).unwrap();
    assert_eq!(child.exit_status().unwrap(), None);
    child.release().unwrap();
    child.wait_exit(soon(), signals()).unwrap();
    let peeked = child.exit_status().unwrap();
    assert_eq!(peeked.and_then(|status| status.signal()), Some(15));
    assert_eq!(Some(child.reap().unwrap().status), peeked);
}

#[test]
fn rusage_covers_the_program_and_what_it_waited_for() {
    let alone = run(&spec("true", &[])).rusage;
    assert!(alone.minor_faults > 10, "{alone:?}");
    let together = run(&sh("true; (i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done); sleep 0.001; :")).rusage;
    assert!(together.user_ns > 0, "{together:?}");
    assert!(together.voluntary >= 1, "sleep and wait block: {together:?}");
    assert!(together.minor_faults > alone.minor_faults, "{alone:?} {together:?}");
}

#[test]
fn a_handler_of_taskweight_does_not_run_in_a_suspended_child() {
    let _installed = signals();
    let mut child = Child::spawn_suspended(&sh("exit 0")).unwrap();
    child.kill(Signal::SIGTERM).unwrap();
    assert_eq!(finish(&mut child).exit_code(), 143);
    assert_eq!(signals().received(), None);
}

#[test]
fn a_child_killed_at_the_gate_is_found_dead_by_the_wait() {
    let mut child = Child::spawn_suspended(&sh("exit 0")).unwrap();
    child.kill(Signal::SIGINT).unwrap();
    assert_eq!(child.wait_exit(soon(), signals()).unwrap(), Waited::Exited(()));
    child.release().unwrap();
    assert_eq!(finish(&mut child).exit_code(), 130);
}

#[test]
fn a_dropped_child_leaves_nothing_behind() {
    for stdio in [Stdio::Inherit, Stdio::Protocol] {
        for released in [false, true] {
            let mut child = Child::spawn_suspended(&Spec { stdio, ..spec("sleep", &["1000"]) }).unwrap();
            if released {
                child.release().unwrap();
            }
            let path = format!("/proc/{}", child.pid());
            drop(child);
            assert!(!Path::new(&path).exists(), "{stdio:?}, released: {released}");
        }
    }
}

#[test]
fn the_whole_group_of_a_protocol_child_ends_with_it() {
    let directory = tempfile::tempdir().unwrap();
    let fifo = directory.path().join("fifo");
    nix::unistd::mkfifo(&fifo, nix::sys::stat::Mode::S_IRWXU).unwrap();
    // The descendant holds the fifo open: its end is our end of file.
    let text = format!("sleep 1000 > '{}' & exit 0", fifo.display());
    let mut child = Child::spawn_suspended(&Spec { stdio: Stdio::Protocol, ..sh(&text) }).unwrap();
    child.release().unwrap();
    let mut end = fs::File::open(&fifo).unwrap();
    assert_eq!(finish(&mut child).exit_code(), 0);
    assert_eq!(end.read(&mut [0]).unwrap(), 0);
}

/// Not a test of its own: the taskweight that is killed by the next one.
#[test]
#[ignore = "run by another test"]
fn helper_that_waits_to_be_killed() {
    let stdio = if std::env::var_os("CHILD_TEST_PROTOCOL").is_some() { Stdio::Protocol } else { Stdio::Inherit };
    let mut child = Child::spawn_suspended(&Spec { stdio, ..spec("sleep", &["1000"]) }).unwrap();
    if stdio == Stdio::Protocol {
        child.release().unwrap();
    }
    println!("\nchild {}", child.pid());
    loop {
        std::thread::park();
    }
}

fn killed_helper_takes_its_child_along(configure: impl FnOnce(&mut Command)) {
    let mut command = helper("end::helper_that_waits_to_be_killed");
    configure(&mut command);
    let mut helper = Background::start(&mut command);
    let child = pidfd(helper.child().as_raw());
    helper.send(Signal::SIGKILL);
    assert_eq!(helper.ends_with(), Some(libc::SIGKILL));
    assert!(readable_soon(child.as_fd()), "the child has outlived taskweight");
}

#[test]
fn a_suspended_child_does_not_outlive_a_killed_taskweight() {
    killed_helper_takes_its_child_along(|_| {});
}

#[test]
fn a_protocol_child_does_not_outlive_a_killed_taskweight() {
    killed_helper_takes_its_child_along(|command| {
        command.env("CHILD_TEST_PROTOCOL", "1");
    });
}

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::process::ExitStatusExt as _;

use nix::sys::socket::ControlMessage;
use rustix::process::{PidfdFlags, pidfd_open};

use super::*;

/// Has a guardian told what `tell` tells, and then left alone.
fn guarded(tell: impl FnOnce(BorrowedFd<'_>)) {
    let (ours, its) = socketpair(AddressFamily::Unix, SockType::SeqPacket, None, SockFlag::SOCK_CLOEXEC).unwrap();
    tell(ours.as_fd());
    drop(ours);
    guard(its.as_fd());
}

#[test]
fn cgroups_that_are_still_there_are_removed() {
    let parent = tempfile::tempdir().unwrap();
    let [gone, left, last, foreign] = ["gone", "left\n\u{1b}", "last", "foreign"].map(|name| parent.path().join(name));
    for path in [&left, &last, &foreign] {
        fs::create_dir(path).unwrap();
    }
    guarded(|socket| {
        for path in [&gone, &left, &last] {
            ward::send_cgroup(socket, path, parent.path()).unwrap();
        }
    });
    assert_eq!([&left, &last, &foreign].map(|path| path.exists()), [false, false, true]);
}

fn pidfd(child: &Child) -> OwnedFd {
    pidfd_open(rustix::process::Pid::from_child(child), PidfdFlags::empty()).unwrap()
}

fn sleep() -> Child {
    Command::new("sleep").arg("600").process_group(0).spawn().unwrap()
}

#[test]
fn programs_that_still_run_are_killed_with_their_group() {
    let mut shell = Command::new("sh");
    shell.args(["-c", "sleep 600 & echo started; wait"]).process_group(0);
    let mut shell = shell.stdout(Stdio::piped()).spawn().unwrap();
    let mut output = BufReader::new(shell.stdout.take().unwrap());
    output.read_line(&mut String::new()).unwrap();
    let mut other = sleep();
    guarded(|socket| ward::send_program(socket, pidfd(&shell).as_fd(), shell.id()).unwrap());
    assert_eq!(shell.wait().unwrap().signal(), Some(libc::SIGKILL));
    // The end of the pipe comes when nobody has it any more.
    assert_eq!(output.read_to_end(&mut Vec::new()).unwrap(), 0);
    assert!(other.try_wait().unwrap().is_none());
    other.kill().unwrap();
    other.wait().unwrap();
}

#[test]
fn a_number_that_is_somebody_elses_by_now_is_let_alone() {
    let (mut ended, mut other) = (sleep(), sleep());
    let pidfd = pidfd(&ended);
    ended.kill().unwrap();
    ended.wait().unwrap();
    guarded(|socket| ward::send_program(socket, pidfd.as_fd(), other.id()).unwrap());
    assert!(other.try_wait().unwrap().is_none());
    other.kill().unwrap();
    other.wait().unwrap();
}

#[test]
fn what_is_no_message_ends_nobody_and_removes_nothing() {
    let parent = tempfile::tempdir().unwrap();
    let mut child = sleep();
    let pidfd = pidfd(&child);
    let attached = [pidfd.as_raw_fd()];
    for number in ["", "0", "-1", "1", "x", "99999999999"] {
        guarded(|socket| ward::send(socket, number.as_bytes(), &[ControlMessage::ScmRights(&attached)]).unwrap());
    }
    guarded(|socket| ward::send(socket, parent.path().as_os_str().as_encoded_bytes(), &[]).unwrap());
    assert!(child.try_wait().unwrap().is_none() && parent.path().exists());
    child.kill().unwrap();
    child.wait().unwrap();
}

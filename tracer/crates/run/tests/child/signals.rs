//! Signals to taskweight while a program runs.

use std::fs;
use std::io::Write;
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;

use nix::errno::Errno;
use nix::sys::signal::Signal;
use rustix::process::pidfd_send_signal;
use taskweight_run::child::{Child, Waited};

use crate::{Background, helper, pidfd, readable_soon, signals, spec};

/// Not a test of its own: says what it receives while a child runs, until that ends.
#[test]
#[ignore = "run by another test"]
fn helper_that_receives_signals() {
    let passes_on = std::env::var_os("CHILD_TEST_TAKE").is_some();
    let _installed = signals();
    let mut child = Child::spawn_suspended(&spec("sleep", &["60"])).unwrap();
    child.release().unwrap();
    println!("\nchild {}", child.pid());
    let mut heard = false;
    while let Waited::Signalled(received) = child.wait_until(None, signals()).unwrap() {
        assert_eq!(signals().received(), Some(received), "it is kept");
        if passes_on {
            assert_eq!(signals().take(), Some(received));
        }
        println!("received {} {}", received.signal, received.sent_by_process);
        heard = true;
        if !passes_on {
            // Noted once; what comes next is up to the default action.
            loop {
                std::thread::park();
            }
        }
    }
    // The child of a Ctrl-C may be gone before its own signal has reached this process.
    if !heard {
        assert!(signals().received().is_some() || readable_soon(signals().as_fd()));
        let received = signals().take().unwrap();
        println!("received {} {}", received.signal, received.sent_by_process);
    }
}

/// By the process, not by its number, which nobody keeps once taskweight is gone.
fn kill(child: &OwnedFd) {
    pidfd_send_signal(child, rustix::process::Signal::KILL).unwrap();
}

#[test]
fn the_first_signal_is_noted_and_the_second_ends_taskweight() {
    let mut helper = Background::start(&mut helper("signals::helper_that_receives_signals"));
    let child = pidfd(helper.child().as_raw());
    helper.send(Signal::SIGTERM);
    assert_eq!(helper.says("received "), "SIGTERM true");
    helper.send(Signal::SIGINT);
    assert_eq!(helper.ends_with(), Some(libc::SIGINT));
    kill(&child);
}

#[test]
fn signals_that_are_taken_can_be_received_again() {
    let mut helper = Background::start(helper("signals::helper_that_receives_signals").env("CHILD_TEST_TAKE", "1"));
    let child = pidfd(helper.child().as_raw());
    for signal in [Signal::SIGTERM, Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
        helper.send(signal);
        assert_eq!(helper.says("received "), format!("{signal} true"));
    }
    helper.send(Signal::SIGKILL);
    helper.ends_with();
    kill(&child);
}

#[test]
fn control_c_reaches_both_and_is_known_to_come_from_the_terminal() {
    let (mut keyboard, terminal) = terminal();
    let mut command = helper("signals::helper_that_receives_signals");
    command.env("CHILD_TEST_TAKE", "1").stdin(terminal);
    // SAFETY: two system calls, which are safe after a fork.
    unsafe {
        command.pre_exec(|| {
            Errno::result(libc::setsid())?;
            Errno::result(libc::ioctl(0, libc::TIOCSCTTY, 0))?;
            Ok(())
        });
    }
    let mut helper = Background::start(&mut command);
    let child = pidfd(helper.child().as_raw());
    keyboard.write_all(b"\x03").unwrap();
    assert_eq!(helper.says("received "), "SIGINT false");
    assert!(readable_soon(child.as_fd()), "the child has had no SIGINT");
    assert_eq!(helper.ends_with(), None);
}

/// Both ends of a new terminal. They must not leak into the children of other tests.
fn terminal() -> (fs::File, OwnedFd) {
    let keyboard = fs::File::options().read(true).write(true).custom_flags(libc::O_NOCTTY).open("/dev/ptmx").unwrap();
    let (master, unlocked) = (keyboard.as_raw_fd(), 0);
    // SAFETY: reads a number that lives as long as the call.
    Errno::result(unsafe { libc::ioctl(master, libc::TIOCSPTLCK, &raw const unlocked) }).unwrap();
    let flags = libc::O_RDWR | libc::O_NOCTTY | libc::O_CLOEXEC;
    // SAFETY: takes a number.
    let terminal = Errno::result(unsafe { libc::ioctl(master, libc::TIOCGPTPEER, flags) }).unwrap();
    // SAFETY: the kernel has just made it for us.
    (keyboard, unsafe { OwnedFd::from_raw_fd(terminal) })
}

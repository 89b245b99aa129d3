//! Suspended children and signals to taskweight: real processes, on any Linux, mostly without privileges.

#![expect(clippy::unwrap_used, reason = "a test that fails says where")]

mod end;
mod exec;
mod inherited;
mod signals;
#[path = "../common/usual.rs"]
mod usual;

use std::ffi::OsString;
use std::fs;
use std::io::{self, BufRead, BufReader};
use std::os::fd::{BorrowedFd, OwnedFd};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{self, Command, Stdio as StdStdio};
use std::sync::{LazyLock, OnceLock};
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rustix::process::{PidfdFlags, pidfd_open};
use taskweight_run::child::{Child, Exit, Spec, Stdio, Waited};
use taskweight_run::privilege::Identity;
use taskweight_run::signals::Signals;

/// Longer than anything here takes, so that what hangs is a failure.
const PATIENCE: Duration = Duration::from_secs(300);

fn signals() -> &'static Signals {
    static SIGNALS: OnceLock<Signals> = OnceLock::new();
    heed_signals();
    SIGNALS.get_or_init(|| Signals::install().unwrap())
}

/// Children of this process inherit what it ignores, and what the thread of the test blocks. SIGHUP, which no test sends to
/// them, is left as it is: there is a test of it.
fn heed_signals() {
    static HEEDED: LazyLock<()> =
        LazyLock::new(|| usual::heed(&[Signal::SIGINT, Signal::SIGQUIT, Signal::SIGTERM]).unwrap());
    LazyLock::force(&HEEDED);
    usual::unblock().unwrap();
}

fn spec(program: impl Into<OsString>, args: &[&str]) -> Spec {
    heed_signals();
    let args = args.iter().map(OsString::from).collect();
    Spec { program: program.into(), args, user: Identity::unchanged(), cpu: None, stdio: Stdio::Inherit }
}

fn sh(script: &str) -> Spec {
    spec("sh", &["-c", script])
}

fn soon() -> Option<Instant> {
    Some(Instant::now() + PATIENCE)
}

fn finish(child: &mut Child) -> Exit {
    match child.wait_until(soon(), signals()).unwrap() {
        Waited::Exited(exit) => exit,
        other => panic!("{other:?}"),
    }
}

fn run(spec: &Spec) -> Exit {
    let mut child = Child::spawn_suspended(spec).unwrap();
    child.release().unwrap();
    finish(&mut child)
}

/// What `sh` sees when the script writes to `$0`.
fn output(script: &str) -> String {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("output");
    assert_eq!(run(&spec("sh", &["-c", script, file.to_str().unwrap()])).exit_code(), 0);
    fs::read_to_string(file).unwrap()
}

fn ours_ignored() -> u64 {
    field(&fs::read_to_string("/proc/self/status").unwrap(), "SigIgn:")
}

fn field(status: &str, name: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    u64::from_str_radix(line.trim(), 16).unwrap()
}

fn helper(name: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", name, "--ignored", "--nocapture"]).stdin(StdStdio::null());
    // SAFETY: only calls that are safe after a fork.
    unsafe { command.pre_exec(usual::signals) };
    command
}

/// A helper in the background, and what it prints that begins with a certain word.
struct Background {
    process: process::Child,
    lines: io::Lines<BufReader<process::ChildStdout>>,
}

impl Drop for Background {
    fn drop(&mut self) {
        // A failed test leaves no helper behind; one that has ended cannot be killed.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Background {
    fn start(command: &mut Command) -> Self {
        let mut process = command.stdout(StdStdio::piped()).spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        Self { process, lines }
    }

    fn says(&mut self, word: &str) -> String {
        let after = |line: String| line.strip_prefix(word).map(|rest| rest.trim().to_owned());
        self.lines.by_ref().map_while(Result::ok).find_map(after).unwrap()
    }

    fn child(&mut self) -> Pid {
        Pid::from_raw(self.says("child ").parse().unwrap())
    }

    fn send(&self, signal: Signal) {
        kill(Pid::from_raw(self.process.id().cast_signed()), signal).unwrap();
    }

    fn ends_with(&mut self) -> Option<i32> {
        self.process.wait().unwrap().signal()
    }
}

fn readable_soon(fd: BorrowedFd<'_>) -> bool {
    let mut fds = [PollFd::new(fd, PollFlags::POLLIN)];
    poll(&mut fds, PollTimeout::try_from(PATIENCE).unwrap()).unwrap() == 1
}

fn pidfd(pid: i32) -> OwnedFd {
    pidfd_open(rustix::process::Pid::from_raw(pid).unwrap(), PidfdFlags::empty()).unwrap()
}

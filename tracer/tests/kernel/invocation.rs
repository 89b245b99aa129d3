//! Starting `taskweight`, talking to the command it measures, and what comes out of it.

use std::env;
use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;

use crate::machine::{PATIENCE, state, wait_for};
pub use crate::outcome::Outcome;
use crate::usual;

/// Where the optimised programs are.
pub fn programs() -> PathBuf {
    let beside = || Path::new(env!("CARGO_BIN_EXE_taskweight")).parent().unwrap().to_owned();
    env::var_os("TASKWEIGHT_BIN_DIR").map_or_else(beside, PathBuf::from)
}

/// The program that is measured: `examples/subject.rs`, built beside this test.
pub fn subject() -> String {
    let deps = env::current_exe().unwrap();
    let path = deps.parent().unwrap().with_file_name("examples").join("subject");
    assert!(path.exists(), "{} is missing: cargo build -p tracer --example subject", path.display());
    path.to_str().unwrap().to_owned()
}

/// `taskweight run` of the subject.
pub fn run_subject(options: &[&str], words: &[&str]) -> Outcome {
    let subject = subject();
    run(options, &[&[subject.as_str()], words].concat())
}

/// `taskweight run`.
pub fn run(options: &[&str], command: &[&str]) -> Outcome {
    Invocation::run(options, command).start().finish()
}

/// `taskweight compare`.
pub fn compare(options: &[&str]) -> Outcome {
    Invocation::new("compare", options).start().finish()
}

/// A command line of taskweight.
pub struct Invocation {
    command: Command,
    folder: TempDir,
}

impl Invocation {
    /// A verb with its options and `--json`.
    pub fn new(verb: &str, options: &[impl AsRef<OsStr>]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(programs().join("taskweight"));
        command.arg(verb).arg("--json").arg(folder.path().join("report.json")).args(options);
        // Who runs the tests through sudo runs them as root all the same.
        for variable in ["SUDO_UID", "SUDO_GID", "TASKWEIGHT_PROGRAMS"] {
            command.env_remove(variable);
        }
        // Signals that are ignored stay so in taskweight and the programs it starts.
        // SAFETY: between fork and exec only calls that are safe there are made.
        unsafe { command.pre_exec(usual::signals) };
        // Pages are counted one by one: some systems make huge ones of them wherever they can.
        // SAFETY: as above.
        unsafe { command.pre_exec(without_huge_pages) };
        Self { command, folder }
    }

    /// The verb `run` with its options and a command.
    pub fn run(options: &[&str], command: &[&str]) -> Self {
        Self::new("run", &[options, &["--"], command].concat())
    }

    /// With a variable in its environment.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// With something done in its process before it starts: only what is safe after a fork.
    pub fn prepared(mut self, prepare: fn() -> std::io::Result<()>) -> Self {
        // SAFETY: promised by the caller.
        unsafe { self.command.pre_exec(prepare) };
        self
    }

    /// Starts it.
    pub fn start(mut self) -> Running {
        self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().unwrap();
        let (stdout, stderr) = (lines(child.stdout.take().unwrap()), lines(child.stderr.take().unwrap()));
        Running { stdin: child.stdin.take(), stdout, stderr, process: Process(child), folder: self.folder }
    }
}

/// For this process and all that it starts.
pub fn without_huge_pages() -> std::io::Result<()> {
    // SAFETY: takes numbers. A kernel without huge pages refuses it, and all is well.
    unsafe { libc::prctl(libc::PR_SET_THP_DISABLE, 1, 0, 0, 0) };
    Ok(())
}

/// Lines as they come, through a thread, so that no read can hang a test.
fn lines(stream: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    let mut lines = BufReader::new(stream).lines();
    thread::spawn(move || lines.try_for_each(|line| sender.send(line.unwrap()).ok()));
    receiver
}

fn rest(lines: &Receiver<String>) -> String {
    let mut text = String::new();
    loop {
        match lines.recv_timeout(PATIENCE) {
            Ok(line) => text = text + &line + "\n",
            Err(RecvTimeoutError::Disconnected) => return text,
            Err(RecvTimeoutError::Timeout) => panic!("somebody keeps the output open after the end:\n{text}"),
        }
    }
}

/// A running taskweight; it is killed when dropped.
pub struct Running {
    process: Process,
    stdin: Option<ChildStdin>,
    stdout: Receiver<String>,
    stderr: Receiver<String>,
    folder: TempDir,
}

/// Ends with its owner: a failed test leaves nothing behind.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ended_already = self.0.kill();
        let _reaped_already = self.0.wait();
    }
}

impl Running {
    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.process.0.id()
    }

    /// The next line of stdout.
    pub fn line(&self) -> String {
        self.stdout.recv_timeout(PATIENCE).unwrap()
    }

    /// Writes a line to stdin.
    pub fn say(&mut self, line: &str) {
        writeln!(self.stdin.as_ref().unwrap(), "{line}").unwrap();
    }

    /// Stdin, to be kept open for longer than taskweight runs.
    pub fn take_stdin(&mut self) -> ChildStdin {
        self.stdin.take().unwrap()
    }

    /// Waits until it is so far. One that ends before never will be.
    pub fn wait_until(&self, mut is_so_far: impl FnMut() -> bool) {
        wait_for("what was to happen while taskweight runs", || {
            // Not waited for: until it is, nobody else can have its number.
            let has_ended = state(self.pid()) == Some('Z');
            let is_so_far = is_so_far();
            assert!(is_so_far || !has_ended, "taskweight ended too early:\n{}", rest(&self.stderr));
            is_so_far
        });
    }

    /// Sends a signal to taskweight alone.
    pub fn send(&self, signal: Signal) {
        kill(Pid::from_raw(self.pid().cast_signed()), signal).unwrap();
    }

    /// Kills it, which it cannot prevent. Stdin stays open.
    pub fn kill(&mut self) {
        self.process.0.kill().unwrap();
        assert_eq!(self.process.0.wait().unwrap().signal(), Some(libc::SIGKILL));
    }

    /// What was printed to stdout and not read before, once nobody can print any more.
    pub fn last_words(&self) -> String {
        rest(&self.stdout)
    }

    /// The folder of its report.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Waits for the end, whatever it is, and gives the folder of the report.
    pub fn end(mut self) -> TempDir {
        drop(self.stdin.take());
        wait_for("the end of taskweight", || self.process.0.try_wait().unwrap().is_some());
        self.folder
    }

    /// Closes stdin and waits for the end.
    pub fn finish(mut self) -> Outcome {
        drop(self.stdin.take());
        wait_for("the end of taskweight", || self.process.0.try_wait().unwrap().is_some());
        let status = self.process.0.wait().unwrap();
        let (stdout, stderr) = (rest(&self.stdout), rest(&self.stderr));
        let code = status.code().unwrap_or_else(|| panic!("{status}\n{stderr}"));
        Outcome::new(code, stdout, stderr, self.folder)
    }
}

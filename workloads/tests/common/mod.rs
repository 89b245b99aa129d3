//! Drives a workload program over the real protocol.
#![allow(dead_code, reason = "every file of tests uses its part of this one")]
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};

use serde_json::Value;

/// All scenarios.
pub const SCENARIOS: &[&str] =
    &["switch", "switch-io", "yield", "control", "spawn", "idle", "deep", "echo", "cpu", "hog"];
/// The scenarios of a model that has neither I/O nor timers.
pub const NO_WAITING: &[&str] = &["switch", "yield", "control", "spawn", "idle", "deep", "cpu"];

/// The programs, with the scenarios each one offers.
pub const PROGRAMS: &[(&str, &[&str])] = &[
    (env!("CARGO_BIN_EXE_taskweight-os-thread"), SCENARIOS),
    (env!("CARGO_BIN_EXE_taskweight-tokio"), SCENARIOS),
    (env!("CARGO_BIN_EXE_taskweight-tokio-mt"), SCENARIOS),
    (env!("CARGO_BIN_EXE_taskweight-smol"), SCENARIOS),
    (env!("CARGO_BIN_EXE_taskweight-may"), SCENARIOS),
    (env!("CARGO_BIN_EXE_taskweight-future"), NO_WAITING),
    (env!("CARGO_BIN_EXE_taskweight-corosensei"), NO_WAITING),
];

/// The load generator.
pub const LOAD: &str = env!("CARGO_BIN_EXE_taskweight-load");

/// A running program.
pub struct Program {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
    stderr: ChildStderr,
}

impl Program {
    /// Starts the program with arguments separated by spaces.
    pub fn start(path: &str, arguments: &str) -> Self {
        let mut command = Command::new(path);
        command.args(arguments.split_whitespace());
        Self::spawn(command)
    }

    /// Starts the program, with pipes to it.
    pub fn spawn(mut command: Command) -> Self {
        let pipes = [Stdio::piped(), Stdio::piped(), Stdio::piped()];
        let [stdin, stdout, stderr] = pipes;
        let mut child = command.stdin(stdin).stdout(stdout).stderr(stderr).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        Self { stdin: child.stdin.take(), stdout, stderr: child.stderr.take().unwrap(), child }
    }

    /// The next line of stdout, with its line end; empty at the end of the output.
    pub fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        line
    }

    /// Writes a line to stdin. The program may have ended already.
    pub fn say(&mut self, word: &str) {
        self.say_bytes(format!("{word}\n").as_bytes());
    }

    /// Writes bytes to stdin. The program may have ended already.
    pub fn say_bytes(&mut self, bytes: &[u8]) {
        let _ended = self.stdin.as_mut().unwrap().write_all(bytes);
    }

    /// Closes stdin.
    pub fn hang_up(&mut self) {
        self.stdin = None;
    }

    /// Reads the line `ready`, which must have this number of tasks, and nothing else but stacks.
    pub fn expect_ready(&mut self, tasks: usize) -> Value {
        let line = self.line();
        let begins = format!("{{\"event\":\"ready\",\"tasks\":{tasks},\"runtime\":\"rustc ");
        assert!(line.starts_with(&begins), "{line:?}: {}", self.complaint(&line));
        let ready: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(ready.as_object().unwrap().len(), 3 + usize::from(ready.get("stacks").is_some()), "{line}");
        ready
    }

    /// A file of the program in /proc.
    pub fn proc(&self, file: &str) -> String {
        std::fs::read_to_string(format!("/proc/{}/{file}", self.child.id())).unwrap()
    }

    /// Reads the line `done`.
    pub fn done(&mut self) -> Value {
        let line = self.line();
        let done: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line:?}: {}", self.complaint(&line)));
        assert_eq!(done["event"], "done", "{line}");
        done
    }

    /// What a program that closed its stdout too early said on stderr, and how it ended.
    fn complaint(&mut self, line: &str) -> String {
        let mut complaint = String::new();
        if line.is_empty() {
            self.stderr.read_to_string(&mut complaint).unwrap();
            complaint.push_str(&self.child.wait().unwrap().to_string());
        }
        complaint
    }

    /// Waits for the end, which has to be successful and silent.
    pub fn expect_clean_end(self) {
        let (status, stdout, stderr) = self.end();
        assert_eq!((status.code(), stdout.as_str(), stderr.as_str()), (Some(0), "", ""));
    }

    /// Waits for the end; gives the status and what is left of stdout and stderr.
    pub fn end(mut self) -> (ExitStatus, String, String) {
        let (mut stdout, mut stderr) = (String::new(), String::new());
        self.stdout.read_to_string(&mut stdout).unwrap();
        self.stderr.read_to_string(&mut stderr).unwrap();
        (self.child.wait().unwrap(), stdout, stderr)
    }

    /// The number of threads in the process.
    pub fn threads(&self) -> usize {
        self.tids().len()
    }

    /// The threads of the process, the first one first.
    pub fn tids(&self) -> Vec<String> {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.child.id())).unwrap();
        tasks.map(|task| task.unwrap().file_name().into_string().unwrap()).collect()
    }
}

/// The sum of a counter in /proc/PID/task/TID/status over all threads of the process.
pub fn status_sum(program: &Program, field: &str) -> u64 {
    let tasks = std::fs::read_dir(format!("/proc/{}/task", program.child.id())).unwrap();
    let value = |path: std::path::PathBuf| {
        let status = std::fs::read_to_string(path.join("status")).unwrap();
        let value = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
        value.unwrap().trim().parse::<u64>().unwrap()
    };
    tasks.map(|task| value(task.unwrap().path())).sum()
}

/// What a scenario needs on the command line besides its name and the numbers.
pub fn needed(scenario: &str) -> &'static str {
    if scenario == "deep" { "--depth 1024" } else { "" }
}

/// Runs a scenario from `ready` to a clean exit, and gives the parsed `done` line.
pub fn complete(path: &str, scenario: &str, tasks: usize, operations: u64) -> Value {
    complete_with(path, scenario, tasks, operations, "")
}

/// The same with more arguments.
pub fn complete_with(path: &str, scenario: &str, tasks: usize, operations: u64, more: &str) -> Value {
    let mut program = Program::start(path, &format!("{scenario} --tasks {tasks} --operations {operations} {more}"));
    program.expect_ready(tasks);
    program.say("go");
    let done = program.done();
    program.say("exit");
    program.expect_clean_end();
    done
}

/// The name of the program in `path`.
pub fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

//! The conversation with taskweight: one JSON object a line on stdout, one word a line on stdin.

use std::io::{self, BufRead, Write};
use std::sync::mpsc::{self, Receiver};
use std::thread;

use anyhow::{Context, Result, bail};
use serde::Serialize;

use crate::asleep;
use crate::stacks::Stacks;
use taskweight_core::protocol::{Done, Ready};

/// The compiler, and the crates that the models are made of: from the build script.
const VERSIONS: &str = env!("WORKLOADS_VERSIONS");

/// Of [`VERSIONS`], the compiler and the crates behind the model whose program this is.
fn runtime() -> String {
    let program = std::env::args_os().next().unwrap_or_default().to_string_lossy().into_owned();
    let is_behind = |part: &&str| {
        let model = if part.starts_with("async-") { "smol" } else { part.split(' ').next().unwrap_or_default() };
        model == "rustc" || program.contains(&format!("taskweight-{model}"))
    };
    VERSIONS.split(", ").filter(is_behind).collect::<Vec<_>>().join(", ")
}

/// The longest line that taskweight reads.
const LONGEST_LINE: usize = 1 << 20;

/// What a program says.
#[derive(Serialize, Debug)]
#[serde(tag = "event", rename_all = "lowercase")]
enum Event<'a> {
    Ready(&'a Ready),
    Done(&'a Done),
}

/// The program's end of the conversation.
///
/// Lines are read by a thread of their own, named `protocol`, which sleeps in `read` while the tasks work: the
/// death of taskweight ends the program even in the middle of a long run.
#[derive(Debug)]
pub struct Protocol {
    lines: Receiver<io::Result<String>>,
}

impl Protocol {
    /// Starts to listen on stdin.
    pub fn start() -> Result<Self> {
        let (sender, lines) = mpsc::channel();
        let listen = move || listen(|line| sender.send(line).is_ok());
        thread::Builder::new().name("protocol".to_owned()).spawn(listen).context("start the protocol thread")?;
        Ok(Self { lines })
    }

    /// Says that all tasks are parked, once every other thread is asleep, and waits for `go`.
    pub fn ready(&self, tasks: usize) -> Result<()> {
        self.ready_with(tasks, None, &Stacks::default())
    }

    /// The same, with the limit that stopped the creation of tasks, and where their stacks are. A list of stacks that
    /// would not fit in the line is left out.
    pub fn ready_with(&self, tasks: usize, stopped_by: Option<&str>, stacks: &Stacks) -> Result<()> {
        asleep::wait_for_others().context("check in /proc whether the threads are asleep")?;
        let (runtime, stopped_by) = (Some(runtime()), stopped_by.map(str::to_owned));
        let without = Ready { tasks: tasks as u64, runtime, stopped_by, ..Ready::default() };
        let whole = line(&Event::Ready(&Ready { stacks: stacks.series().to_vec(), ..without.clone() }))?;
        say(&if whole.len() > LONGEST_LINE { line(&Event::Ready(&without))? } else { whole })?;
        self.expect("go")
    }

    /// Says what was done, and waits for `exit`. The tasks are to be kept alive until this returns.
    pub fn done(&self, done: &Done) -> Result<()> {
        say(&line(&Event::Done(done))?)?;
        self.expect("exit")
    }

    fn expect(&self, word: &str) -> Result<()> {
        let line = self.lines.recv().context("stdin is closed")?.context("read stdin")?;
        if line != word {
            bail!("protocol: expected the line {word:?} on stdin, read {line:?}");
        }
        Ok(())
    }
}

/// Passes every line of stdin on, up to `exit`. The end of the input before that means that taskweight has died.
fn listen(mut pass_on: impl FnMut(io::Result<String>) -> bool) {
    for line in io::stdin().lock().lines() {
        let last = line.as_ref().map_or(true, |line| line == "exit");
        if !pass_on(line) || last {
            return;
        }
    }
    std::process::exit(1);
}

/// An event with the end of its line.
fn line(event: &Event<'_>) -> Result<Vec<u8>> {
    let mut line = serde_json::to_vec(event)?;
    line.push(b'\n');
    Ok(line)
}

fn say(line: &[u8]) -> Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(line).and_then(|()| stdout.flush()).context("write to stdout")
}

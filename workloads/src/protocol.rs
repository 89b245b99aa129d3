//! The conversation with taskweight: one JSON object a line on stdout, one word a line on stdin.

use std::io::{self, BufRead, Write};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::Serialize;

use crate::asleep;

/// What a program says.
#[derive(Serialize, Debug)]
#[serde(tag = "event", rename_all = "lowercase")]
enum Event {
    Ready { tasks: u32 },
    Done { operations: u64, logical_switches: u64, elapsed_ns: u64 },
}

/// What the window contained.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    /// Operations done by all tasks together.
    pub operations: u64,
    /// Control passing from one task to another.
    pub logical_switches: u64,
    /// From the opening of the gate to the last operation, CLOCK_MONOTONIC.
    pub elapsed: Duration,
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
    pub fn ready(&self, tasks: u32) -> Result<()> {
        asleep::wait_for_others().context("see in /proc whether the threads are asleep")?;
        say(&Event::Ready { tasks })?;
        self.expect("go")
    }

    /// Says what was done, and waits for `exit`. The tasks are to be kept alive until this returns.
    pub fn done(&self, outcome: &Outcome) -> Result<()> {
        let &Outcome { operations, logical_switches, elapsed } = outcome;
        say(&Event::Done { operations, logical_switches, elapsed_ns: u64::try_from(elapsed.as_nanos())? })?;
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

fn say(event: &Event) -> Result<()> {
    let mut line = serde_json::to_vec(event)?;
    line.push(b'\n');
    let mut stdout = io::stdout().lock();
    stdout.write_all(&line).and_then(|()| stdout.flush()).context("write to stdout")
}

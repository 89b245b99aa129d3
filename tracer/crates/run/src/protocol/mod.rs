//! The workload protocol: one JSON object a line from the program, one word a line to it.
//!
//! The program prints `ready` when its tasks exist and are parked, reads `go`, works, prints `done` with its tasks
//! still alive, reads `exit` and exits. Whatever else it does ends the conversation with an error.

mod error;
mod event;
mod lines;
mod stacks;

use std::io::Write;
use std::os::fd::AsFd;
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};

use super::child::{Child, Pipes, poll_readable};
use super::signals::Signals;
pub use error::{Excerpt, Problem, ProtocolError, Step};
pub use lines::LIMIT;
use lines::{Fill, Lines};
pub use stacks::MOST_STACKS;
pub use taskweight_core::protocol::{Done, Ready, RuntimeStacks, StackSeries};

/// How long a program that has closed its stdout may take to exit: its status says more than the closed pipe.
const GRACE: Duration = Duration::from_secs(1);

/// The conversation with one program, from its release to the word `exit`.
#[derive(Debug)]
pub struct Conversation<'a> {
    program: String,
    child: &'a mut Child,
    signals: &'a Signals,
    pipes: Pipes,
    lines: Lines,
}

impl<'a> Conversation<'a> {
    /// Begins to talk to a released child.
    ///
    /// # Errors
    /// When the child was not started with [`Stdio::Protocol`](super::child::Stdio::Protocol), or has been talked to.
    pub fn new(child: &'a mut Child, signals: &'a Signals) -> Result<Self, ProtocolError> {
        let program = child.name();
        match child.take_pipes().ok_or(Errno::ENOTCONN).and_then(prepare) {
            Ok(pipes) => Ok(Self { program, child, signals, pipes, lines: Lines::default() }),
            Err(errno) => Err(ProtocolError { program, problem: Problem::Pipes(errno.into()) }),
        }
    }

    /// The program talked to.
    #[must_use]
    pub fn child(&self) -> &Child {
        self.child
    }

    /// Waits until the tasks exist and are parked.
    ///
    /// # Errors
    /// When anything but `ready` with `tasks` tasks happens, or nothing until `deadline`.
    pub fn wait_ready(&mut self, tasks: u64, deadline: Option<Instant>) -> Result<Ready, ProtocolError> {
        let line = self.next_line(Step::Ready, deadline);
        line.and_then(|line| event::ready(&line, tasks)).map_err(|problem| self.error(problem))
    }

    /// Tells the program to work. What it printed since `ready` is an error: its work began before the window.
    ///
    /// # Errors
    /// When the program is dead, does not listen, or has spoken out of turn.
    pub fn go(&mut self) -> Result<(), ProtocolError> {
        self.refuse_early_output().and_then(|()| self.say("go")).map_err(|problem| self.error(problem))
    }

    /// Waits until the work is done.
    ///
    /// # Errors
    /// When anything but a valid `done` happens, or nothing until `deadline`.
    pub fn wait_done(&mut self, deadline: Option<Instant>) -> Result<Done, ProtocolError> {
        let line = self.next_line(Step::Done, deadline);
        line.and_then(|line| event::done(&line)).map_err(|problem| self.error(problem))
    }

    /// Tells the program to exit, and ends the conversation: waiting is up to the owner of the child. What the program
    /// still prints is kept from ending it by a broken pipe, and not read.
    ///
    /// # Errors
    /// When the program has exited before it was told to, or does not listen.
    pub fn exit(mut self) -> Result<(), ProtocolError> {
        self.say("exit").map_err(|problem| self.error(problem))?;
        self.child.keep_open(self.pipes.stdout);
        Ok(())
    }

    /// Ends the program's stdin without a word, as the death of taskweight would.
    pub fn hang_up(self) {
        self.child.keep_open(self.pipes.stdout);
    }

    fn error(&self, problem: Problem) -> ProtocolError {
        ProtocolError { program: self.program.clone(), problem }
    }

    fn next_line(&mut self, awaited: Step, deadline: Option<Instant>) -> Result<Vec<u8>, Problem> {
        let started = Instant::now();
        loop {
            if let Some(line) = self.lines.take()? {
                return Ok(line);
            }
            // Looked at before the read: what a dead program has printed is all in the pipe by then.
            let exited = self.child.exit_status().map_err(Problem::Pipes)?;
            match (self.lines.fill(&self.pipes.stdout).map_err(Problem::Pipes)?, exited) {
                (Fill::Some, _) => {}
                (Fill::End, _) => return Err(self.silence(awaited)),
                (Fill::Empty, Some(status)) => return Err(Problem::Exited { status, before: awaited }),
                (Fill::Empty, None) => self.wait_for_more(awaited, started, deadline)?,
            }
        }
    }

    fn wait_for_more(&self, awaited: Step, started: Instant, deadline: Option<Instant>) -> Result<(), Problem> {
        if let Some(by) = self.signals.received() {
            return Err(Problem::Interrupted { by, before: awaited });
        }
        // Looked at first: output that drips in, and is never a line, must not put the end off.
        if let Some(deadline) = deadline.filter(|deadline| Instant::now() >= *deadline) {
            return Err(Problem::TimedOut { awaited, waited: deadline.saturating_duration_since(started) });
        }
        let fds = [self.pipes.stdout.as_fd(), self.child.pidfd(), self.signals.as_fd()];
        poll_readable(fds, deadline).map_err(Problem::Pipes).map(drop)
    }

    /// The program has closed its stdout, which usually means that it is about to be dead.
    fn silence(&self, before: Step) -> Problem {
        match self.status_soon() {
            Some(status) => Problem::Exited { status, before },
            None => Problem::Closed { before },
        }
    }

    fn status_soon(&self) -> Option<ExitStatus> {
        self.child.wait_exit(Some(Instant::now() + GRACE), self.signals).ok()?;
        self.child.exit_status().ok()?
    }

    fn refuse_early_output(&mut self) -> Result<(), Problem> {
        if self.lines.fill(&self.pipes.stdout).map_err(Problem::Pipes)? == Fill::End {
            return Err(self.silence(Step::Go));
        }
        if self.lines.is_empty() { Ok(()) } else { Err(Problem::Early { line: self.lines.rest() }) }
    }

    /// Two short words never fill a pipe, so this does not block. The SIGPIPE of a closed one is ignored since Rust's
    /// runtime has started; taskweight must leave it so.
    fn say(&mut self, word: &'static str) -> Result<(), Problem> {
        let line = format!("{word}\n");
        self.pipes.stdin.write_all(line.as_bytes()).map_err(|error| {
            let status = self.status_soon();
            Problem::Unheard { word, error, status }
        })
    }
}

/// Reads of this end never block; the program's end is an open file of its own and stays as programs expect it.
fn prepare(pipes: Pipes) -> Result<Pipes, Errno> {
    fcntl(&pipes.stdout, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
    Ok(pipes)
}

#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod tests;

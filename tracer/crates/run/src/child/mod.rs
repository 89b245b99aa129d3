//! A program that is created suspended and released later: eBPF is told its pid first, and its first instruction is
//! traced.
//!
//! The child is forked, prepares itself (group, pipes, CPU, user) and then sleeps in a `read` of the gate, a pipe. The
//! only thing left to do after the gate opens is `execve`. Should taskweight die before that, the gate ends and so
//! does the child.

mod error;
mod fork;
mod inside;
mod message;
mod poll;
mod spec;
mod wait;

use std::ffi::OsString;
use std::io::{self, PipeReader, PipeWriter, Write};
use std::os::fd::{AsFd as _, OwnedFd};
use std::path::Path;

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;

use crate::guardian;
pub use error::{ExecError, SpawnError, Step};
use message::Message;
pub(super) use poll::poll_readable;
pub use spec::{Spec, Stdio};
pub use wait::{Exit, Rusage, Waited};

/// A program started by taskweight. Dropping it kills and reaps it, unless it is reaped already, or has become somebody
/// else's whom this process may not kill.
#[derive(Debug)]
pub struct Child {
    pid: i32,
    pidfd: OwnedFd,
    program: OsString,
    gate: Option<PipeWriter>,
    messages: PipeReader,
    pipes: Option<Pipes>,
    late_output: Option<PipeReader>,
    own_group: bool,
    reaped: bool,
}

/// The program's stdin and stdout, seen from here.
#[derive(Debug)]
pub(super) struct Pipes {
    pub(super) stdin: PipeWriter,
    pub(super) stdout: PipeReader,
}

impl Child {
    /// Creates the child and waits until it sleeps at the gate. In [`Stdio::Protocol`] the calling thread must live
    /// as long as the program: the kernel kills the program when that thread ends.
    ///
    /// # Errors
    /// When the child could not be made or could not prepare itself; it is gone then.
    pub fn spawn_suspended(spec: &Spec) -> Result<Self, SpawnError> {
        let program = spec.program.clone();
        let child = Self::fork(spec)?;
        match message::receive(&child.messages) {
            Ok(Some(Message::Parked)) => {
                if child.own_group {
                    guardian::tell_of_program(child.pidfd.as_fd(), child.pid());
                }
                Ok(child)
            }
            Ok(Some(Message::SetupFailed(step, errno))) => Err(SpawnError::Setup { program, step, errno }),
            Ok(Some(Message::ExecFailed(_)) | None) => Err(SpawnError::Died { program }),
            Err(source) => Err(SpawnError::Resources { program, what: "wait for the new process", source }),
        }
    }

    /// Its process id, known before it executes anything.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.id()
    }

    fn id(&self) -> u32 {
        self.pid.unsigned_abs()
    }

    /// Lets it execute the program, and waits until it has. Calling it again does nothing.
    ///
    /// # Errors
    /// What `execve` said. A child that was killed meanwhile is no error here: waiting for it tells.
    pub fn release(&mut self) -> Result<(), ExecError> {
        let Some(mut gate) = self.gate.take() else { return Ok(()) };
        // A child that is dead already cannot read it; Rust's runtime ignores the SIGPIPE.
        let _ = gate.write(&[1]);
        drop(gate);
        match message::receive(&self.messages) {
            Ok(Some(Message::ExecFailed(errno))) => Err(ExecError::Refused { program: self.program.clone(), errno }),
            Ok(_) => Ok(()),
            Err(source) => Err(ExecError::Gate { program: self.program.clone(), source }),
        }
    }

    /// Sends a signal to the program, and to all of its process group if that is its own. Nothing happens when the
    /// program is gone.
    ///
    /// # Errors
    /// When the kernel refuses, as for a program that has changed its user.
    pub fn kill(&self, signal: Signal) -> io::Result<()> {
        if self.reaped {
            return Ok(());
        }
        let pid = Pid::from_raw(self.pid);
        match if self.own_group { killpg(pid, signal) } else { kill(pid, signal) } {
            Ok(()) | Err(Errno::ESRCH) => Ok(()),
            Err(errno) => Err(errno.into()),
        }
    }

    /// Whether it runs and cannot be ended.
    fn is_out_of_reach(&self) -> bool {
        !self.has_exited().unwrap_or(false) && kill(Pid::from_raw(self.pid), None) == Err(Errno::EPERM)
    }

    fn kill_group(&self) {
        if self.own_group {
            // There usually is nobody but the zombie itself.
            let _ = self.kill(Signal::SIGKILL);
        }
    }

    /// What to call it in an error: the file's name.
    pub(super) fn name(&self) -> String {
        let file = Path::new(&self.program).file_name().unwrap_or(&self.program);
        file.to_string_lossy().into_owned()
    }

    pub(super) fn take_pipes(&mut self) -> Option<Pipes> {
        self.pipes.take()
    }

    /// Until the program is gone.
    pub(super) fn keep_open(&mut self, stdout: PipeReader) {
        self.late_output = Some(stdout);
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        if !self.reaped {
            // A destructor has nobody to tell.
            let _ = self.kill(Signal::SIGKILL);
            if !self.is_out_of_reach() {
                let _ = self.reap();
            }
        }
    }
}

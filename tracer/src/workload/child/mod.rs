//! A program that is created suspended and released later: eBPF is told its pid first, and its first instruction is
//! traced.
//!
//! The child is forked, prepares itself (group, pipes, CPU, user) and then sleeps in a `read` of the gate, a pipe. The
//! only thing left to do after the gate opens is `execve`. Should taskweight die before that, the gate ends and so
//! does the child.

mod error;
mod inside;
mod message;
mod poll;
mod spec;
mod wait;

use std::ffi::OsString;
use std::io::{self, PipeReader, PipeWriter, Write};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::sync::{Mutex, PoisonError};

use nix::errno::Errno;
use nix::sched::CpuSet;
use nix::sys::signal::{SigSet, SigmaskHow, Signal, kill, killpg};
use nix::unistd::{ForkResult, Pid, fork, getpid};

pub use error::{ExecError, SpawnError, Step};
use inside::{Fds, Plan};
use message::Message;
pub(super) use poll::poll_readable;
use spec::Strings;
pub use spec::{Spec, Stdio};
pub use wait::{Exit, Rusage, Waited};

/// Held from the making of the pipes to the closing of the child's ends: a second child forked in between would keep
/// a copy, and the end of a pipe that means "executed" would not come before that child's release.
static FORKING: Mutex<()> = Mutex::new(());

/// A program started by taskweight. Dropping it kills and reaps it, unless it is reaped already.
#[derive(Debug)]
pub struct Child {
    pid: i32,
    pidfd: OwnedFd,
    program: OsString,
    gate: Option<PipeWriter>,
    messages: PipeReader,
    pipes: Option<Pipes>,
    own_group: bool,
    reaped: bool,
}

/// The program's stdin and stdout, seen from here.
#[derive(Debug)]
pub(super) struct Pipes {
    pub(super) stdin: PipeWriter,
    pub(super) stdout: PipeReader,
}

/// Both ends of everything between taskweight and the child. All are closed by an exec.
struct Ends {
    gate: (PipeReader, PipeWriter),
    messages: (PipeReader, PipeWriter),
    stdin: Option<(PipeReader, PipeWriter)>,
    stdout: Option<(PipeReader, PipeWriter)>,
}

impl Ends {
    fn new(stdio: Stdio) -> io::Result<Self> {
        let pipe = || (stdio == Stdio::Protocol).then(io::pipe).transpose();
        Ok(Self { gate: io::pipe()?, messages: io::pipe()?, stdin: pipe()?, stdout: pipe()? })
    }

    fn of_child(&self) -> Fds {
        Fds {
            gate: (self.gate.0.as_raw_fd(), self.gate.1.as_raw_fd()),
            messages: self.messages.1.as_raw_fd(),
            stdio: self.stdin.as_ref().zip(self.stdout.as_ref()).map(|(i, o)| (i.0.as_raw_fd(), o.1.as_raw_fd())),
        }
    }
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
            Ok(Some(Message::Parked)) => Ok(child),
            Ok(Some(Message::SetupFailed(step, errno))) => Err(SpawnError::Setup { program, step, errno }),
            Ok(Some(Message::ExecFailed(_)) | None) => Err(SpawnError::Died { program }),
            Err(source) => Err(SpawnError::Resources { program, what: "hear the new process", source }),
        }
    }

    fn fork(spec: &Spec) -> Result<Self, SpawnError> {
        let failed = |what| move |source| SpawnError::Resources { program: spec.program.clone(), what, source };
        let strings =
            Strings::new(spec).map_err(|source| SpawnError::NullByte { program: spec.program.clone(), source })?;
        let cpu = spec.cpu.map(|cpu| only(cpu).map_err(|_| SpawnError::Cpu { program: spec.program.clone(), cpu }));
        let cpu = cpu.transpose()?;
        let _forking = FORKING.lock().unwrap_or_else(PoisonError::into_inner);
        let ends = Ends::new(spec.stdio).map_err(failed("make a pipe"))?;
        let pid = fork_into(|mask| Plan {
            strings,
            credentials: spec.user.credentials(),
            cpu,
            mask,
            parent: getpid(),
            stdio: spec.stdio,
            fds: ends.of_child(),
        })
        .map_err(failed("make a process (fork)"))?;
        Self::adopt(pid, spec, ends).map_err(failed("get a descriptor for the process (pidfd_open)"))
    }

    /// Nobody else can have reaped the new process, so its number is good.
    fn adopt(pid: Pid, spec: &Spec, ends: Ends) -> io::Result<Self> {
        Ok(Self {
            pid: pid.as_raw(),
            pidfd: pidfd_open(pid)?,
            program: spec.program.clone(),
            gate: Some(ends.gate.1),
            messages: ends.messages.0,
            pipes: ends.stdin.zip(ends.stdout).map(|(stdin, stdout)| Pipes { stdin: stdin.1, stdout: stdout.0 }),
            own_group: spec.stdio == Stdio::Protocol,
            reaped: false,
        })
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

    fn kill_group(&self) {
        if self.own_group {
            // There usually is nobody but the zombie itself.
            let _ = self.kill(Signal::SIGKILL);
        }
    }

    pub(super) fn take_pipes(&mut self) -> Option<Pipes> {
        self.pipes.take()
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        if !self.reaped {
            // A destructor has nobody to tell.
            let _ = self.kill(Signal::SIGKILL);
            let _ = self.reap();
        }
    }
}

/// Forks with all signals blocked, so that no handler of taskweight runs in the child before it has reset them.
fn fork_into<'a>(plan: impl FnOnce(libc::sigset_t) -> Plan<'a>) -> io::Result<Pid> {
    let before = SigSet::all().thread_swap_mask(SigmaskHow::SIG_SETMASK)?;
    let mut plan = plan(*before.as_ref());
    // SAFETY: the child only makes calls that are safe after a fork, and never returns.
    let forked = unsafe { fork() };
    if matches!(forked, Ok(ForkResult::Child)) {
        inside::become_program(&mut plan);
    }
    before.thread_set_mask()?;
    match forked? {
        ForkResult::Parent { child } => Ok(child),
        ForkResult::Child => unreachable!("the child has become the program"),
    }
}

fn only(cpu: usize) -> nix::Result<CpuSet> {
    let mut set = CpuSet::new();
    set.set(cpu)?;
    Ok(set)
}

/// A descriptor that can be polled for the end of a process. The kernel closes it at an exec.
fn pidfd_open(pid: Pid) -> io::Result<OwnedFd> {
    // SAFETY: takes numbers.
    let fd = Errno::result(unsafe { libc::syscall(libc::SYS_pidfd_open, pid.as_raw(), 0) })?;
    let fd = i32::try_from(fd).map_err(|_| Errno::EBADF)?;
    // SAFETY: the kernel has just made it for us.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

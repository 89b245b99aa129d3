//! Making the child: pipes, fork, a descriptor for the process.

use std::io::{self, PipeReader, PipeWriter};
use std::os::fd::AsRawFd;
use std::sync::{Mutex, PoisonError};

use nix::sched::CpuSet;
use nix::sys::signal::{SigSet, SigmaskHow};
use nix::unistd::{ForkResult, Pid, fork, getpid};
use rustix::process::{PidfdFlags, pidfd_open};

use super::error::SpawnError;
use super::inside::{self, Fds, Plan};
use super::spec::{Spec, Stdio, Strings};
use super::{Child, Pipes};

/// Held from the making of the pipes to the closing of the child's ends: a second child forked in between would keep
/// a copy, and the end of a pipe that means "executed" would not come before that child's release.
static FORKING: Mutex<()> = Mutex::new(());

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
    pub(super) fn fork(spec: &Spec) -> Result<Self, SpawnError> {
        let failed = |what| move |source| SpawnError::Resources { program: spec.program.clone(), what, source };
        let strings =
            Strings::new(spec).map_err(|source| SpawnError::NullByte { program: spec.program.clone(), source })?;
        let cpu = spec.cpu.map(|cpu| only(cpu).map_err(|_| SpawnError::Cpu { program: spec.program.clone(), cpu }));
        let cpu = cpu.transpose()?;
        let _forking = FORKING.lock().unwrap_or_else(PoisonError::into_inner);
        let ends = Ends::new(spec.stdio).map_err(failed("create a pipe"))?;
        let pid = fork_into(|mask| Plan {
            strings,
            credentials: spec.user.credentials(),
            cpu,
            mask,
            parent: getpid(),
            stdio: spec.stdio,
            fds: ends.of_child(),
        })
        .map_err(failed("create a process (fork)"))?;
        Self::adopt(pid, spec, ends).map_err(failed("get a descriptor for the process (pidfd_open)"))
    }

    /// Nobody else can have reaped the new process, so its number is good.
    fn adopt(pid: Pid, spec: &Spec, ends: Ends) -> io::Result<Self> {
        let number = rustix::process::Pid::from_raw(pid.as_raw()).ok_or(io::ErrorKind::InvalidInput)?;
        Ok(Self {
            pid: pid.as_raw(),
            pidfd: pidfd_open(number, PidfdFlags::empty())?,
            program: spec.program.clone(),
            gate: Some(ends.gate.1),
            messages: ends.messages.0,
            pipes: ends.stdin.zip(ends.stdout).map(|(stdin, stdout)| Pipes { stdin: stdin.1, stdout: stdout.0 }),
            late_output: None,
            own_group: spec.stdio == Stdio::Protocol,
            reaped: false,
        })
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

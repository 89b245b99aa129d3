//! What the child does itself, between the fork and the program: only calls that are safe in the single thread that a
//! fork leaves of a process with several (no allocation, no lock, no panic).

use std::ffi::CStr;
use std::os::fd::RawFd;
use std::ptr;
use std::sync::atomic::Ordering;

use nix::errno::Errno;
use nix::sched::{CpuSet, sched_setaffinity};
use nix::unistd::{Gid, Pid, Uid, getppid, getresgid, getresuid, setgroups, setpgid, setresgid, setresuid};

use super::super::privilege::Credentials;
use super::super::signals::CHILDREN_WERE_IGNORED;
use super::error::Step;
use super::message::{self, Message};
use super::spec::{SHELL, Stdio, Strings};

/// Everything the child needs, made before the fork.
pub(super) struct Plan<'a> {
    pub(super) strings: Strings,
    pub(super) credentials: Option<&'a Credentials>,
    pub(super) cpu: Option<CpuSet>,
    pub(super) mask: libc::sigset_t,
    pub(super) parent: Pid,
    pub(super) stdio: Stdio,
    pub(super) fds: Fds,
}

/// Descriptors are numbers here: the child must not run the destructors of their owners.
pub(super) struct Fds {
    /// The child's end, and that of taskweight which the fork has copied.
    pub(super) gate: (RawFd, RawFd),
    pub(super) messages: RawFd,
    /// What becomes stdin and stdout.
    pub(super) stdio: Option<(RawFd, RawFd)>,
}

/// Becomes the program, once the gate opens.
pub(super) fn become_program(plan: &mut Plan<'_>) -> ! {
    let message = match prepare(plan) {
        Ok(()) => {
            message::send(plan.fds.messages, Message::Parked);
            wait_at_gate(plan.fds.gate);
            Message::ExecFailed(execute(&mut plan.strings))
        }
        Err((step, errno)) => Message::SetupFailed(step, errno),
    };
    message::send(plan.fds.messages, message);
    exit()
}

fn prepare(plan: &Plan<'_>) -> Result<(), (Step, Errno)> {
    reset_signals(&plan.mask);
    let at = |step| move |errno| (step, errno);
    if plan.stdio == Stdio::Protocol {
        setpgid(Pid::from_raw(0), Pid::from_raw(0)).map_err(at(Step::Group))?;
    }
    if let Some((stdin, stdout)) = plan.fds.stdio {
        connect(stdin, stdout).map_err(at(Step::Stdio))?;
    }
    if let Some(cpu) = &plan.cpu {
        sched_setaffinity(Pid::from_raw(0), cpu).map_err(at(Step::Cpu))?;
    }
    if let Some(to) = plan.credentials {
        setgroups(&to.groups).map_err(at(Step::Groups))?;
        set_gid(to.gid).map_err(at(Step::GroupId))?;
        set_uid(to.uid).map_err(at(Step::UserId))?;
    }
    // Last, since a change of credentials clears it.
    if plan.stdio == Stdio::Protocol {
        die_with(plan.parent).map_err(at(Step::DeathSignal))?;
    }
    Ok(())
}

/// Handlers of taskweight must not run here: they would write to its self-pipe and swallow a Ctrl-C meant for both.
/// What was ignored stays so, but for SIGPIPE, which Rust's runtime ignores before `main`.
fn reset_signals(mask: &libc::sigset_t) {
    for signal in 1..=libc::SIGRTMAX() {
        // SAFETY: all zeroes is a valid `sigaction`: the default one.
        let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
        // SAFETY: asks for the present action only; numbers that are not signals are refused.
        let known = unsafe { libc::sigaction(signal, ptr::null(), &raw mut action) } == 0;
        if known && (signal == libc::SIGPIPE || action.sa_sigaction != libc::SIG_IGN) {
            // SAFETY: the default action runs no code of ours.
            unsafe { libc::signal(signal, libc::SIG_DFL) };
        }
    }
    if CHILDREN_WERE_IGNORED.load(Ordering::Relaxed) {
        // SAFETY: runs no code of ours.
        unsafe { libc::signal(libc::SIGCHLD, libc::SIG_IGN) };
    }
    // SAFETY: the mask was filled in by the same call before the fork.
    unsafe { libc::sigprocmask(libc::SIG_SETMASK, mask, ptr::null_mut()) };
}

/// Our descriptors are 3 and above, since Rust's runtime opens /dev/null in the place of missing standard ones, so the
/// new places never hold what is still to be moved. The copies survive the exec, the originals do not.
fn connect(stdin: RawFd, stdout: RawFd) -> Result<(), Errno> {
    for (fd, place) in [(stdin, libc::STDIN_FILENO), (stdout, libc::STDOUT_FILENO)] {
        // SAFETY: plain numbers, and nobody in this process owns the places that are overwritten.
        Errno::result(unsafe { libc::dup2(fd, place) })?;
    }
    Ok(())
}

fn set_gid(gid: Gid) -> Result<(), Errno> {
    setresgid(gid, gid, gid)?;
    let now = getresgid()?;
    if [now.real, now.effective, now.saved] == [gid; 3] { Ok(()) } else { Err(Errno::EPERM) }
}

fn set_uid(uid: Uid) -> Result<(), Errno> {
    setresuid(uid, uid, uid)?;
    let now = getresuid()?;
    if [now.real, now.effective, now.saved] == [uid; 3] { Ok(()) } else { Err(Errno::EPERM) }
}

/// The kernel forgets it when root's program gets back capabilities that taskweight has given up: then there is the
/// guardian. Tied to the thread that forked. If that died before the call there is no signal: hence the second look.
fn die_with(parent: Pid) -> Result<(), Errno> {
    // SAFETY: takes a number.
    Errno::result(unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) })?;
    if getppid() != parent {
        exit()
    }
    Ok(())
}

/// Returns when taskweight opens the gate. When taskweight dies instead, so does the child: the end of taskweight
/// that the fork has copied is closed first, or the pipe would never end.
fn wait_at_gate((gate, copy): (RawFd, RawFd)) {
    let mut byte = 0_u8;
    // SAFETY: a number that only this process uses, and is not used again.
    unsafe { libc::close(copy) };
    loop {
        // SAFETY: reads at most one byte into a place for one.
        match unsafe { libc::read(gate, (&raw mut byte).cast(), 1) } {
            1 => return,
            -1 if Errno::last() == Errno::EINTR => {}
            _ => exit(),
        }
    }
}

/// Returns only when no candidate could be executed, with the error `execvp` would give; except that, as in a shell, a
/// directory of PATH that the user may not search (one of root's, say) does not turn "not found" into "not permitted".
fn execute(strings: &mut Strings) -> Errno {
    let envp = strings.envp.pointers.as_ptr();
    let only = strings.candidates.len() == 1;
    let mut outcome = Errno::ENOENT;
    for candidate in &strings.candidates {
        // SAFETY: null-terminated strings and arrays of such, all alive.
        unsafe { libc::execve(candidate.as_ptr(), strings.argv.pointers.as_ptr(), envp) };
        match Errno::last() {
            Errno::EACCES if only || exists(candidate) => outcome = Errno::EACCES,
            Errno::EACCES => {}
            Errno::ENOENT | Errno::ENOTDIR | Errno::ESTALE | Errno::ENODEV | Errno::ETIMEDOUT => {}
            Errno::ENOEXEC => {
                strings.shell_argv.pointers[1] = candidate.as_ptr();
                // SAFETY: as above; the array has the shell, the script and the end at least.
                unsafe { libc::execve(SHELL.as_ptr(), strings.shell_argv.pointers.as_ptr(), envp) };
                return Errno::last();
            }
            errno => return errno,
        }
    }
    outcome
}

fn exists(path: &CStr) -> bool {
    // SAFETY: a null-terminated string.
    unsafe { libc::access(path.as_ptr(), libc::F_OK) == 0 }
}

fn exit() -> ! {
    // SAFETY: ends the process without running any handler of taskweight.
    unsafe { libc::_exit(127) }
}

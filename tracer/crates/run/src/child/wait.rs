//! Waiting for the program, and what the kernel says about it once it is gone.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::Instant;

use nix::errno::Errno;
use rustix::process::{WaitId, WaitIdOptions, waitid};

use super::super::signals::{Received, Signals};
use super::{Child, poll_readable};

/// How a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waited<T = Exit> {
    /// The program has exited.
    Exited(T),
    /// taskweight received a signal, and the program still runs.
    Signalled(Received),
    /// The deadline has passed, and the program still runs.
    TimedOut,
}

/// The end of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exit {
    /// Exit status or fatal signal.
    pub status: ExitStatus,
    /// What it used.
    pub rusage: Rusage,
}

impl Exit {
    /// 0-255, or 128 + the number of the signal that killed it, as in a shell.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        let of_signal = |signal: i32| 128 + (signal & 0x7f);
        let code = self.status.code().or_else(|| self.status.signal().map(of_signal));
        code.and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX)
    }
}

/// What the program and those of its descendants used that it had waited for, from `wait4`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rusage {
    /// CPU time in user mode; the kernel gives microseconds.
    pub user_ns: u64,
    /// CPU time in the kernel; the kernel gives microseconds.
    pub system_ns: u64,
    /// Switches of a thread that went to sleep.
    pub voluntary: u64,
    /// All other switches: preemption, sched_yield().
    pub involuntary: u64,
    /// Page faults answered from memory.
    pub minor_faults: u64,
    /// Page faults that needed a device.
    pub major_faults: u64,
}

impl Rusage {
    fn from_raw(raw: &libc::rusage) -> Self {
        Self {
            user_ns: nanoseconds(raw.ru_utime),
            system_ns: nanoseconds(raw.ru_stime),
            voluntary: count(raw.ru_nvcsw),
            involuntary: count(raw.ru_nivcsw),
            minor_faults: count(raw.ru_minflt),
            major_faults: count(raw.ru_majflt),
        }
    }
}

fn nanoseconds(time: libc::timeval) -> u64 {
    count(time.tv_sec) * 1_000_000_000 + count(time.tv_usec) * 1_000
}

/// The kernel's counts are never negative, only their C type could be.
fn count(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

impl Child {
    /// Waits until the program exits, a signal to taskweight is noted, or the deadline passes, and reaps the program
    /// if it exited: afterwards there is no `/proc/PID` any more.
    ///
    /// # Errors
    /// When `poll` or `wait4` fails, or the program was reaped before.
    pub fn wait_until(&mut self, deadline: Option<Instant>, signals: &Signals) -> io::Result<Waited> {
        Ok(match self.wait_exit(deadline, signals)? {
            Waited::Exited(()) => Waited::Exited(self.reap()?),
            Waited::Signalled(received) => Waited::Signalled(received),
            Waited::TimedOut => Waited::TimedOut,
        })
    }

    /// Like [`wait_until`](Self::wait_until), but leaves an exited program where it is: `/proc/PID` can still be read.
    ///
    /// # Errors
    /// When `poll` fails.
    pub fn wait_exit(&self, deadline: Option<Instant>, signals: &Signals) -> io::Result<Waited<()>> {
        loop {
            // The exit first: a Ctrl-C to the whole process group usually comes with it.
            let received = signals.received();
            if self.has_exited()? {
                return Ok(Waited::Exited(()));
            }
            if let Some(received) = received {
                return Ok(Waited::Signalled(received));
            }
            if poll_readable([self.pidfd(), signals.as_fd()], deadline)? == [false; 2] {
                return Ok(Waited::TimedOut);
            }
        }
    }

    /// Readable once the program has exited.
    pub(in super::super) fn pidfd(&self) -> BorrowedFd<'_> {
        self.pidfd.as_fd()
    }

    /// Whether the program has exited, all its threads included.
    ///
    /// # Errors
    /// When `poll` fails.
    pub fn has_exited(&self) -> io::Result<bool> {
        let [exited] = poll_readable([self.pidfd()], Some(Instant::now()))?;
        Ok(exited)
    }

    /// The status of a program that has exited and is not reaped yet; it stays so.
    ///
    /// # Errors
    /// When `waitid` fails, as it does for a program that was reaped.
    pub fn exit_status(&self) -> io::Result<Option<ExitStatus>> {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        let Some(ended) = waitid(WaitId::PidFd(self.pidfd()), options)? else { return Ok(None) };
        // As `wait4` has it.
        let exited = ended.exit_status().map(|status| (status & 0xff) << 8);
        let killed = ended.terminating_signal().map(|signal| if ended.dumped() { signal | 0x80 } else { signal });
        Ok(exited.or(killed).map(ExitStatus::from_raw))
    }

    /// Waits without a deadline and reaps. What is left of the program's own process group, if it has one, is killed
    /// first: as long as the zombie exists its number cannot belong to anybody else.
    ///
    /// # Errors
    /// When `wait4` fails, as it does for a program that was reaped.
    pub fn reap(&mut self) -> io::Result<Exit> {
        poll_readable([self.pidfd()], None)?;
        self.kill_group();
        let mut status = 0;
        // SAFETY: all zeroes is a valid `rusage`.
        let mut raw: libc::rusage = unsafe { std::mem::zeroed() };
        // SAFETY: writes to two locals that live as long.
        Errno::result(unsafe { libc::wait4(self.pid, &raw mut status, 0, &raw mut raw) })?;
        self.reaped = true;
        Ok(Exit { status: ExitStatus::from_raw(status), rusage: Rusage::from_raw(&raw) })
    }
}

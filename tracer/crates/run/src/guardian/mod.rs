//! A process that sleeps until this taskweight has exited, and then removes what it has left: programs that were to end
//! with it, and cgroups.
//!
//! It is taskweight itself, started anew, so that it shares neither descriptors nor memory with the one that measures.
//! Its standard input is a socket, which ends when that one does, whatever it dies of.

mod ward;

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

use nix::sys::socket::{AddressFamily, SockFlag, SockType, socketpair};

use ward::Ward;

/// The verb that makes a guardian of taskweight.
pub const VERB: &str = "run-guardian";

/// The way to this process's guardian, while it has one.
static SOCKET: Mutex<Option<OwnedFd>> = Mutex::new(None);

/// The guardian of this process. Dropping it ends it.
#[derive(Debug)]
pub struct Guardian {
    process: Child,
}

impl Guardian {
    /// Starts it. One for a process is enough.
    ///
    /// # Errors
    /// When there can be no socket or no process.
    pub fn start() -> io::Result<Self> {
        // Each message arrives as it was sent.
        let (ours, its) = socketpair(AddressFamily::Unix, SockType::SeqPacket, None, SockFlag::SOCK_CLOEXEC)?;
        // In a group of its own, which no Ctrl-C in a terminal reaches, and in a folder that nobody wants to unmount.
        let mut command = Command::new("/proc/self/exe");
        command.arg0("taskweight").arg(VERB).process_group(0).current_dir("/");
        let process = command.stdin(its).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        *socket() = Some(ours);
        Ok(Self { process })
    }
}

impl Drop for Guardian {
    fn drop(&mut self) {
        drop(socket().take());
        let _nobody_else_waits = self.process.wait();
    }
}

fn socket() -> MutexGuard<'static, Option<OwnedFd>> {
    SOCKET.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Tells the guardian, where there is one, of a program with a process group of its own that is not to outlive taskweight.
pub fn tell_of_program(pidfd: BorrowedFd<'_>, pid: u32) {
    tell(|socket| ward::send_program(socket, pidfd, pid));
}

/// Tells the guardian, where there is one, of a cgroup that is about to be made, and of the one that its processes go to
/// when it is removed.
pub fn tell_of_cgroup(path: &Path, home: &Path) {
    tell(|socket| ward::send_cgroup(socket, path, home));
}

fn tell(send: impl FnOnce(BorrowedFd<'_>) -> nix::Result<()>) {
    if let Some(socket) = socket().as_ref() {
        // Somebody may have killed it: the run goes on without.
        let _killed = send(socket.as_fd());
    }
}

/// What the guardian does: it hears of wards until the socket ends, and puts an end to those that are left.
pub fn guard(socket: BorrowedFd<'_>) {
    let mut wards: Vec<Ward> = Vec::new();
    while let Some(ward) = ward::receive(socket) {
        wards.retain(|ward| !ward.has_gone());
        wards.push(ward);
    }
    // A program that has ended need not be moved out of its cgroup.
    wards.sort_by_key(|ward| matches!(ward, Ward::Cgroup { .. }));
    wards.into_iter().for_each(Ward::end);
}

#[cfg(test)]
mod tests;

//! What a guardian watches over, and how it is told.

use std::ffi::OsStr;
use std::io::{IoSlice, IoSliceMut};
use std::os::fd::{AsFd as _, AsRawFd as _, BorrowedFd, FromRawFd as _, OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use nix::cmsg_space;
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, killpg};
use nix::sys::socket::{ControlMessage, ControlMessageOwned, MsgFlags, recvmsg, sendmsg};
use nix::unistd::Pid;

use crate::memory::cgroup::Directory;

/// Stands between two paths: none contains it.
const BETWEEN: u8 = 0;

/// Room for two paths, the longest that the kernel takes.
const LONGEST: usize = 2 * libc::PATH_MAX as usize;

/// Something that is not to outlive taskweight.
#[derive(Debug)]
pub(super) enum Ward {
    /// A program, which leads a process group.
    Program {
        /// Tells whether it lives, also when its number is somebody else's by now.
        pidfd: OwnedFd,
        pid: Pid,
    },
    /// A cgroup.
    Cgroup(Directory),
}

impl Ward {
    /// Whether taskweight itself has put an end to it.
    pub(super) fn has_gone(&self) -> bool {
        match self {
            Self::Program { pidfd, .. } => {
                let mut ended = [PollFd::new(pidfd.as_fd(), PollFlags::POLLIN)];
                poll(&mut ended, PollTimeout::ZERO) != Ok(0)
            }
            Self::Cgroup(directory) => !directory.path.exists(),
        }
    }

    /// Puts an end to it.
    pub(super) fn end(self) {
        match &self {
            // It lives, hence its number is its own.
            Self::Program { pid, .. } if !self.has_gone() => {
                let _ended_meanwhile = killpg(*pid, Signal::SIGKILL);
            }
            // A cgroup is removed when it is dropped.
            Self::Program { .. } | Self::Cgroup(_) => {}
        }
    }
}

pub(super) fn send_program(socket: BorrowedFd<'_>, pidfd: BorrowedFd<'_>, pid: u32) -> nix::Result<()> {
    send(socket, pid.to_string().as_bytes(), &[ControlMessage::ScmRights(&[pidfd.as_raw_fd()])])
}

pub(super) fn send_cgroup(socket: BorrowedFd<'_>, path: &Path, home: &Path) -> nix::Result<()> {
    send(socket, &[path, home].map(|path| path.as_os_str().as_bytes()).join(&BETWEEN), &[])
}

pub(super) fn send(socket: BorrowedFd<'_>, bytes: &[u8], attached: &[ControlMessage<'_>]) -> nix::Result<()> {
    sendmsg::<()>(socket.as_raw_fd(), &[IoSlice::new(bytes)], attached, MsgFlags::MSG_NOSIGNAL, None).map(drop)
}

/// The next one; `None` at the end, and after what is no message.
pub(super) fn receive(socket: BorrowedFd<'_>) -> Option<Ward> {
    let mut bytes = vec![0; LONGEST];
    let mut space = cmsg_space!(RawFd);
    let (length, descriptor) = loop {
        let mut parts = [IoSliceMut::new(&mut bytes)];
        match recvmsg::<()>(socket.as_raw_fd(), &mut parts, Some(&mut space), MsgFlags::MSG_CMSG_CLOEXEC) {
            Ok(message) => break (message.bytes, message.cmsgs().ok()?.find_map(descriptor)),
            Err(Errno::EINTR) => {}
            Err(_) => return None,
        }
    };
    bytes.truncate(length);
    match descriptor {
        Some(pidfd) => Some(Ward::Program { pidfd, pid: Pid::from_raw(positive(&bytes)?) }),
        None => cgroup(&bytes),
    }
}

fn descriptor(message: ControlMessageOwned) -> Option<OwnedFd> {
    match message {
        // SAFETY: the kernel has just made it for us.
        ControlMessageOwned::ScmRights(fds) => fds.first().map(|&fd| unsafe { OwnedFd::from_raw_fd(fd) }),
        _ => None,
    }
}

/// The number of a process: 0 and -1 would be groups and all.
fn positive(bytes: &[u8]) -> Option<i32> {
    std::str::from_utf8(bytes).ok()?.parse().ok().filter(|&number| number > 1)
}

fn cgroup(bytes: &[u8]) -> Option<Ward> {
    let mut paths = bytes.split(|&byte| byte == BETWEEN).map(|path| PathBuf::from(OsStr::from_bytes(path)));
    let directory = (paths.next()?, paths.next()?);
    Some(Ward::Cgroup(Directory { path: directory.0, home: directory.1 }))
}

//! Waiting for several descriptors until a moment.

use std::io;
use std::os::fd::BorrowedFd;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, ppoll};
use nix::sys::time::TimeSpec;

/// Which of the descriptors can be read or have ended; none at the deadline.
pub(in super::super) fn poll_readable<const N: usize>(
    fds: [BorrowedFd<'_>; N],
    deadline: Option<Instant>,
) -> io::Result<[bool; N]> {
    let mut polled = fds.map(|fd| PollFd::new(fd, PollFlags::POLLIN));
    loop {
        let left = deadline.map(|moment| moment.saturating_duration_since(Instant::now()));
        match ppoll(&mut polled, left.map(timespec), None) {
            // A signal was handled: what it means is seen at its descriptor.
            Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno.into()),
            Ok(_) => return Ok(polled.map(|fd| fd.any().unwrap_or(true))),
        }
    }
}

/// A deadline centuries away must not be refused as invalid.
fn timespec(left: Duration) -> TimeSpec {
    TimeSpec::from_duration(left.min(Duration::from_secs(1 << 30)))
}

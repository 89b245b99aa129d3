//! A pipe behind one descriptor that reads and writes: a ring of 10,000 pipes fits into 20,000 descriptors, the hard
//! limit of many machines.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::OpenOptionsExt as _;

/// A new pipe. `flags` are added to those of open(2), such as `O_NONBLOCK`.
///
/// # Errors
/// When the process may not have more descriptors, or /proc is not mounted.
pub fn both_ways(flags: i32) -> io::Result<File> {
    let (reader, _writer) = io::pipe()?;
    // Linux opens a pipe for reading and writing at once, though POSIX leaves that undefined: see fifo(7).
    let path = format!("/proc/self/fd/{}", reader.as_raw_fd());
    OpenOptions::new().read(true).write(true).custom_flags(flags).open(path)
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};

    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let pipe = both_ways(0).expect("a pipe");
        (&pipe).write_all(&[7]).expect("room in the pipe");
        let mut byte = [0];
        (&pipe).read_exact(&mut byte).expect("a byte");
        assert_eq!(byte, [7]);
    }

    #[test]
    fn an_empty_pipe_can_say_so() {
        let pipe = both_ways(nix::libc::O_NONBLOCK).expect("a pipe");
        let error = (&pipe).read(&mut [0]).expect_err("nothing to read");
        assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
    }
}

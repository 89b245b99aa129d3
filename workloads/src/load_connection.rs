//! One connection of the load generator.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::load_plan;
use crate::request::{REQUEST_BYTES, RequestBuffer};

/// How long the server has time to appear.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two attempts to connect.
const PAUSE: Duration = Duration::from_millis(5);

/// A connection, with at most one request under way.
#[derive(Debug)]
pub struct Connection {
    stream: UnixStream,
    buffer: RequestBuffer,
    request: [u8; REQUEST_BYTES],
    sent_for: Option<Instant>,
    sent: u64,
}

impl Connection {
    /// Connects; waits for the socket to appear.
    pub fn open(socket: &Path) -> Result<Self> {
        let stream = connect(socket).with_context(|| format!("connect to {}", socket.display()))?;
        stream.set_nonblocking(true)?;
        let buffer = RequestBuffer::default();
        Ok(Self { stream, buffer, request: [0; REQUEST_BYTES], sent_for: None, sent: 0 })
    }

    /// Requests sent so far.
    pub fn sent(&self) -> u64 {
        self.sent
    }

    /// Whether no request is under way.
    pub fn is_idle(&self) -> bool {
        self.sent_for.is_none()
    }

    /// Sends the request with this number, which was intended for this time. There is room, as none is under way.
    pub fn send(&mut self, number: u64, intended: Instant) -> io::Result<()> {
        self.request = load_plan::bytes(number);
        self.stream.write_all(&self.request)?;
        self.sent_for = Some(intended);
        self.sent += 1;
        Ok(())
    }

    /// Reads what there is. If it completes the answer, gives the time for which the request was intended.
    pub fn receive(&mut self) -> Result<Option<Instant>> {
        let read = self.stream.read(self.buffer.room()).context("read an answer")?;
        self.buffer.fill(read).context("the server closed a connection")?;
        let Some(answer) = self.buffer.take() else { return Ok(None) };
        match self.sent_for.take() {
            Some(intended) if answer == self.request => Ok(Some(intended)),
            Some(_) => bail!("an answer differs from its request: {answer:?} instead of {:?}", self.request),
            None => bail!("an answer without a request: {answer:?}"),
        }
    }
}

impl AsFd for Connection {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}

fn connect(socket: &Path) -> io::Result<UnixStream> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match UnixStream::connect(socket) {
            Err(error) if is_early(&error) && Instant::now() < deadline => thread::sleep(PAUSE),
            result => return result,
        }
    }
}

/// The server does not listen yet.
fn is_early(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused)
}

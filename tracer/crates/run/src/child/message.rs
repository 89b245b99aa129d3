//! What the child tells taskweight before it is the program: eight bytes, written at once.

use std::io::{self, Read};
use std::os::fd::RawFd;

use nix::errno::Errno;

use super::error::Step;

/// A message of the child. Its silence, an end of file, means that the program was executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Message {
    /// It waits at the gate.
    Parked,
    SetupFailed(Step, Errno),
    ExecFailed(Errno),
}

const PARKED: i32 = -1;
const EXEC: i32 = -2;

/// Sends from the child. A failure cannot be reported anywhere; taskweight then sees the child die.
pub(super) fn send(to: RawFd, message: Message) {
    let bytes = encode(message);
    // SAFETY: writes from a local array of that length; less than PIPE_BUF is never split.
    unsafe { libc::write(to, bytes.as_ptr().cast(), bytes.len()) };
}

/// Receives in taskweight. `None`: the child closed its end, by executing the program or by dying.
pub(super) fn receive(mut from: impl Read) -> io::Result<Option<Message>> {
    let mut bytes = [0; 8];
    match from.read_exact(&mut bytes) {
        Ok(()) => decode(bytes).map(Some).ok_or_else(|| io::ErrorKind::InvalidData.into()),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
    }
}

fn encode(message: Message) -> [u8; 8] {
    let (code, errno) = match message {
        Message::Parked => (PARKED, 0),
        Message::SetupFailed(step, errno) => (step as i32, errno as i32),
        Message::ExecFailed(errno) => (EXEC, errno as i32),
    };
    let ([a, b, c, d], [e, f, g, h]) = (code.to_ne_bytes(), errno.to_ne_bytes());
    [a, b, c, d, e, f, g, h]
}

fn decode([a, b, c, d, e, f, g, h]: [u8; 8]) -> Option<Message> {
    let errno = Errno::from_raw(i32::from_ne_bytes([e, f, g, h]));
    match i32::from_ne_bytes([a, b, c, d]) {
        PARKED => Some(Message::Parked),
        EXEC => Some(Message::ExecFailed(errno)),
        code => Step::from_code(code).map(|step| Message::SetupFailed(step, errno)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_survive_the_pipe() {
        for message in [
            Message::Parked,
            Message::ExecFailed(Errno::ENOENT),
            Message::SetupFailed(Step::Group, Errno::EPERM),
            Message::SetupFailed(Step::DeathSignal, Errno::EINVAL),
        ] {
            assert_eq!(receive(&encode(message)[..]).unwrap(), Some(message));
        }
        assert_eq!(receive(&[][..]).unwrap(), None);
    }
}

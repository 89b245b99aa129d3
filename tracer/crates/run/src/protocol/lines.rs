//! Bytes to lines, in bounded memory.

use std::io::{self, Read};

use super::error::{Excerpt, Problem};

/// The longest line, without its end.
pub const LIMIT: usize = 1024 * 1024;

const CHUNK: usize = 4096;

/// What was read and is not a whole line yet, or more than one.
#[derive(Debug, Default)]
pub(super) struct Lines {
    buffer: Vec<u8>,
    /// So far no end of a line was found: a slow flood is not searched again and again.
    searched: usize,
}

/// How a read ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fill {
    Some,
    Empty,
    End,
}

impl Lines {
    /// Reads once. To be called only when [`take`](Self::take) had no line to give: the buffer then holds at most one
    /// chunk more than the longest line.
    pub(super) fn fill(&mut self, mut from: impl Read) -> io::Result<Fill> {
        let mut chunk = [0; CHUNK];
        match from.read(&mut chunk) {
            Ok(0) => Ok(Fill::End),
            Ok(read) => {
                self.buffer.extend_from_slice(&chunk[..read]);
                Ok(Fill::Some)
            }
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock) => Ok(Fill::Empty),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(Fill::Some),
            Err(error) => Err(error),
        }
    }

    /// The next whole line, without its end. Text after the last end of a line is none.
    pub(super) fn take(&mut self) -> Result<Option<Vec<u8>>, Problem> {
        let end = self.buffer[self.searched..].iter().position(|&byte| byte == b'\n').map(|at| at + self.searched);
        if end.unwrap_or(self.buffer.len()) > LIMIT {
            return Err(Problem::TooLong { line: self.rest() });
        }
        self.searched = if end.is_some() { 0 } else { self.buffer.len() };
        Ok(end.map(|end| {
            let mut line: Vec<u8> = self.buffer.drain(..=end).collect();
            line.pop();
            line
        }))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.buffer.is_empty()
    }

    /// The first line of what is there, whole or not.
    pub(super) fn rest(&self) -> Excerpt {
        Excerpt::of(self.buffer.split(|&byte| byte == b'\n').next().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Drives it as the conversation does, and returns the lines and the most that was held at any time.
    fn read_all(mut input: impl Read) -> (Vec<Vec<u8>>, Result<(), Problem>, usize) {
        let (mut lines, mut taken, mut most) = (Lines::default(), Vec::new(), 0);
        loop {
            match lines.take() {
                Ok(Some(line)) => taken.push(line),
                Ok(None) if lines.fill(&mut input).unwrap() == Fill::End => return (taken, Ok(()), most),
                Ok(None) => most = most.max(lines.buffer.len()),
                Err(problem) => return (taken, Err(problem), most),
            }
        }
    }

    #[test]
    fn a_flood_without_an_end_is_an_error_in_bounded_memory() {
        let (taken, outcome, most) = read_all(io::repeat(b'x'));
        assert!(taken.is_empty());
        assert!(matches!(outcome, Err(Problem::TooLong { .. })));
        assert!(most <= LIMIT + CHUNK);
    }

    #[test]
    fn the_longest_line_passes_and_one_byte_more_does_not() {
        let line = |length| [vec![b'x'; length], vec![b'\n']].concat();
        assert_eq!(read_all(&line(LIMIT)[..]).0, [vec![b'x'; LIMIT]]);
        assert!(read_all(&line(LIMIT + 1)[..]).1.is_err());
    }

    proptest! {
        #[test]
        fn every_line_comes_out_as_it_went_in(bytes in proptest::collection::vec(any::<u8>(), 0..20_000)) {
            let mut expected: Vec<&[u8]> = bytes.split(|&byte| byte == b'\n').collect();
            expected.pop();
            let (taken, outcome, most) = read_all(&bytes[..]);
            prop_assert!(outcome.is_ok());
            prop_assert!(most <= LIMIT + CHUNK);
            prop_assert_eq!(taken, expected);
        }
    }
}

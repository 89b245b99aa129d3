//! The requests of the scenario `echo`.

use std::io;

/// Bytes of a request, and of its answer.
pub const REQUEST_BYTES: usize = 64;

/// What a server reads into: it has room for more than one request, so that a read which gives one leaves the buffer
/// unfilled. Runtimes take that as a sign that the socket is empty, and spare themselves a read in vain.
#[derive(Debug)]
pub struct RequestBuffer {
    bytes: [u8; 2 * REQUEST_BYTES],
    filled: usize,
}

impl Default for RequestBuffer {
    fn default() -> Self {
        Self { bytes: [0; 2 * REQUEST_BYTES], filled: 0 }
    }
}

impl RequestBuffer {
    /// Where to read into: never empty, provided that requests are taken out.
    pub fn room(&mut self) -> &mut [u8] {
        &mut self.bytes[self.filled..]
    }

    /// `read` bytes were read; 0 means that the other side closed the connection.
    pub fn fill(&mut self, read: usize) -> io::Result<()> {
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.filled += read;
        Ok(())
    }

    /// Takes the next request out, once it is complete.
    pub fn take(&mut self) -> Option<[u8; REQUEST_BYTES]> {
        let (request, _) = self.bytes[..self.filled].split_first_chunk()?;
        let request = *request;
        self.bytes.copy_within(REQUEST_BYTES..self.filled, 0);
        self.filled -= REQUEST_BYTES;
        Some(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_in_pieces() {
        let mut buffer = RequestBuffer::default();
        let put = |bytes: &[u8], buffer: &mut RequestBuffer| {
            buffer.room()[..bytes.len()].copy_from_slice(bytes);
            buffer.fill(bytes.len()).expect("there were bytes");
        };
        put(&[1; 60], &mut buffer);
        assert_eq!(buffer.take(), None);
        put(&[1; 4], &mut buffer);
        put(&[2; 64], &mut buffer);
        assert_eq!(buffer.take(), Some([1; 64]));
        assert_eq!(buffer.take(), Some([2; 64]));
        assert_eq!(buffer.take(), None);
        assert!(buffer.fill(0).is_err());
    }
}

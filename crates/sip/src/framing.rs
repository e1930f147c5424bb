//! Cuts a byte stream into SIP messages by Content-Length (RFC 3261 §18.3) and answers keep-alives (RFC 5626 §4.4.1).

use crate::message::headers::Headers;
use crate::message::parse::{LARGEST_MESSAGE, declared_length};

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
    /// How far the head was searched without finding its end.
    searched: usize,
    /// The whole length of the message at the front, once its head is complete.
    length: Option<usize>,
    blank_lines: usize,
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

    /// Whether part of a message is here and the rest is not: a stream that stays so is stuck.
    pub fn is_inside_message(&self) -> bool {
        !self.buffer.is_empty()
    }

    /// Drops blank lines before a message; each two of them are a ping.
    fn skip_blank_lines(&mut self) {
        let blank = self.buffer.iter().take_while(|octet| matches!(octet, b'\r' | b'\n')).count();
        if blank == 0 {
            return;
        }
        self.blank_lines += self.buffer.drain(..blank).filter(|octet| *octet == b'\n').count();
        self.pongs = (self.pongs + self.blank_lines / 2).min(16);
        self.blank_lines %= 2;
        self.searched = 0;
    }

    fn frame(&mut self) -> Result<Option<Vec<u8>>, FrameError> {
        if self.length.is_none() {
            self.skip_blank_lines();
            let Some(head) = self.head_end() else {
                return if self.buffer.len() > LARGEST_MESSAGE {
                    Err(FrameError::TooLarge)
                } else {
                    Ok(None)
                };
            };
            self.length = Some(self.message_length(head)?);
        }
        let Some(length) = self.length.filter(|length| *length <= self.buffer.len()) else { return Ok(None) };
        self.length = None;
        self.searched = 0;
        self.blank_lines = 0;
        Ok(Some(self.buffer.drain(..length).collect()))
    }

    /// Where the blank line after the head ends.
    fn head_end(&mut self) -> Option<usize> {
        let from = self.searched.saturating_sub(3);
        let rest = self.buffer.get(from..)?;
        let found = rest.iter().enumerate().filter(|(_, octet)| **octet == b'\n').find_map(|(at, _)| {
            let after = rest.get(at + 1..)?;
            if after.starts_with(b"\n") {
                Some(at + 2)
            } else if after.starts_with(b"\r\n") {
                Some(at + 3)
            } else {
                None
            }
        });
        self.searched = self.buffer.len();
        found.map(|end| from + end)
    }

    fn message_length(&self, head_end: usize) -> Result<usize, FrameError> {
        let head = self.buffer.get(..head_end).unwrap_or_default();
        let headers = Headers::parse(head);
        let body = match declared_length(&headers) {
            Err(_) => return Err(FrameError::BadLength),
            Ok(None) if headers.get("content-type").is_some() => return Err(FrameError::MissingLength),
            Ok(None) => 0,
            Ok(Some(length)) => usize::try_from(length).unwrap_or(usize::MAX),
        };
        match head_end.checked_add(body) {
            Some(length) if length <= LARGEST_MESSAGE => Ok(length),
            _ => Err(FrameError::TooLarge),
        }
    }
}

impl Iterator for StreamFramer {
    type Item = Result<Vec<u8>, FrameError>;

    /// The next whole message; `None` until more octets come. After an error always `None`.
    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let framed = self.frame();
        if framed.is_err() {
            self.failed = true;
            self.buffer = Vec::new();
        }
        framed.transpose()
    }
}

#[cfg(test)]
mod tests;

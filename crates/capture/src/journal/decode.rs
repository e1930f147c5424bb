//! Reading entries back: bounded, borrowed, and sure to stop at the first byte that is not an entry.

use serde::de::DeserializeOwned;

use crate::journal::encode::{
    ENDED, MEDIA, ON_HOLD, ON_HOLD_LEN, OPENED, PAUSED, PAUSED_LEN, PROTECTED, SEGMENT_SEALED, SENDER_CLOCK,
    SENDER_CLOCK_LEN, UPDATED, VERSION,
};
use crate::journal::media::MediaBatch;
use crate::journal::{ENTRY_HEADER_LEN, Entry, JournalError, MAX_BODY_LEN, OnHold, Paused, SenderClock};

/// The entries in `bytes`, in order; after an error nothing follows.
pub fn entries(bytes: &[u8]) -> Entries<'_> {
    Entries { rest: bytes }
}

/// See [`entries`].
#[derive(Debug, Clone)]
pub struct Entries<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Entries<'a> {
    type Item = Result<Entry<'a>, JournalError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let read = split_entry(self.rest);
        self.rest = read.as_ref().map_or(&[], |(_, rest)| *rest);
        Some(read.map(|(entry, _)| entry))
    }
}

/// Reads the first entry; returns it and what follows it.
///
/// # Errors
/// [`JournalError`], of which [`JournalError::Truncated`] is what a crash leaves behind.
pub fn split_entry(bytes: &[u8]) -> Result<(Entry<'_>, &[u8]), JournalError> {
    let (&[kind, version, l0, l1, l2, l3], rest) =
        bytes.split_first_chunk::<ENTRY_HEADER_LEN>().ok_or(JournalError::Truncated)?;
    let len = usize::try_from(u32::from_be_bytes([l0, l1, l2, l3])).unwrap_or(usize::MAX);
    if len > MAX_BODY_LEN {
        return Err(JournalError::TooLong(len));
    }
    let (body, rest) = rest.split_at_checked(len).ok_or(JournalError::Truncated)?;
    let entry = match (kind, version) {
        (OPENED, VERSION) => Entry::Opened(json(body)?),
        (MEDIA, VERSION) => Entry::Media(MediaBatch::parse(body).ok_or(JournalError::Packet)?),
        (ON_HOLD, VERSION) => Entry::OnHold(on_hold(body)?),
        (PAUSED, VERSION) => Entry::Paused(paused(body)?),
        (SENDER_CLOCK, VERSION) => Entry::SenderClock(sender_clock(body)?),
        (PROTECTED, VERSION) => Entry::Protected(json(body)?),
        (UPDATED, VERSION) => Entry::Updated(json(body)?),
        (SEGMENT_SEALED, VERSION) => Entry::SegmentSealed(json(body)?),
        (ENDED, VERSION) => Entry::Ended(json(body)?),
        _ => Entry::Unknown { kind, version, body },
    };
    Ok((entry, rest))
}

fn json<T: DeserializeOwned>(body: &[u8]) -> Result<Box<T>, JournalError> {
    Ok(Box::new(serde_json::from_slice(body)?))
}

fn on_hold(body: &[u8]) -> Result<OnHold, JournalError> {
    let &[stream, on_hold, a, b, c, d, e, f, g, h] =
        <&[u8; ON_HOLD_LEN]>::try_from(body).map_err(|_| JournalError::Body(ON_HOLD))?;
    Ok(OnHold { stream, on_hold: on_hold != 0, at_micros: u64::from_be_bytes([a, b, c, d, e, f, g, h]) })
}

fn paused(body: &[u8]) -> Result<Paused, JournalError> {
    let &[paused, a, b, c, d, e, f, g, h] =
        <&[u8; PAUSED_LEN]>::try_from(body).map_err(|_| JournalError::Body(PAUSED))?;
    Ok(Paused { paused: paused != 0, at_micros: u64::from_be_bytes([a, b, c, d, e, f, g, h]) })
}

fn sender_clock(body: &[u8]) -> Result<SenderClock, JournalError> {
    let wrong = || JournalError::Body(SENDER_CLOCK);
    let body = <&[u8; SENDER_CLOCK_LEN]>::try_from(body).map_err(|_| wrong())?;
    let (&[stream], rest) = body.split_first_chunk::<1>().ok_or_else(wrong)?;
    let (ssrc, rest) = rest.split_first_chunk::<4>().ok_or_else(wrong)?;
    let (ntp, rest) = rest.split_first_chunk::<8>().ok_or_else(wrong)?;
    let (rtp_timestamp, rest) = rest.split_first_chunk::<4>().ok_or_else(wrong)?;
    let at_micros = rest.first_chunk::<8>().ok_or_else(wrong)?;
    Ok(SenderClock {
        stream,
        ssrc: u32::from_be_bytes(*ssrc),
        ntp: u64::from_be_bytes(*ntp),
        rtp_timestamp: u32::from_be_bytes(*rtp_timestamp),
        at_micros: u64::from_be_bytes(*at_micros),
    })
}

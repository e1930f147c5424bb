//! Writing entries into a caller's buffer.

use serde::Serialize;

use crate::journal::media::{BATCH_HEADER_LEN, JournalPacket, PACKET_HEADER_LEN};
use crate::journal::{ENTRY_HEADER_LEN, Entry, JournalError, MAX_BODY_LEN, OnHold, Paused, SenderClock};

pub(super) const OPENED: u8 = 1;
pub(super) const MEDIA: u8 = 2;
pub(super) const ON_HOLD: u8 = 3;
pub(super) const UPDATED: u8 = 4;
pub(super) const SEGMENT_SEALED: u8 = 5;
pub(super) const ENDED: u8 = 6;
pub(super) const PAUSED: u8 = 7;
pub(super) const SENDER_CLOCK: u8 = 8;
pub(super) const PROTECTED: u8 = 9;
/// Version of every kind written by this program.
pub(super) const VERSION: u8 = 1;

/// Octets of an on-hold body.
pub(super) const ON_HOLD_LEN: usize = 10;
/// Octets of a body of a pause.
pub(super) const PAUSED_LEN: usize = 9;
/// Octets of a body of a sender's clock.
pub(super) const SENDER_CLOCK_LEN: usize = 25;

/// A media entry is closed when its body would pass this: what is torn off at a crash stays small.
const BATCH_LIMIT: usize = 256 * 1024;

impl Entry<'_> {
    /// Appends the entry to `out`.
    ///
    /// # Errors
    /// [`JournalError::TooLong`] or [`JournalError::Json`]; `out` is then as it was.
    pub fn encode(&self, out: &mut Vec<u8>) -> Result<(), JournalError> {
        match self {
            Self::Opened(opened) => json(OPENED, opened, out),
            Self::Media(batch) => {
                let base = batch.base_micros().to_be_bytes();
                raw(MEDIA, VERSION, &[&base, batch.packed()], out)
            }
            Self::OnHold(on_hold) => {
                write_on_hold(on_hold, out);
                Ok(())
            }
            Self::Paused(paused) => {
                write_paused(paused, out);
                Ok(())
            }
            Self::SenderClock(clock) => {
                write_sender_clock(clock, out);
                Ok(())
            }
            Self::Protected(protected) => json(PROTECTED, protected, out),
            Self::Updated(updated) => json(UPDATED, updated, out),
            Self::SegmentSealed(sealed) => json(SEGMENT_SEALED, sealed, out),
            Self::Ended(ended) => json(ENDED, ended, out),
            Self::Unknown { kind, version, body } => raw(*kind, *version, &[body], out),
        }
    }
}

fn json(kind: u8, body: &impl Serialize, out: &mut Vec<u8>) -> Result<(), JournalError> {
    raw(kind, VERSION, &[&serde_json::to_vec(body)?], out)
}

fn raw(kind: u8, version: u8, parts: &[&[u8]], out: &mut Vec<u8>) -> Result<(), JournalError> {
    let len = parts.iter().map(|part| part.len()).sum::<usize>();
    let short = u32::try_from(len).ok().filter(|_| len <= MAX_BODY_LEN).ok_or(JournalError::TooLong(len))?;
    out.reserve(ENTRY_HEADER_LEN + len);
    out.extend_from_slice(&[kind, version]);
    out.extend_from_slice(&short.to_be_bytes());
    parts.iter().for_each(|part| out.extend_from_slice(part));
    Ok(())
}

fn write_on_hold(on_hold: &OnHold, out: &mut Vec<u8>) {
    out.extend_from_slice(&[ON_HOLD, VERSION, 0, 0, 0, ON_HOLD_LEN as u8]);
    out.extend_from_slice(&[on_hold.stream, u8::from(on_hold.on_hold)]);
    out.extend_from_slice(&on_hold.at_micros.to_be_bytes());
}

fn write_paused(paused: &Paused, out: &mut Vec<u8>) {
    out.extend_from_slice(&[PAUSED, VERSION, 0, 0, 0, PAUSED_LEN as u8, u8::from(paused.paused)]);
    out.extend_from_slice(&paused.at_micros.to_be_bytes());
}

fn write_sender_clock(clock: &SenderClock, out: &mut Vec<u8>) {
    out.extend_from_slice(&[SENDER_CLOCK, VERSION, 0, 0, 0, SENDER_CLOCK_LEN as u8, clock.stream]);
    out.extend_from_slice(&clock.ssrc.to_be_bytes());
    out.extend_from_slice(&clock.ntp.to_be_bytes());
    out.extend_from_slice(&clock.rtp_timestamp.to_be_bytes());
    out.extend_from_slice(&clock.at_micros.to_be_bytes());
}

/// Whole entries gathered in one buffer that is used again and again; adding a packet allocates only while the buffer
/// grows to its working size.
#[derive(Debug, Default)]
pub struct PendingEntries {
    entries: Vec<u8>,
    /// The media entry that packets are still added to.
    open: Option<OpenBatch>,
}

#[derive(Debug, Clone, Copy)]
struct OpenBatch {
    /// Where its header stands in `entries`.
    at: usize,
    base_micros: u64,
}

impl PendingEntries {
    /// An empty buffer with room for `octets`.
    pub fn with_capacity(octets: usize) -> Self {
        Self { entries: Vec::with_capacity(octets), open: None }
    }

    /// Octets waiting.
    pub const fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing waits.
    pub const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Octets there is room for before the buffer must grow.
    pub const fn capacity(&self) -> usize {
        self.entries.capacity()
    }

    /// Adds a packet. Payload beyond 65,535 octets cannot arrive in one datagram and is cut.
    pub fn add_packet(&mut self, packet: &JournalPacket<'_>) {
        let payload =
            packet.payload.get(..packet.payload.len().min(usize::from(u16::MAX))).unwrap_or_default();
        let fits = self.open.filter(|open| {
            let body = self.entries.len() - open.at - ENTRY_HEADER_LEN;
            body + PACKET_HEADER_LEN + payload.len() <= BATCH_LIMIT
                && packet.arrival_micros.saturating_sub(open.base_micros) <= u64::from(u32::MAX)
        });
        let open = fits.unwrap_or_else(|| self.begin_batch(packet.arrival_micros));
        let after = u32::try_from(packet.arrival_micros.saturating_sub(open.base_micros)).unwrap_or(u32::MAX);
        let mut header = [0_u8; PACKET_HEADER_LEN];
        let [s0, s1] = packet.sequence_number.to_be_bytes();
        let [t0, t1, t2, t3] = packet.timestamp.to_be_bytes();
        let [i0, i1, i2, i3] = packet.ssrc.to_be_bytes();
        let [d0, d1, d2, d3] = after.to_be_bytes();
        let [l0, l1] = u16::try_from(payload.len()).unwrap_or(u16::MAX).to_be_bytes();
        let kind = packet.payload_type & 0x7F | if packet.marker { 0x80 } else { 0 };
        header.copy_from_slice(&[
            packet.stream,
            kind,
            s0,
            s1,
            t0,
            t1,
            t2,
            t3,
            i0,
            i1,
            i2,
            i3,
            d0,
            d1,
            d2,
            d3,
            l0,
            l1,
        ]);
        self.entries.extend_from_slice(&header);
        self.entries.extend_from_slice(payload);
    }

    /// Adds an on-hold mark at its place among the packets.
    pub fn add_on_hold(&mut self, on_hold: &OnHold) {
        self.close_batch();
        write_on_hold(on_hold, &mut self.entries);
    }

    /// Adds the beginning or end of a pause at its place among the packets.
    pub fn add_paused(&mut self, paused: &Paused) {
        self.close_batch();
        write_paused(paused, &mut self.entries);
    }

    /// Adds a sender's clock at its place among the packets.
    pub fn add_sender_clock(&mut self, clock: &SenderClock) {
        self.close_batch();
        write_sender_clock(clock, &mut self.entries);
    }

    /// Adds an entry of any kind at its place among the packets.
    ///
    /// # Errors
    /// As for [`Entry::encode`]; nothing is added then.
    pub fn add_entry(&mut self, entry: &Entry<'_>) -> Result<(), JournalError> {
        self.close_batch();
        entry.encode(&mut self.entries)
    }

    /// Appends what waits to `out` and starts afresh, keeping the room.
    pub fn take(&mut self, out: &mut Vec<u8>) {
        self.close_batch();
        out.extend_from_slice(&self.entries);
        self.entries.clear();
    }

    fn begin_batch(&mut self, base_micros: u64) -> OpenBatch {
        self.close_batch();
        let open = OpenBatch { at: self.entries.len(), base_micros };
        self.entries.extend_from_slice(&[MEDIA, VERSION, 0, 0, 0, 0]);
        self.entries.extend_from_slice(&base_micros.to_be_bytes());
        debug_assert_eq!(self.entries.len(), open.at + ENTRY_HEADER_LEN + BATCH_HEADER_LEN);
        self.open = Some(open);
        open
    }

    /// Writes the length of the open media entry, now that it is known.
    fn close_batch(&mut self) {
        let Some(open) = self.open.take() else { return };
        let body = self.entries.len() - open.at - ENTRY_HEADER_LEN;
        let len = u32::try_from(body).unwrap_or(u32::MAX).to_be_bytes();
        if let Some(slot) = self.entries.get_mut(open.at + 2..open.at + ENTRY_HEADER_LEN) {
            slot.copy_from_slice(&len);
        }
    }
}

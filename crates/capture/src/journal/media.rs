//! Packed packets: the body of a media entry.
//!
//! `base µs u64`, then for each packet `stream u8 · marker bit and payload type u8 · sequence u16 · timestamp u32 · ssrc u32 ·
//! arrival after base in µs u32 · payload length u16 · payload`.

/// Octets of a media body before its first packet.
pub(super) const BATCH_HEADER_LEN: usize = 8;
/// Octets of a packet before its payload.
pub(super) const PACKET_HEADER_LEN: usize = 18;

/// One accepted packet as the journal keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JournalPacket<'a> {
    /// Index of the stream it came on.
    pub stream: u8,
    /// RTP marker bit.
    pub marker: bool,
    /// RTP payload type, 0–127.
    pub payload_type: u8,
    /// RTP sequence number.
    pub sequence_number: u16,
    /// RTP timestamp.
    pub timestamp: u32,
    /// RTP synchronisation source.
    pub ssrc: u32,
    /// Arrival, in microseconds since the call's epoch.
    pub arrival_micros: u64,
    /// Payload as received, at most 65,535 octets.
    pub payload: &'a [u8],
}

/// The checked body of a media entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MediaBatch<'a> {
    base_micros: u64,
    packets: &'a [u8],
}

impl<'a> MediaBatch<'a> {
    /// Reads a body and checks that it holds whole packets only.
    pub(super) fn parse(body: &'a [u8]) -> Option<Self> {
        let (base, packets) = body.split_first_chunk::<BATCH_HEADER_LEN>()?;
        let batch = Self { base_micros: u64::from_be_bytes(*base), packets };
        let mut rest = packets;
        while !rest.is_empty() {
            (_, rest) = batch.split_packet(rest)?;
        }
        Some(batch)
    }

    /// The packets, in order of arrival.
    pub fn packets(&self) -> impl Iterator<Item = JournalPacket<'a>> + use<'a> {
        let (batch, mut rest) = (*self, self.packets);
        std::iter::from_fn(move || {
            let (packet, tail) = batch.split_packet(rest)?;
            rest = tail;
            Some(packet)
        })
    }

    pub(super) const fn base_micros(&self) -> u64 {
        self.base_micros
    }

    pub(super) const fn packed(&self) -> &'a [u8] {
        self.packets
    }

    fn split_packet(&self, rest: &'a [u8]) -> Option<(JournalPacket<'a>, &'a [u8])> {
        let (&[stream, kind, s0, s1, t0, t1, t2, t3, i0, i1, i2, i3, d0, d1, d2, d3, l0, l1], rest) =
            rest.split_first_chunk::<PACKET_HEADER_LEN>()?;
        let (payload, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes([l0, l1])))?;
        let packet = JournalPacket {
            stream,
            marker: kind & 0x80 != 0,
            payload_type: kind & 0x7F,
            sequence_number: u16::from_be_bytes([s0, s1]),
            timestamp: u32::from_be_bytes([t0, t1, t2, t3]),
            ssrc: u32::from_be_bytes([i0, i1, i2, i3]),
            arrival_micros: self.base_micros.saturating_add(u64::from(u32::from_be_bytes([d0, d1, d2, d3]))),
            payload,
        };
        Some((packet, rest))
    }
}

//! Ogg pages (RFC 3533): whole packets in, pages with checksums out, and back.

/// Longest body of a page: 255 lacing values of 255.
const MAX_SEGMENTS: usize = 255;

/// Octets of a page before its lacing values.
const HEADER_LEN: usize = 27;

const FIRST_PAGE: u8 = 2;
const LAST_PAGE: u8 = 4;

/// Writes one logical stream, page by page, into a file.
#[derive(Debug)]
pub struct PageWriter {
    serial: u32,
    sequence: u32,
    lacing: Vec<u8>,
    body: Vec<u8>,
}

impl PageWriter {
    /// A stream of its own serial number.
    pub const fn new(serial: u32) -> Self {
        Self::at_page(serial, 0)
    }

    /// The same from its page `sequence` on: to write a page anew.
    pub const fn at_page(serial: u32, sequence: u32) -> Self {
        Self { serial, sequence, lacing: Vec::new(), body: Vec::new() }
    }

    /// Whether a packet of `len` octets still fits into the page that is being filled.
    pub const fn has_room(&self, len: usize) -> bool {
        self.lacing.len() + len / 255 < MAX_SEGMENTS
    }

    /// Whether the page that is being filled is empty.
    pub const fn is_empty(&self) -> bool {
        self.lacing.is_empty()
    }

    /// Adds a packet to the page; one without room ([`Self::has_room`] of an empty page) is left out.
    pub fn packet(&mut self, packet: &[u8]) {
        if !self.has_room(packet.len()) {
            return;
        }
        self.lacing.extend(std::iter::repeat_n(255, packet.len() / 255));
        self.lacing.push((packet.len() % 255) as u8);
        self.body.extend_from_slice(packet);
    }

    /// Ends the page with the position at which its last packet ends.
    pub fn flush(&mut self, granule: u64, last: bool, out: &mut Vec<u8>) {
        let flags = if self.sequence == 0 { FIRST_PAGE } else { 0 } | if last { LAST_PAGE } else { 0 };
        let at = out.len();
        out.extend_from_slice(b"OggS\0");
        out.push(flags);
        out.extend_from_slice(&granule.to_le_bytes());
        out.extend_from_slice(&self.serial.to_le_bytes());
        out.extend_from_slice(&self.sequence.to_le_bytes());
        out.extend_from_slice(&[0; 4]);
        out.push(u8::try_from(self.lacing.len()).unwrap_or(u8::MAX));
        out.extend_from_slice(&self.lacing);
        out.extend_from_slice(&self.body);
        let sum = checksum(out.get(at..).unwrap_or_default());
        if let Some(slot) = out.get_mut(at + 22..at + 26) {
            slot.copy_from_slice(&sum.to_le_bytes());
        }
        self.sequence = self.sequence.wrapping_add(1);
        self.lacing.clear();
        self.body.clear();
    }
}

/// A page, borrowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<'a> {
    /// Position at which the last packet of it ends.
    pub granule: u64,
    /// It ends the stream.
    pub is_last: bool,
    /// Its packets.
    pub packets: Vec<&'a [u8]>,
}

/// Reads the page at the front and returns what follows it; `None` where no whole page of ours stands there (a packet that
/// goes on in the next page is not ours).
pub fn split_page(bytes: &[u8]) -> Option<(Page<'_>, &[u8])> {
    let (header, rest) = bytes.split_first_chunk::<HEADER_LEN>()?;
    if !header.starts_with(b"OggS\0") || header.get(5)? & 1 != 0 {
        return None;
    }
    let is_last = header.get(5)? & LAST_PAGE != 0;
    let granule = u64::from_le_bytes(*header.get(6..14)?.first_chunk()?);
    let (lacing, rest) = rest.split_at_checked(usize::from(*header.last()?))?;
    let body_len = lacing.iter().map(|octet| usize::from(*octet)).sum();
    let (mut body, rest) = rest.split_at_checked(body_len)?;
    let stated = u32::from_le_bytes(*header.get(22..26)?.first_chunk()?);
    let mut whole = bytes.get(..bytes.len() - rest.len())?.to_vec();
    whole.get_mut(22..26)?.fill(0);
    if checksum(&whole) != stated {
        return None;
    }
    let mut packets = Vec::new();
    let mut len = 0;
    for &octet in lacing {
        len += usize::from(octet);
        if octet < 255 {
            let (packet, after) = body.split_at_checked(len)?;
            packets.push(packet);
            (body, len) = (after, 0);
        }
    }
    (len == 0).then_some((Page { granule, is_last, packets }, rest))
}

/// CRC-32 of RFC 3533 §6: polynomial 0x04C11DB7, no reflection, nothing inverted.
fn checksum(page: &[u8]) -> u32 {
    page.iter().fold(0, |sum, octet| {
        let place = usize::from((sum >> 24) as u8 ^ octet);
        (sum << 8) ^ CHECKSUMS.get(place).copied().unwrap_or(0)
    })
}

static CHECKSUMS: [u32; 256] = checksums();

const fn checksums() -> [u32; 256] {
    let mut table = [0_u32; 256];
    let mut rest: &mut [u32] = &mut table;
    let mut octet = 0_u32;
    while let Some((first, tail)) = rest.split_first_mut() {
        let mut sum = octet << 24;
        let mut bit = 0;
        while bit < 8 {
            sum = if sum & 0x8000_0000 == 0 { sum << 1 } else { (sum << 1) ^ 0x04C1_1DB7 };
            bit += 1;
        }
        *first = sum;
        rest = tail;
        octet += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn packets_come_back_page_by_page(packets in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..1_300), 1..30), serial: u32) {
            let mut writer = PageWriter::new(serial);
            let mut file = Vec::new();
            for (n, packet) in packets.iter().enumerate() {
                if !writer.has_room(packet.len()) {
                    writer.flush(n as u64, false, &mut file);
                }
                writer.packet(packet);
            }
            writer.flush(packets.len() as u64, true, &mut file);
            let mut rest = file.as_slice();
            let mut read: Vec<Vec<u8>> = Vec::new();
            while let Some((page, after)) = split_page(rest) {
                read.extend(page.packets.iter().map(|packet| packet.to_vec()));
                prop_assert_eq!(page.granule, read.len() as u64);
                rest = after;
            }
            prop_assert!(rest.is_empty());
            prop_assert_eq!(read, packets);
        }

        #[test]
        fn no_damage_is_taken_for_a_page(packet in proptest::collection::vec(any::<u8>(), 0..300), at: prop::sample::Index, bit in 0..8_u8, noise in proptest::collection::vec(any::<u8>(), 0..100)) {
            let mut writer = PageWriter::new(7);
            let mut file = Vec::new();
            writer.packet(&packet);
            writer.flush(1, true, &mut file);
            let at = at.index(file.len());
            if let Some(octet) = file.get_mut(at) {
                *octet ^= 1 << bit;
            }
            prop_assert_eq!(split_page(&file), None);
            prop_assert_eq!(split_page(&noise), None);
        }
    }
}

//! VP8 in RTP (RFC 7741): the payload descriptor taken off, frames put together.

/// The frame of its packets' payloads; `None` where its first packet is not the beginning of a frame, or a descriptor is
/// cut short. Without knowing that it `follows` the packet before, only a beginning that says so is believed.
pub(super) fn frame<'a>(payloads: impl Iterator<Item = &'a [u8]>, follows: bool) -> Option<Vec<u8>> {
    let mut octets = Vec::new();
    for payload in payloads {
        let (begins, partition) = split_descriptor(payload)?;
        if octets.is_empty() && !(begins || follows && partition.is_empty()) {
            return None;
        }
        octets.extend_from_slice(partition);
    }
    (!octets.is_empty()).then_some(octets)
}

/// Takes the descriptor off (RFC 7741 §4.2); says whether a frame begins here.
fn split_descriptor(payload: &[u8]) -> Option<(bool, &[u8])> {
    let (&first, mut rest) = payload.split_first()?;
    if first & 0x80 != 0 {
        let (&extension, after) = rest.split_first()?;
        rest = after;
        if extension & 0x80 != 0 {
            let long = rest.first()? & 0x80 != 0;
            rest = rest.get(if long { 2 } else { 1 }..)?;
        }
        if extension & 0x40 != 0 {
            rest = rest.get(1..)?;
        }
        if extension & 0x30 != 0 {
            rest = rest.get(1..)?;
        }
    }
    Some((first & 0x17 == 0x10, rest))
}

/// Whether a frame needs no other before it (RFC 6386 §9.1).
pub(super) fn is_key(frame: &[u8]) -> bool {
    frame.first().is_some_and(|first| first & 1 == 0)
}

/// Width and height of a key frame.
pub(super) fn size(frame: &[u8]) -> Option<(u16, u16)> {
    let (&[_, _, _, 0x9D, 0x01, 0x2A, w0, w1, h0, h1], _) = frame.split_first_chunk::<10>()? else {
        return None;
    };
    Some((u16::from_le_bytes([w0, w1]) & 0x3FFF, u16::from_le_bytes([h0, h1]) & 0x3FFF))
}

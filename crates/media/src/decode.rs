//! Payload → what is heard of it: 16-bit linear samples on the recording's timeline, one a position.

use crate::block_index::TimedPacket;
use crate::codec::Codec;
use crate::g711;
use crate::g722::LowerBand;
use crate::opus;
use crate::opus_decoder::OpusDecoder;

/// Timeline samples of Opus decoded before the first wanted one: 80 ms (RFC 7845 §4.6).
pub const OPUS_PRE_ROLL: u64 = 640;

/// Holes up to this long (60 ms) between Opus packets are concealed as losses; longer ones are silence, as the sender's
/// discontinuous transmission means them.
const CONCEALED: i64 = 480;

/// Timeline samples of the frame that holes are concealed by: 20 ms.
const CONCEALMENT_FRAME: i64 = 160;

/// Whether there is a decoder for a codec.
pub const fn can_decode(codec: Codec) -> bool {
    matches!(codec, Codec::Pcmu | Codec::Pcma | Codec::G722 | Codec::Opus)
}

/// Decodes packets in order of time and lays what falls into `out`, whose first sample is at `from`. Where nothing is heard,
/// `out` stays as it is. What comes out depends on the packets and `from` alone.
pub fn decode(codec: Codec, packets: &[TimedPacket<'_>], from: i64, out: &mut [i16]) {
    match codec {
        Codec::Opus => decode_opus(packets, from, out),
        Codec::G722 => {
            let mut decoder = LowerBand::default();
            for packet in packets {
                let heard: Vec<i16> = packet.payload.iter().map(|octet| decoder.decode(*octet)).collect();
                lay(&heard, packet.at, from, out);
            }
        }
        Codec::Pcmu | Codec::Pcma => {
            let Some(law) = codec.law() else { return };
            for packet in packets {
                let heard: Vec<i16> = packet.payload.iter().map(|octet| g711::decode(law, *octet)).collect();
                lay(&heard, packet.at, from, out);
            }
        }
        Codec::G729 | Codec::Vp8 | Codec::H264 => {}
    }
}

fn decode_opus(packets: &[TimedPacket<'_>], from: i64, out: &mut [i16]) {
    let mut decoder = OpusDecoder::new();
    let mut end: Option<i64> = None;
    // A packet without audio is a hole: the sender's, or what stands in a file where nothing came.
    for packet in packets.iter().filter(|packet| packet.payload.len() > 1) {
        if let Some(end) = end {
            conceal(&mut decoder, end, packet, from, out);
        }
        let heard = decoder.decode(packet.payload);
        lay(&heard, packet.at, from, out);
        let lasts = i64::try_from(opus::timeline_samples(packet.payload)).unwrap_or(0);
        end = Some(packet.at.saturating_add(lasts));
    }
}

/// Fills a short hole before `next`: its last frame from what `next` carries of it (in-band FEC), the others by extrapolation.
fn conceal(decoder: &mut OpusDecoder, mut at: i64, next: &TimedPacket<'_>, from: i64, out: &mut [i16]) {
    let hole = next.at.saturating_sub(at);
    if !(CONCEALMENT_FRAME..=CONCEALED).contains(&hole) {
        return;
    }
    while next.at - at >= 2 * CONCEALMENT_FRAME {
        lay(&decoder.conceal(CONCEALMENT_FRAME.unsigned_abs()), at, from, out);
        at += CONCEALMENT_FRAME;
    }
    lay(
        &decoder.recover(next.payload, CONCEALMENT_FRAME.unsigned_abs()),
        next.at - CONCEALMENT_FRAME,
        from,
        out,
    );
}

fn lay(heard: &[i16], at: i64, from: i64, out: &mut [i16]) {
    let skip = usize::try_from(from.saturating_sub(at)).unwrap_or(0);
    let place = usize::try_from(at.saturating_sub(from)).unwrap_or(0);
    let slots = out.iter_mut().skip(place);
    slots.zip(heard.iter().skip(skip)).for_each(|(slot, sample)| *slot = *sample);
}

#[cfg(test)]
pub(crate) mod tests;

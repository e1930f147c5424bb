//! WAVE files: G.711 and G.722 as they are stored (RFC 2361), linear PCM as it is listened to; and a reader for the former.
//!
//! Stored files are of codecs with one octet a timeline sample ([`Codec::silence_octet`]), so that time is place.

use crate::codec::{Codec, TIMELINE_RATE};

/// Octets before the first payload octet of a stored file: RIFF 12, fmt 8 + 18, fact 8 + 4, data 8.
pub const HEADER_LEN: usize = 58;

/// Octets before the first sample of a linear PCM file: RIFF 12, fmt 8 + 16, data 8.
pub const PCM16_HEADER_LEN: usize = 44;

/// The header of a stored file of `samples` timeline samples a channel; followed by `samples × channels` interleaved octets and,
/// if that is odd, one zero octet of padding. Sizes beyond 32 bits are written as the largest that fits.
pub fn header(codec: Codec, channels: u16, samples: u64) -> [u8; HEADER_LEN] {
    let octets = samples.saturating_mul(u64::from(channels));
    let padded = octets.saturating_add(octets & 1);
    let mut writer = Writer { header: [0; HEADER_LEN], at: 0 };
    writer.tag(b"RIFF").u32(clamp(padded.saturating_add(HEADER_LEN as u64 - 8))).tag(b"WAVE");
    let (rate, bits) = rate_and_bits(codec);
    writer.tag(b"fmt ").u32(18).u16(codec.wav_format_tag().unwrap_or(0)).u16(channels).u32(rate);
    writer.u32(TIMELINE_RATE.saturating_mul(u32::from(channels))).u16(channels).u16(bits).u16(0);
    writer.tag(b"fact").u32(4).u32(clamp(samples.saturating_mul(u64::from(rate / TIMELINE_RATE))));
    writer.tag(b"data").u32(clamp(octets));
    writer.header
}

/// Samples a second and bits a sample as the header states them: an octet of G.722 holds two samples of 16,000 Hz.
const fn rate_and_bits(codec: Codec) -> (u32, u16) {
    match codec {
        Codec::G722 => (2 * TIMELINE_RATE, 4),
        _ => (TIMELINE_RATE, 8),
    }
}

/// The header of a 16-bit linear little-endian file at the timeline's rate, of `samples` samples a channel.
pub fn pcm16_header(channels: u16, samples: u64) -> [u8; PCM16_HEADER_LEN] {
    let block = channels.saturating_mul(2);
    let octets = samples.saturating_mul(u64::from(block));
    let mut writer = Writer { header: [0; PCM16_HEADER_LEN], at: 0 };
    writer.tag(b"RIFF").u32(clamp(octets.saturating_add(PCM16_HEADER_LEN as u64 - 8))).tag(b"WAVE");
    writer.tag(b"fmt ").u32(16).u16(1).u16(channels).u32(TIMELINE_RATE);
    writer.u32(TIMELINE_RATE.saturating_mul(u32::from(block))).u16(block).u16(16);
    writer.tag(b"data").u32(clamp(octets));
    writer.header
}

/// A whole stored file from one payload a channel; shorter channels are filled up with silence.
pub fn file(codec: Codec, channels: &[&[u8]]) -> Vec<u8> {
    let samples = channels.iter().map(|channel| channel.len()).max().unwrap_or(0);
    let octets = samples * channels.len();
    let mut file = Vec::with_capacity(HEADER_LEN + octets + 1);
    file.extend_from_slice(&header(codec, u16::try_from(channels.len()).unwrap_or(u16::MAX), samples as u64));
    file.resize(HEADER_LEN + octets, codec.silence_octet().unwrap_or(0));
    let body = file.get_mut(HEADER_LEN..).unwrap_or_default();
    if let &[left, right] = channels {
        let (pairs, _) = body.as_chunks_mut::<2>();
        pairs.iter_mut().zip(left).for_each(|([slot, _], octet)| *slot = *octet);
        pairs.iter_mut().zip(right).for_each(|([_, slot], octet)| *slot = *octet);
    } else {
        for (place, channel) in channels.iter().enumerate() {
            let slots = body.iter_mut().skip(place).step_by(channels.len());
            slots.zip(channel.iter()).for_each(|(slot, octet)| *slot = *octet);
        }
    }
    if octets % 2 == 1 {
        file.push(0);
    }
    file
}

/// A stored file, borrowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredWav<'a> {
    /// Its codec.
    pub codec: Codec,
    /// How many channels are interleaved.
    pub channels: u16,
    /// Timeline samples a channel.
    pub samples: u64,
    /// The interleaved payload, one octet a sample and channel.
    pub payload: &'a [u8],
}

impl StoredWav<'_> {
    /// The payload of the channel that stands at `place` in the file.
    pub fn channel(&self, place: u16) -> impl Iterator<Item = u8> + '_ {
        let wanted = if place < self.channels { usize::MAX } else { 0 };
        self.payload
            .iter()
            .copied()
            .skip(usize::from(place))
            .step_by(usize::from(self.channels).max(1))
            .take(wanted)
    }
}

/// Why a file is not a stored WAVE file of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WavError {
    /// It does not begin as a RIFF/WAVE file.
    #[error("not a WAVE file")]
    NotWave,
    /// A chunk runs past the end, or one that must be there is not.
    #[error("chunk {0} is missing or cut short")]
    Chunk(&'static str),
    /// The format is none that we store, or has no channel.
    #[error("format is none of ours")]
    Format,
}

/// Reads a whole file in memory; chunks other than `fmt ` and `data` are passed over.
///
/// # Errors
/// [`WavError`], for whatever is not such a file.
pub fn parse(file: &[u8]) -> Result<StoredWav<'_>, WavError> {
    let (header, mut rest) = file.split_first_chunk::<12>().ok_or(WavError::NotWave)?;
    if !header.starts_with(b"RIFF") || !header.ends_with(b"WAVE") {
        return Err(WavError::NotWave);
    }
    let mut format = None;
    while let Some((&[a, b, c, d, l0, l1, l2, l3], tail)) = rest.split_first_chunk::<8>() {
        let len =
            usize::try_from(u32::from_le_bytes([l0, l1, l2, l3])).map_err(|_| WavError::Chunk("RIFF"))?;
        let (body, after) = tail.split_at_checked(len).ok_or(WavError::Chunk("RIFF"))?;
        match &[a, b, c, d] {
            b"fmt " => format = Some(parse_format(body)?),
            b"data" => {
                let (codec, channels) = format.ok_or(WavError::Chunk("fmt"))?;
                let samples = (body.len() / usize::from(channels)) as u64;
                return Ok(StoredWav { codec, channels, samples, payload: body });
            }
            _ => {}
        }
        rest = after.get(len % 2..).unwrap_or_default();
    }
    Err(WavError::Chunk("data"))
}

fn parse_format(body: &[u8]) -> Result<(Codec, u16), WavError> {
    let (&[t0, t1, c0, c1, r0, r1, r2, r3, _, _, _, _, b0, b1, w0, w1], _) =
        body.split_first_chunk::<16>().ok_or(WavError::Chunk("fmt"))?;
    let codec = Codec::from_wav_format_tag(u16::from_le_bytes([t0, t1]))
        .filter(|codec| codec.silence_octet().is_some())
        .ok_or(WavError::Format)?;
    let channels = u16::from_le_bytes([c0, c1]);
    let rate = u32::from_le_bytes([r0, r1, r2, r3]);
    let (block, bits) = (u16::from_le_bytes([b0, b1]), u16::from_le_bytes([w0, w1]));
    if channels == 0 || (rate, bits) != rate_and_bits(codec) || block != channels {
        return Err(WavError::Format);
    }
    Ok((codec, channels))
}

/// RIFF counts in 32 bits.
fn clamp(octets: u64) -> u32 {
    u32::try_from(octets).unwrap_or(u32::MAX)
}

/// Fills a header of known length from front to back.
struct Writer<const N: usize> {
    header: [u8; N],
    at: usize,
}

impl<const N: usize> Writer<N> {
    fn tag(&mut self, octets: &[u8]) -> &mut Self {
        let slots = self.header.iter_mut().skip(self.at);
        slots.zip(octets).for_each(|(slot, octet)| *slot = *octet);
        self.at += octets.len();
        self
    }
    fn u16(&mut self, value: u16) -> &mut Self {
        self.tag(&value.to_le_bytes())
    }
    fn u32(&mut self, value: u32) -> &mut Self {
        self.tag(&value.to_le_bytes())
    }
}

#[cfg(test)]
mod tests;

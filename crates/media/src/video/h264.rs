//! H.264 in RTP (RFC 6184, non-interleaved): NAL units out of single packets, STAP-A and FU-A, and the record that a file
//! needs of the parameter sets (ISO/IEC 14496-15).

const IDR: u8 = 5;
const SPS: u8 = 7;
const PPS: u8 = 8;
const STAP_A: u8 = 24;
const FU_A: u8 = 28;

/// Parameter sets that a stream may hold: 32 and 256 are all there can be, a camera has one of each.
const MAX_SETS: usize = 31;

/// The parameter sets seen, each once.
#[derive(Debug, Default)]
pub(super) struct ParameterSets {
    sequence: Vec<Vec<u8>>,
    picture: Vec<Vec<u8>>,
}

/// One access unit of its packets' payloads: NAL units, each behind its length in four octets; `None` where a part is
/// missing or of a kind that is not used in real time (interleaved modes).
pub(super) fn access_unit<'a>(
    payloads: impl Iterator<Item = &'a [u8]>,
    sets: &mut ParameterSets,
) -> Option<Vec<u8>> {
    let mut octets = Vec::new();
    let mut fragments: Option<Vec<u8>> = None;
    for payload in payloads {
        let (&first, rest) = payload.split_first()?;
        let kind = first & 0x1F;
        if kind != FU_A && fragments.is_some() {
            return None;
        }
        match kind {
            1..=23 => add(payload, sets, &mut octets),
            STAP_A => {
                let mut rest = rest;
                while let Some((len, after)) = rest.split_first_chunk::<2>() {
                    let (unit, after) = after.split_at_checked(usize::from(u16::from_be_bytes(*len)))?;
                    add(unit, sets, &mut octets);
                    rest = after;
                }
            }
            FU_A => {
                let (&header, part) = rest.split_first()?;
                if header & 0x80 != 0 {
                    fragments = Some(vec![first & 0xE0 | header & 0x1F]);
                }
                fragments.as_mut()?.extend_from_slice(part);
                if header & 0x40 != 0 {
                    add(&fragments.take()?, sets, &mut octets);
                }
            }
            _ => return None,
        }
    }
    (fragments.is_none() && !octets.is_empty()).then_some(octets)
}

fn add(unit: &[u8], sets: &mut ParameterSets, octets: &mut Vec<u8>) {
    let Some(first) = unit.first() else { return };
    let known = match first & 0x1F {
        SPS => Some(&mut sets.sequence),
        PPS => Some(&mut sets.picture),
        _ => None,
    };
    if let Some(known) = known.filter(|known| known.len() < MAX_SETS && known.iter().all(|set| set != unit)) {
        known.push(unit.to_vec());
    }
    octets.extend_from_slice(&u32::try_from(unit.len()).unwrap_or(u32::MAX).to_be_bytes());
    octets.extend_from_slice(unit);
}

/// Whether an access unit holds an IDR picture.
pub(super) fn is_key(mut octets: &[u8]) -> bool {
    while let Some((len, rest)) = octets.split_first_chunk::<4>() {
        let len = usize::try_from(u32::from_be_bytes(*len)).unwrap_or(usize::MAX);
        let Some((unit, after)) = rest.split_at_checked(len) else { return false };
        if unit.first().is_some_and(|first| first & 0x1F == IDR) {
            return true;
        }
        octets = after;
    }
    false
}

impl ParameterSets {
    /// The AVCDecoderConfigurationRecord; `None` before a set of each kind came.
    pub(super) fn configuration(&self) -> Option<Vec<u8>> {
        let &[_, profile, compatibility, level] = self.sequence.first()?.first_chunk::<4>()?;
        self.picture.first()?;
        let mut record = vec![1, profile, compatibility, level, 0xFF];
        for (count_bits, sets) in [(0xE0, &self.sequence), (0, &self.picture)] {
            record.push(count_bits | u8::try_from(sets.len()).unwrap_or(0));
            for set in sets {
                record.extend_from_slice(&u16::try_from(set.len()).unwrap_or(u16::MAX).to_be_bytes());
                record.extend_from_slice(set);
            }
        }
        Some(record)
    }

    /// Width and height as the first sequence parameter set has them (H.264 §7.3.2.1.1).
    pub(super) fn size(&self) -> Option<(u16, u16)> {
        sps_size(self.sequence.first()?)
    }
}

fn sps_size(unit: &[u8]) -> Option<(u16, u16)> {
    let plain = without_emulation(unit.get(1..)?);
    let mut bits = Bits { octets: &plain, at: 0 };
    let profile = bits.take(8)?;
    bits.take(16)?;
    bits.golomb()?;
    let mut chroma = 1;
    if matches!(profile, 100 | 110 | 122 | 244 | 44 | 83 | 86 | 118 | 128 | 138 | 139 | 134 | 135) {
        chroma = bits.golomb()?;
        if chroma == 3 {
            bits.take(1)?;
        }
        bits.golomb()?;
        bits.golomb()?;
        bits.take(1)?;
        if bits.take(1)? == 1 {
            for list in 0..if chroma == 3 { 12 } else { 8 } {
                if bits.take(1)? == 1 {
                    bits.skip_scaling_list(if list < 6 { 16 } else { 64 })?;
                }
            }
        }
    }
    bits.golomb()?;
    match bits.golomb()? {
        0 => {
            bits.golomb()?;
        }
        1 => {
            bits.take(1)?;
            bits.golomb()?;
            bits.golomb()?;
            for _ in 0..bits.golomb()?.min(255) {
                bits.golomb()?;
            }
        }
        _ => {}
    }
    bits.golomb()?;
    bits.take(1)?;
    let width = bits.golomb()?.checked_add(1)?.checked_mul(16)?;
    let map_units = bits.golomb()?.checked_add(1)?;
    let frames_only = bits.take(1)?;
    let height = map_units.checked_mul(16)?.checked_mul(2 - frames_only)?;
    if frames_only == 0 {
        bits.take(1)?;
    }
    bits.take(1)?;
    let (mut cut_x, mut cut_y) = (0, 0);
    if bits.take(1)? == 1 {
        let (unit_x, unit_y) = match chroma {
            0 | 3 => (1, 2 - frames_only),
            2 => (2, 2 - frames_only),
            _ => (2, 2 * (2 - frames_only)),
        };
        cut_x = bits.golomb()?.checked_add(bits.golomb()?)?.checked_mul(unit_x)?;
        cut_y = bits.golomb()?.checked_add(bits.golomb()?)?.checked_mul(unit_y)?;
    }
    let side = |whole: u32, cut: u32| u16::try_from(whole.checked_sub(cut)?).ok();
    Some((side(width, cut_x)?, side(height, cut_y)?))
}

/// A NAL unit's body without the octets that keep start codes out of it (H.264 §7.4.1).
fn without_emulation(body: &[u8]) -> Vec<u8> {
    let mut plain: Vec<u8> = Vec::with_capacity(body.len());
    let mut zeros = 0;
    for &octet in body {
        if octet == 3 && zeros >= 2 {
            zeros = 0;
            continue;
        }
        zeros = if octet == 0 { zeros + 1 } else { 0 };
        plain.push(octet);
    }
    plain
}

struct Bits<'a> {
    octets: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn take(&mut self, count: u32) -> Option<u32> {
        let mut value = 0;
        for _ in 0..count {
            let octet = self.octets.get(self.at / 8)?;
            value = value << 1 | u32::from(octet >> (7 - self.at % 8) & 1);
            self.at += 1;
        }
        Some(value)
    }

    /// An unsigned Exp-Golomb number (H.264 §9.1).
    fn golomb(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while self.take(1)? == 0 {
            zeros += 1;
            if zeros > 31 {
                return None;
            }
        }
        Some((1_u32 << zeros) - 1 + self.take(zeros)?)
    }

    fn skip_scaling_list(&mut self, len: usize) -> Option<()> {
        let (mut last, mut next) = (8_i64, 8_i64);
        for _ in 0..len {
            if next != 0 {
                let code = i64::from(self.golomb()?);
                let delta = if code % 2 == 0 { -(code / 2) } else { code / 2 + 1 };
                next = (last + delta).rem_euclid(256);
            }
            last = if next == 0 { last } else { next };
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing)]

    use super::*;

    #[test]
    fn the_size_of_real_parameter_sets_is_read() {
        // x264, high profile, 1280x720; baseline of a browser, 640x480.
        let high = [
            0x67, 0x64, 0x00, 0x1F, 0xAC, 0xD9, 0x40, 0x50, 0x05, 0xBB, 0x01, 0x10, 0x00, 0x00, 0x03, 0x00,
            0x10, 0x00, 0x00, 0x03, 0x03, 0xC0, 0xF1, 0x83, 0x19, 0x60,
        ];
        assert_eq!(sps_size(&high), Some((1_280, 720)));
        let baseline = [0x67, 0x42, 0xC0, 0x1E, 0xD9, 0x00, 0xA0, 0x3D, 0xB0, 0x11];
        assert_eq!(sps_size(&baseline).map(|(width, _)| width), Some(640));
        for len in 0..8 {
            assert_eq!(sps_size(&high[..len]), None, "{len}");
        }
    }
}

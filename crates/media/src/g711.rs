//! G.711 to and from 16-bit linear samples, by table (ITU-T G.711; the 14- and 13-bit values are scaled up to 16 bits).

use crate::codec::Codec;

static MU_LAW: [i16; 256] = table(Codec::Pcmu);
static A_LAW: [i16; 256] = table(Codec::Pcma);

/// The 256 linear values of a codec, indexed by octet.
pub fn decoding_table(codec: Codec) -> &'static [i16; 256] {
    match codec {
        Codec::Pcmu => &MU_LAW,
        Codec::Pcma => &A_LAW,
    }
}

/// One octet as a linear sample.
#[inline]
pub fn decode(codec: Codec, octet: u8) -> i16 {
    decoding_table(codec).get(usize::from(octet)).copied().unwrap_or(0)
}

/// One linear sample as an octet: for senders in tests and fixtures; what was received is never encoded anew.
pub fn encode(codec: Codec, sample: i16) -> u8 {
    match codec {
        Codec::Pcmu => encode_mu(sample),
        Codec::Pcma => encode_a(sample),
    }
}

const fn table(codec: Codec) -> [i16; 256] {
    let mut values = [0_i16; 256];
    let mut rest: &mut [i16] = &mut values;
    let mut octet = 0_u8;
    while let Some((first, tail)) = rest.split_first_mut() {
        *first = decode_octet(codec, octet);
        rest = tail;
        octet = octet.wrapping_add(1);
    }
    values
}

/// One octet as a linear sample, computed; [`decode`] looks it up.
pub(crate) const fn decode_octet(codec: Codec, octet: u8) -> i16 {
    match codec {
        Codec::Pcmu => decode_mu(octet),
        Codec::Pcma => decode_a(octet),
    }
}

/// The bias that makes the µ-law segments start at powers of two.
const MU_BIAS: i32 = 0x84;

const fn decode_mu(octet: u8) -> i16 {
    let bits = !octet;
    let magnitude = ((((bits & 0x0F) as i32) << 3) + MU_BIAS) << ((bits & 0x70) >> 4);
    (if bits & 0x80 == 0 { magnitude - MU_BIAS } else { MU_BIAS - magnitude }) as i16
}

const fn decode_a(octet: u8) -> i16 {
    let bits = octet ^ 0x55;
    let mantissa = ((bits & 0x0F) as i32) << 4;
    let magnitude = match (bits & 0x70) >> 4 {
        0 => mantissa + 8,
        segment => (mantissa + 0x108) << (segment - 1),
    };
    (if bits & 0x80 == 0 { -magnitude } else { magnitude }) as i16
}

fn encode_mu(sample: i16) -> u8 {
    let wide = i32::from(sample);
    let sign = if wide < 0 { 0x80 } else { 0 };
    let magnitude = wide.abs().min(32_635) + MU_BIAS;
    // 0x84 <= magnitude < 0x8000: the highest set bit is bit 7 to bit 14, which numbers the segment.
    let segment = 24 - magnitude.leading_zeros().clamp(17, 24);
    let mantissa = (magnitude >> (segment + 3)) & 0x0F;
    !(sign | ((segment as u8) << 4) | mantissa as u8)
}

fn encode_a(sample: i16) -> u8 {
    let wide = i32::from(sample);
    let (sign, magnitude) = if wide >= 0 { (0x80, wide) } else { (0, -wide - 1) };
    let segment = 24 - magnitude.max(0xFF).leading_zeros().clamp(17, 24);
    let mantissa = magnitude >> if segment == 0 { 4 } else { segment + 3 };
    (sign | ((segment as u8) << 4) | (mantissa & 0x0F) as u8) ^ 0x55
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_hold_the_published_corner_values() {
        for (octet, value) in
            [(0x00, -32_124), (0x80, 32_124), (0xFF, 0), (0x7F, 0), (0x8F, 16_764), (0xFE, 8)]
        {
            assert_eq!(decode(Codec::Pcmu, octet), value, "µ-law {octet:#04x}");
        }
        for (octet, value) in [(0xD5, 8), (0x55, -8), (0x2A, -32_256), (0xAA, 32_256), (0x80, 5_504)] {
            assert_eq!(decode(Codec::Pcma, octet), value, "A-law {octet:#04x}");
        }
    }

    #[test]
    fn every_octet_survives_decoding_and_encoding() {
        for octet in 0..=u8::MAX {
            for codec in Codec::ALL {
                // µ-law has two zeros; the negative one comes back as the positive one.
                let expected = if codec == Codec::Pcmu && octet == 0x7F { 0xFF } else { octet };
                assert_eq!(encode(codec, decode(codec, octet)), expected, "{codec} {octet:#04x}");
            }
        }
    }

    #[test]
    fn encoding_any_sample_stays_near_it() {
        for sample in i16::MIN..=i16::MAX {
            for codec in Codec::ALL {
                let back = i32::from(decode(codec, encode(codec, sample)));
                let off = (back - i32::from(sample)).abs();
                assert!(off <= 16.max(i32::from(sample).abs() / 16), "{codec} {sample} became {back}");
            }
        }
    }

    #[test]
    fn silence_decodes_to_nothing_audible() {
        for codec in Codec::ALL {
            assert!(decode(codec, codec.silence_octet()).abs() <= 8);
        }
    }
}

//! G.711 to and from 16-bit linear samples, by table (ITU-T G.711; the 14- and 13-bit values are scaled up to 16 bits).

/// Which of the two companding laws.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Law {
    /// µ-law.
    Mu,
    /// A-law.
    A,
}

impl Law {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Mu, Self::A];
}

static MU_LAW: [i16; 256] = table(Law::Mu);
static A_LAW: [i16; 256] = table(Law::A);

/// The 256 linear values of a law, indexed by octet.
pub fn decoding_table(law: Law) -> &'static [i16; 256] {
    match law {
        Law::Mu => &MU_LAW,
        Law::A => &A_LAW,
    }
}

/// One octet as a linear sample.
#[inline]
pub fn decode(law: Law, octet: u8) -> i16 {
    decoding_table(law).get(usize::from(octet)).copied().unwrap_or(0)
}

/// One linear sample as an octet: for senders in tests and fixtures; what was received is never encoded anew.
pub fn encode(law: Law, sample: i16) -> u8 {
    match law {
        Law::Mu => encode_mu(sample),
        Law::A => encode_a(sample),
    }
}

const fn table(law: Law) -> [i16; 256] {
    let mut values = [0_i16; 256];
    let mut rest: &mut [i16] = &mut values;
    let mut octet = 0_u8;
    while let Some((first, tail)) = rest.split_first_mut() {
        *first = decode_octet(law, octet);
        rest = tail;
        octet = octet.wrapping_add(1);
    }
    values
}

/// One octet as a linear sample, computed; [`decode`] looks it up.
pub(crate) const fn decode_octet(law: Law, octet: u8) -> i16 {
    match law {
        Law::Mu => decode_mu(octet),
        Law::A => decode_a(octet),
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
            assert_eq!(decode(Law::Mu, octet), value, "µ-law {octet:#04x}");
        }
        for (octet, value) in [(0xD5, 8), (0x55, -8), (0x2A, -32_256), (0xAA, 32_256), (0x80, 5_504)] {
            assert_eq!(decode(Law::A, octet), value, "A-law {octet:#04x}");
        }
    }

    #[test]
    fn every_octet_survives_decoding_and_encoding() {
        for octet in 0..=u8::MAX {
            for law in Law::ALL {
                // µ-law has two zeros; the negative one comes back as the positive one.
                let expected = if law == Law::Mu && octet == 0x7F { 0xFF } else { octet };
                assert_eq!(encode(law, decode(law, octet)), expected, "{law:?} {octet:#04x}");
            }
        }
    }

    #[test]
    fn encoding_any_sample_stays_near_it() {
        for sample in i16::MIN..=i16::MAX {
            for law in Law::ALL {
                let back = i32::from(decode(law, encode(law, sample)));
                let off = (back - i32::from(sample)).abs();
                assert!(off <= 16.max(i32::from(sample).abs() / 16), "{law:?} {sample} became {back}");
            }
        }
    }

    #[test]
    fn silence_decodes_to_nothing_audible() {
        for (law, silence) in [(Law::Mu, 0xFF), (Law::A, 0xD5)] {
            assert!(decode(law, silence).abs() <= 8);
        }
    }
}

//! G.722 (ITU-T, 64 kbit/s) as far as it is listened to: the lower sub-band, which is the speech from 0 to 4 kHz at 8,000 Hz.
//!
//! An octet holds six bits of the lower band and two of the upper one. The lower band alone is one sample an octet on the
//! recording's timeline, so neither filter bank nor resampling stands between the payload and what is heard.

/// Octets decoded before the first wanted one when a decoder starts in the middle: its predictors forget in much less.
pub const PRE_ROLL: u64 = 1_600;

/// State of the lower band's adaptive predictor and quantiser (G.722 §3, block names as there).
#[derive(Debug, Clone)]
pub struct LowerBand {
    /// Predicted sample, and the part of it that comes from the zeros.
    s: i32,
    sz: i32,
    /// Reconstructed samples, newest first.
    r: [i32; 2],
    /// Signs of the partially reconstructed signal, newest first.
    p: [i32; 2],
    /// Poles.
    a: [i32; 2],
    /// Zeros, and the differences they weigh, newest first.
    b: [i32; 6],
    d: [i32; 6],
    /// Logarithm of the scale, and the scale.
    nb: i32,
    det: i32,
}

impl Default for LowerBand {
    fn default() -> Self {
        Self { s: 0, sz: 0, r: [0; 2], p: [0; 2], a: [0; 2], b: [0; 6], d: [0; 6], nb: 0, det: 32 }
    }
}

/// Inverse quantiser of six bits, of the upper four of them, and what those four do to the scale (G.722 tables 5–8, 11).
const QUANTISER_6: [i32; 64] = [
    -136, -136, -136, -136, -24_808, -21_904, -19_008, -16_704, -14_984, -13_512, -12_280, -11_192, -10_232,
    -9_360, -8_576, -7_856, -7_192, -6_576, -6_000, -5_456, -4_944, -4_464, -4_008, -3_576, -3_168, -2_776,
    -2_400, -2_032, -1_688, -1_360, -1_040, -728, 24_808, 21_904, 19_008, 16_704, 14_984, 13_512, 12_280,
    11_192, 10_232, 9_360, 8_576, 7_856, 7_192, 6_576, 6_000, 5_456, 4_944, 4_464, 4_008, 3_576, 3_168,
    2_776, 2_400, 2_032, 1_688, 1_360, 1_040, 728, 432, 136, -432, -136,
];
const QUANTISER_4: [i32; 16] = [
    0, -20_456, -12_896, -8_968, -6_288, -4_240, -2_584, -1_200, 20_456, 12_896, 8_968, 6_288, 4_240, 2_584,
    1_200, 0,
];
const SCALE_STEP: [i32; 16] =
    [-60, 3_042, 1_198, 538, 334, 172, 58, -30, 3_042, 1_198, 538, 334, 172, 58, -30, -60];
const ANTILOG: [i32; 32] = [
    2_048, 2_093, 2_139, 2_186, 2_233, 2_282, 2_332, 2_383, 2_435, 2_489, 2_543, 2_599, 2_656, 2_714, 2_774,
    2_834, 2_896, 2_960, 3_025, 3_091, 3_158, 3_228, 3_298, 3_371, 3_444, 3_520, 3_597, 3_676, 3_756, 3_838,
    3_922, 4_008,
];

impl LowerBand {
    /// The next sample, as 16-bit linear.
    pub fn decode(&mut self, octet: u8) -> i16 {
        let code = usize::from(octet & 0x3F);
        let fine = (self.det * look_up(&QUANTISER_6, code)) >> 15;
        let sample = (self.s + fine).clamp(-16_384, 16_383);
        let coarse = (self.det * look_up(&QUANTISER_4, code >> 2)) >> 15;
        self.rescale(code >> 2);
        self.adapt(coarse);
        saturate(sample * 2) as i16
    }

    /// Blocks LOGSCL and SCALEL.
    fn rescale(&mut self, coarse_code: usize) {
        self.nb = (((self.nb * 127) >> 7) + look_up(&SCALE_STEP, coarse_code)).clamp(0, 18_432);
        let mantissa = look_up(&ANTILOG, usize::try_from((self.nb >> 6) & 31).unwrap_or(0));
        let shift = 8 - (self.nb >> 11);
        self.det = (if shift < 0 { mantissa << -shift } else { mantissa >> shift }) << 2;
    }

    /// Block 4: updates poles and zeros by the difference `d`, and predicts the next sample.
    fn adapt(&mut self, d: i32) {
        let r = saturate(self.s + d);
        let p = saturate(self.sz + d);
        let sign = |value: i32| value >> 15;
        let [p1, p2] = self.p.map(sign);
        let p0 = sign(p);
        let [a1, a2] = self.a;

        let toward = saturate(a1 << 2);
        let toward = if p0 == p1 { saturate(-toward) } else { toward };
        let pole_2 = (if p0 == p2 { 128 } else { -128 }) + (toward >> 7) + ((a2 * 32_512) >> 15);
        let pole_2 = pole_2.clamp(-12_288, 12_288);
        let pole_1 = saturate((if p0 == p1 { 192 } else { -192 }) + ((a1 * 32_640) >> 15));
        let bound = saturate(15_360 - pole_2);
        let pole_1 = pole_1.clamp(-bound, bound);

        let step = if d == 0 { 0 } else { 128 };
        for (zero, earlier) in self.b.iter_mut().zip(self.d) {
            let step = if sign(earlier) == sign(d) { step } else { -step };
            *zero = saturate(step + ((*zero * 32_640) >> 15));
        }
        let [d1, d2, d3, d4, d5, _] = self.d;
        self.d = [d, d1, d2, d3, d4, d5];
        let [r1, _] = self.r;
        self.r = [r, r1];
        let [before, _] = self.p;
        self.p = [p, before];
        self.a = [pole_1, pole_2];

        let weigh = |weight: i32, value: i32| (weight * saturate(value * 2)) >> 15;
        let poles = saturate(weigh(pole_1, r) + weigh(pole_2, r1));
        self.sz = saturate(self.b.iter().zip(self.d).map(|(zero, d)| weigh(*zero, d)).sum());
        self.s = saturate(poles + self.sz);
    }
}

fn look_up(table: &[i32], at: usize) -> i32 {
    table.get(at).copied().unwrap_or(0)
}

fn saturate(value: i32) -> i32 {
    value.clamp(i32::from(i16::MIN), i32::from(i16::MAX))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing)]

    use super::*;

    /// The lower band of a G.722 encoder that searches its code by trying all: slow, and sure to be one.
    fn encode(samples: &[i16]) -> Vec<u8> {
        let mut state = LowerBand::default();
        let pick = |sample: &i16| {
            let near =
                |code: &u8| (i32::from(state.clone().decode(*code)) - i32::from(*sample)).unsigned_abs();
            let code = (4..64).min_by_key(near).expect("there are codes");
            state.decode(code);
            code | 0xC0
        };
        samples.iter().map(pick).collect()
    }

    fn tone(hertz: f64, count: usize) -> Vec<i16> {
        (0..count)
            .map(|n| ((n as f64 * hertz * std::f64::consts::TAU / 8_000.0).sin() * 8_000.0) as i16)
            .collect()
    }

    #[test]
    fn a_tone_comes_out_as_it_went_in() {
        let sent = tone(440.0, 4_000);
        let mut decoder = LowerBand::default();
        let heard: Vec<i16> = encode(&sent).into_iter().map(|octet| decoder.decode(octet)).collect();
        let off: f64 =
            sent.iter().zip(&heard).skip(400).map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2)).sum();
        let level: f64 = sent.iter().skip(400).map(|a| f64::from(*a).powi(2)).sum();
        assert!(off < level / 1_000.0, "noise {off} of {level}");
    }

    #[test]
    fn a_decoder_that_starts_in_the_middle_soon_hears_the_same() {
        let octets = encode(&tone(700.0, 6_000));
        let mut whole = LowerBand::default();
        let all: Vec<i16> = octets.iter().map(|octet| whole.decode(*octet)).collect();
        let mut late = LowerBand::default();
        let part: Vec<i16> = octets[2_000..].iter().map(|octet| late.decode(*octet)).collect();
        let settled = PRE_ROLL as usize;
        let worst = all[2_000 + settled..]
            .iter()
            .zip(&part[settled..])
            .map(|(a, b)| (i32::from(*a) - i32::from(*b)).abs())
            .max();
        assert!(worst < Some(64), "{worst:?}");
    }

    #[test]
    fn the_filling_octet_falls_silent_after_anything() {
        let mut decoder = LowerBand::default();
        encode(&tone(300.0, 800)).into_iter().for_each(|octet| {
            decoder.decode(octet);
        });
        let silence = crate::codec::Codec::G722.silence_octet().expect("an octet a sample");
        let heard: Vec<i16> = (0..1_600).map(|_| decoder.decode(silence)).collect();
        assert!(heard[800..].iter().all(|sample| sample.abs() <= 64), "{:?}", &heard[800..820]);
    }
}

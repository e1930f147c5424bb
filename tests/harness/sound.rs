//! Listening renditions as a test reads them: PCM16 stereo WAV back to what each side's phone sent.

use std::ops::Range;

use rokuon_fixtures::g711::Law;

/// The samples of both channels of a PCM16 stereo 8 kHz WAV.
pub fn channels(wav: &[u8]) -> [Vec<i16>; 2] {
    assert_eq!(&wav[..4], b"RIFF", "not a WAV");
    assert_eq!(u16::from_le_bytes([wav[20], wav[21]]), 1, "not PCM");
    assert_eq!(u16::from_le_bytes([wav[22], wav[23]]), 2, "not two channels");
    assert_eq!(u32::from_le_bytes([wav[24], wav[25], wav[26], wav[27]]), 8_000, "not 8 kHz");
    let data = wav.windows(4).position(|window| window == b"data").expect("a data chunk") + 8;
    let samples: Vec<i16> =
        wav[data..].chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect();
    let side = |first: usize| samples.iter().skip(first).step_by(2).copied().collect();
    [side(0), side(1)]
}

/// Asserts that `heard` is exactly what was sent, with nothing but silence before and after it. Returns where it begins.
pub fn assert_same(heard: &[i16], sent: &[u8], law: Law) -> usize {
    let expected: Vec<i16> = sent.iter().map(|&octet| law.decode(octet)).collect();
    let quiet = law.decode(law.silence());
    let begins = heard.iter().position(|&sample| sample != quiet).unwrap_or(0);
    let lead = expected.iter().position(|&sample| sample != quiet).unwrap_or(0);
    let start = begins.checked_sub(lead).expect("no less silence in front than was sent");
    let end = start + expected.len();
    assert!(end <= heard.len(), "{} samples sent, {} heard from {start}", expected.len(), heard.len());
    let differs = heard[start..end].iter().zip(&expected).position(|(one, two)| one != two);
    assert_eq!(differs, None, "the first sample that differs");
    assert!(heard[end..].iter().all(|&sample| sample == quiet), "something is heard after the end");
    start
}

/// Stretches of the sent timeline (in samples) that are not heard as they were sent, `start` being where it begins in `heard`.
pub fn missing(heard: &[i16], sent: &[u8], law: Law, start: usize) -> Vec<Range<usize>> {
    let mut missing: Vec<Range<usize>> = Vec::new();
    for (at, &octet) in sent.iter().enumerate() {
        if heard.get(start + at) == Some(&law.decode(octet)) {
            continue;
        }
        match missing.last_mut() {
            // single samples of noise may be equal to silence by chance
            Some(last) if at - last.end < 80 => last.end = at + 1,
            _ => missing.push(at..at + 1),
        }
    }
    missing
}

/// Where a piece of what was sent begins in what is heard.
pub fn find(heard: &[i16], sent: &[u8], law: Law) -> Option<usize> {
    let expected: Vec<i16> = sent.iter().map(|&octet| law.decode(octet)).collect();
    heard.windows(expected.len()).position(|window| window == expected)
}

/// How much of the power of these samples (8 kHz) lies at one frequency, 0 to 1 (Goertzel's way).
pub fn tone_share(samples: &[i16], hertz: f64) -> f64 {
    let turn = 2.0 * (std::f64::consts::TAU * hertz / 8_000.0).cos();
    let (mut last, mut before, mut power) = (0.0, 0.0, 0.0);
    for sample in samples.iter().map(|&sample| f64::from(sample)) {
        let next = sample + turn * last - before;
        (before, last) = (last, next);
        power += sample * sample;
    }
    let at_tone = last * last + before * before - turn * last * before;
    if power == 0.0 { 0.0 } else { 2.0 * at_tone / (power * samples.len() as f64) }
}

/// Whether a channel is this tone, and little else, for at least `seconds` somewhere.
pub fn is_tone(heard: &[i16], hertz: f64, seconds: usize) -> bool {
    heard.windows((seconds * 8_000).max(1)).step_by(400).any(|part| tone_share(part, hertz) > 0.9)
}

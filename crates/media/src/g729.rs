//! G.729 payload (RFC 3551 §4.5.6): ten octets for each 10 ms of speech, two for the silence description that may end it.
//!
//! There is no decoder here: the free one (bcg729, and what was translated from it) is under the GPL. The payload is kept as
//! received; who holds a licensed decoder can listen to it.

/// Octets of a speech frame.
pub const SPEECH_LEN: usize = 10;

/// Octets of a silence insertion descriptor (annex B).
pub const SILENCE_DESCRIPTION_LEN: usize = 2;

/// Timeline samples of either frame: 10 ms.
pub const FRAME_SAMPLES: u64 = 80;

/// Timeline samples that a payload covers; 0 where it is cut short.
pub const fn timeline_samples(payload: &[u8]) -> u64 {
    let speech = (payload.len() / SPEECH_LEN) as u64;
    match payload.len() % SPEECH_LEN {
        0 => speech * FRAME_SAMPLES,
        SILENCE_DESCRIPTION_LEN => (speech + 1) * FRAME_SAMPLES,
        _ => 0,
    }
}

/// Whether the payload ends in a silence description: what follows it without a packet is meant silence.
pub const fn ends_in_silence(payload: &[u8]) -> bool {
    payload.len() % SPEECH_LEN == SILENCE_DESCRIPTION_LEN
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_of_speech_and_a_silence_description_are_told_by_length() {
        for (len, samples, silent) in [
            (0, 0, false),
            (10, 80, false),
            (20, 160, false),
            (2, 80, true),
            (12, 160, true),
            (22, 240, true),
        ] {
            let payload = vec![0; len];
            assert_eq!((timeline_samples(&payload), ends_in_silence(&payload)), (samples, silent), "{len}");
        }
        for len in [1, 3, 9, 11, 13, 65_535] {
            assert_eq!(timeline_samples(&vec![0; len]), 0, "{len}");
        }
    }
}

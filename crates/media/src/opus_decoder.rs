//! Opus to 16-bit linear at the timeline's rate, by the crate `ruopus`, with a guard round it.
//!
//! The crate is young, and what it decodes comes from anywhere: should it ever panic, that packet is silence and the decoder
//! begins anew, so that one bad packet never keeps a recording from being sealed or heard.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::codec::TIMELINE_RATE;
use crate::opus;

/// A decoder of one stream.
pub struct OpusDecoder {
    inner: ruopus::OpusDecoder,
}

impl Default for OpusDecoder {
    fn default() -> Self {
        Self::new()
    }
}

impl OpusDecoder {
    /// A decoder that has heard nothing yet. Two channels are mixed into one.
    pub fn new() -> Self {
        Self { inner: ruopus::OpusDecoder::with_rate(TIMELINE_RATE, 1) }
    }

    /// The samples of a packet: exactly as many as [`opus::timeline_samples`] says.
    pub fn decode(&mut self, packet: &[u8]) -> Vec<i16> {
        self.guarded(opus::timeline_samples(packet), |inner| {
            inner.decode_packet_i16(packet).unwrap_or_default()
        })
    }

    /// `samples` (20 ms) in the place of a packet that never came.
    pub fn conceal(&mut self, samples: u64) -> Vec<i16> {
        self.guarded(samples, |inner| linear(inner.decode_lost(usize::try_from(samples).unwrap_or(0))))
    }

    /// The same from what the packet after it carries of it (RFC 6716 §2.1.7), or as [`Self::conceal`] where it carries nothing.
    pub fn recover(&mut self, next: &[u8], samples: u64) -> Vec<i16> {
        self.guarded(samples, |inner| {
            linear(inner.decode_fec(next, usize::try_from(samples).unwrap_or(0)).unwrap_or_default())
        })
    }

    fn guarded(
        &mut self,
        samples: u64,
        decode: impl FnOnce(&mut ruopus::OpusDecoder) -> Vec<i16>,
    ) -> Vec<i16> {
        let mut heard = catch_unwind(AssertUnwindSafe(|| decode(&mut self.inner))).unwrap_or_else(|_| {
            *self = Self::new();
            Vec::new()
        });
        heard.resize(usize::try_from(samples).unwrap_or(0), 0);
        heard
    }
}

fn linear(samples: Vec<f32>) -> Vec<i16> {
    // A float beyond the range becomes its nearest end; one that is none becomes zero.
    samples.into_iter().map(|sample| (sample * 32_768.0).round_ties_even() as i16).collect()
}

//! Audio that has taken a place on a channel's timeline, and how a part of it is taken.

use crate::codec::Codec;

/// Audio that has its place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Taken<'a> {
    pub payload: &'a [u8],
    /// Samples heard …
    pub samples: u64,
    /// … after this many of the payload.
    pub lead: u64,
    pub codec: Codec,
    pub source: usize,
    pub number: i64,
    pub marker: bool,
    pub slip: u64,
}

impl Taken<'_> {
    pub(super) const fn end(&self, start: u64) -> u64 {
        start.saturating_add(self.samples)
    }

    /// `samples` of it from `from` on: cut out of the payload where that can be, else the whole packet with a part of it heard.
    pub(super) fn part(self, from: u64, samples: u64) -> Self {
        if self.codec.silence_octet().is_none() {
            return Self { lead: self.lead.saturating_add(from), samples, ..self };
        }
        let range = usize::try_from(from).ok().zip(usize::try_from(from.saturating_add(samples)).ok());
        let payload = range.and_then(|(from, until)| self.payload.get(from..until)).unwrap_or_default();
        Self { payload, samples, ..self }
    }
}

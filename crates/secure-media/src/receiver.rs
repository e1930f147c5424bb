//! Opens what a peer sends: nothing is used, noted or returned before its tag has been checked (RFC 3711 §3.3).

use crate::context::Context;
use crate::master_key::MasterKey;
use crate::packet::{rtcp_ssrc, rtp_header};
use crate::refused::Refused;
use crate::replay_window::ReplayWindow;
use crate::snapshot;
use crate::source::{Source, first_candidates};
use crate::transform::Number;

/// Sources remembered; beyond that the one unheard longest is forgotten, for a persistent session may meet many.
pub(crate) const MOST_SOURCES: usize = 256;
/// How many packets whose tag fits no counter may each be tried under all of them before an authentic one comes.
const SEARCHES: u8 = 64;
/// Authentic packets under new keys after which the old ones are forgotten: what was on its way has arrived.
const GRACE: u8 = 100;

/// One direction of one stream: its keys, and what is known of each sender under them. No packet costs an allocation,
/// but for the first of a sender.
pub struct SrtpReceiver {
    keys: Vec<Context>,
    sources: Vec<Source>,
    /// Whether packets carry the key identifier, once one has shown it.
    mki: Option<bool>,
    searches: u8,
    packets: u64,
    before: Option<Box<Self>>,
    grace: u8,
}

impl std::fmt::Debug for SrtpReceiver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let keys: Vec<_> = self.keys.iter().map(|context| &context.key).collect();
        f.debug_struct("SrtpReceiver")
            .field("keys", &keys)
            .field("sources", &self.sources.len())
            .finish_non_exhaustive()
    }
}

impl SrtpReceiver {
    /// A receiver of packets under one of these keys: more than one only where a line tells them apart by identifier.
    pub fn new(keys: &[MasterKey]) -> Self {
        Self {
            keys: keys.iter().map(Context::new).collect(),
            sources: Vec::new(),
            mki: keys.iter().all(|key| key.mki().is_none()).then_some(false),
            searches: SEARCHES,
            packets: 0,
            before: None,
            grace: 0,
        }
    }

    /// A receiver that goes on where `snapshot` was taken. Counters may have moved on since, so they are proved anew.
    /// A snapshot that cannot be read counts as none: the first packets prove the counters.
    pub fn restore(keys: &[MasterKey], snapshot: &[u8]) -> Self {
        Self { sources: snapshot::read(snapshot).unwrap_or_default(), ..Self::new(keys) }
    }

    /// Counters and windows, without keys: what a restart needs beside them.
    pub fn snapshot(&self) -> Vec<u8> {
        snapshot::write(&self.sources)
    }

    /// New keys (a re-INVITE with other lines). What is still on its way under the old ones is opened for a while.
    pub fn replace_keys(&mut self, keys: &[MasterKey]) {
        if self.keys.iter().map(|context| &context.key).eq(keys.iter()) {
            return;
        }
        let mut before = std::mem::replace(self, Self::new(keys));
        before.before = None;
        self.before = Some(Box::new(before));
        self.grace = GRACE;
    }

    /// Opens an RTP packet in place. Returns how many octets header and payload have.
    ///
    /// # Errors
    /// Why it has to be dropped and counted; the octets are then as they came.
    pub fn open_rtp(&mut self, packet: &mut [u8]) -> Result<usize, Refused> {
        self.open(packet, Self::open_rtp_with_these)
    }

    /// Opens an RTCP compound in place. Returns how many octets it has.
    ///
    /// # Errors
    /// As for [`Self::open_rtp`].
    pub fn open_rtcp(&mut self, packet: &mut [u8]) -> Result<usize, Refused> {
        self.open(packet, Self::open_rtcp_with_these)
    }

    fn open(
        &mut self,
        packet: &mut [u8],
        with: fn(&mut Self, &mut [u8]) -> Result<usize, Refused>,
    ) -> Result<usize, Refused> {
        self.packets += 1;
        let opened = with(self, packet);
        match (&opened, &mut self.before) {
            (Ok(_), Some(_)) => {
                self.grace = self.grace.saturating_sub(1);
                if self.grace == 0 {
                    self.before = None;
                }
            }
            (Err(Refused::Unauthentic), Some(before)) => return with(before, packet),
            _ => {}
        }
        opened
    }

    fn open_rtp_with_these(&mut self, packet: &mut [u8]) -> Result<usize, Refused> {
        let header = rtp_header(packet).ok_or(Refused::Malformed)?;
        let place = self.place(header.ssrc);
        let known =
            place.and_then(|place| self.sources.get(place)).filter(|source| source.has_rtp()).copied();
        let opened = match known {
            Some(source) if source.is_used_up(header.sequence) => Err(Refused::Exhausted),
            Some(source) => {
                let indices = source.candidates(header.sequence).filter(|index| source.rtp.is_new(*index));
                self.try_rtp(packet, header.length, header.ssrc, indices)
            }
            None => {
                let indices = first_candidates(header.sequence, self.searches > 0);
                self.try_rtp(packet, header.length, header.ssrc, indices)
            }
        };
        match opened {
            Ok((length, index)) => {
                self.searches = (self.searches + 1).min(SEARCHES);
                let source = self.source(header.ssrc, place);
                source.rtp.note(index);
                source.misses = 0;
                Ok(length)
            }
            Err(Refused::Unauthentic) => {
                match place.and_then(|place| self.sources.get_mut(place)) {
                    Some(source) if known.is_some() => source.misses = source.misses.saturating_add(1),
                    _ => self.searches = self.searches.saturating_sub(1),
                }
                Err(Refused::Unauthentic)
            }
            Err(refused) => Err(refused),
        }
    }

    /// Tries each key and each index; what fits first is the answer. The packet changes only when one fits.
    fn try_rtp(
        &mut self,
        packet: &mut [u8],
        header: usize,
        ssrc: u32,
        indices: impl Iterator<Item = u64> + Clone,
    ) -> Result<(usize, u64), Refused> {
        let mut refused = Refused::Malformed;
        for mki in with_and_without(self.mki) {
            for context in &self.keys {
                let Some(layout) = context.rtp_layout(packet, header, mki) else { continue };
                refused = Refused::Replayed;
                for index in indices.clone() {
                    refused = Refused::Unauthentic;
                    if let Some(length) = context.open_rtp(packet, &layout, Number { ssrc, index }) {
                        self.mki = Some(mki);
                        return Ok((length, index));
                    }
                }
            }
        }
        Err(refused)
    }

    fn open_rtcp_with_these(&mut self, packet: &mut [u8]) -> Result<usize, Refused> {
        let ssrc = rtcp_ssrc(packet).ok_or(Refused::Malformed)?;
        let place = self.place(ssrc);
        let window =
            place.and_then(|place| self.sources.get(place)).map(|source| source.rtcp).unwrap_or_default();
        let mut refused = Refused::Malformed;
        for mki in with_and_without(self.mki) {
            for context in &self.keys {
                let Some(layout) = context.rtcp_layout(packet, mki) else { continue };
                let Some(index) = Context::rtcp_index(packet, &layout).map(u64::from) else { continue };
                if !window.is_new(index) {
                    refused = Refused::Replayed;
                    continue;
                }
                match context.open_rtcp(packet, &layout, Number { ssrc, index }) {
                    Some(length) => {
                        self.mki = Some(mki);
                        self.source(ssrc, place).rtcp.note(index);
                        return Ok(length);
                    }
                    None => refused = Refused::Unauthentic,
                }
            }
        }
        Err(refused)
    }

    /// Where a source stands: almost always first.
    fn place(&self, ssrc: u32) -> Option<usize> {
        self.sources.iter().position(|source| source.ssrc == ssrc)
    }

    /// The source of an authentic packet, made when it is its first.
    fn source(&mut self, ssrc: u32, place: Option<usize>) -> &mut Source {
        let place = place.unwrap_or_else(|| {
            if self.sources.len() >= MOST_SOURCES {
                let oldest = self.sources.iter().enumerate().min_by_key(|(_, source)| source.heard);
                let oldest = oldest.map_or(0, |(place, _)| place);
                self.sources.swap_remove(oldest);
            }
            let fresh = Source::restored(ssrc, ReplayWindow::default(), ReplayWindow::default());
            self.sources.push(fresh);
            self.sources.len() - 1
        });
        // the last speaker stands in front, where it is found at once
        self.sources.swap(0, place);
        let source = self.sources.first_mut().expect("one was found or pushed");
        source.heard = self.packets;
        source
    }
}

/// Whether to look for a key identifier: as the last packet had it, or both ways before the first.
fn with_and_without(known: Option<bool>) -> impl Iterator<Item = bool> {
    [true, false].into_iter().filter(move |mki| known.is_none_or(|known| known == *mki))
}

#[cfg(test)]
pub(crate) mod tests;

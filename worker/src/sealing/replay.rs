//! Reads one recording's journal from beginning to end and builds its media files.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use rokuon_capture::counters::CallCounters;
use rokuon_capture::journal::decode::entries;
use rokuon_capture::journal::{AsReceived, CallEnded, CallOpened, Entry, SegmentSealed};
use rokuon_capture::segment::continuation::ContinuationState;
use rokuon_capture::segment::{
    MAX_SEGMENT_SAMPLES, SealUntil, Sealing, SegmentBuilder, SegmentFile, TelephoneEvent,
};
use rokuon_capture::stream::StreamSetup;
use rokuon_media::gap::Gap;
use rokuon_media::timeline::TimelineCounts;
use rokuon_policy::ids::RecordingId;
use rokuon_storage::key_service::DataKey;
use rokuon_storage::spool::{SpoolError, SpoolReader};
use uuid::Uuid;

use super::part::SealedPart;
use crate::routing::call_routing::CallRouting;
use crate::rtp::protection::StreamProtection;

/// What ended a recording whose host was lost, as far as anybody knows.
pub const HOST_LOST: &str = "host_lost";

/// Everything the journal says of one recording.
#[derive(Debug)]
pub struct Replayed {
    /// Its first entry.
    pub opened: CallOpened,
    /// The judgement as it last stood.
    pub routing: Option<CallRouting>,
    /// Its dialog as it last stood.
    pub dialog: serde_json::Value,
    /// Streams as last negotiated.
    pub streams: Vec<StreamSetup>,
    /// Receive ports as last negotiated, in the order of `streams`.
    pub local_ports: Vec<u16>,
    /// Its last entry; `None` while it lives, or when the process died before writing it.
    pub ended: Option<CallEnded>,
    /// Session descriptions received.
    pub sdp: Vec<AsReceived>,
    /// Metadata received.
    pub metadata: Vec<AsReceived>,
    /// How streams are protected, as last known: for a call that goes on.
    pub protection: BTreeMap<u8, StreamProtection>,
    /// Parts that are sealed already, in order.
    pub parts: Vec<SegmentSealed>,
    /// Media files of what is not, in order.
    pub segments: Vec<SegmentFile>,
    /// Everything missing, in order.
    pub gaps: Vec<Gap>,
    /// Keys pressed.
    pub events: Vec<TelephoneEvent>,
    /// Where audio after this would go on.
    pub continuation: ContinuationState,
    /// Placement figures by channel.
    pub counts: Vec<(u8, TimelineCounts)>,
    /// Packets in codecs that cannot be filed.
    pub unfiled: Vec<(String, u64)>,
    /// Stretches of the journal that could not be read.
    pub damaged: usize,
    /// How often the process died while it was live.
    pub interruptions: usize,
    /// The life of a spool that its end was lost with; nothing where it lacks none.
    pub lost_with: Option<Uuid>,
}

/// Why a recording's journal tells nothing.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// It cannot be read at all.
    #[error(transparent)]
    Spool(#[from] SpoolError),
    /// Its first entry is missing.
    #[error("the journal of recording {0} has no beginning")]
    NoBeginning(RecordingId),
}

impl Replayed {
    /// Reads and builds all that is not sealed yet; blocking, and as heavy as that is long.
    pub fn read(spool: &SpoolReader, recording: RecordingId, key: &DataKey) -> Result<Self, ReplayError> {
        Replay::over(spool, recording, key)?.finish(recording, None)
    }

    /// The same of a call that lives, up to some time after its epoch; what arrived later is left for the next part.
    pub fn read_until(
        spool: &SpoolReader,
        recording: RecordingId,
        key: &DataKey,
        until_micros: u64,
    ) -> Result<Self, ReplayError> {
        Replay::over(spool, recording, key)?.finish(recording, Some(until_micros))
    }

    /// What was sealed of it already, one after the other.
    pub fn sealed_parts(&self) -> Vec<SealedPart> {
        let part = |part: &SegmentSealed| serde_json::from_value(part.stored.clone()).unwrap_or_default();
        self.parts.iter().map(part).collect()
    }

    /// The instant of sample 0.
    pub fn started_at(&self) -> DateTime<Utc> {
        rokuon_capture::manifest::started_at(&self.opened, self.continuation.origin_micros)
    }

    /// When the call ended: as journaled, else after its last audio.
    pub fn ended_at(&self) -> DateTime<Utc> {
        let after = TimeDelta::milliseconds(i64::try_from(self.total_samples() / 8).unwrap_or(i64::MAX));
        self.ended.as_ref().map_or_else(|| self.started_at() + after, |e| e.at)
    }

    /// What ended it; `None` when the process died and nothing more came.
    pub fn ended_by(&self) -> Option<String> {
        let lost = self.lost_with.map(|_| HOST_LOST.to_owned());
        self.ended.as_ref().map(|ended| ended.cause.clone()).or(lost)
    }

    /// Length of the timeline.
    pub fn total_samples(&self) -> u64 {
        self.continuation.covered_until_sample
    }

    /// Whether there is any audio, sealed already or not.
    pub fn has_audio(&self, parts: &[SealedPart]) -> bool {
        !self.segments.is_empty() || parts.iter().any(|part| !part.segments.is_empty())
    }

    /// Puts what sealed parts tell before what was read now.
    pub fn join_parts(&mut self, parts: &[SealedPart]) {
        let own = std::mem::take(&mut self.gaps);
        parts.iter().flat_map(|part| &part.gaps).chain(&own).for_each(|gap| self.add_gap(*gap));
        let before = |part: &SealedPart| part.events.clone();
        self.events = parts.iter().flat_map(before).chain(std::mem::take(&mut self.events)).collect();
        let before = |part: &SealedPart| part.counts.clone();
        self.counts = parts.iter().flat_map(before).chain(std::mem::take(&mut self.counts)).collect();
        let before = |part: &SealedPart| part.unfiled.clone();
        self.unfiled = parts.iter().flat_map(before).chain(std::mem::take(&mut self.unfiled)).collect();
        self.damaged += parts.iter().map(|part| part.damaged).sum::<usize>();
        self.interruptions += parts.iter().map(|part| part.interruptions).sum::<usize>();
    }

    /// Adds a gap in order; one that goes on over the edge of a part is one gap.
    fn add_gap(&mut self, gap: Gap) {
        let before = self.gaps.iter_mut().rev().find(|before| before.channel == gap.channel);
        match before.filter(|before| before.cause == gap.cause && before.end_sample() == gap.start_sample) {
            Some(before) => before.samples += gap.samples,
            None => self.gaps.push(gap),
        }
    }

    fn is_behind(&self, part: &SegmentSealed) -> bool {
        let covered = |part: &SegmentSealed| part.continuation.covered_until_sample;
        self.parts.last().is_none_or(|last| covered(last) < covered(part))
    }

    fn forget_built(&mut self) {
        self.segments.clear();
        self.gaps.clear();
        self.events.clear();
        self.counts.clear();
        self.unfiled.clear();
    }

    /// Datagram figures.
    pub fn counters(&self) -> CallCounters {
        self.ended.as_ref().map(|e| e.counters.clone()).unwrap_or_default()
    }
}

struct Replay {
    builder: SegmentBuilder,
    read: Option<Replayed>,
    damaged: usize,
}

impl Replay {
    fn over(spool: &SpoolReader, recording: RecordingId, key: &DataKey) -> Result<Self, ReplayError> {
        let mut replay = Replay { builder: SegmentBuilder::new(MAX_SEGMENT_SAMPLES), read: None, damaged: 0 };
        for item in spool.read(recording, key)? {
            match item {
                Ok(octets) => {
                    for entry in entries(&octets) {
                        match entry {
                            Ok(entry) => replay.take(&entry),
                            Err(_) => replay.damaged += 1,
                        }
                    }
                }
                Err(error) => {
                    tracing::error!(%error, %recording, "a stretch of the spool cannot be read");
                    replay.damaged += 1;
                }
            }
        }
        Ok(replay)
    }

    fn take(&mut self, entry: &Entry<'_>) {
        match (entry, &mut self.read) {
            (Entry::Opened(opened), None) => self.read = Some(begun((**opened).clone())),
            (Entry::Opened(again), Some(read)) if again.repeated => {
                // Said again after a cut, complete.
                read.sdp.clone_from(&again.sdp);
                read.metadata.clone_from(&again.metadata);
                read.streams.clone_from(&again.streams);
                read.local_ports.clone_from(&again.local_ports);
            }
            (Entry::Opened(again), Some(read)) => {
                // An earlier life ended here: its audio is filed before the next life's begins.
                let builder = std::mem::replace(&mut self.builder, SegmentBuilder::new(MAX_SEGMENT_SAMPLES));
                add(read, builder.seal(SealUntil::LastAudio));
                read.interruptions += 1;
                read.streams.clone_from(&again.streams);
                read.local_ports.clone_from(&again.local_ports);
            }
            (Entry::Updated(updated), Some(read)) => {
                if let Some(streams) = &updated.streams {
                    read.streams.clone_from(streams);
                }
                if let Some(ports) = &updated.local_ports {
                    read.local_ports.clone_from(ports);
                }
                if let Some(dialog) = &updated.dialog {
                    read.dialog.clone_from(dialog);
                }
                if let Some(routing) = &updated.routing {
                    read.routing = serde_json::from_value(routing.clone()).ok().or(read.routing.take());
                }
                read.sdp.extend(updated.sdp.iter().cloned());
                read.metadata.extend(updated.metadata.iter().cloned());
            }
            (Entry::SegmentSealed(part), Some(read)) if read.is_behind(part) => {
                read.parts.push((**part).clone());
                // All of it came from what was read so far.
                read.forget_built();
            }
            (Entry::Protected(protected), Some(read)) => {
                if let Ok(known) = serde_json::from_value(protected.state.clone()) {
                    read.protection.insert(protected.stream, known);
                }
            }
            (Entry::Ended(ended), Some(read)) => read.ended = Some((**ended).clone()),
            _ => {}
        }
        self.builder.push(entry);
    }

    fn finish(self, recording: RecordingId, until_micros: Option<u64>) -> Result<Replayed, ReplayError> {
        let mut read = self.read.ok_or(ReplayError::NoBeginning(recording))?;
        let until = match (until_micros, read.ended.is_some()) {
            (Some(micros), _) => SealUntil::Sample(self.builder.sample_of(micros)),
            (None, true) => SealUntil::CallEnd,
            (None, false) => SealUntil::LastAudio,
        };
        add(&mut read, self.builder.seal(until));
        read.damaged = self.damaged;
        Ok(read)
    }
}

fn begun(opened: CallOpened) -> Replayed {
    Replayed {
        routing: serde_json::from_value(opened.routing.clone()).ok(),
        dialog: opened.dialog.clone(),
        streams: opened.streams.clone(),
        local_ports: opened.local_ports.clone(),
        sdp: opened.sdp.clone(),
        metadata: opened.metadata.clone(),
        opened,
        ended: None,
        protection: BTreeMap::new(),
        parts: Vec::new(),
        segments: Vec::new(),
        gaps: Vec::new(),
        events: Vec::new(),
        continuation: ContinuationState::default(),
        counts: Vec::new(),
        unfiled: Vec::new(),
        damaged: 0,
        interruptions: 0,
        lost_with: None,
    }
}

fn add(read: &mut Replayed, sealing: Sealing) {
    read.segments.extend(sealing.segments);
    read.gaps.extend(sealing.gaps);
    read.events.extend(sealing.events);
    read.continuation = sealing.continuation;
    read.counts.extend(sealing.counts);
    read.unfiled.extend(sealing.unfiled);
}

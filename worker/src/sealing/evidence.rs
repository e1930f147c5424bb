//! What is stored beside the audio: the manifest and the waveform.

use rokuon_capture::journal::AsReceived;
use rokuon_capture::manifest::{Evidence, MANIFEST_VERSION, Manifest, ManifestSegment, codec_history};
use rokuon_capture::outcome::Outcome;
use rokuon_capture::segment::TelephoneEvent;
use rokuon_media::codec::TIMELINE_RATE;
use rokuon_media::waveform::{BUCKETS_PER_SECOND, Peaks, PlacedPeaks, resample};
use rokuon_sip::siprec::metadata_state::MetadataState;
use rokuon_sip::siprec::speakers::SpeakerSpan;
use sha2::{Digest, Sha256};

use super::part::SealedPart;
use super::replay::Replayed;

/// Lower-case hex.
pub fn hex(octets: &[u8]) -> String {
    use std::fmt::Write;
    octets.iter().fold(String::with_capacity(octets.len() * 2), |mut text, octet| {
        write!(text, "{octet:02x}").expect("writing into a String");
        text
    })
}

/// Reads [`hex`]; `None` for anything else.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return None };
    let octet = |pair: &[u8; 2]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    pairs.iter().map(octet).collect()
}

/// The manifest of a recording whose segments are stored.
pub fn manifest(read: &Replayed, outcome: Outcome, segments: Vec<ManifestSegment>) -> Manifest {
    Manifest {
        version: MANIFEST_VERSION,
        software_version: env!("CARGO_PKG_VERSION").to_owned(),
        tenant: read.opened.tenant.clone(),
        recording: read.opened.recording,
        call: read.opened.call,
        connection: read.opened.connection,
        opened_at: read.opened.opened_at,
        started_at: read.started_at(),
        ended_at: Some(read.ended_at()),
        ended_by: read.ended_by(),
        outcome,
        total_samples: read.total_samples(),
        codec_history: codec_history(&segments),
        segments,
        gaps: read.gaps.clone(),
        events: events(read),
        streams: read.streams.clone(),
        sdp: read.sdp.iter().map(evidence).collect(),
        metadata: read.metadata.iter().map(evidence).collect(),
        speakers: speakers(read),
        counters: read.counters(),
        timeline: read.counts.clone(),
        unfiled: read.unfiled.clone(),
    }
}

/// The keys pressed; masked unless the policy lists them among the facts it keeps (data that no rule asks for is not kept).
fn events(read: &Replayed) -> Vec<TelephoneEvent> {
    let kept = read.routing.as_ref().is_some_and(|routing| routing.keeps_keys);
    read.events.iter().map(|event| if kept { *event } else { event.masked() }).collect()
}

fn evidence(body: &AsReceived) -> Evidence {
    let sha256 = hex(&Sha256::digest(body.octets().unwrap_or_default()));
    Evidence { body: body.clone(), sha256 }
}

/// Who spoke where and when: the metadata once more, in the order it came.
fn speakers(read: &Replayed) -> Vec<SpeakerSpan> {
    let mut state = MetadataState::default();
    for (order, body) in (0..).zip(&read.metadata) {
        if let Some(octets) = body.octets() {
            state.take(body.received_at.timestamp_millis(), order, &octets);
        }
    }
    state.finish(read.ended_at().timestamp_millis());
    state.speakers().spans().to_vec()
}

/// One waveform over the whole recording, joined from its segments'.
pub fn peaks(read: &Replayed, parts: &[SealedPart]) -> Peaks {
    let rough = parts.iter().flat_map(|part| &part.segments).map(|s| (s, s.peaks())).collect::<Vec<_>>();
    let stored = rough.iter().map(|(s, peaks)| PlacedPeaks {
        start_sample: s.line.start_sample,
        channels: &s.line.channels,
        peaks,
    });
    let new = read.segments.iter();
    let new =
        new.map(|s| PlacedPeaks { start_sample: s.start_sample, channels: &s.channels, peaks: &s.peaks });
    let parts = stored.chain(new).collect::<Vec<_>>();
    let samples_per_bucket = TIMELINE_RATE / BUCKETS_PER_SECOND;
    let total = read.total_samples();
    let points = usize::try_from(total.div_ceil(u64::from(samples_per_bucket))).unwrap_or(usize::MAX);
    Peaks { samples_per_bucket, channels: resample(&parts, total, points) }
}

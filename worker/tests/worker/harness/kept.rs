//! What is kept of a call: its row, its segments, and their octets as they lie in the store.

use std::time::Duration;

use rokuon_capture::manifest::Manifest;
use rokuon_db::recordings::{self, Recording};
use rokuon_db::segments::{self, Segment};
use rokuon_fixtures::g711::Law;
use rokuon_fixtures::payload::FRAME;
use rokuon_fixtures::rtp_pump::SentStream;
use rokuon_media::gap::{Gap, GapCause};
use rokuon_media::wav;
use rokuon_policy::ids::RecordingId;
use rokuon_storage::container_context::ContainerContext;
use rokuon_storage::object_key;
use rokuon_storage::object_store::Bucket;
use rokuon_storage::recording_reader::{RecordingReader, SealedPlace};
use sha2::{Digest, Sha256};
use tokio::time::{Instant, sleep};

use super::PATIENCE;
use super::house::House;

/// A finished recording.
pub struct Kept {
    pub recording: Recording,
    pub segments: Vec<Segment>,
    /// By segment: the octets of each of its channels.
    pub octets: Vec<Vec<Vec<u8>>>,
    /// Nothing where there is no audio.
    pub manifest: Option<Manifest>,
}

impl House {
    /// The recordings of a SIP Call-ID.
    pub async fn recordings_of(&self, call_id: &str) -> Vec<RecordingId> {
        let rows: Vec<(uuid::Uuid,)> = sqlx::query_as(
            "SELECT r.recording_id FROM recordings r JOIN calls c USING (tenant_id, call_id) WHERE c.sip_call_id = $1",
        )
        .bind(call_id)
        .fetch_all(&self.looker)
        .await
        .unwrap();
        rows.into_iter().map(|(id,)| RecordingId(id)).collect()
    }

    /// Waits until the call's one recording is finished.
    pub async fn finished(&self, call_id: &str) -> Kept {
        let until = Instant::now() + PATIENCE;
        loop {
            let ids = self.recordings_of(call_id).await;
            assert!(ids.len() <= 1, "{ids:?}");
            if let Some(id) = ids.first().copied() {
                let mut tx = self.db.tenant(&self.tenant).await.unwrap();
                let recording = recordings::find(&mut tx, id).await.unwrap().unwrap();
                let segments = segments::of_recording(&mut tx, id).await.unwrap();
                tx.commit_read_only().await.unwrap();
                if recording.outcome.is_some() {
                    return self.read(recording, segments).await;
                }
            }
            assert!(Instant::now() < until, "{call_id} is not finished in time");
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until that many recordings of a SIP Call-ID are finished.
    pub async fn all_finished(&self, call_id: &str, how_many: usize) -> Vec<Kept> {
        let until = Instant::now() + PATIENCE;
        loop {
            let mut kept = Vec::new();
            for id in self.recordings_of(call_id).await {
                let mut tx = self.db.tenant(&self.tenant).await.unwrap();
                let recording = recordings::find(&mut tx, id).await.unwrap().unwrap();
                let segments = segments::of_recording(&mut tx, id).await.unwrap();
                tx.commit_read_only().await.unwrap();
                if recording.outcome.is_some() {
                    kept.push(self.read(recording, segments).await);
                }
            }
            if kept.len() == how_many {
                return kept;
            }
            assert!(Instant::now() < until, "{} of {how_many} are finished in time", kept.len());
            sleep(Duration::from_millis(50)).await;
        }
    }

    async fn read(&self, recording: Recording, segments: Vec<Segment>) -> Kept {
        let reader = RecordingReader::new(self.store.clone(), self.keys.inner.clone());
        let (tenant, id) = (&self.tenant, recording.id);
        let mut octets = Vec::new();
        if segments.is_empty() {
            return Kept { recording, segments, octets, manifest: None };
        }
        let open = reader.open(tenant, id).await.unwrap();
        for segment in &segments {
            let place = place(segment);
            let channels = u8::try_from(segment.channels.len()).unwrap();
            let context = ContainerContext::wav(tenant.clone(), id, segment.number, channels);
            let file = open.read_whole(&place, &context).await.unwrap();
            let wav = wav::parse(&file).unwrap();
            assert_eq!(wav.codec.as_str(), segment.codec);
            assert_eq!(wav.samples, segment.samples);
            octets.push((0..wav.channels).map(|place| wav.channel(place).collect()).collect());
        }
        let context = ContainerContext::manifest(tenant.clone(), id);
        let json = match segments.iter().find_map(|segment| Some((segment, segment.sections?))) {
            Some((segment, sections)) => {
                let behind = sections.media + sections.peaks;
                let range = behind..behind + sections.manifest;
                open.read_section(&place(segment), range, &context).await.unwrap()
            }
            None => {
                let place = SealedPlace {
                    bucket: Bucket::Media,
                    object_key: object_key::manifest(tenant, id, 0),
                    version_id: None,
                    container_len: None,
                };
                open.read_whole(&place, &context).await.unwrap()
            }
        };
        assert_eq!(recording.manifest_sha256.unwrap()[..], Sha256::digest(&json)[..]);
        let manifest = Some(serde_json::from_slice(&json).unwrap());
        Kept { recording, segments, octets, manifest }
    }
}

/// Where a segment's own container lies.
pub fn place(segment: &Segment) -> SealedPlace {
    SealedPlace {
        bucket: segment.bucket.parse().unwrap(),
        object_key: segment.object_key.parse().unwrap(),
        version_id: Some(segment.version_id.clone()),
        container_len: Some(segment.sections.map_or(segment.container_bytes, |sections| sections.media)),
    }
}

impl Kept {
    /// The octets of a channel of a recording that is one segment.
    pub fn channel(&self, channel: u8) -> &[u8] {
        assert_eq!(self.segments.len(), 1, "{:?}", self.segments);
        let place = self.segments[0].channels.iter().position(|one| *one == channel).unwrap();
        &self.octets[0][place]
    }

    /// The octets of a channel of a recording that may be several segments, at their places.
    pub fn whole(&self, channel: u8, law: Law) -> Vec<u8> {
        let mut heard = Vec::new();
        for (segment, octets) in self.segments.iter().zip(&self.octets) {
            let start = usize::try_from(segment.start_sample).unwrap();
            assert!(heard.len() <= start, "segments do not overlap");
            heard.resize(start, law.silence());
            if let Some(place) = segment.channels.iter().position(|one| *one == channel) {
                heard.extend_from_slice(&octets[place]);
            }
        }
        heard
    }

    pub fn manifest(&self) -> &Manifest {
        self.manifest.as_ref().unwrap()
    }

    /// Everything missing but what is shorter than 100 ms at the ends, where the legs never begin and end together.
    pub fn gaps(&self) -> Vec<Gap> {
        let manifest = self.manifest();
        let at_an_end = |gap: &Gap| gap.start_sample == 0 || gap.end_sample() == manifest.total_samples;
        let edge = |gap: &Gap| {
            gap.samples < 800
                && matches!(gap.cause, GapCause::LateStart | GapCause::NoMedia)
                && at_an_end(gap)
        };
        manifest.gaps.iter().filter(|gap| !edge(gap)).copied().collect()
    }

    /// Asserts that both channels are what the two streams sent; returns where each begins.
    pub fn assert_said(&self, sent: &[SentStream], law: Law) -> Vec<u64> {
        let channels = sent.iter().enumerate();
        channels
            .map(|(channel, sent)| assert_said(self.channel(u8::try_from(channel).unwrap()), sent, law))
            .collect()
    }
}

/// Asserts that a channel holds exactly the octets that left, silence where none did, and nothing besides. Returns the
/// sample at which it begins.
#[track_caller]
pub fn assert_said(heard: &[u8], sent: &SentStream, law: Law) -> u64 {
    let expected = sent.timeline(law.silence());
    let first = |octets: &[u8]| octets.iter().position(|octet| *octet != law.silence());
    let (begins, lead) =
        (first(heard).expect("something is heard"), first(&expected).expect("something was said"));
    let start = begins.checked_sub(lead).expect("no less silence in front than was sent");
    let end = start + expected.len();
    assert!(end <= heard.len(), "{} samples sent, {} heard from {start}", expected.len(), heard.len());
    let differs = heard[start..end].iter().zip(&expected).position(|(one, two)| one != two);
    assert_eq!(differs, None, "the first octet that differs, from {start}");
    assert!(heard[end..].iter().all(|octet| *octet == law.silence()), "something is heard after the end");
    start as u64
}

/// The stretches a stream did not send between its first and last packet, in samples from its first.
pub fn not_sent(sent: &SentStream) -> Vec<(u64, u64)> {
    let left: Vec<u64> = {
        let mut packets = sent.packets.iter().filter(|packet| packet.left);
        let first = packets.clone().next().expect("a packet").timestamp;
        packets.by_ref().map(|packet| u64::from(packet.timestamp.wrapping_sub(first))).collect()
    };
    let pairs = left.windows(2).map(|pair| (pair[0] + FRAME as u64, pair[1]));
    pairs.filter(|(from, to)| from < to).map(|(from, to)| (from, to - from)).collect()
}

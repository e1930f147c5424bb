//! A call that was recorded and sealed: its rows, its encrypted media, its key.

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use rokuon_db::announcements::Announcement;
use rokuon_db::audit_events::{Actor, AuditEvent};
use rokuon_db::calls::{self, CallStarted, KnownFacts};
use rokuon_db::connection_terms::{ConnectionKind, ConnectionSecurity};
use rokuon_db::connections::{self, NewConnection};
use rokuon_db::legs::Party;
use rokuon_db::recordings::{self, FinishedRecording, Guarded, Outcome};
use rokuon_db::segments::{self, SectionBytes, Segment};
use rokuon_db::tenant_tx::TenantTx;
use rokuon_media::block_index::TimedPacket;
use rokuon_media::codec::Codec;
use rokuon_media::file_kind::FileKind;
use rokuon_media::matroska::{self, SoundTrack};
use rokuon_media::ogg_opus;
use rokuon_media::wav;
use rokuon_media::waveform::{Peak, Peaks};
use rokuon_policy::announcement::{AnnouncementStatus, NotedBy};
use rokuon_policy::decision::Decision;
use rokuon_policy::ids::{CallId, ConnectionId, RecordingId, TenantId};
use rokuon_policy::media_kind::MediaKind;
use rokuon_policy::pii::Pii;
use rokuon_policy::policy::Policy;
use rokuon_policy::recording_scope::{Direction, RecordingStart};
use rokuon_policy::text::Text;
use rokuon_policy::{access, retention};
use rokuon_storage::container_context::ContainerContext;
use rokuon_storage::key_service::{KeyContext, KeyService};
use rokuon_storage::recording_writer::RecordingWriter;
use rokuon_storage::recording_writer::last_segment::NamedContainer;
use uuid::Uuid;

use crate::harness::house::{House, department};

/// What a sample call is like.
pub struct SampleCall<'a> {
    pub department: Option<&'a str>,
    pub line: Option<&'a str>,
    pub line_proved: bool,
    pub caller: &'a str,
    pub started_at: DateTime<Utc>,
    pub seconds: u32,
    pub sealed: bool,
    /// µ-law makes one stereo file of both channels, another codec a file of each.
    pub codec: Codec,
    pub picture: Picture,
}

/// Where the waveform lies that is sealed with it: silence but for one peak, so that it shows whose picture is drawn.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Picture {
    /// There is none, as in the first files.
    None,
    /// In an object of its own.
    Apart,
    /// Behind the last segment.
    Behind,
}

impl House {
    /// A sealed call of two minutes half an hour ago, in the department `tax`.
    pub fn sample(&self) -> SampleCall<'static> {
        SampleCall {
            department: Some("tax"),
            line: Some("tax-line"),
            line_proved: true,
            caller: "09000001234",
            started_at: self.now() - TimeDelta::minutes(30),
            seconds: 120,
            sealed: true,
            codec: Codec::Pcmu,
            picture: Picture::None,
        }
    }

    /// Records and seals it in two segments; channel 0 counts up, channel 1 down.
    pub async fn record(&self, tenant: &TenantId, sample: &SampleCall<'_>) -> RecordingId {
        let (recording, call) = (RecordingId(Uuid::now_v7()), CallId(Uuid::now_v7()));
        let mut tx = self.db.tenant(tenant).await.expect("a transaction");
        let connection = connection(&mut tx, self.now()).await;
        let version = rokuon_db::policy_versions::in_force(&mut tx, self.now().date_naive())
            .await
            .expect("read")
            .expect("one");
        let policy = Policy::parse(&version.toml).expect("sound");
        let dates = retention::dates(&policy, MediaKind::CallAudio, sample.started_at);
        let started = CallStarted {
            call,
            recording,
            connection,
            sip_call_id: format!("{call}@pbx"),
            started_at: sample.started_at,
            facts: facts(&policy, sample, self.now()),
            start: RecordingStart::Automatic,
            announcement: Announcement::by_rule(AnnouncementStatus::NotNoted, NotedBy::Nobody),
            doubts: Vec::new(),
            media: MediaKind::CallAudio,
            policy_version: version.version,
            retention: dates.clone(),
            epoch: 0,
        };
        assert!(calls::start(&mut tx, &started).await.expect("started"));
        if sample.sealed {
            self.seal(&mut tx, tenant, recording, sample, self.now()).await;
            let end = FinishedRecording {
                recording,
                epoch: 0,
                outcome: Outcome::Sealed,
                ended_at: sample.started_at + TimeDelta::seconds(i64::from(sample.seconds)),
                duration_ms: u64::from(sample.seconds) * 1000,
                channels: vec![0, 1],
                gaps: Vec::new(),
                lost_ms: 0,
                doubts: vec![Text::new("試験", "test")],
                manifest_sha256: Some([7; 32]),
                retention: dates,
                finished_at: self.now(),
            };
            assert_eq!(recordings::finish(&mut tx, &end).await.expect("finished"), Guarded::Written);
        }
        let event = AuditEvent::new("call.sealed", Actor::Platform("worker".into()), self.now());
        tx.commit_with(event).await.expect("committed");
        recording
    }

    async fn seal(
        &self,
        tx: &mut TenantTx,
        tenant: &TenantId,
        recording: RecordingId,
        sample: &SampleCall<'_>,
        now: DateTime<Utc>,
    ) {
        let context = KeyContext::recording(tenant.clone(), recording);
        self.keys.ensure_tenant_key(tenant).await.expect("a key");
        let (key, wrapped) = self.keys.generate_data_key(&context).await.expect("a data key");
        let writer = RecordingWriter::new(self.store.clone());
        writer.put_key(tenant, recording, &wrapped).await.expect("put");
        let half = u64::from(sample.seconds) * 4000;
        let kind = FileKind::of(Some(sample.codec), None);
        let peaks = Bytes::from(one_peak(half * 2).to_bytes());
        let files = files(sample.codec, half);
        let last = files.len() - 1;
        for (number, (start, channels, media)) in (0_u32..).zip(files) {
            let count = u8::try_from(channels.len()).expect("few");
            let place =
                ContainerContext::media(tenant.clone(), recording, number, kind.media_type(false), count);
            let is_last = usize::try_from(number).ok() == Some(last);
            let sealed = if is_last && sample.picture == Picture::Behind {
                let manifest = |_: &NamedContainer| Ok(Bytes::from_static(b"{}"));
                let put = writer.put_last_segment(&place, &key, Bytes::from(media), peaks.clone(), &manifest);
                put.await.expect("sealed").segment
            } else {
                writer.put_segment(&place, &key, Bytes::from(media)).await.expect("sealed")
            };
            let row = Segment {
                number,
                bucket: "media".to_owned(),
                object_key: sealed.object_key.to_string(),
                version_id: sealed.version_id.clone(),
                container_bytes: sealed.object_len(),
                container_sha256: sealed.object_sha256,
                media_bytes: sealed.media_len,
                media_sha256: sealed.media_sha256,
                start_sample: start,
                samples: half,
                channels,
                codec: sample.codec.as_str().into(),
                video_codec: None,
                gaps: Vec::new(),
                sealed_at: now,
                sections: sealed.sections.map(|of| SectionBytes {
                    media: of.media_len,
                    peaks: of.peaks_len,
                    manifest: of.manifest_len,
                }),
            };
            assert!(segments::add(tx, recording, &row).await.expect("added"));
        }
        if sample.picture == Picture::Apart {
            writer.put_peaks(tenant, recording, &key, peaks).await.expect("sealed");
        }
    }
}

/// Two channels of silence with one peak on the left, two thirds through.
fn one_peak(samples: u64) -> Peaks {
    let samples_per_bucket = 160;
    let buckets = usize::try_from(samples / u64::from(samples_per_bucket)).expect("few");
    let mut channels = vec![vec![Peak::default(); buckets]; 2];
    channels[0][buckets * 2 / 3] = Peak { min: -128, max: 127 };
    Peaks { samples_per_bucket, channels }
}

/// The files of both halves: first sample, channels, octets.
pub fn files(codec: Codec, half: u64) -> Vec<(u64, Vec<u8>, Vec<u8>)> {
    let packets = |channel: u8| -> Vec<Vec<u8>> {
        let octets = |n: u64| (0..20).map(move |at| (n * 7 + at * (u64::from(channel) + 3)) as u8);
        let toc = if codec == Codec::Opus { vec![9 << 3] } else { Vec::new() };
        (0..half / 160).map(|n| toc.iter().copied().chain(octets(n)).collect()).collect()
    };
    let mut files = Vec::new();
    for start in [0, half] {
        if codec == Codec::Pcmu {
            let (left, right) = voices(start, half);
            files.push((start, vec![0, 1], wav::file(codec, &[&left, &right])));
            continue;
        }
        for channel in 0..2 {
            let payloads = packets(channel);
            let placed = (0_i64..).zip(&payloads).map(|(n, payload)| TimedPacket { at: n * 160, payload });
            let packets: Vec<TimedPacket<'_>> = placed.collect();
            let file = if codec == Codec::Opus {
                ogg_opus::file(1, &packets, half)
            } else {
                matroska::layout::file(Some(&SoundTrack { codec, packets }), None, half)
            };
            files.push((start, vec![channel], file));
        }
    }
    files
}

/// µ-law octets of both channels from a sample on.
pub fn voices(start: u64, samples: u64) -> (Vec<u8>, Vec<u8>) {
    let octet = |sample: u64| u8::try_from(sample % 251).expect("below 251");
    let samples = start..start + samples;
    (samples.clone().map(octet).collect(), samples.map(|sample| 255 - octet(sample)).collect())
}

async fn connection(tx: &mut TenantTx, now: DateTime<Utc>) -> ConnectionId {
    let today = now.date_naive();
    if let Some(known) = connections::list(tx, today, now).await.expect("listed").pop() {
        return known.id;
    }
    let new = NewConnection {
        id: ConnectionId(Uuid::now_v7()),
        name: "庁舎PBX".into(),
        address_user: connections::fresh_address_user().expect("random"),
        networks: vec!["192.0.2.0/24".parse().expect("a network")],
        default_line: None,
        kind: ConnectionKind::Siprec,
        security: ConnectionSecurity::default(),
    };
    connections::create(tx, &new, now).await.expect("made");
    new.id
}

fn facts(policy: &Policy, sample: &SampleCall<'_>, now: DateTime<Utc>) -> KnownFacts {
    let nobody = access::Caller { person: rokuon_policy::ids::PersonId(Uuid::nil()), appointments: &[] };
    let capability = rokuon_policy::capability::Capability::RecordingSearch;
    let article = access::may(policy, &nobody, capability, now).article;
    let party = |number: &str| Party { number: Some(Pii::new(number.into())), name: None, proved: true };
    KnownFacts {
        direction: Some(Direction::Inbound),
        caller: Party { name: Some(Pii::new("山田 花子".into())), ..party(sample.caller) },
        called: party("0125000100"),
        line: sample.line.map(str::to_owned),
        department: sample.department.map(department),
        line_proved: sample.line_proved,
        decision: Decision::allow(
            "scope.line_listed",
            article,
            Text::new("一覧にある回線です。", "A listed line."),
        ),
    }
}

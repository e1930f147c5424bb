//! The document, written and read.

use rokuon_media::gap::GapCause;
use uuid::Uuid;

use super::*;
use crate::journal::tests::{instant, opened};
use crate::live_call::tests::setup;

fn segment(number: u32, start_sample: u64, channels: &[u8], codec: Codec) -> ManifestSegment {
    ManifestSegment {
        number,
        start_sample,
        samples: 800,
        channels: channels.to_vec(),
        codec,
        video: None,
        media_type: "audio/wav".into(),
        mixed: false,
        media_octets: 858,
        media_sha256: "00".into(),
        object_sha256: "01".into(),
        container_octets: None,
        object: "x".into(),
    }
}

#[test]
fn the_codec_history_names_changes_only() {
    let segments = [
        segment(2, 800, &[1], Codec::Pcma),
        segment(0, 0, &[0, 1], Codec::Pcmu),
        segment(1, 800, &[0], Codec::Pcmu),
        segment(3, 1_600, &[0, 1], Codec::Pcma),
    ];
    let told: Vec<(u8, u64, Codec)> = codec_history(&segments)
        .iter()
        .map(|change| (change.channel, change.start_sample, change.codec))
        .collect();
    assert_eq!(
        told,
        [(0, 0, Codec::Pcmu), (1, 0, Codec::Pcmu), (1, 800, Codec::Pcma), (0, 1_600, Codec::Pcma)]
    );
}

// rule: MD8
#[test]
fn a_manifest_is_written_and_read_alike_with_bodies_as_received() {
    let opened = opened(vec![setup(0, None, true)]);
    let started_at = started_at(&opened, Some(1_500_000));
    assert_eq!((started_at - opened.opened_at).num_milliseconds(), 1_500);
    let evidence = |body: &AsReceived| Evidence { body: body.clone(), sha256: "02".into() };
    let manifest = Manifest {
        version: MANIFEST_VERSION,
        software_version: "0.1.0".into(),
        tenant: opened.tenant.clone(),
        recording: opened.recording,
        call: opened.call,
        connection: opened.connection,
        opened_at: opened.opened_at,
        started_at,
        ended_at: Some(instant(60)),
        ended_by: Some("bye".into()),
        outcome: Outcome::SealedWithGaps,
        total_samples: 800,
        segments: vec![segment(0, 0, &[0, 1], Codec::Pcmu)],
        gaps: vec![Gap { channel: 1, start_sample: 160, samples: 160, cause: GapCause::Loss }],
        codec_history: vec![CodecChange { channel: 0, start_sample: 0, codec: Codec::Pcmu }],
        events: vec![TelephoneEvent {
            channel: 0,
            event: Some(11),
            digit: Some('#'),
            start_sample: 5,
            samples: 6,
        }],
        streams: opened.streams.clone(),
        sdp: opened.sdp.iter().map(evidence).collect(),
        metadata: opened.metadata.iter().map(evidence).collect(),
        speakers: vec![],
        counters: CallCounters::default(),
        timeline: vec![(0, TimelineCounts::default())],
        unfiled: vec![("G729".into(), 4)],
    };
    let text = serde_json::to_string(&manifest).expect("JSON");
    assert_eq!(serde_json::from_str::<Manifest>(&text).expect("JSON"), manifest);
    let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    for (pointer, expected) in [
        ("/recording", serde_json::json!(Uuid::from_u128(1))),
        ("/outcome", "sealed_with_gaps".into()),
        ("/gaps/0/cause", "loss".into()),
        ("/segments/0/codec", "pcmu".into()),
        ("/sdp/0/base64", "dj0wDQr/AA==".into()),
        ("/sdp/0/sha256", "02".into()),
        ("/metadata/0/content_type", "application/rs-metadata".into()),
    ] {
        assert_eq!(value.pointer(pointer), Some(&expected), "{pointer}");
    }
}

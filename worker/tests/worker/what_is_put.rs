//! What sealing a call puts: key and one object, which proves itself; entered again from there after the rows were lost.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use rokuon_db::recordings::{self, Outcome, Recording};
use rokuon_db::segments::{self, SectionBytes, Segment};
use rokuon_fixtures::g711::Law;
use rokuon_fixtures::sip_link::Transport;
use rokuon_keeping::restore::Restoring;
use rokuon_keeping::restore::compare::compare;
use rokuon_keeping::restore::finish::finish;
use rokuon_keeping::signed_note::NoteSigner;
use rokuon_media::waveform::Peaks;
use rokuon_policy::clock::{Clock, SystemClock};
use rokuon_policy::ids::RecordingId;
use rokuon_policy::recording_state::Tier;
use rokuon_storage::container_context::ContainerContext;
use rokuon_storage::key_service::KeyService;
use rokuon_storage::memory::MemoryStore;
use rokuon_storage::memory::faults::{Fault, Operation};
use rokuon_storage::object_key;
use rokuon_storage::object_store::{Bucket, ObjectStore, StoreErrorKind};
use rokuon_storage::recording_reader::RecordingReader;
use rokuon_worker::adopting::Adopting;
use sha2::{Digest, Sha256};

use crate::harness::house::House;
use crate::harness::kept::{Kept, place};
use crate::harness::until;
use crate::media::noise;

/// Names of what was put of a recording, in their order.
fn puts(house: &House, recording: RecordingId) -> Vec<(Bucket, String)> {
    let prefix = object_key::prefix(&house.tenant, recording);
    let calls = house.store.calls().into_iter().filter(|call| call.operation == Operation::Put);
    calls.filter_map(|call| Some((call.bucket, call.key.strip_prefix(&prefix)?.to_owned()))).collect()
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

fn object(house: &House, segment: &Segment) -> Bytes {
    let objects = house.store.objects(Bucket::Media).into_iter();
    objects.filter(|(key, _)| key.as_str() == segment.object_key).map(|(_, octets)| octets).next().unwrap()
}

async fn segments_of(house: &House, recording: RecordingId) -> Vec<Segment> {
    let mut tx = house.db.tenant(&house.tenant).await.unwrap();
    let segments = segments::of_recording(&mut tx, recording).await.unwrap();
    tx.commit_read_only().await.unwrap();
    segments
}

// req: O-5.2, TK-7.2
#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_ends_costs_two_puts_and_its_manifest_proves_the_segment_before_it() {
    let house = House::open().await;
    house.store.record_calls();
    let sent = house.call(&noise(400, 60)).await;
    let kept = house.finished(&sent.call_id).await;
    kept.assert_said(&sent.streams, Law::Pcmu);
    let names = [(Bucket::Keys, "key".to_owned()), (Bucket::Media, "segment-00000.e0".to_owned())];
    assert_eq!(puts(&house, kept.recording.id), names);

    let (row, line) = (&kept.segments[0], &kept.manifest().segments[0]);
    let (octets, SectionBytes { media, peaks, manifest }) = (object(&house, row), row.sections.unwrap());
    assert_eq!(row.container_bytes, octets.len() as u64);
    assert_eq!(media + peaks + manifest + 64, row.container_bytes);
    assert_eq!(row.container_sha256[..], Sha256::digest(&octets)[..]);
    assert_eq!((&line.object, line.container_octets), (&row.object_key, Some(media)));
    let front = &octets[..usize::try_from(media).unwrap()];
    assert_eq!(line.object_sha256, hex(&Sha256::digest(front)));
    assert_eq!(line.media_sha256, hex(&row.media_sha256));

    let reader = RecordingReader::new(house.store.clone(), house.keys.inner.clone());
    let open = reader.open(&house.tenant, kept.recording.id).await.unwrap();
    let context = ContainerContext::peaks(house.tenant.clone(), kept.recording.id);
    let picture = open.read_section(&place(row), media..media + peaks, &context).await.unwrap();
    let picture = Peaks::from_bytes(&picture).unwrap();
    assert_eq!(picture.channels.len(), 2);
    assert!(picture.channels.iter().all(|channel| channel.iter().any(|peak| peak.max > 0)), "noise is seen");
}

// rule: F11
#[tokio::test(flavor = "multi_thread")]
async fn killed_between_the_object_and_its_row_the_next_life_takes_what_is_there() {
    let mut house = House::open().await;
    let phone = house.phone(Transport::Udp).await;
    let mut live = phone.invite(&noise(401, 60)).await.unwrap();
    live.said_everything().await;
    // The object is put, the answer is lost, and from then on nothing is answered.
    let mut gone = false;
    house.store.set_plan(move |call| match (gone, call.operation) {
        (true, _) => vec![Fault::Refuse(StoreErrorKind::Unavailable)],
        (false, Operation::Put) if call.key.contains("segment-") => {
            gone = true;
            vec![Fault::BreakAfter]
        }
        _ => Vec::new(),
    });
    let sent = live.hang_up().await.unwrap();
    until("it is put", async || !house.store.objects(Bucket::Media).is_empty()).await;
    house.stop(Duration::ZERO).await;
    assert_eq!(house.count("SELECT count(*) FROM segments WHERE tenant_id = $1").await, 0);
    let put = house.store.objects(Bucket::Media);
    house.store.clear_plan();
    house.start().await;
    let kept = house.finished(&sent.call_id).await;
    assert_eq!(kept.recording.outcome, Some(Outcome::Sealed));
    kept.assert_said(&sent.streams, Law::Pcmu);
    assert_eq!(house.store.objects(Bucket::Media), put, "nothing was put again, under whatever name");
    assert!(kept.segments[0].sections.is_some());
}

/// The same recording as the release before put it: its sections as objects of their own.
async fn taken_apart(house: &House, kept: &Kept) -> Arc<MemoryStore> {
    let (tenant, id) = (&house.tenant, kept.recording.id);
    let (row, store) = (&kept.segments[0], Arc::new(MemoryStore::new()));
    let (octets, of) = (object(house, row), row.sections.unwrap());
    let part = |from: u64, len: u64| {
        octets.slice(usize::try_from(from).unwrap()..usize::try_from(from + len).unwrap())
    };
    let key = object_key::wrapped_key(tenant, id);
    let wrapped = house.store.get(Bucket::Keys, &key, None).await.unwrap();
    for (bucket, key, octets) in [
        (Bucket::Keys, key, wrapped),
        (Bucket::Media, row.object_key.parse().unwrap(), part(0, of.media)),
        (Bucket::Media, object_key::peaks(tenant, id, 0), part(of.media, of.peaks)),
        (Bucket::Media, object_key::manifest(tenant, id, 0), part(of.media + of.peaks, of.manifest)),
    ] {
        store.put_new(bucket, &key, octets).await.unwrap();
    }
    store
}

async fn adopt(house: &House, store: Arc<MemoryStore>, recording: RecordingId) -> Result<Tier, String> {
    let (store, keys): (Arc<dyn ObjectStore>, Arc<dyn KeyService>) = (store, house.keys.inner.clone());
    let adopting = Adopting::begin(&house.db, &store, &keys, SystemClock.now()).await.unwrap();
    adopting.adopt(&house.tenant, recording).await.map_err(|error| format!("{error:?}"))
}

// rule: F17, F20
#[tokio::test(flavor = "multi_thread")]
async fn rows_that_were_lost_are_entered_again_from_objects_of_either_form() {
    let house = House::open().await;
    let sent = house.call(&noise(402, 60)).await;
    let before = house.finished(&sent.call_id).await;
    let (id, call) = (before.recording.id, before.recording.call);
    let restored = format!("restored-{call}");

    house.forget_rows().await;
    assert_eq!(adopt(&house, house.store.clone(), id).await, Ok(Tier::Primary));
    let again = house.finished(&restored).await;
    again.assert_said(&sent.streams, Law::Pcmu);
    assert_eq!(again.recording.manifest_sha256, before.recording.manifest_sha256);
    let at = |segment: &Segment| Segment { sealed_at: before.segments[0].sealed_at, ..segment.clone() };
    assert_eq!(again.segments.iter().map(at).collect::<Vec<_>>(), before.segments);

    house.forget_rows().await;
    let apart = taken_apart(&house, &before).await;
    adopt(&house, apart.clone(), id).await.unwrap();
    let row = segments_of(&house, id).await.remove(0);
    let front = before.segments[0].sections.unwrap().media;
    assert_eq!((row.sections, row.container_bytes), (None, front));
    let reader = RecordingReader::new(apart, house.keys.inner.clone());
    let context = ContainerContext::wav(house.tenant.clone(), id, 0, 2);
    let file =
        reader.open(&house.tenant, id).await.unwrap().read_whole(&place(&row), &context).await.unwrap();
    assert_eq!(Sha256::digest(&file)[..], row.media_sha256[..]);

    // Its index damaged, the object is one that lacks a manifest, or one that is told as altered: never a wrong row.
    house.forget_rows().await;
    for octet in [row_end(&before) - 64, row_end(&before) - 40, row_end(&before) - 100] {
        let key = before.segments[0].object_key.parse().unwrap();
        house.store.damage(Bucket::Media, &key, octet, 1);
        let refused = adopt(&house, house.store.clone(), id).await.unwrap_err();
        assert!(refused.contains("Impossible"), "{refused}");
        house.store.damage(Bucket::Media, &key, octet, 1);
    }
    assert_eq!(house.count("SELECT count(*) FROM recordings WHERE tenant_id = $1").await, 0);
    adopt(&house, house.store.clone(), id).await.unwrap();
}

/// As a tier move leaves it: the segments on the second tier, whatever else there is on the first.
async fn move_segments(store: &MemoryStore) {
    for (key, octets) in store.objects(Bucket::Media) {
        if key.as_str().contains("/segment-") {
            let was = store.head(Bucket::Media, &key).await.unwrap().unwrap();
            store.put(Bucket::Secondary, &key, octets, None).await.unwrap();
            store.erase_version(Bucket::Media, &key, &was.version_id).await.unwrap();
        }
    }
}

// rule: F17, I5, I8, I20
#[tokio::test(flavor = "multi_thread")]
async fn rows_lost_of_what_was_moved_to_the_second_tier_are_entered_again_and_follow_it() {
    let house = House::open().await;
    let sent = house.call(&noise(403, 60)).await;
    let before = house.finished(&sent.call_id).await;
    let (id, restored) = (before.recording.id, format!("restored-{}", before.recording.call));
    let signer = NoteSigner::from_seed("rokuon", &[9; 32]).unwrap();
    let apart = taken_apart(&house, &before).await;
    let copied = Arc::new(MemoryStore::new());
    for bucket in [Bucket::Keys, Bucket::Media] {
        for (key, octets) in house.store.objects(bucket) {
            copied.put_new(bucket, &key, octets.clone()).await.unwrap();
            if bucket == Bucket::Media {
                copied.put(Bucket::Secondary, &key, octets, None).await.unwrap();
            }
        }
    }
    move_segments(&house.store).await;
    move_segments(&apart).await;
    // Copied, and the row not switched yet when the database was lost: it is still where it was.
    for (store, tier) in
        [(copied, Tier::Primary), (apart, Tier::Secondary), (house.store.clone(), Tier::Secondary)]
    {
        house.forget_rows().await;
        let on = Restoring { db: &house.db, store: &*store, signer: &signer, now: SystemClock.now() };
        let found = compare(&on, &house.tenant).await.unwrap();
        assert_eq!(found.strays, [id].into());
        assert_eq!(adopt(&house, store.clone(), id).await, Ok(tier));
        // Cut short here, the next comparison finds the same.
        let found = compare(&on, &house.tenant).await.unwrap();
        let moves = usize::from(tier == Tier::Secondary);
        assert_eq!((found.strays.len(), found.missing.len(), found.moved.len()), (0, 0, moves));
        let done = finish(&on, &found).await.unwrap();
        assert_eq!((done.moved, done.missing, done.strays), (moves, 0, 0));
        let (again, place) = (recording_of(&house, id).await, segments_of(&house, id).await.remove(0));
        assert_eq!(
            (again.state.as_str(), place.bucket.as_str()),
            match tier {
                Tier::Primary => ("primary", "media"),
                Tier::Secondary => ("secondary", "secondary"),
            }
        );
        assert_eq!(again.retention, before.recording.retention, "kept as long as before");
        assert!(compare(&on, &house.tenant).await.unwrap().is_even());
    }
    let again = house.finished(&restored).await;
    again.assert_said(&sent.streams, Law::Pcmu);
    assert_eq!(again.recording.manifest_sha256, before.recording.manifest_sha256);
}

async fn recording_of(house: &House, id: RecordingId) -> Recording {
    let mut tx = house.db.tenant(&house.tenant).await.unwrap();
    let row = recordings::find(&mut tx, id).await.unwrap().unwrap();
    tx.commit_read_only().await.unwrap();
    row
}

fn row_end(kept: &Kept) -> usize {
    usize::try_from(kept.segments[0].container_bytes).unwrap()
}

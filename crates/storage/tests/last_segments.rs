//! The segment that ends a recording takes waveform and manifest along: one object, each part of it read by itself.

use std::sync::Arc;

use bytes::Bytes;
use rokuon_policy::ids::{RecordingId, TenantId};
use rokuon_storage::container_context::ContainerContext;
use rokuon_storage::key_service::{DataKey, KeyContext, KeyService};
use rokuon_storage::memory::MemoryStore;
use rokuon_storage::memory_keys::MemoryKeys;
use rokuon_storage::object_key;
use rokuon_storage::object_store::{Bucket, ObjectStore, StoreErrorKind};
use rokuon_storage::recording_reader::{OpenRecording, RecordingReader, SealedPlace};
use rokuon_storage::recording_writer::last_segment::{LastSegment, NamedContainer};
use rokuon_storage::recording_writer::{RecordingWriter, SealedObject, WriteError};
use rokuon_storage::sections::Sections;
use sha2::{Digest, Sha256};
use uuid::Uuid;

struct House {
    store: Arc<MemoryStore>,
    writer: RecordingWriter,
    reader: RecordingReader,
    tenant: TenantId,
    recording: RecordingId,
    key: DataKey,
}

/// A city, and a recording whose key is stored.
async fn house(number: u128) -> House {
    let (store, keys) = (Arc::new(MemoryStore::new()), Arc::new(MemoryKeys::new()));
    let tenant: TenantId = "takikawa".parse().expect("a tenant");
    keys.ensure_tenant_key(&tenant).await.expect("a tenant's key");
    let writer = RecordingWriter::new(store.clone());
    let reader = RecordingReader::new(store.clone(), keys.clone());
    let recording = RecordingId(Uuid::from_u128(number));
    let context = KeyContext::recording(tenant.clone(), recording);
    let (key, wrapped) = keys.generate_data_key(&context).await.expect("a data key");
    writer.put_key(&tenant, recording, &wrapped).await.expect("the key is put");
    House { store, writer, reader, tenant, recording, key }
}

fn media(len: u32) -> Bytes {
    (0..len).map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect()
}

fn peaks() -> Bytes {
    media(4_000)
}

/// A manifest that names its own object, as ours do.
fn manifest(named: &NamedContainer) -> Result<Bytes, WriteError> {
    let NamedContainer { object_key, container_len, container_sha256, .. } = named;
    Ok(format!("{{\"object\":\"{object_key}\",\"octets\":{container_len},\"sha256\":{container_sha256:?}}}")
        .into())
}

impl House {
    fn wav(&self) -> ContainerContext {
        ContainerContext::wav(self.tenant.clone(), self.recording, 3, 2)
    }

    async fn put(&self, media: Bytes, peaks: Bytes) -> LastSegment {
        let context = self.wav();
        let put = self.writer.put_last_segment(&context, &self.key, media, peaks, &manifest);
        put.await.expect("sealed")
    }

    async fn open(&self) -> OpenRecording {
        self.reader.open(&self.tenant, self.recording).await.expect("its key")
    }

    async fn object(&self, sealed: &SealedObject) -> Bytes {
        self.store.get(Bucket::Media, &sealed.object_key, None).await.expect("it is there")
    }

    /// What lies behind the segment, by rows that name it: waveform and manifest.
    async fn behind(&self, sealed: &SealedObject) -> (Vec<u8>, Vec<u8>) {
        let (open, place) = (self.open().await, place(sealed));
        let sections = sealed.sections.expect("something lies behind it");
        let peaks = ContainerContext::peaks(self.tenant.clone(), self.recording);
        let manifest = ContainerContext::manifest(self.tenant.clone(), self.recording);
        (
            open.read_section(&place, sections.peaks(), &peaks).await.expect("the waveform"),
            open.read_section(&place, sections.manifest(), &manifest).await.expect("the manifest"),
        )
    }

    async fn plays(&self, sealed: &SealedObject, media: &Bytes) {
        let segment = self.open().await.segment(place(sealed), self.wav()).await.expect("authentic");
        assert_eq!(segment.len(), media.len() as u64);
        assert!(segment.read(0..segment.len()).await.expect("authentic") == media, "other octets");
        assert!(
            self.open().await.read_whole(&place(sealed), &self.wav()).await.expect("authentic") == *media
        );
    }

    fn names(&self) -> Vec<String> {
        let name = |key: &str| key.rsplit('/').next().unwrap_or_default().to_owned();
        self.store.objects(Bucket::Media).iter().map(|(key, _)| name(key.as_str())).collect()
    }
}

fn place(sealed: &SealedObject) -> SealedPlace {
    SealedPlace {
        bucket: Bucket::Media,
        object_key: sealed.object_key.clone(),
        version_id: Some(sealed.version_id.clone()),
        container_len: Some(sealed.container_len),
    }
}

// req: O-5.2
#[tokio::test]
async fn one_put_holds_segment_waveform_and_manifest_and_each_is_read_by_itself() {
    let house = house(1).await;
    let before = house.store.counts();
    let LastSegment { segment, manifest_sha256 } = house.put(media(100_000), peaks()).await;
    assert_eq!(house.store.counts().puts - before.puts, 1);
    assert_eq!(house.names(), ["segment-00003.e0"]);
    let object = house.object(&segment).await;
    assert_eq!(segment.object_len(), object.len() as u64);
    assert_eq!(segment.object_sha256[..], Sha256::digest(&object)[..]);
    let front = &object[..usize::try_from(segment.container_len).expect("small")];
    assert_eq!(segment.container_sha256[..], Sha256::digest(front)[..]);
    assert_eq!(Sections::parse(&object, object.len() as u64), Ok(segment.sections));
    assert!(!object.windows(9).any(|window| window == b"takikawa/"), "the manifest lies open");

    house.plays(&segment, &media(100_000)).await;
    let (waveform, json) = house.behind(&segment).await;
    assert_eq!(waveform, peaks());
    assert_eq!(json, manifest(&NamedContainer::from(&segment)).expect("a manifest"));
    assert_eq!(manifest_sha256[..], Sha256::digest(&json)[..]);
}

#[tokio::test]
async fn neither_a_play_nor_a_picture_fetches_what_it_does_not_need() {
    let house = house(2).await;
    let sealed = house.put(media(1_000_000), peaks()).await.segment;
    let open = house.open().await;
    let fetched = || house.store.counts().octets_fetched;
    let (segment, before) = (open.segment(place(&sealed), house.wav()).await.expect("authentic"), fetched());
    let last = segment.read(999_990..2_000_000).await.expect("the end");
    assert_eq!(last, media(1_000_000).slice(999_990..));
    let last_chunk = 1_000_000 % 16_384 + 16;
    assert_eq!(fetched() - before, last_chunk, "not one octet from behind the container");
    let (before, sections) = (fetched(), sealed.sections.expect("sections"));
    let context = ContainerContext::peaks(house.tenant.clone(), house.recording);
    open.read_section(&place(&sealed), sections.peaks(), &context).await.expect("the waveform");
    assert_eq!(fetched() - before, sections.peaks_len);
    let before = fetched();
    assert_eq!(open.sections(&place(&sealed), sealed.object_len()).await.expect("read"), Some(sections));
    assert_eq!(fetched() - before, 64, "who has only the object asks its tail");
}

// req: O-5.2, TK-7.2
// rule: F13
#[tokio::test]
async fn sealing_again_takes_what_is_there_if_all_of_it_is_the_same_and_overwrites_nothing() {
    let house = house(3).await;
    let first = house.put(media(50_000), peaks()).await;
    assert_eq!(house.put(media(50_000), peaks()).await, first, "the row was not written yet");
    let longer = house.put(media(60_000), peaks()).await;
    assert_eq!(longer.segment.object_key, object_key::media(&house.tenant, house.recording, 3, 1));
    let other_picture = house.put(media(50_000), media(300)).await;
    assert_eq!(house.behind(&other_picture.segment).await.0, media(300));
    let of_now =
        |named: &NamedContainer| Ok(Bytes::from([&manifest(named)?[..], b" of another day"].concat()));
    let context = house.wav();
    let put = house.writer.put_last_segment(&context, &house.key, media(50_000), peaks(), &of_now);
    let other_manifest = put.await.expect("sealed");
    assert!(house.behind(&other_manifest.segment).await.1.ends_with(b" of another day"));
    let names = ["segment-00003.e0", "segment-00003.e1", "segment-00003.e2", "segment-00003.e3"];
    assert_eq!(house.names(), names);
    assert_eq!(house.put(media(50_000), peaks()).await, first);
    house.plays(&first.segment, &media(50_000)).await;
    assert_eq!(house.behind(&first.segment).await.0, peaks());
}

// rule: F18
#[tokio::test]
async fn an_object_damaged_anywhere_is_not_taken() {
    let house = house(4).await;
    let mut there = house.put(media(50_000), peaks()).await.segment;
    for (epoch, place) in (1..).zip(0..5) {
        let sections = there.sections.expect("sections");
        let octet = [
            0,
            sections.peaks().start,
            sections.manifest().start,
            sections.manifest().end,
            there.object_len() - 1,
        ][place];
        house.store.damage(Bucket::Media, &there.object_key, usize::try_from(octet).expect("small"), 1);
        there = house.put(media(50_000), peaks()).await.segment;
        assert_eq!(there.object_key, object_key::media(&house.tenant, house.recording, 3, epoch), "{octet}");
        house.plays(&there, &media(50_000)).await;
    }
}

// rule: F20
#[tokio::test]
async fn a_segment_that_the_release_before_put_alone_is_taken_and_the_rest_put_as_it_did() {
    let house = house(5).await;
    let alone = house.writer.put_segment(&house.wav(), &house.key, media(50_000)).await.expect("sealed");
    assert_eq!((alone.sections, alone.object_len()), (None, alone.container_len));
    let LastSegment { segment, manifest_sha256 } = house.put(media(50_000), peaks()).await;
    assert_eq!(segment, alone);
    assert_eq!(house.names(), ["manifest.e0", "peaks.e0", "segment-00003.e0"]);
    let open = house.open().await;
    let manifest_place = SealedPlace {
        object_key: object_key::manifest(&house.tenant, house.recording, 0),
        version_id: None,
        container_len: None,
        ..place(&alone)
    };
    let context = ContainerContext::manifest(house.tenant.clone(), house.recording);
    let json = open.read_whole(&manifest_place, &context).await.expect("authentic");
    assert_eq!(json, manifest(&NamedContainer::from(&alone)).expect("a manifest"));
    assert_eq!(manifest_sha256[..], Sha256::digest(&json)[..]);
    assert_eq!(open.sections(&place(&alone), alone.object_len()).await.expect("read"), None);
    // And again, after a kill before the row.
    assert_eq!(house.put(media(50_000), peaks()).await, LastSegment { segment, manifest_sha256 });
    assert_eq!(house.names().len(), 3);
    house.plays(&alone, &media(50_000)).await;
}

// rule: F13
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_workers_that_end_the_same_call_leave_one_object_each_time() {
    for race in 0..300 {
        let house = house(10_000 + race).await;
        let (one, other) = tokio::join!(house.put(media(2_000), peaks()), house.put(media(2_000), peaks()));
        assert_eq!(one, other, "race {race}: both name the same object");
        assert_eq!(house.names(), ["segment-00003.e0"], "race {race}: the loser leaves nothing");
    }
}

// rule: F18
#[tokio::test]
async fn a_cut_or_crossed_object_is_an_integrity_fault_and_nothing_else() {
    let house = house(6).await;
    let sealed = house.put(media(50_000), peaks()).await.segment;
    let (open, sections) = (house.open().await, sealed.sections.expect("sections"));
    let manifest = ContainerContext::manifest(house.tenant.clone(), house.recording);
    let crossed = open.read_section(&place(&sealed), sections.peaks(), &manifest).await;
    assert!(crossed.expect_err("the waveform for the manifest").is_integrity());
    let object = house.object(&sealed).await;
    for (epoch, len) in
        [(5, sections.media_len), (6, sections.manifest().end - 1), (7, sections.peaks().start + 3)]
    {
        let object_key = object_key::media(&house.tenant, house.recording, 3, epoch);
        let cut = object.slice(..usize::try_from(len).expect("small"));
        let stored = house.store.put_new(Bucket::Media, &object_key, cut).await.expect("put");
        let place = SealedPlace { object_key, version_id: Some(stored.version_id), ..place(&sealed) };
        let refused =
            open.read_section(&place, sections.manifest(), &manifest).await.expect_err("it was cut");
        assert!(refused.is_integrity() && !refused.retryable(), "cut to {len}: {refused}");
        assert_eq!(open.sections(&place, len).await.expect("read"), None, "its index is gone");
        // The segment in front is whole all the same, and its row says how long it is.
        let segment = open.segment(place, house.wav()).await.expect("the segment is whole");
        assert_eq!(segment.read(0..50_000).await.expect("authentic"), media(50_000));
    }
    let extended = Bytes::from([&object[..], &object[object.len() - 64..]].concat());
    let object_key = object_key::media(&house.tenant, house.recording, 3, 8);
    let stored = house.store.put_new(Bucket::Media, &object_key, extended.clone()).await.expect("put");
    let longer = SealedPlace { object_key, version_id: Some(stored.version_id), ..place(&sealed) };
    let refused = open.sections(&longer, extended.len() as u64).await.expect_err("another's index");
    assert!(refused.is_integrity());
}

#[tokio::test]
async fn a_store_that_is_away_is_told_as_worth_trying_again() {
    let house = house(7).await;
    for kind in [StoreErrorKind::Unavailable, StoreErrorKind::Full] {
        house.store.fail_next(1, kind);
        let context = house.wav();
        let put = house.writer.put_last_segment(&context, &house.key, media(10), peaks(), &manifest);
        assert!(put.await.expect_err("a fault").retryable());
    }
    let sealed = house.put(media(10), peaks()).await.segment;
    assert_eq!(house.names(), ["segment-00003.e0"]);
    house.plays(&sealed, &media(10)).await;
}

// req: O-5.2
// rule: F18
#[tokio::test]
async fn no_flipped_bit_anywhere_is_ever_played_or_shown() {
    let house = house(8).await;
    let said = media(33_000);
    let sealed = house.put(said.clone(), media(100)).await.segment;
    let (open, context) = (house.open().await, house.wav());
    let (place, sections, len) = (place(&sealed), sealed.sections.expect("sections"), sealed.object_len());
    let (mut found, mut behind) = (0, 0);
    for octet in 0..len {
        let at = usize::try_from(octet).expect("small");
        let mask = 1 << (at % 8);
        house.store.damage(Bucket::Media, &sealed.object_key, at, mask);
        // By range, as it is played: the store's own hash over the whole is not what stands in the way.
        let played = async {
            let segment = open.segment(place.clone(), context.clone()).await?;
            segment.read(0..segment.len()).await
        };
        match played.await {
            Err(error) if error.is_integrity() && sections.media().contains(&octet) => found += 1,
            Ok(heard) if !sections.media().contains(&octet) && heard == said => {
                // Who has no row finds what lies behind by the index; a flipped bit there is told, or hides it.
                let (tenant, recording) = (house.tenant.clone(), house.recording);
                let read = async {
                    let Some(sections) = open.sections(&place, len).await? else { return Ok(false) };
                    let manifest = ContainerContext::manifest(tenant.clone(), recording);
                    open.read_section(&place, sections.manifest(), &manifest).await?;
                    let peaks = ContainerContext::peaks(tenant, recording);
                    open.read_section(&place, sections.peaks(), &peaks).await.map(|_| true)
                };
                match read.await {
                    Ok(false) => behind += 1,
                    Err(error) if error.is_integrity() => behind += 1,
                    other => panic!("octet {octet}: {other:?}"),
                }
            }
            other => panic!("octet {octet}: {other:?}"),
        }
        house.reader.evict(house.recording);
        house.store.damage(Bucket::Media, &sealed.object_key, at, mask);
    }
    house.plays(&sealed, &said).await;
    assert_eq!((found, behind), (sections.media_len, len - sections.media_len));
    println!(
        "F18: {found} of {found} single flipped bits refused, and {behind} of {behind} behind the media"
    );
    // A scrub reads it whole and meets the hash that was put, wherever the bit lies.
    for octet in [20_000, len - 1, sections.peaks().start, sections.manifest().start] {
        let at = usize::try_from(octet).expect("small");
        house.store.damage(Bucket::Media, &sealed.object_key, at, 1);
        let scrubbed = house.store.get(Bucket::Media, &sealed.object_key, Some(&sealed.version_id)).await;
        assert_eq!(scrubbed.expect_err("found").kind, StoreErrorKind::Corrupt);
        house.store.damage(Bucket::Media, &sealed.object_key, at, 1);
    }
}

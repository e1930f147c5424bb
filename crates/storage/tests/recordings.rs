//! A recording is put, read by range, and gone when its key is gone.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use rokuon_policy::ids::{RecordingId, TenantId};
use rokuon_storage::container_context::ContainerContext;
use rokuon_storage::key_service::{DataKey, KeyContext, KeyService};
use rokuon_storage::memory::MemoryStore;
use rokuon_storage::memory_keys::MemoryKeys;
use rokuon_storage::object_key;
use rokuon_storage::object_store::{Bucket, ObjectStore, StoreErrorKind};
use rokuon_storage::recording_reader::{
    KeyCacheLimits, ReadError, RecordingReader, SealedPlace, SegmentReader,
};
use rokuon_storage::recording_writer::{RecordingWriter, SealedObject};
use uuid::Uuid;

struct House {
    store: Arc<MemoryStore>,
    keys: Arc<MemoryKeys>,
    writer: RecordingWriter,
    reader: RecordingReader,
    tenant: TenantId,
}

async fn house(limits: KeyCacheLimits) -> House {
    let (store, keys) = (Arc::new(MemoryStore::new()), Arc::new(MemoryKeys::new()));
    let tenant: TenantId = "takikawa".parse().expect("a tenant");
    keys.ensure_tenant_key(&tenant).await.expect("a tenant's key");
    let writer = RecordingWriter::new(store.clone());
    let reader = RecordingReader::with_limits(store.clone(), keys.clone(), limits);
    House { store, keys, writer, reader, tenant }
}

impl House {
    async fn key(&self, recording: RecordingId) -> DataKey {
        let context = KeyContext::recording(self.tenant.clone(), recording);
        let (key, wrapped) = self.keys.generate_data_key(&context).await.expect("a data key");
        self.writer.put_key(&self.tenant, recording, &wrapped).await.expect("the key is put");
        key
    }

    fn wav(&self, recording: RecordingId, segment: u32) -> ContainerContext {
        ContainerContext::wav(self.tenant.clone(), recording, segment, 2)
    }

    async fn open(&self, recording: RecordingId, sealed: &SealedObject) -> Result<SegmentReader, ReadError> {
        let open = self.reader.open(&self.tenant, recording).await?;
        open.segment(place(sealed), self.wav(recording, 0)).await
    }
}

fn recording(number: u128) -> RecordingId {
    RecordingId(Uuid::from_u128(number))
}

fn place(sealed: &SealedObject) -> SealedPlace {
    SealedPlace {
        bucket: Bucket::Media,
        object_key: sealed.object_key.clone(),
        version_id: Some(sealed.version_id.clone()),
        container_len: Some(sealed.container_len),
    }
}

fn media(len: u32) -> Bytes {
    (0..len).map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect()
}

#[tokio::test]
async fn a_range_equals_the_slice_and_fetches_only_the_chunks_it_needs() {
    let house = house(KeyCacheLimits::default()).await;
    let (id, media) = (recording(1), media(1_000_000));
    let sealed = house
        .writer
        .put_segment(&house.wav(id, 0), &house.key(id).await, media.clone())
        .await
        .expect("sealed");
    assert_eq!((sealed.media_len, sealed.container_len), (1_000_000, 1_000_000 + 56 + 62 * 16));
    let before = house.store.counts();
    let segment = house.open(id, &sealed).await.expect("opens");
    let opening = house.store.counts();
    assert!(
        opening.octets_fetched - before.octets_fetched < 34_000,
        "opening costs the key, header, first and last chunk"
    );
    assert_eq!(segment.len(), 1_000_000);
    for (from, to) in [
        (0_u64, 1),
        (0, 64_000),
        (16_383, 16_385),
        (500_000, 700_001),
        (999_999, 1_000_000),
        (999_990, 2_000_000),
        (7, 7),
    ] {
        let counts = house.store.counts();
        let read = segment.read(from..to).await.expect("a range");
        let end = to.min(1_000_000);
        assert_eq!(read, media[usize::try_from(from).expect("small")..usize::try_from(end).expect("small")]);
        let now = house.store.counts();
        let asked = end - from;
        assert!(
            now.octets_fetched - counts.octets_fetched <= asked + 32_768 + 16 * (asked / 16_384 + 2),
            "{from}..{to}"
        );
        assert_eq!(now.gets - counts.gets, u64::from(asked > 0), "one request a range");
    }
    assert_eq!(house.keys.unwrapped(), 1, "the key service was asked once");
}

#[tokio::test]
async fn manifest_and_waveform_are_sealed_too() {
    let house = house(KeyCacheLimits::default()).await;
    let id = recording(2);
    let key = house.key(id).await;
    let json = Bytes::from_static(br#"{"caller":"0125-00-1234"}"#);
    let manifest = house.writer.put_manifest(&house.tenant, id, &key, json.clone()).await.expect("manifest");
    let peaks = house.writer.put_peaks(&house.tenant, id, &key, media(4_000)).await.expect("peaks");
    for (_, octets) in house.store.objects(Bucket::Media) {
        assert!(!octets.windows(12).any(|window| window == b"0125-00-1234"), "a number lies open");
    }
    let open = house.reader.open(&house.tenant, id).await.expect("opens");
    let context = ContainerContext::manifest(house.tenant.clone(), id);
    assert_eq!(open.read_whole(&place(&manifest), &context).await.expect("reads"), json);
    let peaks_context = ContainerContext::peaks(house.tenant.clone(), id);
    assert_eq!(open.read_whole(&place(&peaks), &peaks_context).await.expect("reads"), media(4_000));
    let crossed = open.read_whole(&place(&peaks), &context).await.expect_err("waveform for manifest");
    assert!(crossed.is_integrity());
}

// req: O-5.2, TK-7.2
// rule: F13
#[tokio::test]
async fn sealing_again_after_a_crash_takes_what_is_there_and_overwrites_nothing() {
    let house = house(KeyCacheLimits::default()).await;
    let id = recording(3);
    let key = house.key(id).await;
    let context = house.wav(id, 0);
    let first = house.writer.put_segment(&context, &key, media(50_000)).await.expect("sealed");
    // The process died before the row was written, and seals the same media again under a new salt.
    let again = house.writer.put_segment(&context, &key, media(50_000)).await.expect("sealed again");
    assert_eq!(again, first);
    // Or media that differs, because more of the journal was readable.
    let longer = house.writer.put_segment(&context, &key, media(60_000)).await.expect("sealed anew");
    assert_eq!(longer.object_key, object_key::media(&house.tenant, id, 0, 1));
    let reader = house.open(id, &first).await.expect("the first is untouched");
    assert_eq!(reader.read(0..50_000).await.expect("reads"), media(50_000));
    // A damaged first attempt is not taken.
    house.store.damage(Bucket::Media, &first.object_key, 1_000, 1);
    let third = house.writer.put_segment(&context, &key, media(50_000)).await.expect("sealed anew");
    assert_eq!(third.object_key, object_key::media(&house.tenant, id, 0, 2));
}

// rule: F13
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_workers_that_seal_the_same_call_a_thousand_times_leave_one_object_each_time() {
    let house = house(KeyCacheLimits::default()).await;
    for race in 0..1_000 {
        let id = recording(10_000 + race);
        let (key, context) = (house.key(id).await, house.wav(id, 0));
        let (one, other) = tokio::join!(
            house.writer.put_segment(&context, &key, media(2_000)),
            house.writer.put_segment(&context, &key, media(2_000)),
        );
        let (one, other) = (one.expect("sealed"), other.expect("sealed"));
        assert_eq!(one, other, "race {race}: both name the same object");
        let prefix = object_key::prefix(&house.tenant, id);
        let there = house.store.list(Bucket::Media, &prefix, None, 10).await.expect("listed");
        assert_eq!(there, [one.object_key], "race {race}: the loser leaves nothing");
    }
}

#[tokio::test]
async fn a_store_that_is_away_or_full_is_told_as_worth_trying_again() {
    let house = house(KeyCacheLimits::default()).await;
    let id = recording(4);
    let key = house.key(id).await;
    for kind in [StoreErrorKind::Unavailable, StoreErrorKind::Full] {
        house.store.fail_next(1, kind);
        let error = house.writer.put_segment(&house.wav(id, 0), &key, media(10)).await.expect_err("a fault");
        assert!(error.retryable());
    }
    let sealed = house.writer.put_segment(&house.wav(id, 0), &key, media(10)).await.expect("now it is there");
    house.store.set_down(true);
    assert!(house.open(id, &sealed).await.err().expect("away").retryable());
    house.store.set_down(false);
    house.keys.set_down(true);
    assert!(house.open(id, &sealed).await.err().expect("away").retryable());
}

// req: O-5.2, TK-7.2
// rule: F18
#[tokio::test]
async fn a_flipped_bit_a_swapped_or_a_cut_object_is_never_played() {
    let house = house(KeyCacheLimits::default()).await;
    let (one, other) = (recording(5), recording(6));
    let sealed = house
        .writer
        .put_segment(&house.wav(one, 0), &house.key(one).await, media(80_000))
        .await
        .expect("sealed");
    let strange = house
        .writer
        .put_segment(&house.wav(other, 0), &house.key(other).await, media(80_000))
        .await
        .expect("sealed");

    let swapped = house.open(one, &strange).await.err().expect("another recording's object");
    assert!(swapped.is_integrity() && !swapped.retryable());

    let container = house.store.get(Bucket::Media, &sealed.object_key, None).await.expect("the container");
    for (epoch, len) in [(5, 56 + 2 * 16_400), (6, 56 + 2 * 16_400 + 16), (7, 60_000), (8, 40)] {
        let key = object_key::media(&house.tenant, one, 0, epoch);
        let cut = house.store.put_new(Bucket::Media, &key, container.slice(..len)).await.expect("put");
        let version_id = Some(cut.version_id);
        let place = SealedPlace { bucket: Bucket::Media, object_key: key, version_id, container_len: None };
        let open = house.reader.open(&house.tenant, one).await.expect("the key is sound");
        let refused = open.segment(place, house.wav(one, 0)).await.err().expect("it was cut");
        assert!(refused.is_integrity(), "cut to {len}: {refused}");
    }

    let reader = house.open(one, &sealed).await.expect("opens");
    house.store.damage(Bucket::Media, &sealed.object_key, 56 + 16_400 + 5, 0x40);
    assert_eq!(reader.read(0..100).await.expect("another chunk"), media(100));
    assert!(reader.read(16_000..17_000).await.expect_err("damaged").is_integrity());
}

#[tokio::test]
async fn once_its_key_is_erased_a_recording_cannot_be_read_by_open_readers_either() {
    let house = house(KeyCacheLimits::default()).await;
    let id = recording(7);
    let sealed = house
        .writer
        .put_segment(&house.wav(id, 0), &house.key(id).await, media(50_000))
        .await
        .expect("sealed");
    let reader = house.open(id, &sealed).await.expect("opens");
    let name = object_key::wrapped_key(&house.tenant, id);
    let version = house.store.head(Bucket::Keys, &name).await.expect("head").expect("the key").version_id;
    house.store.erase_version(Bucket::Keys, &name, &version).await.expect("erased");
    reader.read(0..10).await.expect("the cache holds it for up to five minutes");
    house.reader.evict(id);
    assert!(reader.read(0..10).await.expect_err("the key is gone").is_gone());
    assert!(house.open(id, &sealed).await.err().expect("the key is gone").is_gone());
}

#[tokio::test]
async fn a_key_leaves_memory_after_its_lifetime_even_if_nobody_reads() {
    let limits = KeyCacheLimits { lifetime: Duration::from_millis(200), recordings: 2 };
    let house = house(limits).await;
    for number in 10..13 {
        house.key(recording(number)).await;
        house.reader.open(&house.tenant, recording(number)).await.expect("opens");
        assert!(house.reader.cached_keys() <= 2, "bounded");
    }
    for _ in 0..10_000 {
        if house.reader.cached_keys() == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    panic!("keys stay in memory");
}

#[tokio::test]
async fn no_setting_keeps_a_key_longer_than_five_minutes() {
    let house = house(KeyCacheLimits { lifetime: Duration::from_secs(3_600), recordings: 0 }).await;
    assert_eq!(house.reader.limits(), KeyCacheLimits { lifetime: Duration::from_secs(300), recordings: 1 });
}

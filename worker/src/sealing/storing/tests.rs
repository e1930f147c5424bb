//! The end of a recording over the journal of a real call, with and without sound that is not stored yet.

use std::sync::Arc;

use rokuon_storage::container::unseal;
use rokuon_storage::memory::MemoryStore;
use rokuon_storage::object_key;
use rokuon_storage::object_store::{Bucket, ObjectStore};
use rokuon_storage::spool::SpoolReader;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::*;
use crate::sealing::part::StoredSegment;

/// A call of two legs, as `tests/worker/neighbouring_releases.rs` recorded it.
const RECORDED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/worker/recorded/journal-2026-11-28.spool");

fn key() -> DataKey {
    DataKey::from_bytes([7; 32])
}

fn read() -> Replayed {
    let dir = tempfile::tempdir().expect("a directory");
    std::fs::copy(RECORDED, dir.path().join("journal-0000000001.spool")).expect("the journal");
    let recording = RecordingId(Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0020));
    Replayed::read(&SpoolReader::scan(dir.path()).expect("a spool"), recording, &key()).expect("read")
}

fn names(store: &MemoryStore) -> Vec<String> {
    let name = |key: &str| key.rsplit('/').next().unwrap_or_default().to_owned();
    store.objects(Bucket::Media).iter().map(|(key, _)| name(key.as_str())).collect()
}

#[tokio::test]
async fn the_last_file_takes_waveform_and_manifest_along() {
    let (store, mut read) = (Arc::new(MemoryStore::new()), read());
    let writer = RecordingWriter::new(store.clone());
    let (rows, _) =
        store_end(&writer, &mut read, &[], Vec::new(), Outcome::Sealed, &key()).await.expect("stored");
    assert_eq!(names(&store), ["segment-00000.e0"]);
    assert!(rows.len() == 1 && rows[0].stored.sections.is_some(), "{rows:?}");
}

#[tokio::test]
async fn where_all_sound_was_stored_while_the_call_lived_they_are_objects_of_their_own() {
    let (store, mut read) = (Arc::new(MemoryStore::new()), read());
    let writer = RecordingWriter::new(store.clone());
    let stored = store_segments(&writer, &mut read, &key()).await.expect("stored");
    let segments = read
        .segments
        .iter()
        .zip(&stored)
        .map(|(file, (row, line))| StoredSegment::new(file, row, line.clone()));
    let part = SealedPart { segments: segments.collect(), ..SealedPart::default() };
    let before: Vec<StoredLine> =
        part.segments.iter().map(|stored| (stored.row().expect("a row"), stored.line.clone())).collect();
    read.segments.clear();
    for again in [false, true] {
        let (rows, manifest_sha256) = store_end(
            &writer,
            &mut read,
            std::slice::from_ref(&part),
            before.clone(),
            Outcome::Sealed,
            &key(),
        )
        .await
        .expect("stored");
        assert_eq!(names(&store), ["manifest.e0", "peaks.e0", "segment-00000.e0"], "again: {again}");
        let segment = &rows[0].stored;
        let object = store.get(Bucket::Media, &segment.object_key, None).await.expect("it is there");
        assert_eq!((segment.sections, segment.object_len()), (None, object.len() as u64));
        let key_of_manifest = object_key::manifest(&read.opened.tenant, read.opened.recording, 0);
        let sealed = store.get(Bucket::Media, &key_of_manifest, None).await.expect("it is there");
        let context = ContainerContext::manifest(read.opened.tenant.clone(), read.opened.recording);
        let json = unseal(&key(), &context, &sealed).expect("authentic");
        assert_eq!(Sha256::digest(&json)[..], manifest_sha256[..]);
        let manifest: Manifest = serde_json::from_slice(&json).expect("a manifest");
        assert_eq!(manifest.segments.len(), 1);
        assert_eq!(manifest.segments[0].object_sha256, evidence::hex(&Sha256::digest(&object)));
        assert_eq!(manifest.segments[0].container_octets, Some(object.len() as u64));
    }
}

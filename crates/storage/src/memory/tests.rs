//! The twin in memory keeps the contract, and its knobs do what they say.

use super::*;
use crate::contract::object_store_contract;

fn key() -> ObjectKey {
    "a/b".parse().expect("a key")
}

#[tokio::test]
async fn the_memory_twin_keeps_the_contract() {
    object_store_contract::keeps_the_contract(&MemoryStore::new()).await;
}

#[tokio::test]
async fn its_faults_come_and_go_and_change_nothing() {
    let store = MemoryStore::new();
    store.fail_next(2, StoreErrorKind::Unavailable);
    for _ in 0..2 {
        let error =
            store.put_new(Bucket::Media, &key(), Bytes::from_static(b"x")).await.expect_err("a fault");
        assert!(error.retryable());
    }
    store.set_full(true);
    let error = store.put_new(Bucket::Media, &key(), Bytes::from_static(b"x")).await.expect_err("full");
    assert_eq!((error.kind, error.retryable()), (StoreErrorKind::Full, true));
    assert!(store.objects(Bucket::Media).is_empty(), "a failed put left something");
    store.set_full(false);
    store.put_new(Bucket::Media, &key(), Bytes::from_static(b"x")).await.expect("put");
    store.set_down(true);
    assert!(store.head(Bucket::Media, &key()).await.is_err());
    store.set_down(false);
    assert_eq!(store.counts(), Counts { puts: 4, gets: 0, octets_fetched: 0, erasures: 0 });
}

// rule: F18
#[tokio::test]
async fn a_flipped_bit_is_found_when_the_object_is_read_whole() {
    let store = MemoryStore::new();
    store.put_new(Bucket::Media, &key(), Bytes::from_static(b"sound")).await.expect("put");
    store.damage(Bucket::Media, &key(), 2, 0x10);
    assert_eq!(
        store.get(Bucket::Media, &key(), None).await.expect_err("damaged").kind,
        StoreErrorKind::Corrupt
    );
    let again = store.put_new(Bucket::Media, &key(), Bytes::from_static(b"sound")).await;
    assert_eq!(again.expect_err("a damaged copy is no copy").kind, StoreErrorKind::Corrupt);
}

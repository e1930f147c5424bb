//! The contract of [`ObjectStore`].

use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::object_store::{Bucket, ObjectKey, ObjectStore, StoreErrorKind};

fn key(text: &str) -> ObjectKey {
    text.parse().expect("a valid key")
}

/// Runs the whole suite. Uses keys beneath `contract/` and erases what it put.
///
/// # Panics
/// Where the contract is broken.
pub async fn keeps_the_contract(store: &dyn ObjectStore) {
    for bucket in Bucket::ALL {
        puts_once_and_reads_back(store, bucket).await;
        reads_any_range(store, bucket).await;
        lists_in_order(store, bucket).await;
        erases_by_version(store, bucket).await;
    }
    keeps_buckets_apart(store).await;
    lets_one_of_many_win(store).await;
}

async fn erase(store: &dyn ObjectStore, bucket: Bucket, key: &ObjectKey) {
    if let Some(stored) = store.head(bucket, key).await.expect("head") {
        store.erase_version(bucket, key, &stored.version_id).await.expect("erase");
    }
}

async fn puts_once_and_reads_back(store: &dyn ObjectStore, bucket: Bucket) {
    let key = key("contract/once/a.b");
    assert_eq!(store.head(bucket, &key).await.expect("head"), None, "left over from another run");
    let missing = store.get(bucket, &key, None).await.expect_err("nothing is there yet");
    assert_eq!((missing.kind, missing.retryable()), (StoreErrorKind::NotFound, false));

    let octets = Bytes::from_static(b"\x00one\xff");
    let stored = store.put_new(bucket, &key, octets.clone()).await.expect("put");
    assert_eq!(stored.len, 5);
    assert_eq!(stored.sha256[..], Sha256::digest(&octets)[..], "the hash is of what was put");
    assert_eq!(store.head(bucket, &key).await.expect("head"), Some(stored.clone()));
    assert_eq!(store.get(bucket, &key, None).await.expect("get"), octets);
    assert_eq!(store.get(bucket, &key, Some(&stored.version_id)).await.expect("get by version"), octets);

    let again = store.put_new(bucket, &key, octets.clone()).await.expect("the same content again is nothing");
    assert_eq!(again, stored, "the version that is there is answered");
    let other = store.put_new(bucket, &key, Bytes::from_static(b"two")).await.expect_err("never overwritten");
    assert_eq!((other.kind, other.retryable()), (StoreErrorKind::AlreadyExists, false));
    assert_eq!(store.get(bucket, &key, None).await.expect("get"), octets, "a refused put changed the object");
    erase(store, bucket, &key).await;

    let stored = store.put_new(bucket, &key, Bytes::new()).await.expect("an empty object");
    assert_eq!((stored.len, store.get(bucket, &key, None).await.expect("get")), (0, Bytes::new()));
    erase(store, bucket, &key).await;
}

async fn reads_any_range(store: &dyn ObjectStore, bucket: Bucket) {
    let key = key("contract/range");
    let octets: Bytes = (0..100_000_u32).map(|n| u8::try_from(n % 251).expect("below 251")).collect();
    let stored = store.put_new(bucket, &key, octets.clone()).await.expect("put");
    for range in [0..1, 0..100_000, 99_999..100_000, 50_000..70_001, 99_990..200_000, 5..5, 100_000..100_000]
    {
        let clamped = usize::try_from(range.start).expect("small")
            ..usize::try_from(range.end).expect("small").min(100_000);
        let read =
            store.get_range(bucket, &key, Some(&stored.version_id), range.clone()).await.expect("a range");
        assert_eq!(read, octets[clamped], "range {range:?}");
    }
    let past =
        store.get_range(bucket, &key, None, 100_000..100_001).await.expect_err("it begins past the end");
    assert_eq!(past.kind, StoreErrorKind::Refused);
    erase(store, bucket, &key).await;
    let gone = store.get_range(bucket, &key, None, 0..1).await.expect_err("it was erased");
    assert_eq!(gone.kind, StoreErrorKind::NotFound);
}

async fn lists_in_order(store: &dyn ObjectStore, bucket: Bucket) {
    let names = [
        "contract/list-b/x",
        "contract/list/a",
        "contract/list/b/c",
        "contract/list/b/d",
        "contract/list/b0",
    ];
    for name in names.iter().rev() {
        store.put_new(bucket, &key(name), Bytes::from_static(b"listed")).await.expect("put");
    }
    let list = async |prefix: &str, after: Option<&str>, limit| -> Vec<String> {
        let keys = store.list(bucket, prefix, after, limit).await.expect("list");
        keys.iter().map(ToString::to_string).collect()
    };
    assert_eq!(list("contract/list", None, 100).await, names, "ascending by octets");
    assert_eq!(list("contract/list/", None, 100).await, names[1..]);
    assert_eq!(list("contract/list/b", None, 100).await, names[2..], "a prefix may end inside a name");
    assert_eq!(list("contract/list/b/c", None, 100).await, names[2..3]);
    assert_eq!(list("contract/list/nothing", None, 100).await, [""; 0]);
    assert_eq!(list("contract/list", Some("contract/list/a"), 2).await, names[2..4], "a page");
    assert_eq!(
        list("contract/list", Some("contract/list/b/c"), 100).await,
        names[3..],
        "a page inside a directory"
    );
    assert_eq!(
        list("contract/list", Some("contract/list/b/cc"), 100).await,
        names[3..],
        "after a key that is not there"
    );
    assert_eq!(list("contract/list", Some("contract/zzz"), 100).await, [""; 0]);
    assert_eq!(list("../", None, 100).await, [""; 0], "a listing does not climb");
    for name in names {
        erase(store, bucket, &key(name)).await;
    }
    assert_eq!(list("contract/list", None, 100).await, [""; 0]);
}

async fn erases_by_version(store: &dyn ObjectStore, bucket: Bucket) {
    let key = key("contract/erase");
    let first = store.put_new(bucket, &key, Bytes::from_static(b"first")).await.expect("put");
    store.erase_version(bucket, &key, &first.version_id).await.expect("erase");
    assert_eq!(store.head(bucket, &key).await.expect("head"), None);
    let gone = store.get(bucket, &key, Some(&first.version_id)).await.expect_err("erased");
    assert_eq!(gone.kind, StoreErrorKind::NotFound);
    store.erase_version(bucket, &key, &first.version_id).await.expect("erasing again is nothing");

    let second =
        store.put_new(bucket, &key, Bytes::from_static(b"second")).await.expect("the key is free again");
    assert_ne!(second.version_id, first.version_id, "a version's name is never used again");
    let old = store.get(bucket, &key, Some(&first.version_id)).await.expect_err("that version is gone");
    assert_eq!(old.kind, StoreErrorKind::NotFound);
    store.erase_version(bucket, &key, &first.version_id).await.expect("an old version's erasure");
    assert_eq!(
        store.get(bucket, &key, None).await.expect("get"),
        &b"second"[..],
        "it touches no other version"
    );
    erase(store, bucket, &key).await;
}

async fn keeps_buckets_apart(store: &dyn ObjectStore) {
    let key = key("contract/apart");
    store.put_new(Bucket::Media, &key, Bytes::from_static(b"media")).await.expect("put");
    assert_eq!(store.head(Bucket::Keys, &key).await.expect("head"), None);
    store.put_new(Bucket::Keys, &key, Bytes::from_static(b"keys")).await.expect("put");
    erase(store, Bucket::Keys, &key).await;
    assert_eq!(store.get(Bucket::Media, &key, None).await.expect("get"), &b"media"[..]);
    erase(store, Bucket::Media, &key).await;
}

/// Two writers of one key: exactly one content stands, whichever.
async fn lets_one_of_many_win(store: &dyn ObjectStore) {
    for round in 0..20 {
        let key = key(&format!("contract/race/{round}"));
        let (a, b) = (Bytes::from(vec![b'a'; 5_000]), Bytes::from(vec![b'b'; 5_000]));
        let (first, second) = tokio::join!(
            store.put_new(Bucket::Media, &key, a.clone()),
            store.put_new(Bucket::Media, &key, b.clone())
        );
        let stands = store.get(Bucket::Media, &key, None).await.expect("one stands");
        match (first, second) {
            (Ok(_), Err(error)) => assert_eq!((error.kind, stands), (StoreErrorKind::AlreadyExists, a)),
            (Err(error), Ok(_)) => assert_eq!((error.kind, stands), (StoreErrorKind::AlreadyExists, b)),
            other => panic!("two writers of one key ended as {other:?}"),
        }
        erase(store, Bucket::Media, &key).await;
    }
}

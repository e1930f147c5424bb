//! The contract of [`ObjectStore`] on versions, holds and backstop classes.

use bytes::Bytes;
use rokuon_policy::backstop::BackstopClass;

use crate::object_store::{Bucket, ObjectKey, ObjectStore, ObjectVersion, StoreErrorKind};

fn key(text: &str) -> ObjectKey {
    text.parse().expect("a valid key")
}

fn class(text: &str) -> BackstopClass {
    text.parse().expect("a class")
}

/// Runs the whole suite. Uses keys beneath `contract/` and erases what it put.
///
/// # Panics
/// Where the contract is broken.
pub async fn keeps_the_contract(store: &dyn ObjectStore) {
    for bucket in Bucket::ALL {
        lists_versions(store, bucket).await;
        keeps_what_is_held(store, bucket).await;
        erases_in_batches_all_but_the_held(store, bucket).await;
        takes_classes(store, bucket).await;
    }
}

async fn put(store: &dyn ObjectStore, bucket: Bucket, name: &str, octets: &'static [u8]) -> String {
    store.put_new(bucket, &key(name), Bytes::from_static(octets)).await.expect("put").version_id
}

async fn lists_versions(store: &dyn ObjectStore, bucket: Bucket) {
    let names = ["contract/versions/a", "contract/versions/b/c", "contract/versions/b0"];
    let mut put_there = Vec::new();
    for name in names {
        put_there.push((key(name), put(store, bucket, name, b"listed").await));
    }
    let list = async |prefix: &str, after: Option<&(String, String)>, limit| -> Vec<ObjectVersion> {
        store.list_versions(bucket, prefix, after, limit).await.expect("list")
    };
    let all = list("contract/versions/", None, 100).await;
    let seen: Vec<_> = all.iter().map(|one| (one.key.clone(), one.version_id.clone())).collect();
    assert_eq!(seen, put_there, "by key, each with the version that put answered");
    assert!(all.iter().all(|one| !one.is_delete_marker && one.len == 6), "{all:?}");
    assert_eq!(list("contract/versions/b", None, 100).await.len(), 2, "a prefix may end inside a name");
    let mut paged = Vec::new();
    loop {
        let after = paged.last().map(|one: &ObjectVersion| (one.key.to_string(), one.version_id.clone()));
        let page = list("contract/versions/", after.as_ref(), 1).await;
        assert!(page.len() <= 1, "no more than asked");
        if page.is_empty() {
            break;
        }
        paged.extend(page);
    }
    assert_eq!(paged, all, "page by page it is the same");
    let prefixes =
        ["contract/versions/b", "contract/versions/nothing/", "contract/versions/"].map(str::to_owned);
    let each = store.list_versions_of_each(bucket, &prefixes, 2).await.expect("list");
    assert_eq!(each, [&all[1..], &[], &all[..2]], "the first page of each, in their order");
    // A page may go on after a version that was erased meanwhile.
    let after = (put_there[0].0.to_string(), put_there[0].1.clone());
    store.erase_version(bucket, &put_there[0].0, &put_there[0].1).await.expect("erase");
    assert_eq!(list("contract/versions/", Some(&after), 100).await, all[1..]);
    assert_eq!(
        list("contract/versions/a", None, 100).await,
        [],
        "what is erased is not listed, not even as a marker"
    );
    let answers = store.erase_versions(bucket, &put_there).await;
    assert!(answers.iter().all(Result::is_ok), "what is gone already is no failure: {answers:?}");
    assert_eq!(list("contract/versions/", None, 100).await, []);
}

async fn keeps_what_is_held(store: &dyn ObjectStore, bucket: Bucket) {
    let name = key("contract/held/one");
    let version = put(store, bucket, "contract/held/one", b"held").await;
    assert!(!store.is_held(bucket, &name, &version).await.expect("asked"), "nothing is held of itself");
    store.set_held(bucket, &name, &version, true).await.expect("held");
    store.set_held(bucket, &name, &version, true).await.expect("and again is nothing");
    assert!(store.is_held(bucket, &name, &version).await.expect("asked"));
    let kept = store.erase_version(bucket, &name, &version).await.expect_err("a held version was erased");
    assert_eq!((kept.kind, kept.retryable()), (StoreErrorKind::Held, false));
    assert_eq!(store.get(bucket, &name, Some(&version)).await.expect("get"), &b"held"[..]);
    assert_eq!(store.get(bucket, &name, None).await.expect("get"), &b"held"[..], "it was not hidden either");
    store.set_held(bucket, &name, &version, false).await.expect("released");
    store.set_held(bucket, &name, &version, false).await.expect("and again is nothing");
    assert!(!store.is_held(bucket, &name, &version).await.expect("asked"));
    store.erase_version(bucket, &name, &version).await.expect("erased");

    let gone = store.set_held(bucket, &name, &version, true).await.expect_err("it is gone");
    assert_eq!(gone.kind, StoreErrorKind::NotFound);
    let gone = store.is_held(bucket, &name, &version).await.expect_err("it is gone");
    assert_eq!(gone.kind, StoreErrorKind::NotFound);
    let again = put(store, bucket, "contract/held/one", b"held").await;
    assert!(
        !store.is_held(bucket, &name, &again).await.expect("asked"),
        "a hold is on a version, not on a name"
    );
    store.erase_version(bucket, &name, &again).await.expect("erased");
}

async fn erases_in_batches_all_but_the_held(store: &dyn ObjectStore, bucket: Bucket) {
    let mut versions = Vec::new();
    for number in 0..12 {
        let name = key(&format!("contract/batch/{number:02}"));
        let stored = store.put_new(bucket, &name, Bytes::from_static(b"batch")).await.expect("put");
        versions.push((name, stored.version_id));
    }
    let (held, held_version) = versions[5].clone();
    store.set_held(bucket, &held, &held_version, true).await.expect("held");
    let answers = store.erase_versions(bucket, &versions).await;
    let kinds: Vec<_> = answers.iter().map(|answer| answer.as_ref().err().map(|error| error.kind)).collect();
    let wanted: Vec<_> = (0..12).map(|number| (number == 5).then_some(StoreErrorKind::Held)).collect();
    assert_eq!(kinds, wanted, "one answer each, in order");
    let left = store.list(bucket, "contract/batch/", None, 100).await.expect("list");
    assert_eq!(left, std::slice::from_ref(&held), "the held one alone stays");
    store.set_held(bucket, &held, &held_version, false).await.expect("released");
    let answers = store.erase_versions(bucket, &versions).await;
    assert!(answers.len() == 12 && answers.iter().all(Result::is_ok), "{answers:?}");
    assert_eq!(store.list(bucket, "contract/batch/", None, 100).await.expect("list"), []);
    assert!(store.erase_versions(bucket, &[]).await.is_empty());
}

async fn takes_classes(store: &dyn ObjectStore, bucket: Bucket) {
    let name = key("contract/class");
    let octets = Bytes::from_static(b"class");
    let stored = store.put(bucket, &name, octets.clone(), Some(class("d35"))).await.expect("put");
    let again = store.put(bucket, &name, octets.clone(), None).await.expect("the same again is nothing");
    assert_eq!(again, stored, "whatever its class");
    for class in [None, Some(class("d370")), None] {
        store.set_backstop(bucket, &name, &stored.version_id, class).await.expect("another class");
    }
    assert_eq!(
        store.get(bucket, &name, Some(&stored.version_id)).await.expect("get"),
        octets,
        "its octets stay"
    );
    assert_eq!(store.head(bucket, &name).await.expect("head"), Some(stored.clone()), "and its version");
    store.erase_version(bucket, &name, &stored.version_id).await.expect("erased");
    let gone = store.set_backstop(bucket, &name, &stored.version_id, None).await.expect_err("it is gone");
    assert_eq!(gone.kind, StoreErrorKind::NotFound);
}

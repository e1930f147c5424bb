//! The twin in memory keeps the contract, and its knobs do what they say.

use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use rokuon_policy::backstop::BackstopClass;

use super::*;
use crate::contract::{object_store_contract, versions_contract};
use crate::object_store::ObjectStore;

fn key() -> ObjectKey {
    "a/b".parse().expect("a key")
}

#[tokio::test]
async fn the_memory_twin_keeps_the_contract() {
    let store = MemoryStore::new();
    object_store_contract::keeps_the_contract(&store).await;
    versions_contract::keeps_the_contract(&store).await;
}

/// Hidden and overwritten objects are what a store with versions makes possible; the port's own `put` makes neither.
#[tokio::test]
async fn what_is_hidden_or_overwritten_is_still_there_by_version() {
    let store = MemoryStore::new();
    let first =
        store.put_new(Bucket::Media, &key(), Bytes::from_static(b"first")).await.expect("put").version_id;
    store.hide(Bucket::Media, &key());
    assert_eq!(store.head(Bucket::Media, &key()).await.expect("head"), None);
    assert_eq!(store.get(Bucket::Media, &key(), Some(&first)).await.expect("by version"), &b"first"[..]);
    let seen = store.list_versions(Bucket::Media, "a", None, 10).await.expect("list");
    assert_eq!(seen.iter().map(|v| (v.is_delete_marker, v.len)).collect::<Vec<_>>(), [(true, 0), (false, 5)]);
    let after = (seen[0].key.to_string(), seen[0].version_id.clone());
    let rest = store.list_versions(Bucket::Media, "a", Some(&after), 10).await.expect("list");
    assert_eq!(rest, seen[1..], "a page may begin between versions of one object");
    store.erase_version(Bucket::Media, &key(), &seen[0].version_id).await.expect("the marker goes");
    assert_eq!(store.get(Bucket::Media, &key(), None).await.expect("it is back"), &b"first"[..]);
    let rolled = store.overwrite(Bucket::Media, &key(), Bytes::from_static(b"other"));
    assert_eq!(store.get(Bucket::Media, &key(), None).await.expect("the newest"), &b"other"[..]);
    assert_ne!(rolled, first);
    assert_eq!(store.get(Bucket::Media, &key(), Some(&first)).await.expect("by version"), &b"first"[..]);
}

// rule: I4
#[tokio::test]
async fn its_lifecycle_erases_what_is_past_its_class_and_never_what_is_held() {
    let store = MemoryStore::new();
    let day = |day| DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(day);
    let class: BackstopClass = "d18".parse().expect("a class");
    store.set_now(day(0));
    let name = |text: &str| text.parse::<ObjectKey>().expect("a key");
    for text in ["past", "held", "kept"] {
        let class = (text != "kept").then_some(class);
        store.put(Bucket::Media, &name(text), Bytes::from_static(b"x"), class).await.expect("put");
    }
    let held = store.head(Bucket::Media, &name("held")).await.expect("head").expect("there").version_id;
    store.set_held(Bucket::Media, &name("held"), &held, true).await.expect("held");
    store.set_now(day(17));
    assert_eq!((store.run_lifecycle(), store.objects(Bucket::Media).len()), (0, 3));
    store.set_now(day(18));
    assert_eq!((store.run_lifecycle(), store.objects(Bucket::Media).len()), (0, 2), "hidden first");
    store.set_now(day(19));
    assert_eq!(store.run_lifecycle(), 1, "erased a day later");
    let left = store.list_versions(Bucket::Media, "", None, 10).await.expect("list");
    assert_eq!(left.iter().map(|v| v.key.as_str()).collect::<Vec<_>>(), ["held", "kept"]);
}

// rule: F4
#[tokio::test]
async fn a_plan_says_call_by_call_what_goes_wrong() {
    let store = Arc::new(MemoryStore::new());
    store.record_calls();
    let seen = Arc::new(Mutex::new(Vec::new()));
    store.set_plan({
        let seen = Arc::clone(&seen);
        move |call| {
            seen.lock().expect("a list").push(call.operation);
            match call.number {
                0 => vec![Fault::Refuse(StoreErrorKind::Unavailable)],
                1 => vec![Fault::BreakAfter],
                3 => vec![Fault::Flip { octet: 1, mask: 4 }],
                4 => vec![Fault::Hang],
                _ => Vec::new(),
            }
        }
    });
    let put = async || store.put_new(Bucket::Media, &key(), Bytes::from_static(b"sound")).await;
    assert!(put().await.expect_err("refused").retryable());
    assert!(store.objects(Bucket::Media).is_empty());
    assert!(put().await.expect_err("broken").retryable());
    assert_eq!(store.objects(Bucket::Media).len(), 1, "done all the same");
    put().await.expect("the same again is nothing");
    assert_eq!(
        store.get(Bucket::Media, &key(), None).await.expect_err("a bit flipped").kind,
        StoreErrorKind::Corrupt
    );
    let hung = tokio::time::timeout(Duration::from_millis(20), store.head(Bucket::Media, &key())).await;
    assert!(hung.is_err(), "it hangs");
    store.clear_plan();
    assert_eq!(store.get(Bucket::Media, &key(), None).await.expect("sound"), &b"sound"[..]);
    let ended: Vec<_> = store.calls().into_iter().map(|call| (call.octets, call.ended)).collect();
    let away = Some(Err(StoreErrorKind::Unavailable));
    assert_eq!(
        ended,
        [
            (5, away),
            (5, away),
            (5, Some(Ok(()))),
            (0, Some(Err(StoreErrorKind::Corrupt))),
            (0, None),
            (0, Some(Ok(())))
        ]
    );
    assert_eq!(seen.lock().expect("a list").len(), 5);
}

#[tokio::test]
async fn a_listing_may_lag_behind() {
    let store = MemoryStore::new();
    store.put_new(Bucket::Media, &key(), Bytes::from_static(b"x")).await.expect("put");
    store.set_list_lag(1);
    assert_eq!(store.list(Bucket::Media, "", None, 10).await.expect("list"), []);
    assert_eq!(store.list_versions(Bucket::Media, "", None, 10).await.expect("list"), []);
    store.head(Bucket::Media, &key()).await.expect("head").expect("asked by name it is there");
    store.set_list_lag(0);
    assert_eq!(store.list(Bucket::Media, "", None, 10).await.expect("list").len(), 1);
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

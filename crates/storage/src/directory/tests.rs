//! The directory store keeps the contract, and survives what happens to directories.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use tempfile::TempDir;

use super::*;
use crate::contract::{object_store_contract, versions_contract};

fn open(dir: &TempDir) -> DirectoryStore {
    DirectoryStore::open(&dir.path().join("objects")).expect("the store opens")
}

fn key(text: &str) -> ObjectKey {
    text.parse().expect("a key")
}

fn files(below: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(below).expect("a directory") {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => found.push(path),
        }
    }
    found
}

// req: O-5.2
// rule: F13
#[tokio::test]
async fn the_directory_store_keeps_the_contract() {
    let dir = TempDir::new().expect("a directory");
    object_store_contract::keeps_the_contract(&open(&dir)).await;
    versions_contract::keeps_the_contract(&open(&dir)).await;
    let left: Vec<_> = files(dir.path())
        .into_iter()
        .filter(|path| !path.ends_with(".open") && !path.ends_with(".erasing"))
        .collect();
    assert!(left.is_empty(), "something is left on disk after everything was erased: {left:?}");
}

#[tokio::test]
async fn two_processes_can_share_it() {
    let dir = TempDir::new().expect("a directory");
    let (one, other) = (open(&dir), open(&dir));
    one.put_new(Bucket::Media, &key("a"), Bytes::from_static(b"shared")).await.expect("put");
    assert_eq!(other.get(Bucket::Media, &key("a"), None).await.expect("get"), &b"shared"[..]);
    object_store_contract::keeps_the_contract(&other).await;
}

#[tokio::test]
async fn only_the_owner_can_read_it() {
    let dir = TempDir::new().expect("a directory");
    let store = open(&dir);
    store.put_new(Bucket::Keys, &key("a/b/c"), Bytes::from_static(b"x")).await.expect("put");
    let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    for file in files(&dir.path().join("objects")) {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
    for directory in ["objects", "objects/media", "objects/keys/a", "objects/keys/a/b"] {
        assert_eq!(mode(&dir.path().join(directory)), 0o700, "{directory}");
    }
}

#[tokio::test]
async fn what_a_killed_process_left_half_written_is_swept_at_the_next_start_only() {
    let dir = TempDir::new().expect("a directory");
    let store = open(&dir);
    let half = dir.path().join("objects/media/.tmp/half");
    fs::write(&half, b"half an obj").expect("a half-written file");
    let other = open(&dir);
    assert!(half.exists(), "another process may still be writing it");
    drop((store, other));
    let store = open(&dir);
    assert!(!half.exists());
    assert_eq!(store.list(Bucket::Media, "", None, 10).await.expect("list"), []);
}

// req: O-5.2
// rule: F18
#[tokio::test]
async fn a_damaged_file_is_never_taken_for_the_object() {
    let dir = TempDir::new().expect("a directory");
    let store = open(&dir);
    let octets = Bytes::from(vec![5; 10_000]);
    let stored = store.put_new(Bucket::Media, &key("a"), octets.clone()).await.expect("put");
    let path = dir.path().join("objects/media/a");
    let sound = fs::read(&path).expect("the file");
    let mut kinds = Vec::new();
    for (octet, cut) in [(3, 0), (10_001, 0), (10_027, 0), (10_040, 0), (0, 1), (0, 9_000), (0, 10_064)] {
        let mut damaged = sound[..sound.len() - cut].to_vec();
        if cut == 0 {
            damaged[octet] ^= 1;
        }
        fs::write(&path, damaged).expect("damage");
        kinds.push(store.get(Bucket::Media, &key("a"), None).await.expect_err("damaged").kind);
        let again = store.put_new(Bucket::Media, &key("a"), octets.clone()).await;
        assert!(again.is_err(), "a damaged copy was taken for a copy");
    }
    assert!(kinds.iter().all(|kind| *kind == StoreErrorKind::Corrupt), "{kinds:?}");
    // It can still be erased.
    store.erase_version(Bucket::Media, &key("a"), &stored.version_id).await.expect("erase");
    store.put_new(Bucket::Media, &key("a"), octets).await.expect("and put again");
}

#[tokio::test]
async fn a_key_beneath_another_object_is_refused_and_changes_nothing() {
    let dir = TempDir::new().expect("a directory");
    let store = open(&dir);
    store.put_new(Bucket::Media, &key("a"), Bytes::from_static(b"a")).await.expect("put");
    store.put_new(Bucket::Media, &key("b/c"), Bytes::from_static(b"b")).await.expect("put");
    for name in ["a/below", "b"] {
        let error = store.put_new(Bucket::Media, &key(name), Bytes::from_static(b"x")).await.expect_err(name);
        assert!(!error.retryable(), "{name}: {error}");
        assert_eq!(store.head(Bucket::Media, &key(name)).await.expect("head"), None);
    }
    assert_eq!(store.list(Bucket::Media, "", None, 10).await.expect("list").len(), 2);
}

#[tokio::test]
async fn no_room_is_told_as_full_and_leaves_nothing_behind() {
    // A file system of 1 MiB, where this machine lets us make one.
    let dir = TempDir::new().expect("a directory");
    let mounted = std::process::Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"])
        .arg(dir.path())
        .stderr(std::process::Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !mounted {
        let full = files::store_error(std::io::Error::from_raw_os_error(28));
        assert_eq!((full.kind, full.retryable()), (StoreErrorKind::Full, true));
        return;
    }
    let store = open(&dir);
    let error =
        store.put_new(Bucket::Media, &key("big"), Bytes::from(vec![1; 2 << 20])).await.expect_err("no room");
    let small = store.put_new(Bucket::Media, &key("small"), Bytes::from(vec![1; 500_000])).await;
    drop(store);
    std::process::Command::new("umount").arg(dir.path()).status().expect("umount");
    assert_eq!((error.kind, error.retryable()), (StoreErrorKind::Full, true));
    small.expect("the failed put left its room behind");
}

// req: P-7
#[tokio::test]
async fn a_batch_takes_empty_directories_along_and_leaves_what_is_held_or_anothers() {
    let dir = TempDir::new().expect("a directory");
    let store = open(&dir);
    let mut batch = Vec::new();
    for name in ["a/1/x/key", "a/1/x/media", "a/1/y/key", "a/2/z/key", "a/2/held/key"] {
        let stored = store.put_new(Bucket::Media, &key(name), Bytes::from_static(b"x")).await.expect("put");
        batch.push((key(name), stored.version_id));
    }
    store.put_new(Bucket::Media, &key("a/2/z/anothers"), Bytes::from_static(b"x")).await.expect("put");
    let (held, version) = batch.last().expect("the last one").clone();
    store.set_held(Bucket::Media, &held, &version, true).await.expect("held");
    batch.push((key("a/3/never/there"), version.clone()));
    for again in [false, true] {
        let answers = store.erase_versions(Bucket::Media, &batch).await;
        for (at, answer) in answers.into_iter().enumerate() {
            let kind = answer.err().map(|error| error.kind);
            assert_eq!(kind, (at == 4).then_some(StoreErrorKind::Held), "object {at}, again: {again}");
        }
    }
    let media = dir.path().join("objects/media");
    assert!(!media.join("a/1").exists(), "nothing was left in it");
    assert!(!media.join("a/3").exists());
    let left = files(&media.join("a"));
    assert_eq!(left.len(), 2, "{left:?}");
    assert!(media.join("a/2/z/anothers").exists() && media.join("a/2/held/key").exists());
}

#[tokio::test]
async fn a_hold_outlives_the_process_and_a_damaged_object() {
    let dir = TempDir::new().expect("a directory");
    let stored =
        open(&dir).put_new(Bucket::Media, &key("a"), Bytes::from_static(b"held")).await.expect("put");
    open(&dir).set_held(Bucket::Media, &key("a"), &stored.version_id, true).await.expect("held");
    let path = dir.path().join("objects/media/a");
    let store = open(&dir);
    assert!(store.is_held(Bucket::Media, &key("a"), &stored.version_id).await.expect("asked"));
    fs::write(&path, b"damaged").expect("damage");
    let kept = store.erase_version(Bucket::Media, &key("a"), &stored.version_id).await.expect_err("held");
    assert_eq!((kept.kind, kept.retryable()), (StoreErrorKind::Held, false));
    assert!(path.exists());
    let listed = store.list_versions(Bucket::Media, "", None, 10).await.expect("list");
    assert_eq!(listed.len(), 1, "damaged or not, it is listed");
    store.set_held(Bucket::Media, &key("a"), &stored.version_id, false).await.expect("released");
    store.erase_version(Bucket::Media, &key("a"), &stored.version_id).await.expect("erased");
}

/// The child of [`killed_at_any_moment_it_holds_whole_objects_only`]: puts objects until it is killed.
#[tokio::test]
async fn child_that_puts_until_killed() {
    let Some(root) = std::env::var_os("ROKUON_TEST_PUT_UNTIL_KILLED") else { return };
    let store = DirectoryStore::open(Path::new(&root)).expect("the store opens");
    for number in 0_u32.. {
        let octets = Bytes::from(number.to_be_bytes().repeat(20_000));
        store.put_new(Bucket::Media, &key(&format!("k/{number:06}/x")), octets).await.expect("put");
    }
}

#[tokio::test]
async fn killed_at_any_moment_it_holds_whole_objects_only() {
    let dir = TempDir::new().expect("a directory");
    let mut seen = 0;
    for round in 0..6 {
        let mut child = std::process::Command::new(std::env::current_exe().expect("this test"))
            .args(["--exact", "directory::tests::child_that_puts_until_killed"])
            .env("ROKUON_TEST_PUT_UNTIL_KILLED", dir.path().join(format!("{round}")))
            .stdout(std::process::Stdio::null())
            .spawn()
            .expect("a child");
        let media = dir.path().join(format!("{round}/media"));
        let late = std::time::Instant::now() + std::time::Duration::from_secs(60);
        while !media.join("k").is_dir() {
            assert!(std::time::Instant::now() < late, "the child puts nothing");
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        std::thread::sleep(std::time::Duration::from_millis(37 * round));
        child.kill().expect("it is killed");
        child.wait().expect("it is gone");
        let store = DirectoryStore::open(&dir.path().join(format!("{round}"))).expect("the store opens");
        let keys = store.list(Bucket::Media, "", None, 1_000_000).await.expect("list");
        for (number, found) in keys.iter().enumerate() {
            let octets = store.get(Bucket::Media, found, None).await.expect("a listed object is whole");
            assert_eq!(
                octets[..4],
                u32::try_from(number).expect("few").to_be_bytes(),
                "a gap in what was answered"
            );
        }
        assert!(files(&dir.path().join(format!("{round}/media/.tmp"))).is_empty(), "left-overs");
        seen += keys.len();
    }
    assert!(seen > 0, "the child never put anything");
}

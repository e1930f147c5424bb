//! The key file keeps the contract, and its file is safe.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use tempfile::TempDir;

use super::*;
use crate::contract::key_service_contract::{self, context};

fn open(dir: &TempDir) -> Result<KeyFile, KeyError> {
    KeyFile::open(&dir.path().join("made/for/it/tenant-keys.json"))
}

#[tokio::test]
async fn the_key_file_keeps_the_contract() {
    let dir = TempDir::new().expect("a directory");
    key_service_contract::keeps_the_contract(&open(&dir).expect("it opens")).await;
}

#[tokio::test]
async fn keys_outlive_the_process_and_are_shared_between_processes() {
    let dir = TempDir::new().expect("a directory");
    let (worker, api) = (open(&dir).expect("it opens"), open(&dir).expect("and again"));
    let ours = context("toyonaka", 1);
    let (key, wrapped) = worker.generate_data_key(&ours).await.expect("a data key");
    // The api opened the file before the tenant had a key.
    assert_eq!(api.unwrap(&ours, &wrapped).await.expect("it unwraps").expose(), key.expose());
    // Both may make another tenant's key at once; one of them stands.
    let theirs = context("kobe", 2);
    worker.ensure_tenant_key(&theirs.tenant).await.expect("a key");
    let (_, other) = api.generate_data_key(&theirs).await.expect("a data key");
    worker.unwrap(&theirs, &other).await.expect("the same tenant key");
    drop((worker, api));
    let later = open(&dir).expect("it opens");
    assert_eq!(later.unwrap(&ours, &wrapped).await.expect("it unwraps").expose(), key.expose());
}

#[tokio::test]
async fn another_key_file_unwraps_nothing() {
    let (one, other) = (TempDir::new().expect("a directory"), TempDir::new().expect("a directory"));
    let ours = context("toyonaka", 1);
    let (_, wrapped) = open(&one).expect("opens").generate_data_key(&ours).await.expect("a data key");
    let other = open(&other).expect("opens");
    assert_eq!(other.unwrap(&ours, &wrapped).await.expect_err("no key").kind, KeyErrorKind::KeyGone);
    other.ensure_tenant_key(&ours.tenant).await.expect("a key");
    assert_eq!(other.unwrap(&ours, &wrapped).await.expect_err("another key").kind, KeyErrorKind::Refused);
}

#[test]
fn a_file_others_can_reach_is_refused_in_one_clear_line() {
    let dir = TempDir::new().expect("a directory");
    open(&dir).expect("it opens");
    let path = dir.path().join("made/for/it/tenant-keys.json");
    assert_eq!(fs::metadata(&path).expect("the file").permissions().mode() & 0o777, 0o600);
    for mode in [0o640, 0o604, 0o660, 0o644] {
        fs::set_permissions(&path, Permissions::from_mode(mode)).expect("chmod");
        let error = open(&dir).err().expect("it is refused").to_string();
        assert!(error.contains("chmod 600") && error.contains(&path.display().to_string()), "{error}");
        assert!(!error.contains('\n'));
    }
}

#[tokio::test]
async fn a_damaged_file_is_refused_and_left_as_it_is_and_nothing_of_it_is_printed() {
    let dir = TempDir::new().expect("a directory");
    open(&dir).expect("it opens").ensure_tenant_key(&context("kobe", 1).tenant).await.expect("a key");
    let path = dir.path().join("made/for/it/tenant-keys.json");
    let text = fs::read_to_string(&path).expect("the file");
    let key =
        text.split('"').max_by_key(|part| if part.ends_with('=') { part.len() } else { 0 }).expect("a key");
    for damaged in
        [&text[..text.len() - 3], "", "{}", &text.replace(&key[..8], "!!!!!!!!"), &text.replace("-1", "-2")]
    {
        fs::write(&path, damaged).expect("damage");
        let error = open(&dir).err().expect("it is refused");
        assert!(!error.retryable());
        assert!(!error.to_string().contains(&key[8..20]), "{error}");
        assert_eq!(
            fs::read_to_string(&path).expect("the file"),
            damaged,
            "a damaged key file was overwritten"
        );
    }
}

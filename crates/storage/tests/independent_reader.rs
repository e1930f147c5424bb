//! An independent implementation opens what we seal. It wants a Python with `cryptography` 50 or later: the one `scripts/setup test` makes, or the
//! one `ROKUON_PYTHON` names. Elsewhere than in CI it is passed over without; the vectors beside it run everywhere.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use bytes::Bytes;
use rokuon_policy::ids::RecordingId;
use rokuon_storage::container_context::ContainerContext;
use rokuon_storage::directory::DirectoryStore;
use rokuon_storage::key_service::DataKey;
use rokuon_storage::recording_writer::last_segment::NamedContainer;
use rokuon_storage::recording_writer::{RecordingWriter, WriteError};
use sha2::{Digest, Sha256};

const PACKAGE_MISSING: i32 = 77;

/// A stored object and the key to it, on the disk.
struct Stored {
    dir: tempfile::TempDir,
    recording: RecordingId,
    file: PathBuf,
}

impl Stored {
    /// Opens it by Python for a place; nothing where Python or its package is missing.
    fn opened(&self, tenant: &str, segment: &str, section: Option<&str>) -> Option<Result<Vec<u8>, String>> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/open_container.py");
        let opened = self.dir.path().join("opened");
        let mut command = Command::new(python());
        command.arg(script).args(["open", "--stored", "--tenant", tenant, "--segment", segment]);
        command.arg("--recording").arg(self.recording.to_string());
        command.arg("--key-file").arg(self.dir.path().join("key"));
        command.args(section.iter().flat_map(|section| ["--section", section]));
        let output = command.arg(&self.file).arg(&opened).output().ok()?;
        match output.status.code() {
            Some(PACKAGE_MISSING) => {
                assert!(
                    std::env::var_os("CI").is_none(),
                    "no Python with cryptography 50: scripts/setup test"
                );
                eprintln!("skipped: no Python with cryptography 50 (scripts/setup test)");
                None
            }
            Some(0) => Some(Ok(std::fs::read(&opened).expect("what Python wrote"))),
            Some(1) => Some(Err(String::from_utf8_lossy(&output.stderr).into_owned())),
            other => panic!("{other:?}: {}", String::from_utf8_lossy(&output.stderr)),
        }
    }
}

fn python() -> PathBuf {
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let ours = home.join(".cache/rokuon/peers/bin/python");
    match std::env::var_os("ROKUON_PYTHON") {
        Some(named) => named.into(),
        None if ours.exists() => ours,
        None => "python3".into(),
    }
}

fn media() -> Bytes {
    (0..100_000_u32).map(|n| n.to_le_bytes()[0] ^ n.to_le_bytes()[1]).collect()
}

/// Puts a segment into a directory, alone or as the end of its recording.
async fn stored(ends: bool) -> Stored {
    let dir = tempfile::TempDir::new().expect("a directory");
    let key = DataKey::generate();
    std::fs::write(dir.path().join("key"), key.expose()).expect("the key");
    let store = Arc::new(DirectoryStore::open(&dir.path().join("objects")).expect("a store"));
    let recording: RecordingId = "019a3c5e-7d10-7c44-9b1f-0123456789ab".parse().expect("a recording");
    let context = ContainerContext::wav("toyonaka".parse().expect("a tenant"), recording, 2, 2);
    let writer = RecordingWriter::new(store);
    let sealed = if ends {
        let peaks = Bytes::from_static(b"a waveform");
        let put = writer.put_last_segment(&context, &key, media(), peaks, &manifest).await;
        put.expect("sealed").segment
    } else {
        writer.put_segment(&context, &key, media()).await.expect("sealed")
    };
    let file = dir.path().join("objects/media").join(sealed.object_key.as_str());
    Stored { dir, recording, file }
}

/// What an outsider needs to hold the object against: the SHA-256 and length of the container in front.
fn manifest(named: &NamedContainer) -> Result<Bytes, WriteError> {
    let hex: String = named.container_sha256.iter().map(|octet| format!("{octet:02x}")).collect();
    Ok(format!("{} {hex}", named.container_len).into())
}

// req: O-5.2
#[tokio::test]
async fn python_opens_a_stored_segment_given_the_key_and_refuses_it_for_another_place() {
    let stored = stored(false).await;
    let Some(opened) = stored.opened("toyonaka", "2", None) else { return };
    assert_eq!(opened.expect("opened"), media());
    for (tenant, segment) in [("toyonaka", "3"), ("kobe", "2")] {
        let refused = stored.opened(tenant, segment, None).expect("python");
        assert!(refused.is_err(), "opened as {tenant} {segment}");
    }
    let refused = stored.opened("toyonaka", "2", Some("manifest")).expect("python");
    assert!(refused.expect_err("nothing lies behind it").contains("no index"));
}

// req: O-5.2
#[tokio::test]
async fn python_opens_each_section_of_an_object_that_ends_a_recording_and_its_manifest_proves_the_segment() {
    let stored = stored(true).await;
    let Some(opened) = stored.opened("toyonaka", "2", Some("media")) else { return };
    assert_eq!(opened.expect("opened"), media());
    let opened = |tenant: &str, section| stored.opened(tenant, "2", section).expect("python");
    assert_eq!(opened("toyonaka", Some("peaks")).expect("opened"), b"a waveform");
    let said = String::from_utf8(opened("toyonaka", Some("manifest")).expect("opened")).expect("text");
    let (len, hex) = said.split_once(' ').expect("length and hash");
    let object = std::fs::read(&stored.file).expect("readable");
    let front = Sha256::digest(&object[..len.parse().expect("a number")]);
    assert_eq!(hex, front.iter().map(|octet| format!("{octet:02x}")).collect::<String>());
    assert!(opened("toyonaka", None).is_err(), "as one container it is none");
    for section in ["media", "peaks", "manifest"] {
        assert!(opened("kobe", Some(section)).is_err(), "opened for another city: {section}");
    }
}

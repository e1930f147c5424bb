//! An independent implementation opens what we seal. Runs where Python has `cryptography` 50 or later (`ROKUON_PYTHON` names
//! another interpreter); the vectors beside it run everywhere.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use bytes::Bytes;
use rokuon_policy::ids::RecordingId;
use rokuon_storage::container_context::ContainerContext;
use rokuon_storage::directory::DirectoryStore;
use rokuon_storage::key_service::DataKey;
use rokuon_storage::recording_writer::RecordingWriter;

const PACKAGE_MISSING: i32 = 77;

// req: O-5.2
#[tokio::test]
async fn python_opens_a_stored_segment_given_the_key_and_refuses_it_for_another_place() {
    let dir = tempfile::TempDir::new().expect("a directory");
    let key = DataKey::generate();
    let key_file = dir.path().join("key");
    std::fs::write(&key_file, key.expose()).expect("the key");
    let store = Arc::new(DirectoryStore::open(&dir.path().join("objects")).expect("a store"));
    let recording: RecordingId = "019a3c5e-7d10-7c44-9b1f-0123456789ab".parse().expect("a recording");
    let context = ContainerContext::wav("toyonaka".parse().expect("a tenant"), recording, 2, 2);
    let media: Bytes = (0..100_000_u32).map(|n| n.to_le_bytes()[0] ^ n.to_le_bytes()[1]).collect();
    let sealed =
        RecordingWriter::new(store).put_segment(&context, &key, media.clone()).await.expect("sealed");
    let file = dir.path().join("objects/media").join(sealed.object_key.as_str());

    let opened = dir.path().join("opened");
    let open = |tenant: &str, segment: &str| {
        let python = std::env::var("ROKUON_PYTHON").unwrap_or_else(|_| "python3".into());
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/open_container.py");
        let mut command = Command::new(python);
        command.arg(script).args(["open", "--stored", "--tenant", tenant, "--segment", segment]);
        command.arg("--recording").arg(recording.to_string()).arg("--key-file").arg(&key_file);
        command.arg(&file).arg(&opened).output()
    };
    match open("toyonaka", "2") {
        Ok(output) if output.status.code() == Some(PACKAGE_MISSING) => return,
        Err(_) => return,
        Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr)),
    }
    assert_eq!(std::fs::read(&opened).expect("what Python wrote"), media);
    for (tenant, segment) in [("toyonaka", "3"), ("kobe", "2")] {
        assert_eq!(
            open(tenant, segment).expect("python").status.code(),
            Some(1),
            "opened as {tenant} {segment}"
        );
    }
}

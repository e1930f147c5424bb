//! A certificate of destruction leaves the platform and is checked outside: by the command, and by Python without our code.

use std::path::Path;
use std::process::Stdio;

use rokuon_fixtures::sip_link::Transport;

use crate::harness::keeping::destroyed;
use crate::harness::platform::TestPlatform;
use crate::harness::publishers::peers_python;
use crate::harness::talk::plan;

const TENANT: &str = "takikawa";

/// What another implementation says: whether it is good, and what it printed.
async fn by_python(key: &Path, certificate: &Path) -> (bool, String) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/verify_certificate.py");
    let mut python = tokio::process::Command::new(peers_python());
    let output = python.arg(script).arg(key).arg(certificate).stdin(Stdio::null()).output().await;
    let output = output.expect("the peers' Python is installed (scripts/setup test)");
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    (output.status.success(), said.into_owned())
}

fn said_unknown(verified: &str) -> bool {
    verified.contains("確かめられていません")
}

// req: TK-7.1
// rule: I6, I7
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_is_good_as_it_was_signed_and_not_with_one_octet_changed() {
    let platform = TestPlatform::start(&[TENANT]).await;
    let manager = platform.person(TENANT, "kanri").await;
    let phone = platform.phone(TENANT, Transport::Udp).await;
    let mut call = phone.invite(&plan(720, 25)).await.expect("answered");
    call.said_everything().await;
    let sent = call.hang_up().await.expect("hung up");
    let recording = platform.sealed(&manager, &sent.call_id).await.id;
    let id = destroyed(&platform, TENANT, &manager, &recording).await;
    let (status, note) =
        manager.octets(&format!("/v1/certificates/{id}/text"), None).await.expect("an answer");
    assert_eq!(status, 200);
    let (key, file) =
        (platform.data_dir().join("signing-key.pub"), platform.folder().join("certificate.txt"));
    std::fs::write(&file, &note).expect("written");
    let arguments = |file: &Path| {
        ["verify", "--key"]
            .map(str::to_owned)
            .into_iter()
            .chain([&key, file].map(|path| path.display().to_string()))
    };
    let verify = async |file: &Path| {
        let arguments: Vec<String> = arguments(file).collect();
        platform.rokuon(&arguments.iter().map(String::as_str).collect::<Vec<_>>()).await
    };
    let (good, said) = verify(&file).await;
    assert!(good && said.contains(&recording) && said.contains(&id), "{said}");
    let known = said;
    let (good, said) = by_python(&key, &file).await;
    assert!(good && said.trim() == recording, "{said}");
    let text = String::from_utf8(note.clone()).expect("text");
    assert!(
        text.contains("録音装置1台のどの一時保管にも、保管先にあるその控えにも残っていない"),
        "what is known of spools: {text}"
    );
    assert!(text.contains("\"spools_cleared\":\"") && !said_unknown(&known), "{text}\n{known}");

    let changed = platform.folder().join("changed.txt");
    // Some everywhere in it; every one is tried beside the code.
    let places: Vec<usize> = (0..note.len()).step_by(note.len() / 12).collect();
    for place in &places {
        let mut octets = note.clone();
        octets[*place] ^= 1;
        std::fs::write(&changed, octets).expect("written");
        assert!(!verify(&changed).await.0, "octet {place} was changed and nobody noticed");
        assert!(!by_python(&key, &changed).await.0, "octet {place} was changed and Python did not notice");
    }
    eprintln!(
        "a certificate of {} octets: good twice, {} changed octets refused twice each",
        note.len(),
        places.len()
    );
}

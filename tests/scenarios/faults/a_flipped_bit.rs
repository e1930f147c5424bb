//! F18: one bit of a stored object turns over. Wrong sound is never played.

use std::path::{Path, PathBuf};

use rokuon_fixtures::sip_link::Transport;
use serde_json::json;

use crate::harness::platform::{Setup, TestPlatform};
use crate::harness::talk::{assert_kept, plan};

/// Files of the store's media, the largest first.
fn objects(data_dir: &Path) -> Vec<PathBuf> {
    let (mut folders, mut found) = (vec![data_dir.join("store")], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("readable").flatten() {
            let path = entry.path();
            match path.is_dir() {
                true => folders.push(path),
                false => found.push((entry.metadata().map_or(0, |file| file.len()), path)),
            }
        }
    }
    found.sort_unstable();
    found.into_iter().rev().map(|(_, path)| path).collect()
}

// rule: F18
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn not_one_wrong_octet_is_played_from_a_damaged_object() {
    // Without jobs: a scrub that met the object while it is damaged would set the recording aside, and rightly.
    let setup = |_: &Path| Setup {
        environment: vec![("ROKUON_JOBS".to_owned(), "false".to_owned())],
        ..Setup::default()
    };
    let platform = TestPlatform::start_with(&["takikawa"], setup).await;
    let phone = platform.phone("takikawa", Transport::Udp).await;
    let clerk = platform.person("takikawa", "kanri").await;
    let mut call = phone.invite(&plan(700, 200)).await.expect("answered");
    call.said_everything().await;
    let sent = call.hang_up().await.expect("hung up");
    let recording = assert_kept(&platform, &clerk, &sent).await;
    let id = recording["id"].as_str().expect("an id");
    let purpose = clerk.get("/v1/me").await.expect("answered")["purposes"][0]["key"].clone();
    let stated = json!({ "purpose": purpose, "case_note": "試験 1" });
    let granted = clerk.post(&format!("/v1/recordings/{id}/uses"), &stated).await.expect("granted");
    let audio = granted["audio_url"].as_str().expect("an address").to_owned();
    let (_, whole) = clerk.octets(&audio, None).await.expect("answered");

    let media = objects(&platform.data_dir()).into_iter().next().expect("the sealed sound");
    let good = std::fs::read(&media).expect("readable");
    let (mut tried, mut cut_short, mut harmless) = (0, 0, 0);
    for place in (0..good.len()).step_by(good.len() / 24) {
        let mut bad = good.clone();
        bad[place] ^= 1 << (place % 8);
        std::fs::write(&media, &bad).expect("ours");
        match clerk.octets(&audio, None).await {
            // cut off in the middle, or refused: both are honest
            Err(_) => cut_short += 1,
            Ok((200, octets)) if octets == whole => harmless += 1,
            Ok((200, octets)) => {
                assert!(whole.starts_with(&octets), "bit {place}: wrong sound was played");
                cut_short += 1;
            }
            Ok((status, _)) => assert!(status >= 400, "bit {place}: {status}"),
        }
        tried += 1;
    }
    std::fs::write(&media, &good).expect("ours");
    let (status, again) = clerk.octets(&audio, None).await.expect("answered");
    assert!(status == 200 && again == whole, "the repaired object is played again");
    eprintln!(
        "F18: {tried} damaged objects, 0 wrong octets played ({cut_short} cut short, {harmless} not touched by this play, the others refused)"
    );
}

//! F9: the wall clock jumps under a live call (libfaketime; the monotonic clock goes on as it did).

use std::path::{Path, PathBuf};
use std::time::Duration;

use rokuon_fixtures::sip_link::Transport;
use tokio::time::{Instant, sleep};

use crate::harness::platform::{Setup, TestPlatform};
use crate::harness::talk::{assert_kept, plan};

/// Where Debian puts the library (package libfaketime).
fn library() -> PathBuf {
    let places = glob("/usr/lib", "faketime/libfaketime.so.1");
    places.into_iter().next().expect("libfaketime is installed (apt-get install libfaketime)")
}

fn glob(folder: &str, end: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path().join(end)).filter(|path| path.is_file()).collect()
}

fn environment(folder: &Path) -> Vec<(String, String)> {
    let offset = folder.join("offset");
    std::fs::write(&offset, "+0").expect("a file");
    [
        ("LD_PRELOAD", library().display().to_string()),
        ("FAKETIME_TIMESTAMP_FILE", offset.display().to_string()),
        ("FAKETIME_NO_CACHE", "1".to_owned()),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

// rule: F9
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_is_as_long_as_it_was_whatever_the_wall_clock_does_and_nothing_is_destroyed() {
    let mut offset = PathBuf::new();
    let platform = TestPlatform::start_with(&["takikawa"], |folder| {
        offset = folder.join("offset");
        Setup { environment: environment(folder), ..Setup::default() }
    })
    .await;
    let clerk = platform.person("takikawa", "kanri").await;
    let phone = platform.phone("takikawa", Transport::Udp).await;
    for (round, (jump, back)) in
        [("+3600", "+0"), ("-3600", "+0"), ("-5", "+0"), ("+86400", "+0")].into_iter().enumerate()
    {
        let began = Instant::now();
        let mut call = phone.invite(&plan(800 + round as u64, 200)).await.expect("answered");
        sleep(Duration::from_millis(1_500)).await;
        std::fs::write(&offset, jump).expect("ours");
        sleep(Duration::from_secs(1)).await;
        std::fs::write(&offset, back).expect("ours");
        call.said_everything().await;
        let sent = call.hang_up().await.expect("hung up");
        let lasted = began.elapsed().as_secs_f64();
        let recording = assert_kept(&platform, &clerk, &sent).await;
        let seconds = recording["duration_seconds"].as_f64().expect("a length");
        let right = 3.5..lasted + 0.5;
        assert!(right.contains(&seconds), "a call of {lasted} s around a jump of {jump} s: {seconds} s");
    }
    let page = clerk.get("/v1/recordings").await.expect("answered");
    let kept = page["items"].as_array().expect("a list");
    assert_eq!(kept.len(), 4, "{page}");
    assert!(kept.iter().all(|one| one["state"] == "primary"), "{page}");
    eprintln!(
        "F9: +1 h, −1 h, −5 s and +1 day in mid-call: 4 of 4 calls bit-exact and of their length, 0 destroyed"
    );
}

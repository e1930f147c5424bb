//! Stopping in order loses no call; a second start goes on with the same data; what is in the way is said in one line.

use std::net::TcpListener;
use std::time::Duration;

use rokuon_fixtures::g711::Law;
use rokuon_fixtures::metadata::Party;
use rokuon_fixtures::payload::{FRAME, Payload};
use rokuon_fixtures::phone::CallPlan;
use rokuon_fixtures::sip_link::Transport;
use tokio::process::Command;
use tokio::time::sleep;

use crate::harness::platform::{TestPlatform, program};
use crate::harness::sound::{channels, find, missing};

// req: P-12
// rule: F20
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_is_live_when_it_stops_is_there_after_the_next_start() {
    let mut platform = TestPlatform::start(&["takikawa"]).await;
    let phone = platform.phone("takikawa", Transport::Udp).await;
    let said = [Payload::noise(31, 3_000), Payload::noise(32, 3_000)];
    let plan =
        CallPlan::two_streams(Party::number("09000000091"), Party::number("0125001234"), Law::Pcmu, said);
    let call = phone.invite(&plan).await.expect("answered");
    sleep(Duration::from_secs(2)).await;
    let took = platform.stop_and_start_again().await;
    eprintln!("stopped in {:.1} s", took.as_secs_f32());
    sleep(Duration::from_secs(1)).await;
    let sent = call.hang_up().await.expect("hung up");

    let clerk = platform.person("takikawa", "kanri").await;
    let seen = platform.sealed(&clerk, &sent.call_id).await;
    let heard = channels(&platform.heard(&clerk, &seen.id).await);
    let recording = clerk.get(&format!("/v1/recordings/{}", seen.id)).await.expect("found");
    for (heard, stream) in heard.iter().zip(&sent.streams) {
        let timeline = stream.timeline(0xFF);
        let start = find(heard, &timeline[..50 * FRAME], Law::Pcmu).expect("the first second");
        let missing = missing(heard, &timeline, Law::Pcmu, start);
        let heard_after = timeline.len() - 25 * FRAME;
        let facts =
            format!("{} of {} samples, missing {missing:?}, {recording}", heard.len(), timeline.len());
        assert_eq!(missing.len(), 1, "one stretch while it was down: {facts}");
        assert!(missing[0].end <= heard_after, "what was said after the next start is heard: {facts}");
    }
    assert_eq!(recording["outcome"], "sealed_with_gaps", "{recording}");
}

// rule: SR5
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hold_is_a_listed_gap_and_the_rest_stays_in_time() {
    let platform = TestPlatform::start(&["takikawa"]).await;
    let phone = platform.phone("takikawa", Transport::Tcp).await;
    let said = [Payload::noise(41, 150), Payload::noise(42, 150)];
    let plan =
        CallPlan::two_streams(Party::number("09000000092"), Party::number("0125001234"), Law::Pcma, said);
    let mut call = phone.invite(&plan).await.expect("answered");
    sleep(Duration::from_secs(1)).await;
    call.put_on_hold().await.expect("held");
    sleep(Duration::from_secs(1)).await;
    call.resume().await.expect("resumed");
    call.said_everything().await;
    let sent = call.hang_up().await.expect("hung up");

    let clerk = platform.person("takikawa", "kanri").await;
    let seen = platform.sealed(&clerk, &sent.call_id).await;
    let recording = clerk.get(&format!("/v1/recordings/{}", seen.id)).await.expect("found");
    let causes: Vec<&str> = recording["gaps"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|gap| gap["cause"].as_str())
        .collect();
    assert!(!causes.is_empty() && causes.iter().all(|cause| *cause == "on_hold"), "{recording}");
    let heard = channels(&platform.heard(&clerk, &seen.id).await);
    for (heard, stream) in heard.iter().zip(&sent.streams) {
        assert!(
            find(heard, &stream.timeline(Law::Pcma.silence()), Law::Pcma).is_some(),
            "speech, hold and speech in time"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_in_the_way_is_said_in_one_line() {
    let platform = TestPlatform::start(&[]).await;
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken = taken.local_addr().expect("bound").to_string();
    let folder = tempfile::Builder::new().prefix("rokuon-scenario").tempdir_in("/tmp").expect("a folder");
    let other = folder.path().join("state").display().to_string();
    let held = platform.data_dir().display().to_string();
    for (data_dir, arguments, word) in [
        (&other, vec!["--http", &taken], "--http"),
        (&held, vec!["--http", "127.0.0.1:0"], "another running rokuon"),
        (&other, vec!["--rtp-ports", "9-1"], "rtp-ports"),
    ] {
        let output = Command::new(program())
            .args(["up", "--log", "error", "--data-dir", data_dir])
            .args(&arguments)
            .output();
        let output = output.await.expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(word), "{arguments:?}: {said}");
    }
}

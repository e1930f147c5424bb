//! F12 for a platform whose worker owns its spool alone: stopped in mid-call, it goes on where it stood and seals once; nobody
//! can take its place meanwhile.

use std::time::Duration;

use nix::sys::signal::Signal;
use rokuon_fixtures::sip_link::Transport;
use tokio::process::Command;
use tokio::time::sleep;

use crate::harness::platform::{TestPlatform, program};
use crate::harness::talk::{assert_kept, plan};

/// How long it stands still: less than its sockets hold, so that not a packet is lost.
const STILL: Duration = Duration::from_secs(4);

// rule: F12
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_stood_still_seals_its_call_once_and_nobody_takes_its_place() {
    let platform = TestPlatform::start(&["takikawa"]).await;
    let phone = platform.phone("takikawa", Transport::Tcp).await;
    let clerk = platform.person("takikawa", "kanri").await;
    let mut call = phone.invite(&plan(600, 350)).await.expect("answered");
    sleep(Duration::from_secs(1)).await;
    platform.running().signal(Signal::SIGSTOP);
    let second = Command::new(program())
        .args(["up", "--log", "error", "--http", "127.0.0.1:0", "--data-dir"])
        .arg(platform.data_dir())
        .output();
    // At the same time: the longer of the two is what the sockets have to hold.
    let (refused, ()) = tokio::join!(second, sleep(STILL));
    platform.running().signal(Signal::SIGCONT);
    let refused = refused.expect("it runs");
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success() && said.contains("another running rokuon"), "{said}");

    call.said_everything().await;
    let sent = call.hang_up().await.expect("hung up");
    let recording = assert_kept(&platform, &clerk, &sent).await;
    assert_eq!(recording["outcome"], "sealed", "{recording}");
    let page = clerk.get("/v1/recordings").await.expect("answered");
    assert_eq!(page["items"].as_array().map(Vec::len), Some(1), "{page}");
    eprintln!("F12: stood still for {:.0} s, nothing lost, sealed once", STILL.as_secs_f32());
}

//! A hundred calls at once: every octet of both sides is kept, and none of it lies in the data directory in plain.

use std::net::Ipv4Addr;
use std::path::Path;
use std::time::Duration;

use rokuon_fixtures::fleet::Fleet;
use rokuon_fixtures::g711::Law;
use rokuon_fixtures::metadata::Party;
use rokuon_fixtures::payload::Payload;
use rokuon_fixtures::phone::CallPlan;
use rokuon_fixtures::sip_link::Transport;

use crate::harness::platform::TestPlatform;
use crate::harness::sound::{assert_same, channels, find};

const CALLS: usize = 100;
const FRAMES: usize = 200;

// req: O-5.2, TK-7.2
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_hundred_phones_sent_at_once_is_what_is_heard() {
    let platform = TestPlatform::start(&["takikawa"]).await;
    let plans: Vec<CallPlan> = (0..CALLS as u64).map(plan).collect();
    let spacing = Duration::from_millis(20);
    let fleet = Fleet {
        spacing,
        links: 4,
        ..Fleet::at_once(platform.target("takikawa", Transport::Udp), Ipv4Addr::LOCALHOST.into())
    };
    let calls = fleet.run(plans, platform.pump()).await.expect("links");

    let clerk = platform.person("takikawa", "kanri").await;
    for call in calls {
        let sent = call.outcome.expect("placed and hung up");
        let recording = platform.sealed(&clerk, &sent.call_id).await;
        let wav = platform.heard(&clerk, &recording.id).await;
        for (heard, sent) in channels(&wav).iter().zip(&sent.streams) {
            assert_eq!(sent.left(), FRAMES);
            assert_same(heard, &sent.timeline(0xFF), Law::Pcmu);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_known_tone_lies_nowhere_in_plain() {
    let platform = TestPlatform::start(&["takikawa"]).await;
    let phone = platform.phone("takikawa", Transport::Tcp).await;
    let said = [Payload::tone(150), Payload::tone(150)];
    let plan =
        CallPlan::two_streams(Party::number("09000000062"), Party::number("0125001234"), Law::Pcmu, said);
    let mut call = phone.invite(&plan).await.expect("answered");
    let tone = plan.legs[0].payload.frame(0).expect("a frame")[..64].to_vec();
    let pcm: Vec<u8> = tone.iter().flat_map(|&octet| Law::Pcmu.decode(octet).to_le_bytes()).collect();
    let both: Vec<u8> = tone.iter().flat_map(|&octet| [octet, octet]).collect();
    let needles = [tone, pcm, both];
    call.said_everything().await;
    let live = plain_copies(&platform.data_dir(), &needles);
    assert_eq!(live, Vec::<String>::new(), "while it is spooled");
    let sent = call.hang_up().await.expect("hung up");
    let clerk = platform.person("takikawa", "kanri").await;
    let seen = platform.sealed(&clerk, &sent.call_id).await;
    // the tone is really there, for those who may hear it
    let [caller, _] = channels(&platform.heard(&clerk, &seen.id).await);
    assert!(find(&caller, &needles[0], Law::Pcmu).is_some());
    let sealed = plain_copies(&platform.data_dir(), &needles);
    assert_eq!(sealed, Vec::<String>::new(), "once it is sealed");
}

fn plan(index: u64) -> CallPlan {
    let said = [Payload::noise(2 * index + 1, FRAMES), Payload::noise(2 * index + 2, FRAMES)];
    let caller = Party::number(&format!("090000{index:05}"));
    CallPlan::two_streams(caller, Party::number("0125001234"), Law::Pcmu, said)
}

/// Files below `folder` that hold any of the needles.
fn plain_copies(folder: &Path, needles: &[Vec<u8>]) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        // PostgreSQL's files come and go while we look
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(octets) = std::fs::read(&path)
                && needles.iter().any(|needle| holds(&octets, needle))
            {
                found.push(path.display().to_string());
            }
        }
    }
    found
}

/// Whether `octets` hold `needle`; looks for its first octet before it compares the rest.
fn holds(octets: &[u8], needle: &[u8]) -> bool {
    let mut rest = octets;
    while let Some(at) = rest.iter().position(|octet| *octet == needle[0]) {
        rest = &rest[at..];
        if rest.starts_with(needle) {
            return true;
        }
        rest = &rest[1..];
    }
    false
}

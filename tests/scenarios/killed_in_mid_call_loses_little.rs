//! `kill -9` with twenty live calls: each is there after the next start, less at most a second, every missing stretch listed.

use std::ops::Range;
use std::time::{Duration, Instant};

use rokuon_fixtures::g711::Law;
use rokuon_fixtures::metadata::Party;
use rokuon_fixtures::payload::{FRAME, Payload};
use rokuon_fixtures::phone::{CallPlan, SentCall};
use rokuon_fixtures::sip_link::Transport;
use serde_json::Value;
use tokio::time::sleep;

use crate::harness::platform::TestPlatform;
use crate::harness::sound::{channels, find, missing};

const CALLS: u64 = 20;
/// Samples a call may lose of what was sent before the kill.
const ONE_SECOND: usize = 8_000;

/// How often to kill: 3 by default, more by `ROKUON_KILLS`.
fn kills() -> u64 {
    std::env::var("ROKUON_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(3)
}

// rule: F1, SR18
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_live_calls_survive_a_kill_less_at_most_a_second() {
    let mut platform = TestPlatform::start(&["takikawa"]).await;
    let mut worst = 0;
    for round in 0..kills() {
        let phone = platform.phone("takikawa", Transport::Udp).await;
        let mut live = Vec::new();
        for index in 0..CALLS {
            let said = [
                Payload::noise(1_000 * round + 2 * index, 3_000),
                Payload::noise(1_000 * round + 2 * index + 1, 3_000),
            ];
            let plan = CallPlan::two_streams(
                Party::number("09000000071"),
                Party::number("0125001234"),
                Law::Pcmu,
                said,
            );
            live.push(phone.invite(&plan).await.expect("answered"));
        }
        // an instant that differs from round to round: between 1.2 and 3.2 s
        let after = Duration::from_millis(
            1_200 + (round * 733 + u64::from(uuid::Uuid::new_v4().as_bytes()[0]) * 4) % 2_000,
        );
        sleep(after).await;
        let killed_at = Instant::now();
        platform.kill_and_start_again().await;
        sleep(Duration::from_millis(1_500)).await;
        let mut sent = Vec::new();
        for call in live {
            sent.push(call.hang_up().await.expect("hung up"));
        }
        let clerk = platform.person("takikawa", "kanri").await;
        for sent in sent {
            worst = worst.max(lost(&platform, &clerk, &sent, killed_at).await);
        }
    }
    eprintln!("worst loss of a call before a kill: {:.3} s", worst as f64 / 8_000.0);
    assert!(worst <= ONE_SECOND, "{worst} samples lost");
}

/// Samples of one call that were sent before the kill and are not heard; fails when any missing stretch is not listed.
async fn lost(
    platform: &TestPlatform,
    clerk: &rokuon_fixtures::api_caller::ApiCaller,
    sent: &SentCall,
    killed_at: Instant,
) -> usize {
    let seen = platform.sealed(clerk, &sent.call_id).await;
    let recording = clerk.get(&format!("/v1/recordings/{}", seen.id)).await.expect("found");
    let heard = channels(&platform.heard(clerk, &seen.id).await);
    let mut worst = 0;
    for (channel, (heard, stream)) in heard.iter().zip(&sent.streams).enumerate() {
        let timeline = stream.timeline(0xFF);
        let start = find(heard, &timeline[..10 * FRAME], Law::Pcmu).expect("the beginning is there");
        let gaps = gaps(&recording, channel, start);
        let mut lost = 0;
        for stretch in missing(heard, &timeline, Law::Pcmu, start) {
            let listed =
                gaps.iter().any(|gap| gap.start <= stretch.start + FRAME && stretch.end <= gap.end + FRAME);
            let after_the_end = start + stretch.start >= heard.len();
            assert!(
                listed || after_the_end,
                "{stretch:?} of channel {channel} is missing and not listed: {gaps:?}"
            );
            lost += stretch.end.min(stream.samples_until(killed_at)).saturating_sub(stretch.start);
        }
        worst = worst.max(lost);
    }
    worst
}

/// What is listed as missing on a channel, in samples from where the stream begins; gaps that touch are one stretch, whatever their causes.
fn gaps(recording: &Value, channel: usize, start: usize) -> Vec<Range<usize>> {
    let listed = recording["gaps"].as_array().expect("a list");
    let samples = |value: &Value| (value.as_f64().expect("seconds") * 8_000.0).round() as usize;
    let mut stretches: Vec<Range<usize>> = Vec::new();
    for gap in listed.iter().filter(|gap| gap["channel"] == channel) {
        let from = samples(&gap["start_seconds"]);
        let until = (from + samples(&gap["seconds"])).saturating_sub(start);
        match stretches.last_mut() {
            Some(before) if before.end + 1 >= from.saturating_sub(start) => {
                before.end = before.end.max(until)
            }
            _ => stretches.push(from.saturating_sub(start)..until),
        }
    }
    stretches
}

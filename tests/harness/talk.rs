//! Calls as most scenarios place them: two streams of noise from an exchange to a listed line, told apart by a seed.

use rokuon_fixtures::api_caller::ApiCaller;
use rokuon_fixtures::g711::Law;
use rokuon_fixtures::metadata::Party;
use rokuon_fixtures::payload::Payload;
use rokuon_fixtures::phone::{CallPlan, SentCall};

use crate::harness::platform::TestPlatform;
use crate::harness::sound::{assert_same, channels};

/// A call to the citizens' line of Takikawa that says `frames` times 20 ms.
pub fn plan(seed: u64, frames: usize) -> CallPlan {
    let said = [Payload::noise(2 * seed, frames), Payload::noise(2 * seed + 1, frames)];
    CallPlan::two_streams(Party::number("09000000090"), Party::number("0125001234"), Law::Pcmu, said)
}

/// Waits for the recording of a call and asserts that both sides are heard bit for bit. Returns it as the API tells it.
pub async fn assert_kept(platform: &TestPlatform, person: &ApiCaller, sent: &SentCall) -> serde_json::Value {
    let seen = platform.sealed(person, &sent.call_id).await;
    let recording = person.get(&format!("/v1/recordings/{}", seen.id)).await.expect("found");
    let heard = channels(&platform.heard(person, &seen.id).await);
    for (heard, stream) in heard.iter().zip(&sent.streams) {
        assert_same(heard, &stream.timeline(Law::Pcmu.silence()), Law::Pcmu);
    }
    recording
}

/// Asserts that nothing is missing of what was said. Once all is said a loaded machine may hang up late, and that silence is told as a gap.
pub fn assert_no_gap_in(recording: &serde_json::Value, sent: &SentCall) {
    let said = sent.streams.iter().map(|stream| stream.timeline(Law::Pcmu.silence()).len()).max();
    let said_seconds = said.expect("a stream") as f64 / 8_000.0;
    let gaps = recording["gaps"].as_array().expect("a list");
    let begins_after =
        |gap: &serde_json::Value| gap["start_seconds"].as_f64().expect("seconds") >= said_seconds;
    assert!(gaps.iter().all(begins_after), "said for {said_seconds} s: {recording}");
}

//! Every shape in which vendors send SIPREC is recorded, with the right voice on the right channel (the matrix's rows).

#[expect(dead_code, reason = "the SIP crate's own tests use the rest")]
#[path = "../../crates/sip/tests/sip/vendor_messages.rs"]
pub mod messages;
pub mod recording_client;
mod table;

use std::time::Duration;

use rokuon_fixtures::api_caller::ApiCaller;
use rokuon_fixtures::g711::Law;
use rokuon_fixtures::payload::{FRAME, Payload};
use rokuon_fixtures::rtp_pump::SentStream;
use rokuon_fixtures::sip_link::Transport;
use serde_json::Value;
use tokio::time::sleep;

use crate::harness::platform::TestPlatform;
use crate::harness::sound::{channels, find};
use recording_client::RecordingClient;
use table::{CALLED, CALLER, Later, Shape, Speakers, shapes};

/// Rows that are not recorded rightly yet. Empty is the aim; a row that passes while it stands here fails too.
const EXPECTED_TO_FAIL: &[&str] = &[];

/// How long each stream speaks: 2.4 s.
const FRAMES: usize = 120;

// req: P-2
// rule: SR1, SR3, SR4, SR6, MD3, MD5 — every row of the matrix, end to end
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_vendors_call_is_recorded_with_the_right_voice_on_the_right_channel() {
    let platform = TestPlatform::start(&["takikawa"]).await;
    let clerk = platform.person("takikawa", "kanri").await;
    let mut wrong = Vec::new();
    for (seed, shape) in shapes().into_iter().enumerate() {
        let heard = match place(&platform, &shape, seed as u64).await {
            Ok((call_id, sent)) => judge(&platform, &clerk, &shape, &call_id, &sent).await,
            Err(reason) => Err(reason),
        };
        match (heard, EXPECTED_TO_FAIL.contains(&shape.name)) {
            (Err(reason), false) => wrong.push(format!("{}: {reason}", shape.name)),
            (Ok(()), true) => wrong.push(format!("{}: passes, take it off the list", shape.name)),
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

async fn place(
    platform: &TestPlatform,
    shape: &Shape,
    seed: u64,
) -> Result<(String, Vec<SentStream>), String> {
    let target = platform.target("takikawa", Transport::Udp);
    let mut client = RecordingClient::at(target, Law::Pcmu).await;
    let (mut cseq, head) = (shape.cseq, with_type(&shape.first));
    let said =
        || (0..shape.streams as u64).map(|line| Payload::noise(1_000 + 10 * seed + line, FRAMES)).collect();
    let answer = client.invite(cseq, &head, &shape.first.body).await?;
    let is_open = String::from_utf8_lossy(&answer.body).contains("a=recvonly");
    if is_open {
        client.speak(platform.pump(), said(), &answer);
    }
    for (turn, later) in shape.later.iter().enumerate() {
        sleep(Duration::from_millis(800)).await;
        cseq += 1;
        match later {
            Later::Update(message) => client.update(cseq, &with_type(message), &message.body).await?,
            Later::Invite(message) => {
                let answer = client.invite(cseq, &with_type(message), &message.body).await?;
                if !is_open && turn == 0 {
                    client.speak(platform.pump(), said(), &answer);
                }
                client.redirect(&answer);
            }
        }
    }
    client.said_everything().await;
    let call_id = client.call_id().to_owned();
    Ok((call_id, client.hang_up(cseq + 1, &shape.first.head).await?))
}

fn with_type(message: &table::Message) -> String {
    match message.content_type.as_str() {
        "" => message.head.clone(),
        kind => format!("{}Content-Type: {kind}\n", message.head),
    }
}

/// What is wrong with the recording, if anything is.
async fn judge(
    platform: &TestPlatform,
    clerk: &ApiCaller,
    shape: &Shape,
    call_id: &str,
    sent: &[SentStream],
) -> Result<(), String> {
    let seen = platform.sealed_within(clerk, call_id, Duration::from_secs(60)).await;
    let seen = seen.map_err(|seen| format!("not sealed: {seen:?}"))?;
    let recording =
        clerk.get(&format!("/v1/recordings/{}", seen.id)).await.map_err(|error| format!("{error:?}"))?;
    let heard = channels(&platform.heard(clerk, &seen.id).await);
    let number = |side: &str| recording[side]["number"].as_str().map(str::to_owned);
    let numbers = (number("caller"), number("called"));
    if (numbers.0.as_deref(), numbers.1.as_deref()) != (shape.caller, shape.called) {
        return Err(format!("parties {numbers:?}, doubts {}", recording["doubts"]));
    }
    match shape.speakers {
        Speakers::Apart { caller, called } => {
            for (channel, line) in [(0, caller), (1, called)] {
                if !is_heard(&heard[channel], &sent[line]) {
                    let elsewhere = is_heard(&heard[1 - channel], &sent[line]);
                    return Err(format!(
                        "m-line {line} is not on channel {channel} (on the other: {elsewhere})"
                    ));
                }
            }
        }
        Speakers::Mixed(line) => {
            if !heard.iter().any(|channel| is_heard(channel, &sent[line])) {
                return Err(format!("the mix of m-line {line} is not heard"));
            }
        }
    }
    Ok(())
}

/// Whether everything a stream sent is there without a break, but for its very ends.
fn is_heard(heard: &[i16], sent: &SentStream) -> bool {
    let octets = sent.timeline(Law::Pcmu.silence());
    octets.len() > 4 * FRAME && find(heard, &octets[2 * FRAME..octets.len() - 2 * FRAME], Law::Pcmu).is_some()
}

/// Header lines of one of the two calls by which a phone forks its sound (no body: the recorder has to offer).
fn forked(end: &str) -> String {
    let (own, other) = if end == "x-nearend" { (CALLED, CALLER) } else { (CALLER, CALLED) };
    let from = format!(
        "<sip:{own}@192.0.2.1;{end};x-refci=29;x-nearendaddr={CALLED};x-farendrefci=30;x-farendaddr={CALLER};x-other={other}>;tag=f{end}"
    );
    messages::usual(&format!("<sip:{CALLED}@192.0.2.1:5062>;isFocus"))
        .replace("<sip:sbc@192.0.2.1>;tag=f", &from)
}

// rule: SR11 — one call of two recording sessions
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_two_halves_of_a_phone_that_forks_become_one_recording() {
    let platform = TestPlatform::start(&["takikawa"]).await;
    let clerk = platform.person("takikawa", "kanri").await;
    let mut halves = Vec::new();
    for (seed, end) in [(2_001, "x-nearend"), (2_002, "x-farend")] {
        let mut client = RecordingClient::at(platform.target("takikawa", Transport::Udp), Law::Pcmu).await;
        let head = forked(end);
        let answer = client.invite(101, &head, "").await.expect("answered");
        client.speak(platform.pump(), vec![Payload::noise(seed, FRAMES)], &answer);
        halves.push((client, head));
    }
    let mut sent = Vec::new();
    for (mut client, head) in halves {
        client.said_everything().await;
        sent.push(client.hang_up(102, &head).await.expect("hung up"));
    }
    let seen = sealed_as_one(&clerk).await;
    let recording =
        clerk.get(&format!("/v1/recordings/{}", seen["id"].as_str().expect("an id"))).await.expect("found");
    assert_eq!(recording["caller"]["number"], CALLER);
    assert_eq!(recording["called"]["number"], CALLED);
    let heard = channels(&platform.heard(&clerk, seen["id"].as_str().expect("an id")).await);
    assert!(is_heard(&heard[1], &sent[0][0]), "the near end was called");
    assert!(is_heard(&heard[0], &sent[1][0]), "the far end called");
}

// rule: SR11
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_fails_over_with_the_same_session_continues_one_recording() {
    let platform = TestPlatform::start(&["takikawa"]).await;
    let clerk = platform.person("takikawa", "kanri").await;
    let shape = shapes().into_iter().find(|shape| shape.name == "RFC 7866").expect("a row");
    let mut first = RecordingClient::at(platform.target("takikawa", Transport::Udp), Law::Pcmu).await;
    let answer = first.invite(101, &with_type(&shape.first), &shape.first.body).await.expect("answered");
    first.speak(platform.pump(), vec![Payload::noise(2_101, FRAMES), Payload::noise(2_102, FRAMES)], &answer);
    first.said_everything().await;
    // it dies without a word; its sister takes over
    let mut second = RecordingClient::at(platform.target("takikawa", Transport::Udp), Law::Pcmu).await;
    let answer = second.invite(101, &with_type(&shape.first), &shape.first.body).await.expect("answered");
    second.speak(
        platform.pump(),
        vec![Payload::noise(2_103, FRAMES), Payload::noise(2_104, FRAMES)],
        &answer,
    );
    second.said_everything().await;
    let after = second.hang_up(102, &shape.first.head).await.expect("hung up");
    let seen = sealed_as_one(&clerk).await;
    let heard = channels(&platform.heard(&clerk, seen["id"].as_str().expect("an id")).await);
    for (channel, sent) in heard.iter().zip(&after) {
        assert!(is_heard(channel, sent), "what was said after the failover");
    }
    let before = Payload::noise(2_101, FRAMES);
    let octets: Vec<u8> =
        (10..100).filter_map(|frame| before.frame(frame).map(<[u8]>::to_vec)).flatten().collect();
    assert!(find(&heard[0], &octets, Law::Pcmu).is_some(), "what was said before it");
}

/// The one recording of two dialogs, once it is sealed; fails when there are two.
async fn sealed_as_one(clerk: &ApiCaller) -> Value {
    for _ in 0..300 {
        let page = clerk.get("/v1/recordings").await.expect("answered");
        let items = page["items"].as_array().cloned().unwrap_or_default();
        assert!(items.len() <= 1, "one recording, not {}: {page}", items.len());
        if let Some(item) = items.first().filter(|item| item["state"] == "primary") {
            return item.clone();
        }
        sleep(Duration::from_millis(200)).await;
    }
    panic!("no recording was sealed in time");
}

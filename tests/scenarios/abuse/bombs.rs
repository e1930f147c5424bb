//! S6: metadata, multipart and session descriptions made to hurt. Each ends at once; bad metadata never stops audio.

use std::time::{Duration, Instant};

use rokuon_fixtures::g711::Law;
use rokuon_fixtures::payload::Payload;
use rokuon_fixtures::sip_link::Transport;

use crate::harness::platform::TestPlatform;
use crate::harness::sound::{channels, find};
use crate::harness::talk::{assert_kept, plan};
use crate::vendor_shapes::messages::{SDP, XML, parts, two, usual};
use crate::vendor_shapes::recording_client::RecordingClient;

/// Metadata that must be kept as a doubt and no more.
fn bombs() -> Vec<(&'static str, String)> {
    let entities: String =
        (1..10).map(|n| format!("<!ENTITY e{n} \"{}\">", format!("&e{};", n - 1).repeat(10))).collect();
    vec![
        (
            "entities that multiply",
            format!("<!DOCTYPE r [<!ENTITY e0 \"x\">{entities}]><recording>&e9;</recording>"),
        ),
        (
            "an external entity",
            "<!DOCTYPE r [<!ENTITY x SYSTEM \"file:///proc/self/environ\">]><recording>&x;</recording>"
                .into(),
        ),
        ("depth without end", "<a>".repeat(15_000)),
        (
            "attributes without end",
            format!("<recording {}/>", (0..4_000).map(|n| format!("a{n}='x' ")).collect::<String>()),
        ),
        ("nodes without end", format!("<recording>{}</recording>", "<stream/>".repeat(5_000))),
        ("no XML at all", "\u{0}\u{1}\u{2}<<<>>>&&&".repeat(100)),
        ("nothing", String::new()),
    ]
}

// rule: S6, SR9
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bombs_in_the_metadata_end_at_once_and_the_call_is_recorded() {
    let platform = TestPlatform::start(&["takikawa"]).await;
    let clerk = platform.person("takikawa", "kanri").await;
    let phone = platform.phone("takikawa", Transport::Tcp).await;
    let mut neighbour = phone.invite(&plan(970, 500)).await.expect("answered");
    let mut slowest = Duration::ZERO;
    let mut placed = Vec::new();
    for (seed, (what, xml)) in bombs().into_iter().enumerate() {
        let mut client = RecordingClient::at(platform.target("takikawa", Transport::Udp), Law::Pcmu).await;
        let head = format!(
            "{}Require: siprec\nContent-Type: multipart/mixed;boundary=bomb\n",
            usual("<sip:src@192.0.2.1:5062>;+sip.src")
        );
        let body = parts("bomb", &[(SDP, &two("1", "2")), (XML, &xml)]);
        let asked = Instant::now();
        let answer = client.invite(101, &head, &body).await.expect("answered");
        if seed > 0 {
            // the first also waits for the recorder to learn the address
            slowest = slowest.max(asked.elapsed());
        }
        let said = [Payload::noise(3_000 + 2 * seed as u64, 60), Payload::noise(3_001 + 2 * seed as u64, 60)];
        client.speak(platform.pump(), said.into(), &answer);
        placed.push((what, client, head));
    }
    for (what, mut client, head) in placed {
        client.said_everything().await;
        let call_id = client.call_id().to_owned();
        let sent = client.hang_up(102, &head).await.expect("hung up");
        let seen = platform.sealed(&clerk, &call_id).await;
        let recording = clerk.get(&format!("/v1/recordings/{}", seen.id)).await.expect("found");
        assert!(
            recording["doubts"].as_array().is_some_and(|doubts| !doubts.is_empty()),
            "{what}: {recording}"
        );
        let heard = channels(&platform.heard(&clerk, &seen.id).await);
        for stream in &sent {
            let octets = stream.timeline(0xFF);
            assert!(heard.iter().any(|side| find(side, &octets, Law::Pcmu).is_some()), "{what}");
        }
    }
    neighbour.said_everything().await;
    let sent = neighbour.hang_up().await.expect("hung up");
    assert_kept(&platform, &clerk, &sent).await;
    eprintln!(
        "S6: 7 bombs in metadata, each call recorded; slowest answer {:.0} ms; neighbour bit-exact",
        slowest.as_secs_f32() * 1_000.0
    );
}

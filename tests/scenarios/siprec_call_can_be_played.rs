//! A SIPREC call comes in, is captured, sealed, found and lawfully played back; by its own city and by no other.

use rokuon_fixtures::g711::Law;
use rokuon_fixtures::metadata::Party;
use rokuon_fixtures::payload::Payload;
use rokuon_fixtures::phone::CallPlan;
use rokuon_fixtures::sip_link::Transport;
use serde_json::json;

use crate::harness::platform::TestPlatform;
use crate::harness::sound::{assert_same, channels};

// req: T-1, T-2, P-1
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_is_heard_as_it_was_sent_by_its_own_city_for_a_stated_purpose() {
    let platform = TestPlatform::start(&["toyonaka", "takikawa"]).await;
    let phone = platform.phone("toyonaka", Transport::Udp).await;
    let said = [Payload::noise(11, 150), Payload::noise(12, 150)];
    let plan =
        CallPlan::two_streams(Party::number("09000000011"), Party::number("0668585050"), Law::Pcmu, said);
    let mut call = phone.invite(&plan).await.expect("answered");
    call.said_everything().await;
    let sent = call.hang_up().await.expect("hung up");

    let clerk = platform.person("toyonaka", "tori01").await;
    let seen = platform.sealed(&clerk, &sent.call_id).await;
    let recording = clerk.get(&format!("/v1/recordings/{}", seen.id)).await.expect("found");
    assert_eq!(recording["direction"], "inbound");
    assert_eq!(recording["caller"]["number"], "09000000011");
    assert_eq!(recording["called"]["number"], "0668585050");
    assert_eq!(recording["outcome"], "sealed");
    assert_eq!(recording["gaps"], json!([]));

    let uses = format!("/v1/recordings/{}/uses", seen.id);
    let unstated = clerk
        .ask(reqwest::Method::POST, &uses, Some(&json!({ "purpose": "curiosity" })))
        .await
        .expect("answered");
    assert_eq!(unstated.status, 403, "{:?}", unstated.body);
    assert!(unstated.body["article"].is_string(), "{:?}", unstated.body);

    let granted = clerk.post(&uses, &json!({ "purpose": "response-quality" })).await.expect("granted");
    let audio = granted["audio_url"].as_str().expect("an address");
    let (status, wav) = clerk.octets(audio, None).await.expect("answered");
    assert_eq!(status, 200);
    let heard = channels(&wav);
    for (heard, sent) in heard.iter().zip(&sent.streams) {
        assert_same(heard, &sent.timeline(Law::Pcmu.silence()), Law::Pcmu);
    }
    let (status, part) = clerk.octets(audio, Some("1000-1999")).await.expect("answered");
    assert_eq!((status, part.as_slice()), (206, &wav[1_000..2_000]));

    let neighbour = platform.person("takikawa", "kanri").await;
    for path in [format!("/v1/recordings/{}", seen.id), audio.to_owned()] {
        let theirs = neighbour.ask(reqwest::Method::GET, &path, None).await.expect("answered");
        assert_eq!(theirs.status, 404, "{path}");
        let nobodys = clerk.signed_out().ask(reqwest::Method::GET, &path, None).await.expect("answered");
        assert_eq!(nobodys.status, 401, "{path}");
    }
}

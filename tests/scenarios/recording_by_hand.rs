//! On a line that is recorded by hand nothing is kept until somebody starts it, told the other party first, and pauses are gaps.

use std::time::Duration;

use rokuon_fixtures::api_caller::ApiCaller;
use rokuon_fixtures::demo::calls::recordings;
use rokuon_fixtures::g711::Law;
use rokuon_fixtures::live_call::LiveCall;
use rokuon_fixtures::metadata::Party;
use rokuon_fixtures::payload::Payload;
use rokuon_fixtures::phone::CallPlan;
use rokuon_fixtures::sip_link::Transport;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::harness::platform::TestPlatform;

/// A long call of noise, so that there is something to keep at any moment.
async fn call(platform: &TestPlatform, tenant: &str, called: &str) -> LiveCall {
    let phone = platform.phone(tenant, Transport::Tcp).await;
    let said = [Payload::noise(5, 3_000), Payload::noise(6, 3_000)];
    let plan = CallPlan::two_streams(Party::number("09000000071"), Party::number(called), Law::Pcmu, said);
    phone.invite(&plan).await.expect("answered")
}

/// Waits until one live call is as wanted; gives it.
async fn live(person: &ApiCaller, wanted: impl Fn(&Value) -> bool) -> Value {
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        let list = person.get("/v1/live-calls").await.expect("answered");
        if let Some(found) = list["items"].as_array().expect("a list").iter().find(|call| wanted(call)) {
            return found.clone();
        }
        assert!(Instant::now() < until, "no live call is as wanted: {list}");
        sleep(Duration::from_millis(100)).await;
    }
}

async fn ask(person: &ApiCaller, path: &str, body: Value) -> (u16, Value) {
    let answer = person.ask(reqwest::Method::POST, path, Some(&body)).await.expect("an answer");
    (answer.status, answer.body)
}

// req: TK-4
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn takikawas_staff_start_pause_and_stop_a_recording_after_telling_or_on_an_exception() {
    let platform = TestPlatform::start(&["takikawa"]).await;
    let clerk = platform.person("takikawa", "shimin01").await;
    let phone = call(&platform, "takikawa", "0125004567").await;
    let call_id = phone.call_id().to_owned();
    let waiting = live(&clerk, |call| call["capture"] == "waiting").await;
    assert_eq!(
        (&waiting["start"], &waiting["announcement"]["status"]),
        (&json!("on_demand"), &json!("not_noted"))
    );
    assert_eq!(waiting["announcement"]["owed"]["article"], "4");
    let path = format!("/v1/recordings/{}", waiting["recording_id"].as_str().expect("an id"));
    let orders = format!("{path}/orders");

    // not before the other party was told, or an exception is noted
    let (status, refused) = ask(&clerk, &orders, json!({ "order": "start" })).await;
    assert_eq!((status, &refused["article"]), (403, &json!("4")), "{refused}");
    let unlisted =
        json!({ "order": "start", "announcement": { "status": "exception", "exception": "because" } });
    assert_eq!(ask(&clerk, &orders, unlisted).await.0, 403);
    let (status, _) = ask(&clerk, &orders, json!({ "order": "pause", "reason": "other" })).await;
    assert_eq!(status, 409, "nothing runs yet");
    let danger =
        json!({ "order": "start", "announcement": { "status": "exception", "exception": "danger" } });
    let (status, placed) = ask(&clerk, &orders, danger.clone()).await;
    assert_eq!(status, 202, "{placed}");
    assert_eq!(ask(&clerk, &orders, danger).await.0, 409, "it was started already");
    let running = live(&clerk, |call| call["capture"] == "running").await;
    assert_eq!(running["announcement"]["exception"]["key"], "danger");
    assert_eq!(running["announcement"]["noted_by"]["display_name"], "見本 春");

    sleep(Duration::from_millis(1_500)).await;
    assert_eq!(ask(&clerk, &orders, json!({ "order": "pause" })).await.0, 422, "why?");
    assert_eq!(ask(&clerk, &orders, json!({ "order": "pause", "reason": "secret_told" })).await.0, 202);
    live(&clerk, |call| call["capture"] == "paused").await;
    sleep(Duration::from_millis(1_200)).await;
    assert_eq!(ask(&clerk, &orders, json!({ "order": "resume" })).await.0, 202);
    live(&clerk, |call| call["capture"] == "running").await;
    sleep(Duration::from_millis(1_000)).await;
    phone.hang_up().await.expect("hung up");

    let seen = platform.sealed(&clerk, &call_id).await;
    let recording = clerk.get(&path).await.expect("found");
    let gaps = recording["gaps"].as_array().expect("a list");
    let paused: f64 = gaps
        .iter()
        .filter(|gap| gap["cause"] == "paused" && gap["channel"] == 0)
        .filter_map(|gap| gap["seconds"].as_f64())
        .sum();
    assert!(paused > 1.0, "the pause is a gap: {gaps:?}");
    assert!(seen.seconds > paused + 1.0, "what was said before and after is there: {}", seen.seconds);
    let kinds: Vec<&str> = recording["orders"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|one| one["order"].as_str())
        .collect();
    assert_eq!(kinds, ["start", "pause", "resume"]);
    let (status, late) = ask(&clerk, &orders, json!({ "order": "stop", "reason": "other" })).await;
    assert_eq!((status, &late["rule"]), (409, &json!("capture_order.call_over")));

    let manager = platform.person("takikawa", "kanri").await;
    let trail = manager.get(&format!("/v1/audit-events?object={}", seen.id)).await.expect("found");
    let events = trail["items"].as_array().expect("a list");
    for kind in ["announcement.note", "recording.start", "recording.pause", "recording.resume"] {
        let event = events.iter().find(|event| event["kind"] == kind && event["outcome"] == "done");
        let event = event.unwrap_or_else(|| panic!("{kind} is not in the trail: {events:#?}"));
        assert!(event["article"].is_string() && event["actor"]["display_name"] == "見本 春", "{event}");
    }
    let pause = events.iter().find(|event| event["kind"] == "recording.pause").expect("there");
    assert_eq!(pause["detail"]["reason"], "secret_told");
    let found = manager.get("/v1/recordings?announcement=exception").await.expect("answered");
    assert_eq!(found["items"][0]["id"], json!(seen.id));
}

// req: TK-4
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_nobody_starts_leaves_a_count_and_no_sound() {
    let platform = TestPlatform::start(&["takikawa"]).await;
    let clerk = platform.person("takikawa", "shimin01").await;
    let phone = call(&platform, "takikawa", "0125004567").await;
    let call_id = phone.call_id().to_owned();
    live(&clerk, |call| call["capture"] == "waiting").await;
    sleep(Duration::from_millis(600)).await;
    phone.hang_up().await.expect("hung up");
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        let counts = clerk.get("/v1/counts/unrecorded").await.expect("answered");
        let items = counts["items"].as_array().expect("a list");
        if items.iter().any(|one| one["reason"] == "on_demand_not_started" && one["count"] == 1) {
            break;
        }
        assert!(Instant::now() < until, "it was not counted: {counts}");
        sleep(Duration::from_millis(200)).await;
    }
    assert!(!recordings(&clerk).await.expect("answered").contains_key(&call_id));
    loop {
        let live = clerk.get("/v1/live-calls").await.expect("answered");
        if live["items"].as_array().expect("a list").is_empty() {
            break;
        }
        assert!(Instant::now() < until, "it still lives: {live}");
        sleep(Duration::from_millis(200)).await;
    }
}

// req: TK-4, I-4
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_city_asks_for_what_its_rules_say_before_a_start() {
    let platform = TestPlatform::start(&["ichinomiya", "toyonaka"]).await;
    let operator = platform.person("ichinomiya", "sosa01").await;
    let by_hand = call(&platform, "ichinomiya", "0586003456").await;
    let waiting = live(&operator, |call| call["capture"] == "waiting").await;
    let orders = format!("/v1/recordings/{}/orders", waiting["recording_id"].as_str().expect("an id"));
    let (status, refused) = ask(&operator, &orders, json!({ "order": "start" })).await;
    assert_eq!((status, &refused["article"]), (403, &json!("4(2)")), "notice first: {refused}");
    let told = json!({ "order": "start", "announcement": { "status": "told_beforehand" } });
    assert_eq!(ask(&operator, &orders, told).await.0, 202);
    live(&operator, |call| call["capture"] == "running").await;
    assert_eq!(
        ask(&operator, &orders, json!({ "order": "stop", "reason": "no_longer_needed" })).await.0,
        202
    );
    let call_id = by_hand.call_id().to_owned();
    platform.sealed(&operator, &call_id).await;
    by_hand.hang_up().await.expect("the call itself went on");

    // Toyonaka's rules know no recording by hand, and the public notice is enough
    let automatic = call(&platform, "toyonaka", "0668585050").await;
    let manager = platform.person("toyonaka", "kanri").await;
    let going = live(&manager, |call| call["capture"] == "running").await;
    assert_eq!(going["announcement"]["status"], "public_notice");
    let path = format!("/v1/recordings/{}/orders", going["recording_id"].as_str().expect("an id"));
    let (status, refused) = ask(&manager, &path, json!({ "order": "stop", "reason": "other" })).await;
    assert_eq!(status, 403, "{refused}");
    automatic.hang_up().await.expect("hung up");
}

//! What the policy lists is kept and nothing else: unlisted lines and directions are answered, counted, and leave no sound.

use rokuon_fixtures::api_caller::ApiCaller;
use rokuon_fixtures::demo::calls::recordings;
use rokuon_fixtures::g711::Law;
use rokuon_fixtures::metadata::Party;
use rokuon_fixtures::payload::Payload;
use rokuon_fixtures::phone::CallPlan;
use rokuon_fixtures::sip_link::Transport;

use crate::harness::platform::TestPlatform;

/// Places a short call and hangs up; returns its Call-ID.
async fn place(platform: &TestPlatform, tenant: &str, caller: &str, called: &str) -> String {
    let phone = platform.phone(tenant, Transport::Tcp).await;
    let said = [Payload::noise(5, 60), Payload::noise(6, 60)];
    let plan = CallPlan::two_streams(Party::number(caller), Party::number(called), Law::Pcma, said);
    let mut call = phone.invite(&plan).await.expect("answered");
    call.said_everything().await;
    call.hang_up().await.expect("hung up").call_id
}

async fn unrecorded(person: &ApiCaller) -> u64 {
    let counts = person.get("/v1/counts/unrecorded").await.expect("answered");
    counts["items"].as_array().expect("a list").iter().filter_map(|item| item["count"].as_u64()).sum()
}

// req: T-2
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn toyonaka_keeps_inbound_calls_to_its_two_numbers_only() {
    let platform = TestPlatform::start(&["toyonaka"]).await;
    let unlisted = place(&platform, "toyonaka", "09000000081", "0600001234").await;
    let outbound = place(&platform, "toyonaka", "0668585050", "09000000081").await;
    let listed = place(&platform, "toyonaka", "09000000081", "0668582525").await;
    let clerk = platform.person("toyonaka", "kanri").await;
    platform.sealed(&clerk, &listed).await;
    let kept = recordings(&clerk).await.expect("answered");
    assert!(!kept.contains_key(&unlisted) && !kept.contains_key(&outbound), "{kept:?}");
    assert_eq!(unrecorded(&clerk).await, 2);
}

// req: I-2, KB-1, O-2
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_city_keeps_the_directions_its_rules_name_with_the_facts_of_the_call() {
    let platform = TestPlatform::start(&["ichinomiya", "kobe", "osaka-waterworks"]).await;
    let cases = [
        ("ichinomiya", "09000000082", "0586001234", "inbound"),
        ("ichinomiya", "0586002345", "09000000082", "outbound"),
        ("kobe", "09000000083", "0780001234", "inbound"),
        ("kobe", "0780002345", "09000000083", "outbound"),
        ("kobe", "0780001234", "0780003456", "internal"),
        ("osaka-waterworks", "09000000084", "0664587160", "inbound"),
    ];
    for (tenant, caller, called, direction) in cases {
        let call_id = place(&platform, tenant, caller, called).await;
        let login_id = if tenant == "osaka-waterworks" { "unyo" } else { "kanri" };
        let person = platform.person(tenant, login_id).await;
        let seen = platform.sealed(&person, &call_id).await;
        let recording = person.get(&format!("/v1/recordings/{}", seen.id)).await.expect("found");
        assert_eq!(recording["direction"], direction, "{tenant} {caller} {called}");
        assert_eq!(recording["caller"]["number"], caller);
        assert_eq!(recording["called"]["number"], called);
        assert!(recording["started_at"].is_string() && seen.seconds > 1.0, "{recording}");
        if tenant == "osaka-waterworks" {
            assert_eq!(recording["line"]["key"], "credit");
        }
    }
}

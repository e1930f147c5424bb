//! Requests for erasure over the API: entered by one, decided by another, waiting behind holds.

use rokuon_db::audit_events::AuditOutcome;
use rokuon_policy::ids::RecordingId;
use serde_json::{Value, json};

use crate::harness::browser::{Answer, Browser};
use crate::harness::house::House;
use crate::holds::{osaka, place, release};

fn asked(recording: RecordingId) -> Value {
    json!({
        "recordings": [recording], "application": "erasure", "requester": "申出者", "identity": "運転免許証",
        "reason": "通話に私的な内容があるため", "applied_on": "2026-11-17",
    })
}

async fn ask(who: &Browser, recording: RecordingId) -> String {
    let entered = who.post("/v1/erasures", asked(recording)).await.ok(201);
    entered["id"].as_str().expect("an id").to_owned()
}

async fn decide(who: &Browser, id: &str, deed: &str) -> Answer {
    who.post(&format!("/v1/erasures/{id}/{deed}"), json!({ "reason": "確認した" })).await
}

// req: O-6.3
// rule: I13
#[tokio::test]
async fn one_enters_another_approves_and_it_cannot_be_heard_any_more() {
    let house = House::open().await;
    let (city, recording, head, deputy) = osaka(&house).await;
    let page = format!("/v1/recordings/{recording}");
    let id = ask(&deputy, recording).await;
    let shown = deputy.get(&page).await.ok(200);
    assert_eq!(shown["active_holds"], 1, "held while it is open");
    assert_eq!(shown["keeping"]["holds"][0]["request"], json!({ "kind": "erasure", "id": id }));
    let own = shown["keeping"]["holds"][0]["id"].as_str().expect("an id").to_owned();
    let refused = release(&head, &own).await.refused(409, "conflict");
    assert_eq!(refused["rule"], "hold.of_open_request");
    let seen = head.get(&format!("/v1/erasures/{id}")).await.ok(200);
    assert_eq!((&seen["decide_by"], &seen["may"]["decide"]), (&json!("2026-12-01"), &json!(true)));
    decide(&deputy, &id, "approve").await.refused(403, "not-permitted");
    let approved = decide(&head, &id, "approve").await.ok(200);
    assert_eq!(
        (&approved["state"], &approved["decision"]["article_label"]),
        (&json!("approved"), &json!("第6条第3項"))
    );
    let shown = deputy.get(&page).await.ok(200);
    assert_eq!(
        (&shown["state"], &shown["playable"]),
        (&json!("due"), &json!(false)),
        "before the minimum, as the form says"
    );
    assert_eq!(shown["keeping"]["due_reason"], "erasure");
    assert_eq!(shown["keeping"]["due_article_label"], "第6条第3項");
    let why = &shown["play_refusal"];
    assert_eq!((&why["rule"], &why["article"]), (&json!("recording.to_be_erased"), &json!("6(3)")));
    let tomorrow = head.get("/v1/deletion-forecast?day=2026-11-19").await.ok(200);
    let count = &tomorrow["counts"][0];
    assert_eq!((&count["reason"], &count["article_label"]), (&json!("erasure"), &json!("第6条第3項")));
    assert!(count["sentence"]["ja"].as_str().is_some_and(|ja| ja.starts_with("申し出があれば")), "{count}");
    for kind in ["erasure.ask", "erasure.approve", "erasure.order", "hold.release"] {
        assert_eq!(house.last(&city, kind).await.outcome, AuditOutcome::Done, "{kind}");
    }
    decide(&head, &id, "refuse").await.refused(409, "conflict");
    decide(&deputy, &id, "withdraw").await.refused(409, "conflict");
}

// req: O-6.3
#[tokio::test]
async fn it_is_refused_while_an_improper_demand_or_an_open_case_needs_it() {
    let house = House::open().await;
    let (city, recording, head, deputy) = osaka(&house).await;
    let hold = place(&deputy, &[recording], "improper-demand").await;
    let id = ask(&deputy, recording).await;
    let seen = head.get(&format!("/v1/erasures/{id}")).await.ok(200);
    let row = &seen["recordings"][0];
    assert_eq!((&row["other_holds"], &row["against"]["rule"]), (&json!(1), &json!("erasure.refused_while")));
    let stands = decide(&head, &id, "approve").await.refused(409, "conflict");
    assert_eq!((&stands["rule"], &stands["article"]), (&json!("erasure.refused_while"), &json!("6(3)")));
    assert_eq!(house.last(&city, "erasure.approve").await.outcome, AuditOutcome::Refused);
    let body = json!({ "reason": "まだ要る", "ground": "improper-demand" });
    let refused = head.post(&format!("/v1/erasures/{id}/refuse"), body).await.ok(200);
    assert_eq!(refused["state"], "refused");
    let shown = deputy.get(&format!("/v1/recordings/{recording}")).await.ok(200);
    assert_eq!(
        (&shown["state"], &shown["active_holds"]),
        (&json!("primary"), &json!(2)),
        "held as long as it can be appealed against"
    );
    assert!(refused["decision"]["lets_go_at"].as_str() > Some("2027-05"), "{refused}");
    deputy.post(&format!("/v1/holds/{hold}/ask-release"), json!({ "reason": "終わった" })).await.ok(200);
    release(&head, &hold).await.ok(200);
}

// req: O-6.3
#[tokio::test]
async fn behind_another_hold_it_waits_and_runs_with_the_release() {
    let house = House::open().await;
    let (city, recording, head, deputy) = osaka(&house).await;
    let hold = place(&deputy, &[recording], "open-request").await;
    let id = ask(&deputy, recording).await;
    decide(&head, &id, "approve").await.ok(200);
    let page = format!("/v1/recordings/{recording}");
    let shown = head.get(&page).await.ok(200);
    assert_eq!((&shown["state"], &shown["playable"]), (&json!("primary"), &json!(true)));
    assert_eq!(shown["keeping"]["due_reason"], "erasure", "it says what will become of it");
    let waiting = head.get("/v1/erasures?standing=waiting").await.ok(200);
    assert_eq!(waiting["items"][0]["id"], json!(id));
    deputy.post(&format!("/v1/holds/{hold}/ask-release"), json!({ "reason": "終わった" })).await.ok(200);
    release(&head, &hold).await.ok(200);
    assert_eq!(head.get(&page).await.ok(200)["state"], "due");
    let event = house.last(&city, "erasure.order").await;
    assert_eq!(event.object.map(|object| object.id), Some(recording.to_string()));
}

#[tokio::test]
async fn what_is_missing_is_named_and_who_entered_it_takes_it_back() {
    let house = House::open().await;
    let (_, recording, head, deputy) = osaka(&house).await;
    for (field, value) in [
        ("recordings", json!([])),
        ("application", json!("preservation-extension")),
        ("requester", json!("")),
        ("identity", json!("")),
        ("reason", json!(" ")),
        ("applied_on", json!("2026-11-19")),
        ("law", json!("両方")),
    ] {
        let mut body = asked(recording);
        body[field] = value;
        let refused = deputy.post("/v1/erasures", body).await.refused(422, "invalid-fields");
        assert_eq!(refused["errors"][0]["field"], field, "{refused}");
    }
    let id = ask(&deputy, recording).await;
    assert_eq!(decide(&deputy, &id, "withdraw").await.ok(200)["state"], "withdrawn");
    let shown = head.get(&format!("/v1/recordings/{recording}")).await.ok(200);
    assert_eq!((&shown["state"], &shown["active_holds"]), (&json!("primary"), &json!(0)));
    decide(&head, &id, "approve").await.refused(409, "conflict");
    // where the rules have no form, a law must be named, and the shortest period stands
    let city = house.city("ichinomiya").await;
    let other = house.record(&city, &house.sample()).await;
    let one = house.signed_in(&city, "m1", &[("manager", None)]).await;
    let two = house.signed_in(&city, "m2", &[("manager", None)]).await;
    let mut body = asked(other);
    body["application"] = Value::Null;
    one.post("/v1/erasures", body.clone()).await.refused(422, "invalid-fields");
    body["law"] = json!("個人情報の保護に関する法律 第98条");
    let entered = one.post("/v1/erasures", body).await.ok(201);
    let id = entered["id"].as_str().expect("an id");
    let early = decide(&two, id, "approve").await.refused(409, "conflict");
    assert_eq!(early["rule"], "erasure.before_minimum");
}

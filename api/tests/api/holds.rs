//! Preservation holds over the API: who may, what is refused and why, what is shown, once however often it is sent.

use chrono::TimeDelta;
use rokuon_db::audit_events::AuditOutcome;
use rokuon_policy::article::Article;
use rokuon_policy::ids::{RecordingId, TenantId};
use serde_json::{Value, json};

use crate::harness::browser::{Answer, Browser};
use crate::harness::house::House;
use crate::harness::sealed_call::SampleCall;

fn wanted(recordings: &[RecordingId], ground: &str) -> Value {
    json!({ "recordings": recordings, "ground": ground, "reason": "傷害事件の捜査", "authority": "警察署 第12号" })
}

pub async fn place(who: &Browser, recordings: &[RecordingId], ground: &str) -> String {
    let placed = who.post("/v1/holds", wanted(recordings, ground)).await.ok(201);
    placed["id"].as_str().expect("an id").to_owned()
}

pub async fn release(who: &Browser, hold: &str) -> Answer {
    who.post(&format!("/v1/holds/{hold}/release"), json!({ "reason": "終結した" })).await
}

/// As the destroyer leaves it.
async fn force(house: &House, recording: RecordingId, state: &str) {
    house
        .as_superuser(format!(
            "UPDATE recordings SET state = '{state}', due_at = now(), due_reason = 'expired', due_article = '7(1)',
            destroying_at = now(), destroyed_at = now() WHERE recording_id = '{recording}'"
        ))
        .await;
}

async fn listed(who: &Browser, query: &str) -> Vec<String> {
    let page = who.get(&format!("/v1/holds?{query}")).await.ok(200);
    let items = page["items"].as_array().expect("items");
    items.iter().map(|hold| hold["id"].as_str().expect("an id").to_owned()).collect()
}

// req: P-7, TK-7.1
#[tokio::test]
async fn investigators_ask_and_the_recording_is_kept_until_the_manager_lets_go() {
    let house = House::open().await;
    let city = house.city("takikawa").await;
    let recording = house.record(&city, &house.sample()).await;
    let manager = house.signed_in(&city, "m1", &[("manager", None)]).await;
    let hold = place(&manager, &[recording], "investigation").await;
    let event = house.last(&city, "hold.place").await;
    assert_eq!(
        (event.outcome, event.article.as_ref().map(Article::as_str)),
        (AuditOutcome::Done, Some("7(1) proviso"))
    );
    assert!(event.body.contains(&recording.to_string()), "the trail says what it rests on");
    assert!(!event.body.contains("傷害"), "and not why in words: {}", event.body);

    let shown = manager.get(&format!("/v1/recordings/{recording}")).await.ok(200);
    assert_eq!(shown["active_holds"], 1);
    let kept = &shown["keeping"]["holds"][0];
    assert_eq!((&kept["id"], &kept["ground"]["article_label"]), (&json!(hold), &json!("第7条第1項ただし書")));
    assert_eq!(kept["placed_by"]["display_name"], "m1 様");
    let found = manager.get("/v1/recordings").await.ok(200);
    assert_eq!(found["items"][0]["active_holds"], 1, "and in search results");

    // its time comes, and it can still be heard
    force(&house, recording, "due").await;
    let shown = manager.get(&format!("/v1/recordings/{recording}")).await.ok(200);
    assert_eq!((&shown["playable"], &shown["keeping"]["due_reason"]), (&json!(true), &json!("expired")));
    assert_eq!(listed(&manager, "standing=active").await, [hold.as_str()]);
    let released = release(&manager, &hold).await.ok(200);
    assert_eq!(
        (&released["state"], &released["released"]["reason"]),
        (&json!("released"), &json!("終結した"))
    );
    assert_eq!(house.last(&city, "hold.release").await.outcome, AuditOutcome::Done);
    let shown = manager.get(&format!("/v1/recordings/{recording}")).await.ok(200);
    assert_eq!((&shown["playable"], &shown["active_holds"]), (&json!(false), &json!(0)));
    let grace: chrono::DateTime<chrono::Utc> =
        shown["keeping"]["grace_until"].as_str().expect("a day of grace").parse().expect("a time");
    assert_eq!(grace, house.now() + TimeDelta::hours(24));
    release(&manager, &hold).await.refused(409, "conflict");
    assert!(listed(&manager, "standing=active").await.is_empty());
    assert_eq!(listed(&manager, "standing=released").await, [hold]);
}

// req: P-5, P-7
#[tokio::test]
async fn a_search_for_what_is_held_finds_that_alone_until_it_is_let_go() {
    let house = House::open().await;
    let city = house.city("takikawa").await;
    let held = house.record(&city, &house.sample()).await.to_string();
    house.record(&city, &house.sample()).await;
    let manager = house.signed_in(&city, "m1", &[("manager", None)]).await;
    let found = async |query: &str| {
        let page = manager.get(&format!("/v1/recordings?{query}")).await.ok(200);
        let items = page["items"].as_array().expect("items").clone();
        items.iter().map(|one| one["id"].as_str().expect("an id").to_owned()).collect::<Vec<_>>()
    };
    assert!(found("held=true").await.is_empty());
    let hold = place(&manager, &[RecordingId(held.parse().expect("an id"))], "investigation").await;
    assert_eq!(found("held=true").await, [held.as_str()]);
    assert_eq!(found("held=true&number_suffix=0012").await.len(), 0, "beside the other conditions");
    assert_eq!((found("held=false").await.len(), found("").await.len()), (2, 2));
    // Whoever may read the log need not learn what is held.
    manager.get("/v1/calls?held=true").await.refused(422, "invalid-fields");
    let selected = manager.get("/v1/holds/selection?held=true").await.ok(200);
    assert_eq!((&selected["count"], &selected["held_already"]), (&json!(1), &json!(1)));
    release(&manager, &hold).await.ok(200);
    assert!(found("held=true").await.is_empty());
}

// req: P-7
// rule: F15
#[tokio::test]
async fn too_late_is_said_with_its_article_and_a_set_is_held_whole_or_not_at_all() {
    let house = House::open().await;
    let city = house.city("takikawa").await;
    let kept = house.record(&city, &house.sample()).await;
    let gone = house.record(&city, &house.sample()).await;
    force(&house, gone, "destroying").await;
    let manager = house.signed_in(&city, "m1", &[("manager", None)]).await;
    let late = manager.post("/v1/holds", wanted(&[kept, gone], "investigation")).await;
    let late = late.refused(409, "conflict");
    assert_eq!(late["rule"], "hold.too_late");
    assert_eq!(late["article"], "7(1) proviso");
    let named: Vec<&str> =
        late["errors"].as_array().expect("which").iter().filter_map(|one| one["field"].as_str()).collect();
    assert_eq!(named, ["recordings[1]"]);
    let event = house.last(&city, "hold.place").await;
    assert_eq!(
        (event.outcome, event.article.as_ref().map(Article::as_str)),
        (AuditOutcome::Refused, Some("7(1) proviso"))
    );
    let shown = manager.get(&format!("/v1/recordings/{kept}")).await.ok(200);
    assert_eq!(shown["active_holds"], 0, "none of the set");
    // what is not there, and what is another city's, are one and the same
    let other = house.city("toyonaka").await;
    let theirs = house.record(&other, &house.sample()).await;
    let nobodys = RecordingId(uuid::Uuid::now_v7());
    let [theirs, nobodys] = [theirs, nobodys].map(|id| wanted(&[kept, id], "investigation"));
    let answers = [manager.post("/v1/holds", theirs).await, manager.post("/v1/holds", nobodys).await];
    let [theirs, nobodys] = answers.map(|answer| answer.refused(404, "not-found")["title"].clone());
    assert_eq!(theirs, nobodys);
}

// req: P-7, TK-3
#[tokio::test]
async fn only_the_posts_of_the_rules_hold_and_only_what_they_reach_is_shown() {
    let house = House::open().await;
    let city = house.city("takikawa").await;
    let tax = house.record(&city, &house.sample()).await;
    let welfare = SampleCall { department: Some("welfare"), line: Some("welfare-line"), ..house.sample() };
    let welfare = house.record(&city, &welfare).await;
    let manager = house.signed_in(&city, "m1", &[("manager", None)]).await;
    let operator = house.signed_in(&city, "a1", &[("operator", Some("tax"))]).await;
    let refused = operator.post("/v1/holds", wanted(&[tax], "investigation")).await;
    assert!(refused.refused(403, "not-permitted")["article"].is_string());
    let (on_tax, on_welfare) =
        (place(&manager, &[tax], "investigation").await, place(&manager, &[welfare], "manager-order").await);
    let both = place(&manager, &[tax, welfare], "manager-order").await;
    assert_eq!(listed(&operator, "").await, [both.as_str(), &on_tax]);
    assert_eq!(listed(&manager, "").await, [both.as_str(), &on_welfare, &on_tax]);
    assert_eq!(listed(&manager, &format!("recording={welfare}")).await, [both.as_str(), &on_welfare]);
    operator.get(&format!("/v1/holds/{on_welfare}")).await.refused(403, "not-permitted");
    let seen = operator.get(&format!("/v1/holds/{both}")).await.ok(200);
    assert_eq!((seen["recordings"].as_array().map(Vec::len), &seen["not_shown"]), (Some(1), &json!(1)));
    assert_eq!(seen["may"], json!({ "extend": false, "ask_release": false, "release": false }));
    operator.get("/v1/holds/selection").await.refused(403, "not-permitted");
    for (path, body) in [
        (format!("/v1/holds/{on_tax}/release"), json!({ "reason": "x" })),
        (format!("/v1/holds/{on_tax}/ask-release"), json!({ "reason": "x" })),
        (format!("/v1/holds/{on_tax}/extend"), json!({ "reason": "x", "review_on": "2027-04-01" })),
    ] {
        operator.post(&path, body).await.refused(403, "not-permitted");
    }
}

// req: P-7
#[tokio::test]
async fn what_is_missing_is_named_and_a_repeated_request_places_one_hold() {
    let house = House::open().await;
    let city = house.city("takikawa").await;
    let recording = house.record(&city, &house.sample()).await;
    let manager = house.signed_in(&city, "m1", &[("manager", None)]).await;
    let put = |field: &str, value: Value| {
        let mut body = wanted(&[recording], "investigation");
        body[field] = value;
        body
    };
    for (field, value) in [
        ("recordings", json!([])),
        ("ground", json!("no-such-ground")),
        ("reason", json!("  ")),
        ("authority", json!("")),
        ("review_on", json!("2026-11-18")),
    ] {
        let refused = manager.post("/v1/holds", put(field, value)).await.refused(422, "invalid-fields");
        assert_eq!(refused["errors"][0]["field"], field, "{refused}");
    }
    let many: Vec<uuid::Uuid> = (0..1_001).map(|_| uuid::Uuid::now_v7()).collect();
    manager.post("/v1/holds", put("recordings", json!(many))).await.refused(422, "invalid-fields");
    let key = [("idempotency-key", "0197a3f0-0000-7000-8000-000000000000")];
    let send = async |body: Value| {
        manager.send(axum::http::Method::POST, "/v1/holds", &key, Some(body.to_string())).await
    };
    let first = send(wanted(&[recording], "investigation")).await.ok(201);
    let again = send(wanted(&[recording], "investigation")).await.ok(201);
    assert_eq!(first["id"], again["id"]);
    let other = send(wanted(&[recording], "manager-order")).await.refused(422, "invalid-fields");
    assert_eq!(other["errors"][0]["field"], "Idempotency-Key");
    let shown = manager.get(&format!("/v1/recordings/{recording}")).await.ok(200);
    assert_eq!(shown["active_holds"], 1);
    // there is no limit to how many rest on it
    for _ in 0..25 {
        place(&manager, &[recording], "manager-order").await;
    }
    let shown = manager.get(&format!("/v1/recordings/{recording}")).await.ok(200);
    assert_eq!(
        (&shown["active_holds"], shown["keeping"]["holds"].as_array().map(Vec::len)),
        (&json!(26), Some(26))
    );
}

// req: P-7
#[tokio::test]
async fn a_search_result_is_counted_before_it_is_held() {
    let house = House::open().await;
    let city = house.city("takikawa").await;
    let mut recordings = Vec::new();
    for minute in 0..3 {
        let started_at = house.now() - TimeDelta::minutes(30 + minute);
        recordings.push(house.record(&city, &SampleCall { started_at, ..house.sample() }).await);
    }
    let gone = house.record(&city, &house.sample()).await;
    force(&house, gone, "destroyed").await;
    let old = SampleCall { caller: "0120000999", ..house.sample() };
    house.record(&city, &old).await;
    let manager = house.signed_in(&city, "m1", &[("manager", None)]).await;
    place(&manager, &[recordings[0]], "manager-order").await;
    let counted = manager.get("/v1/holds/selection?number=090-0000-1234").await.ok(200);
    let ids: Vec<RecordingId> = serde_json::from_value(counted["recordings"].clone()).expect("ids");
    assert_eq!(ids, recordings, "newest first, without what is gone and what was not asked for");
    assert_eq!(
        (&counted["count"], &counted["more"], &counted["held_already"], &counted["most_recordings"]),
        (&json!(3), &json!(false), &json!(1), &json!(1_000))
    );
    let event = house.last(&city, "hold.select").await;
    assert!(!event.body.contains("09000001234"), "no number in the trail");
    let hold = place(&manager, &ids, "investigation").await;
    let shown = manager.get(&format!("/v1/holds/{hold}")).await.ok(200);
    assert_eq!(
        (&shown["recording_count"], shown["recordings"].as_array().map(Vec::len)),
        (&json!(3), Some(3))
    );
}

pub async fn osaka(house: &House) -> (TenantId, RecordingId, Browser, Browser) {
    let city = house.city("osaka-waterworks").await;
    let recording = house.record(&city, &house.sample()).await;
    let head = house.signed_in(&city, "head", &[("operations-manager", None)]).await;
    let deputy = house.signed_in(&city, "deputy", &[("recorder-manager", None)]).await;
    (city, recording, head, deputy)
}

// req: P-7
// rule: I13
#[tokio::test]
async fn where_the_rules_want_two_persons_one_asks_and_another_releases() {
    let house = House::open().await;
    let (city, recording, head, deputy) = osaka(&house).await;
    let hold = place(&deputy, &[recording], "unresolved-case").await;
    let ask = format!("/v1/holds/{hold}/ask-release");
    let asked = json!({ "reason": "解決した" });
    let early = release(&head, &hold).await.refused(409, "conflict");
    assert_eq!(
        (&early["rule"], &early["article"]),
        (&json!("hold.release_not_asked"), &json!("6(1) proviso"))
    );
    deputy.post(&format!("/v1/holds/{hold}/release"), asked.clone()).await.refused(403, "not-permitted");
    // one person cannot be both
    head.post(&ask, asked.clone()).await.ok(200);
    let alone = release(&head, &hold).await.refused(403, "not-permitted");
    assert_eq!(alone["rule"], "hold.two_persons");
    assert_eq!(house.last(&city, "hold.release").await.outcome, AuditOutcome::Refused);
    deputy.post(&ask, asked.clone()).await.refused(409, "conflict");
    // kept on, nobody wants it released any more
    let body = json!({ "review_on": "2027-04-01", "reason": "再燃した" });
    let extended = deputy.post(&format!("/v1/holds/{hold}/extend"), body.clone()).await.ok(200);
    assert_eq!((&extended["state"], &extended["review_on"]), (&json!("active"), &json!("2027-04-01")));
    assert_eq!(house.last(&city, "hold.extend").await.outcome, AuditOutcome::Done);
    let shorter = deputy.post(&format!("/v1/holds/{hold}/extend"), body).await;
    assert_eq!(shorter.refused(422, "invalid-fields")["errors"][0]["field"], "review_on");
    let asked = deputy.post(&ask, asked).await.ok(200);
    assert_eq!(
        (&asked["state"], &asked["release_asked"]["reason"]),
        (&json!("release_asked"), &json!("解決した"))
    );
    assert_eq!(listed(&head, "standing=release_asked").await, [hold.as_str()]);
    let seen = head.get(&format!("/v1/holds/{hold}")).await.ok(200);
    assert_eq!(seen["may"], json!({ "extend": true, "ask_release": false, "release": true }));
    release(&head, &hold).await.ok(200);
    for kind in ["hold.place", "hold.release_ask", "hold.release"] {
        assert_eq!(house.last(&city, kind).await.outcome, AuditOutcome::Done, "{kind}");
    }
}

#[tokio::test]
async fn no_audit_row_no_hold() {
    let house = House::open().await;
    let city = house.city("takikawa").await;
    let recording = house.record(&city, &house.sample()).await;
    let manager = house.signed_in(&city, "m1", &[("manager", None)]).await;
    house.break_the_trail().await;
    manager.post("/v1/holds", wanted(&[recording], "investigation")).await.refused(503, "unavailable");
    house.mend_the_trail().await;
    let shown = manager.get(&format!("/v1/recordings/{recording}")).await.ok(200);
    assert_eq!(shown["active_holds"], 0);
}

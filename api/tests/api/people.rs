//! People and posts: who issues IDs, who appoints whom, who may do what, and that every act is in the trail.

use axum::http::Method;
use chrono::TimeDelta;
use rokuon_db::audit_events::AuditOutcome;
use serde_json::{Value, json};

use crate::harness::house::{House, PASSWORD};
use crate::harness::sealed_call::SampleCall;

// req: T-6
#[tokio::test]
async fn the_operations_manager_appoints_handlers_and_only_the_custodian_appoints_the_manager() {
    let house = House::open().await;
    let city = house.city("toyonaka").await;
    let custodian = house.signed_in(&city, "c1", &[("chief-custodian", None)]).await;
    let issued =
        custodian.post("/v1/people", json!({ "login_id": "M1", "display_name": "運用 太郎" })).await.ok(201);
    let manager = issued["person"]["id"].as_str().expect("an id").to_owned();
    assert_eq!(issued["person"]["login_id"], "m1");
    assert_eq!(issued["person"]["state"], "password_change_required");
    let of_manager = format!("/v1/people/{manager}/appointments");
    let handler_by_custodian = custodian.post(&of_manager, json!({ "post": "handler" })).await;
    handler_by_custodian.refused(403, "appointment-refused");
    assert_eq!(house.last(&city, "appointment.appoint").await.outcome, AuditOutcome::Refused);
    custodian.post(&of_manager, json!({ "post": "operations-manager" })).await.ok(201);
    let second = house.person(&city, "m2", &[]).await;
    let of_second = format!("/v1/people/{second}/appointments");
    custodian.post(&of_second, json!({ "post": "operations-manager" })).await.refused(409, "conflict");
    let mut browser = house.browser();
    let initial = issued["initial_password"].as_str().expect("shown once");
    browser.sign_in("toyonaka", "m1", initial).await.ok(200);
    let change = json!({ "current_password": initial, "new_password": "a quiet lake in may" });
    browser.post("/v1/password", change).await.ok(204);
    let made = browser.post(&of_second, json!({ "post": "handler" })).await.ok(201);
    assert_eq!(made["post"]["key"], "handler");
    browser
        .post(&of_second, json!({ "post": "operations-manager" }))
        .await
        .refused(403, "appointment-refused");
    browser
        .post("/v1/people", json!({ "login_id": "x1", "display_name": "x" }))
        .await
        .refused(403, "not-permitted");
    let mut handler = house.browser();
    handler.sign_in("toyonaka", "m2", PASSWORD).await.ok(200);
    handler.get("/v1/recordings").await.ok(200);
    handler.get("/v1/audit-events").await.refused(403, "not-permitted");
    let end = format!("/v1/appointments/{}/end", made["id"].as_str().expect("an id"));
    handler.post(&end, json!({})).await.refused(403, "not-permitted");
    browser.post(&end, json!({})).await.ok(204);
    browser.post(&end, json!({})).await.refused(409, "conflict");
    handler.get("/v1/recordings").await.refused(403, "not-permitted");
    let posts = browser.get("/v1/posts").await.ok(200);
    let appointable: Vec<&str> = posts["items"]
        .as_array()
        .expect("posts")
        .iter()
        .filter(|post| post["appointable"] == true)
        .filter_map(|post| post["key"].as_str())
        .collect();
    assert_eq!(appointable, ["handler"]);
}

// req: I-5
#[tokio::test]
async fn one_manager_and_operators_and_nobody_else() {
    let house = House::open().await;
    let city = house.city("ichinomiya").await;
    house.record(&city, &house.sample()).await;
    let manager = house.signed_in(&city, "m1", &[("manager", None)]).await;
    let nobody = house.signed_in(&city, "n1", &[]).await;
    let head = house.signed_in(&city, "h1", &[("department-head", Some("tax"))]).await;
    for person in [&nobody, &head] {
        person.get("/v1/recordings").await.refused(403, "not-permitted");
        person.get("/v1/people").await.refused(403, "not-permitted");
    }
    let id = nobody.get("/v1/me").await.ok(200)["person"]["id"].as_str().expect("an id").to_owned();
    manager.post(&format!("/v1/people/{id}/appointments"), json!({ "post": "operator" })).await.ok(201);
    nobody.get("/v1/recordings").await.ok(200);
    manager
        .post(&format!("/v1/people/{id}/appointments"), json!({ "post": "manager" }))
        .await
        .refused(409, "conflict");
    manager.post(&format!("/v1/people/{id}/disable"), json!({})).await.ok(204);
    nobody.get("/v1/recordings").await.refused(401, "not-signed-in");
}

// req: O-9
#[tokio::test]
async fn the_three_responsibilities_may_what_their_articles_say() {
    let house = House::open().await;
    let city = house.city("osaka-waterworks").await;
    house.record(&city, &house.sample()).await;
    let operations = house.signed_in(&city, "o1", &[("operations-manager", None)]).await;
    let security = house.signed_in(&city, "s1", &[("information-security-officer", None)]).await;
    let recorder = house.signed_in(&city, "r1", &[("recorder-manager", None)]).await;
    for (path, for_operations, for_security, for_recorder) in [
        ("/v1/recordings", 200, 403, 200),
        ("/v1/audit-events", 200, 200, 403),
        ("/v1/connections", 200, 200, 200),
        ("/v1/policy", 200, 200, 200),
    ] {
        assert_eq!(operations.get(path).await.status, for_operations, "{path}");
        assert_eq!(security.get(path).await.status, for_security, "{path}");
        assert_eq!(recorder.get(path).await.status, for_recorder, "{path}");
    }
}

// req: TK-3
#[tokio::test]
async fn the_responsible_person_names_operators_of_their_own_department() {
    let house = House::open().await;
    let city = house.city("takikawa").await;
    let custodian = house.signed_in(&city, "c1", &[("department-custodian", Some("tax"))]).await;
    let clerk = house.person(&city, "k1", &[]).await;
    let path = format!("/v1/people/{clerk}/appointments");
    custodian.post(&path, json!({ "post": "operator", "department": "tax" })).await.ok(201);
    for (post, place) in [("operator", "welfare"), ("department-custodian", "tax"), ("manager", "tax")] {
        let body = json!({ "post": post, "department": place });
        let refused = custodian.post(&path, body).await.refused(403, "appointment-refused");
        assert!(refused["article"].is_string(), "{refused}");
    }
    let elsewhere = house.person(&city, "w1", &[("operator", Some("welfare"))]).await;
    let listed = custodian.get("/v1/people").await.ok(200);
    let listed = listed["items"].to_string();
    assert!(listed.contains(&clerk.to_string()) && !listed.contains(&elsewhere.to_string()));
    let manager = house.signed_in(&city, "m1", &[("manager", None)]).await;
    assert_eq!(manager.get("/v1/people").await.ok(200)["items"].as_array().map(Vec::len), Some(4));
    let own = custodian.get("/v1/audit-events?limit=200").await.ok(200);
    let own_id = custodian.get("/v1/me").await.ok(200)["person"]["id"].clone();
    let actors =
        own["items"].as_array().expect("items").iter().map(|event| event["actor"]["person_id"].clone());
    assert!(actors.clone().count() > 0);
    assert!(actors.into_iter().all(|actor| actor == own_id || actor == json!(clerk.to_string())));
}

// req: KB-7
#[tokio::test]
async fn nobody_without_recorded_training_is_appointed() {
    let house = House::open().await;
    let city = house.city("kobe").await;
    let manager = house.signed_in(&city, "m1", &[("manager", None)]).await;
    let clerk = house.person(&city, "k1", &[]).await;
    let path = format!("/v1/people/{clerk}/appointments");
    let refused =
        manager.post(&path, json!({ "post": "assistant" })).await.refused(403, "appointment-refused");
    assert!(refused["article"].as_str().is_some_and(|article| article.contains("yoryo")), "{refused}");
    manager.post(&path, json!({ "post": "assistant", "trained_on": "2026-11-01" })).await.ok(201);
}

#[tokio::test]
async fn wrong_fields_are_named_one_by_one() {
    let house = House::open().await;
    let city = house.city("ichinomiya").await;
    let manager = house.signed_in(&city, "m1", &[("manager", None)]).await;
    let body = json!({ "login_id": "x y", "display_name": " ", "department": "nowhere" });
    let refused = manager.post("/v1/people", body).await.refused(422, "invalid-fields");
    let fields: Vec<&Value> =
        refused["errors"].as_array().expect("errors").iter().map(|one| &one["field"]).collect();
    assert_eq!(fields, ["login_id", "display_name", "department"]);
    let taken = json!({ "login_id": "M1", "display_name": "同じ" });
    assert_eq!(
        manager.post("/v1/people", taken).await.refused(409, "conflict")["errors"][0]["field"],
        "login_id"
    );
    let wrong = json!({ "name": "", "networks": ["192.0.2.0/33", "0.0.0.0/0"], "default_line": "nowhere" });
    let refused = manager.post("/v1/connections", wrong).await.refused(422, "invalid-fields");
    let fields: Vec<&Value> =
        refused["errors"].as_array().expect("errors").iter().map(|one| &one["field"]).collect();
    assert_eq!(fields, ["name", "networks[0]", "networks[1]", "default_line"]);
    let good = json!({ "name": "本館PBX", "networks": ["192.0.2.7/24"], "default_line": "tax-line" });
    let made = manager.post("/v1/connections", good).await.ok(201);
    assert_eq!(made["networks"], json!(["192.0.2.0/24"]));
    assert_eq!(made["standing"], "unused");
    let address = made["address"][0].as_str().expect("an address");
    assert!(address.starts_with("sip:") && address.ends_with("@192.0.2.9:5070;transport=udp"), "{address}");
    let disable = format!("/v1/connections/{}/disable", made["id"].as_str().expect("an id"));
    manager.post(&disable, json!({})).await.ok(204);
    manager.post(&disable, json!({})).await.refused(409, "conflict");
}

// req: O-3
#[tokio::test]
async fn every_operation_of_a_signed_in_person_is_in_the_log() {
    let house = House::open().await;
    let city = house.city("osaka-waterworks").await;
    let recording = house.record(&city, &house.sample()).await;
    let unsealed = house.record(&city, &SampleCall { sealed: false, ..house.sample() }).await;
    let browser = house.signed_in(&city, "o1", &[("operations-manager", None)]).await;
    let clerk = house.person(&city, "k1", &[]).await;
    let used = browser
        .post(&format!("/v1/recordings/{recording}/uses"), json!({ "purpose": "service-quality" }))
        .await
        .ok(201);
    let audio = used["audio_url"].as_str().expect("an address").to_owned();
    let heard = format!("{}/heard", audio.trim_end_matches("/audio"));
    let made =
        browser.post("/v1/connections", json!({ "name": "a", "networks": ["192.0.2.0/24"] })).await.ok(201);
    let post = browser
        .post(&format!("/v1/people/{clerk}/appointments"), json!({ "post": "authorised-staff" }))
        .await
        .ok(201);
    let id = |value: &Value| value["id"].as_str().expect("an id").to_owned();
    let change = json!({ "current_password": PASSWORD, "new_password": "a quiet lake in may" });
    for (method, path, body, kind) in [
        (Method::GET, "/v1/recordings".to_owned(), Value::Null, "recording.search"),
        (Method::GET, format!("/v1/recordings/{recording}"), Value::Null, "recording.view"),
        (Method::GET, format!("/v1/recordings/{recording}/waveform"), Value::Null, "recording.waveform"),
        (
            Method::POST,
            format!("/v1/recordings/{unsealed}/uses"),
            json!({ "purpose": "service-quality" }),
            "use.open",
        ),
        (Method::GET, audio, Value::Null, "play.start"),
        (Method::POST, heard, json!({ "ranges": [], "ended": true }), "play.stop"),
        (Method::GET, "/v1/calls".into(), Value::Null, "call.search"),
        (Method::GET, "/v1/counts/unrecorded".into(), Value::Null, "call.count"),
        (Method::GET, "/v1/audit-events".into(), Value::Null, "audit.read"),
        (Method::GET, "/v1/people".into(), Value::Null, "person.list"),
        (Method::POST, "/v1/people".into(), json!({ "login_id": "x1", "display_name": "x" }), "person.issue"),
        (Method::POST, format!("/v1/people/{clerk}/password-reset"), Value::Null, "person.password_reset"),
        (Method::POST, format!("/v1/appointments/{}/end", id(&post)), Value::Null, "appointment.end"),
        (Method::POST, format!("/v1/people/{clerk}/disable"), Value::Null, "person.disable"),
        (Method::GET, "/v1/policy".into(), Value::Null, "policy.read"),
        (Method::GET, "/v1/policy/text".into(), Value::Null, "policy.read"),
        (Method::GET, "/v1/connections".into(), Value::Null, "connection.list"),
        (Method::GET, format!("/v1/connections/{}", id(&made)), Value::Null, "connection.view"),
        (Method::GET, format!("/v1/connections/{}/health", id(&made)), Value::Null, "connection.health"),
        (Method::POST, format!("/v1/connections/{}/test", id(&made)), Value::Null, "connection.test"),
        (
            Method::POST,
            format!("/v1/connections/{}/edit", id(&made)),
            json!({ "name": "b", "networks": ["192.0.2.0/24"], "security": { "digest_required": true } }),
            "connection.edit",
        ),
        (Method::POST, format!("/v1/connections/{}/rotate", id(&made)), json!({}), "connection.rotate"),
        (Method::POST, format!("/v1/connections/{}/disable", id(&made)), Value::Null, "connection.disable"),
        (Method::POST, format!("/v1/connections/{}/enable", id(&made)), Value::Null, "connection.enable"),
        (Method::POST, "/v1/password".into(), change, "password.change"),
        (Method::POST, "/v1/sign-out".into(), Value::Null, "sign_out"),
    ] {
        house.clock.advance(TimeDelta::seconds(1));
        let body = (!body.is_null()).then(|| body.to_string());
        let answer = browser.send(method.clone(), &path, &[], body).await;
        assert!(answer.status.as_u16() < 500, "{method} {path}: {}", String::from_utf8_lossy(&answer.body));
        let newest = house.trail(&city).await.into_iter().next().expect("an event");
        assert_eq!(
            (newest.kind.as_str(), newest.at),
            (kind, house.now()),
            "{method} {path}: {}",
            answer.status
        );
        assert!(newest.person.is_some() && !newest.posts.is_empty(), "{method} {path}: who");
    }
}

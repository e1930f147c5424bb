//! Tenants beside each other: another city's thing answers exactly as one that does not exist.

use axum::http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::house::House;

// req: P-1
#[tokio::test]
async fn another_citys_ids_answer_as_ids_that_nobody_has() {
    let house = House::open().await;
    let (ours, theirs) = (house.city("ichinomiya").await, house.city("toyonaka").await);
    let recording = house.record(&theirs, &house.sample()).await;
    let person = house.person(&theirs, "t1", &[]).await;
    let stranger = house.signed_in(&theirs, "t2", &[("chief-custodian", None)]).await;
    let used = stranger
        .post(&format!("/v1/recordings/{recording}/uses"), json!({ "purpose": "response-quality" }))
        .await
        .ok(201);
    let use_id = used["id"].as_str().expect("an id");
    let connections = stranger.get("/v1/connections").await.ok(200);
    let connection = connections["items"][0]["id"].as_str().expect("an id");
    let browser = house.signed_in(&ours, "m1", &[("manager", None)]).await;
    let nobody = Uuid::now_v7().to_string();
    let recording = recording.to_string();
    let person = person.to_string();
    let mut checked = 0;
    for (method, path, theirs, body) in [
        (Method::GET, "/v1/recordings/{}", recording.as_str(), Value::Null),
        (Method::GET, "/v1/recordings/{}/waveform", &recording, Value::Null),
        (Method::POST, "/v1/recordings/{}/uses", &recording, json!({ "purpose": "maintenance" })),
        (Method::GET, "/v1/recordings/{}/uses/USE/audio", &recording, Value::Null),
        (Method::HEAD, "/v1/recordings/{}/uses/USE/audio", &recording, Value::Null),
        (
            Method::POST,
            "/v1/recordings/{}/uses/USE/heard",
            &recording,
            json!({ "ranges": [], "ended": true }),
        ),
        (Method::POST, "/v1/people/{}/password-reset", &person, Value::Null),
        (Method::POST, "/v1/people/{}/disable", &person, Value::Null),
        (Method::POST, "/v1/people/{}/appointments", &person, json!({ "post": "operator" })),
        (Method::POST, "/v1/appointments/{}/end", &person, Value::Null),
        (Method::GET, "/v1/connections/{}", connection, Value::Null),
        (Method::GET, "/v1/connections/{}/health", connection, Value::Null),
        (Method::GET, "/v1/connections/{}/test", connection, Value::Null),
        (Method::POST, "/v1/connections/{}/test", connection, Value::Null),
        (
            Method::POST,
            "/v1/connections/{}/edit",
            connection,
            json!({ "name": "a", "networks": ["192.0.2.0/24"] }),
        ),
        (Method::POST, "/v1/connections/{}/rotate", connection, json!({})),
        (Method::POST, "/v1/connections/{}/disable", connection, Value::Null),
        (Method::POST, "/v1/connections/{}/enable", connection, Value::Null),
    ] {
        let mut answers = Vec::new();
        for id in [theirs, &nobody, "not-a-uuid"] {
            let path = path.replace("{}", id).replace("USE", use_id);
            let body = (!body.is_null()).then(|| body.to_string());
            let answer = browser.send(method.clone(), &path, &[], body).await;
            assert_eq!(answer.status, 404, "{method} {path}");
            let mut json = if answer.body.is_empty() { Value::Null } else { answer.json() };
            json.as_object_mut().map(|members| members.remove("instance"));
            answers.push((answer.headers.clone(), json));
        }
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{method} {path}: {answers:?}");
        checked += 1;
    }
    assert_eq!(checked, 18);
    for list in ["/v1/recordings", "/v1/calls", "/v1/connections", "/v1/counts/unrecorded"] {
        assert_eq!(browser.get(list).await.ok(200)["items"], json!([]), "{list}");
    }
    let text = browser.get("/v1/audit-events?limit=200").await.ok(200).to_string();
    assert!(!text.contains(&recording) && !text.contains("t1 様"));
}

// req: P-1
#[tokio::test]
async fn a_cookie_of_one_city_opens_nothing_in_another() {
    let house = House::open().await;
    let (ours, _) = (house.city("ichinomiya").await, house.city("toyonaka").await);
    let mut browser = house.signed_in(&ours, "m1", &[("manager", None)]).await;
    let cookie = browser.cookie.clone().expect("a cookie");
    browser.cookie = Some(cookie.replace("ichinomiya", "toyonaka"));
    browser.get("/v1/me").await.refused(401, "not-signed-in");
    browser.cookie = Some(cookie.replace("ichinomiya", "nowhere"));
    browser.get("/v1/me").await.refused(401, "not-signed-in");
}

#[tokio::test]
async fn no_operation_with_a_session_answers_without_one() {
    let house = House::open().await;
    let document: Value = serde_json::from_str(&rokuon_api::openapi::openapi_json()).expect("JSON");
    let mut checked = 0;
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("an item") {
            if !operation["security"].is_array() {
                continue;
            }
            let path = path
                .replace("{id}", &Uuid::now_v7().to_string())
                .replace("{use_id}", &Uuid::now_v7().to_string());
            let method: Method = method.to_uppercase().parse().expect("a method");
            let body = (method == Method::POST).then(|| "{}".to_owned());
            let answer = house.browser().send(method.clone(), &path, &[], body).await;
            assert_eq!(answer.status, 401, "{method} {path}");
            checked += 1;
        }
    }
    assert!(checked >= 25, "{checked}");
}

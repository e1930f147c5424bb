//! Signing in: who gets in, how the password ages, how an idle session locks itself.

use axum::http::{Method, header};
use chrono::TimeDelta;
use rokuon_db::audit_events::AuditOutcome;
use serde_json::json;

use crate::harness::house::{House, PASSWORD};

// req: KB-6
#[tokio::test]
async fn an_issued_id_and_its_password_open_a_session_that_sign_out_ends() {
    let house = House::open().await;
    let city = house.city("toyonaka").await;
    house.person(&city, "a1", &[("chief-custodian", None)]).await;
    let mut browser = house.browser();
    browser.get("/v1/me").await.refused(401, "not-signed-in");
    let answer = browser.sign_in("toyonaka", "A1", PASSWORD).await;
    let me = answer.ok(200);
    assert_eq!(me["person"]["login_id"], "a1");
    assert_eq!(me["appointments"][0]["post"]["key"], "chief-custodian");
    assert!(me["capabilities"].as_array().is_some_and(|all| all.contains(&json!("audit.read"))));
    assert_eq!(me["purposes"][0]["key"], "response-quality");
    let cookie = answer.headers[header::SET_COOKIE].to_str().expect("text");
    for part in ["__Host-rokuon=toyonaka.", "Secure", "HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert_eq!(browser.get("/v1/me").await.ok(200)["csrf_token"], me["csrf_token"]);
    assert_eq!(house.last(&city, "sign_in.attempt").await.outcome, AuditOutcome::Done);
    browser.post("/v1/sign-out", json!({})).await.ok(204);
    browser.get("/v1/me").await.refused(401, "not-signed-in");
    assert_eq!(house.last(&city, "sign_out").await.outcome, AuditOutcome::Done);
}

#[tokio::test]
async fn nobody_learns_what_was_wrong_and_the_refusal_is_logged() {
    let house = House::open().await;
    let city = house.city("toyonaka").await;
    house.person(&city, "a1", &[]).await;
    let mut bodies = Vec::new();
    for (tenant, login_id, password) in [
        ("toyonaka", "a1", "wrong"),
        ("toyonaka", "nobody", PASSWORD),
        ("nowhere", "a1", PASSWORD),
        ("Bad Key!", "a1", PASSWORD),
    ] {
        let mut body =
            house.browser().sign_in(tenant, login_id, password).await.refused(401, "sign-in-refused");
        body.as_object_mut().expect("an object").remove("instance");
        bodies.push(body);
    }
    assert!(bodies.iter().all(|body| *body == bodies[0]), "{bodies:?}");
    let refused = house.last(&city, "sign_in.attempt").await;
    assert_eq!(refused.outcome, AuditOutcome::Refused);
    assert!(!refused.body.contains("wrong") && !refused.body.contains("nobody"), "{}", refused.body);
}

#[tokio::test]
async fn ten_wrong_passwords_close_the_door_for_a_quarter_of_an_hour() {
    let house = House::open().await;
    let city = house.city("toyonaka").await;
    house.person(&city, "a1", &[]).await;
    let mut known = house.browser().at(7);
    known.sign_in("toyonaka", "a1", PASSWORD).await.ok(200);
    let mut stranger = house.browser().at(66);
    for _ in 0..10 {
        stranger.sign_in("toyonaka", "a1", "guess").await.refused(401, "sign-in-refused");
    }
    let answer = stranger.sign_in("toyonaka", "a1", PASSWORD).await;
    answer.refused(429, "too-many-attempts");
    let wait: i64 = answer.headers[header::RETRY_AFTER].to_str().expect("text").parse().expect("seconds");
    assert!((1..=900).contains(&wait), "{wait}");
    known.sign_in("toyonaka", "a1", PASSWORD).await.ok(200);
    house.clock.advance(TimeDelta::seconds(wait));
    stranger.sign_in("toyonaka", "a1", PASSWORD).await.ok(200);
}

// req: KB-6
#[tokio::test]
async fn an_idle_session_locks_itself_after_the_citys_own_time() {
    let house = House::open().await;
    let city = house.city("kobe").await;
    let browser = house.signed_in(&city, "a1", &[("manager", None)]).await;
    house.clock.advance(TimeDelta::minutes(9));
    browser.get("/v1/departments").await.ok(200);
    house.clock.advance(TimeDelta::minutes(9));
    // the portal's own look does not keep the session awake
    browser.get_with("/v1/me", &[("x-rokuon-background", "1")]).await.ok(200);
    house.clock.advance(TimeDelta::minutes(1));
    let locked = browser.get("/v1/me").await.refused(401, "session-locked");
    assert_eq!(locked["article"], "section 7(1)");
    browser.get("/v1/recordings").await.refused(401, "session-locked");
}

#[tokio::test]
async fn a_session_ends_after_twelve_hours_whatever_is_done() {
    let house = House::open().await;
    let city = house.city("toyonaka").await;
    let browser = house.signed_in(&city, "a1", &[]).await;
    for _ in 0..71 {
        house.clock.advance(TimeDelta::minutes(10));
        browser.get("/v1/me").await.ok(200);
    }
    house.clock.advance(TimeDelta::minutes(10));
    browser.get("/v1/me").await.refused(401, "not-signed-in");
}

// req: KB-6
#[tokio::test]
async fn an_initial_password_opens_nothing_but_its_own_change() {
    let house = House::open().await;
    let city = house.city("kobe").await;
    let person = house.fresh_person(&city, "a1").await;
    let mut browser = house.browser();
    let me = browser.sign_in("kobe", "a1", PASSWORD).await.ok(200);
    assert_eq!(me["password_change_required"], true);
    browser.get("/v1/departments").await.refused(403, "password-change-required");
    let wrong = json!({ "current_password": "not it", "new_password": "a quiet lake in may" });
    let errors = browser.post("/v1/password", wrong).await.refused(422, "invalid-fields");
    assert_eq!(errors["errors"][0]["field"], "current_password");
    for weak in ["short", PASSWORD, "password1234"] {
        let body = json!({ "current_password": PASSWORD, "new_password": weak });
        let errors = browser.post("/v1/password", body).await.refused(422, "invalid-fields");
        assert_eq!(errors["errors"][0]["field"], "new_password", "{weak}");
    }
    let body = json!({ "current_password": PASSWORD, "new_password": "a quiet lake in may" });
    browser.post("/v1/password", body).await.ok(204);
    browser.get("/v1/departments").await.ok(200);
    let changed = house.last(&city, "password.change").await;
    assert_eq!((changed.person, changed.outcome), (Some(person), AuditOutcome::Done));
    browser.sign_in("kobe", "a1", PASSWORD).await.refused(401, "sign-in-refused");
    browser.sign_in("kobe", "a1", "a quiet lake in may").await.ok(200);
}

// req: T-5.3
#[tokio::test]
async fn a_password_older_than_the_rules_allow_must_be_changed() {
    let house = House::open().await;
    let city = house.city("toyonaka").await;
    house.person(&city, "a1", &[("handler", None)]).await;
    house.clock.advance(TimeDelta::days(90) - TimeDelta::minutes(5));
    let mut browser = house.browser();
    let me = browser.sign_in("toyonaka", "a1", PASSWORD).await.ok(200);
    assert_eq!(me["password_change_required"], false);
    browser.get("/v1/recordings").await.ok(200);
    house.clock.advance(TimeDelta::minutes(5));
    let refused = browser.get("/v1/recordings").await.refused(403, "password-change-required");
    assert_eq!(refused["article"], "5(3)");
    let body = json!({ "current_password": PASSWORD, "new_password": "a quiet lake in may" });
    browser.post("/v1/password", body).await.ok(204);
    browser.get("/v1/recordings").await.ok(200);
}

#[tokio::test]
async fn a_request_that_is_not_our_own_page_s_changes_nothing() {
    let house = House::open().await;
    let city = house.city("toyonaka").await;
    let browser = house.signed_in(&city, "a1", &[]).await;
    for headers in [
        [("x-csrf-token", "wrong"), ("x-nothing", "1")],
        [("x-csrf-token", ""), ("x-nothing", "1")],
        [("sec-fetch-site", "cross-site"), ("x-nothing", "1")],
    ] {
        let answer = browser.send(Method::POST, "/v1/sign-out", &headers, None).await;
        answer.refused(403, "csrf-refused");
    }
    browser.get("/v1/me").await.ok(200);
    let elsewhere = [("sec-fetch-site", "cross-site")];
    let body = json!({ "tenant": "toyonaka", "login_id": "a1", "password": PASSWORD }).to_string();
    house
        .browser()
        .send(Method::POST, "/v1/sign-in", &elsewhere, Some(body))
        .await
        .refused(403, "csrf-refused");
}

#[tokio::test]
async fn signing_in_again_gives_a_new_secret_and_ends_the_old_session() {
    let house = House::open().await;
    let city = house.city("toyonaka").await;
    let mut browser = house.signed_in(&city, "a1", &[]).await;
    let old = browser.clone();
    let body = json!({ "tenant": "toyonaka", "login_id": "a1", "password": PASSWORD });
    let again = browser.post("/v1/sign-in", body).await;
    again.ok(200);
    let fresh =
        again.headers[header::SET_COOKIE].to_str().expect("text").split(';').next().map(str::to_owned);
    assert_ne!(fresh, old.cookie);
    old.get("/v1/me").await.refused(401, "not-signed-in");
    browser.cookie = fresh;
    browser.get("/v1/me").await.ok(200);
}

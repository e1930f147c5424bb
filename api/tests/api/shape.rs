//! The shape of every answer: headers, problems, methods, languages, the portal's files.

use axum::http::{Method, header};
use rokuon_api::config::ApiConfig;
use serde_json::json;

use crate::harness::house::House;

#[tokio::test]
async fn every_answer_tells_the_browser_what_our_pages_never_do() {
    let house = House::with(ApiConfig { behind_tls: true, ..ApiConfig::default() }).await;
    for path in ["/healthz", "/v1/me", "/v1/nothing", "/nothing", "/v1/openapi.json"] {
        let answer = house.browser().get(path).await;
        let policy = answer.headers[header::CONTENT_SECURITY_POLICY].to_str().expect("text");
        assert!(
            policy.starts_with("default-src 'none';") && policy.contains("frame-ancestors 'none'"),
            "{policy}"
        );
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(answer.headers[name], value, "{path}");
        }
        assert!(answer.headers.contains_key("permissions-policy"));
        assert!(answer.headers.contains_key(header::STRICT_TRANSPORT_SECURITY));
        if path.starts_with("/v1") {
            assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store", "{path}");
        }
    }
}

#[tokio::test]
async fn refusals_are_problems_in_the_language_asked_for() {
    let house = House::open().await;
    let browser = house.browser();
    browser.get("/v1/nothing").await.refused(404, "not-found");
    browser.get("/v1").await.refused(404, "not-found");
    let post = browser.send(Method::POST, "/v1/me", &[], None).await;
    post.refused(405, "method-not-allowed");
    assert_eq!(post.headers[header::ALLOW], "GET,HEAD");
    let japanese = browser.get("/v1/me").await;
    assert_eq!(japanese.refused(401, "not-signed-in")["title"], "サインインしていません");
    assert_eq!(japanese.headers[header::CONTENT_LANGUAGE], "ja");
    let english = browser.get_with("/v1/me", &[("accept-language", "en-GB, ja;q=0.5")]).await;
    assert_eq!(english.refused(401, "not-signed-in")["title"], "Not signed in");
    let first = browser.get("/v1/me").await.json()["instance"].clone();
    assert!(first.as_str().is_some_and(|id| id.starts_with("urn:uuid:")));
    assert_ne!(first, browser.get("/v1/me").await.json()["instance"]);
}

#[tokio::test]
async fn bodies_are_read_strictly() {
    let house = House::open().await;
    let browser = house.browser();
    let send = |headers: &'static [(&'static str, &'static str)], body: String| {
        let browser = browser.clone();
        async move { browser.send(Method::POST, "/v1/sign-in", headers, Some(body)).await }
    };
    send(&[], "{".into()).await.refused(400, "bad-request");
    send(&[("content-type", "text/plain")], "{}".into()).await.refused(415, "unsupported-media-type");
    send(&[], "x".repeat(70_000)).await.refused(413, "body-too-large");
    for (body, field) in [
        (json!({ "tenant": "a", "login_id": "b" }), "password"),
        (json!({ "tenant": "a", "login_id": "b", "password": 5 }), "password"),
        (json!({ "tenant": "a", "login_id": "b", "password": "secret", "more": 1 }), "more"),
    ] {
        let refused = send(&[], body.to_string()).await.refused(422, "invalid-fields");
        assert_eq!(refused["errors"][0]["field"], field);
        assert!(!refused.to_string().contains("secret"));
    }
}

#[tokio::test]
async fn a_process_that_can_serve_says_so_and_one_that_cannot_says_what_is_missing() {
    let house = House::open().await;
    assert_eq!(house.browser().get("/healthz").await.body, "ok");
    assert_eq!(house.browser().get("/readyz").await.ok(200)["ready"], true);
    house.store.set_down(true);
    let missing = house.browser().get("/readyz").await.ok(503);
    assert_eq!(missing["parts"][1], json!({ "name": "store", "ok": false }));
    house.browser().get("/metrics").await.refused(404, "not-found");
}

#[tokio::test]
async fn too_many_requests_of_one_source_are_refused_and_others_are_not() {
    let house = House::with(ApiConfig { requests_per_minute_per_source: 5, ..ApiConfig::default() }).await;
    let busy = house.browser().at(1);
    for _ in 0..5 {
        assert_eq!(busy.get("/healthz").await.status, 200);
    }
    let refused = busy.get("/healthz").await;
    refused.refused(429, "too-many-requests");
    assert!(refused.headers.contains_key(header::RETRY_AFTER));
    assert_eq!(house.browser().at(2).get("/healthz").await.status, 200);
}

#[tokio::test]
async fn the_portal_is_served_beside_the_api() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("assets")).expect("a folder");
    std::fs::write(folder.path().join("index.html"), "<!doctype html><title>Rokuon</title>")
        .expect("written");
    std::fs::write(folder.path().join("assets/app-1a2b.js"), "x".repeat(5000)).expect("written");
    let portal_dir = Some(folder.path().to_owned());
    let house = House::with(ApiConfig { portal_dir, ..ApiConfig::default() }).await;
    let browser = house.browser();
    for path in ["/", "/recordings", "/recordings/some-id", "/index.html"] {
        let page = browser.get_with(path, &[("accept", "text/html")]).await;
        assert_eq!(page.status, 200, "{path}");
        assert!(page.body.starts_with(b"<!doctype html>"), "{path}");
        assert_eq!(page.headers[header::CACHE_CONTROL], "no-cache", "{path}");
        assert!(page.headers.contains_key(header::CONTENT_SECURITY_POLICY));
    }
    let script = browser.get_with("/assets/app-1a2b.js", &[("accept-encoding", "gzip")]).await;
    assert_eq!(script.headers[header::CACHE_CONTROL], "public, max-age=31536000, immutable");
    assert_eq!(script.headers[header::CONTENT_ENCODING], "gzip");
    browser.get("/assets/gone.js").await.refused(404, "not-found");
    browser.get_with("/v1/nothing", &[("accept", "text/html")]).await.refused(404, "not-found");
    browser.get_with("/../Cargo.toml", &[("accept", "text/html")]).await;
    browser.send(Method::POST, "/recordings", &[], None).await.refused(404, "not-found");
}

// req: T-4
#[tokio::test]
async fn a_citizen_reads_that_calls_are_recorded_without_signing_in() {
    let house = House::open().await;
    house.city("toyonaka").await;
    let page = house.browser().get("/v1/public/toyonaka").await.ok(200);
    assert_eq!(page["tenant"], "toyonaka");
    assert_eq!(page["notice"]["article"], "4");
    assert!(page["notice"]["body"].as_array().is_some_and(|body| !body.is_empty()));
    for unknown in ["nowhere", "..", "TOYONAKA"] {
        house.browser().get(&format!("/v1/public/{unknown}")).await.refused(404, "not-found");
    }
}

//! WHIP's HTTP side against a running worker: what a client is answered, whatever it sends (RFC 9725 §4).

use std::net::SocketAddr;

use chrono::{NaiveDate, Utc};
use reqwest::{Client, Method, Response, StatusCode};
use rokuon_db::connection_credentials::{self, FreshCredential};
use rokuon_db::connection_terms::{ConnectionKind, ConnectionSecurity};
use rokuon_db::connections::{self, NewConnection};
use rokuon_db::devices::{self, DeviceEntry};
use rokuon_policy::device::DeviceKind;
use rokuon_policy::ids::{ConnectionId, DeviceId};
use rokuon_policy::pii::Pii;
use rokuon_policy::recording_scope::RecordingStart;
use rokuon_worker::whip::config::WhipConfig;
use uuid::Uuid;

use crate::harness::house::{House, LISTED};
use crate::harness::until;
use crate::observations::{begin_test_of, told, until_told};

const OFFER: &str = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE audio0\r\na=ice-options:trickle\r\nm=audio 9 UDP/TLS/RTP/SAVPF 96 0\r\nc=IN IP4 0.0.0.0\r\na=mid:audio0\r\na=sendonly\r\na=rtcp-mux\r\na=ice-ufrag:Fwsc\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\na=fingerprint:sha-256 00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:10:11:12:13:14:15:16:17:18:19:1A:1B:1C:1D:1E:1F\r\na=setup:actpass\r\na=rtpmap:96 OPUS/48000/2\r\n";
const TRICKLE: &str = "a=ice-ufrag:Fwsc\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\nm=audio 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:audio0\r\na=candidate:1 1 tcp 2105524479 fe80::1 9 typ host tcptype active\r\na=end-of-candidates\r\n";
const RESTART: &str = "a=ice-ufrag:fresh\r\na=ice-pwd:0123456789012345678901234\r\nm=audio 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:audio0\r\n";

struct Device {
    endpoint: String,
    token: String,
    http: Client,
}

/// A house with WHIP, and devices of its register with a token each.
async fn house_with(starts: &[RecordingStart], max_sessions: usize) -> (House, Vec<Device>) {
    let free = SocketAddr::from(([127, 0, 0, 1], 0));
    let whip = WhipConfig { http: free, media: free, max_sessions, ..WhipConfig::on_loopback() };
    let house = House::with(|config| config.whip = Some(whip)).await;
    let http = house.whip().0;
    let mut registered = Vec::new();
    for (place, start) in starts.iter().enumerate() {
        registered.push(register(&house, place, *start, http).await);
    }
    until("the worker knows them", async || {
        let routes = house.routes();
        routes.tenant(&house.tenant).is_some_and(|city| city.devices.len() == starts.len())
            && routes.of_kind(ConnectionKind::Whip).count() == starts.len()
    })
    .await;
    (house, registered)
}

async fn register(house: &House, place: usize, start: RecordingStart, http: SocketAddr) -> Device {
    let (now, user) = (Utc::now(), connections::fresh_address_user().unwrap());
    let new = NewConnection {
        id: ConnectionId(Uuid::now_v7()),
        kind: ConnectionKind::Whip,
        name: format!("装置 {place}"),
        address_user: user.clone(),
        networks: Vec::new(),
        default_line: None,
        security: ConnectionSecurity::default(),
    };
    let entry = DeviceEntry {
        number: format!("D-{place}"),
        name: "窓口電話".to_owned(),
        place: "分庁舎1階".to_owned(),
        department: Some("citizens".parse().unwrap()),
        digits: Some(Pii::new(LISTED.to_owned())),
        start,
        notice: String::new(),
        notice_place: String::new(),
        in_use_from: NaiveDate::from_ymd_opt(2026, 4, 1).unwrap(),
    };
    let device = DeviceId(Uuid::now_v7());
    let fresh = FreshCredential::token().unwrap();
    let mut tx = house.db.tenant(&house.tenant).await.unwrap();
    connections::create(&mut tx, &new, now).await.unwrap();
    devices::register(&mut tx, device, "telephone-recorder", DeviceKind::Telephone, &entry, now)
        .await
        .unwrap();
    devices::connect(&mut tx, device, new.id).await.unwrap();
    connection_credentials::add(&mut tx, new.id, &fresh, now, now).await.unwrap();
    tx.commit_bookkeeping().await.unwrap();
    Device {
        endpoint: format!("http://{http}/whip/{user}"),
        token: fresh.secret.to_string(),
        http: Client::new(),
    }
}

impl Device {
    async fn ask(
        &self,
        method: Method,
        url: &str,
        kind: &str,
        if_match: Option<&str>,
        body: &str,
    ) -> Response {
        let mut request =
            self.http.request(method, url).bearer_auth(&self.token).header("content-type", kind);
        if let Some(version) = if_match {
            request = request.header("if-match", version);
        }
        request.body(body.to_owned()).send().await.unwrap()
    }

    async fn publish(&self) -> Response {
        self.ask(Method::POST, &self.endpoint, "application/sdp", None, OFFER).await
    }

    async fn patch(&self, session: &str, if_match: Option<&str>, body: &str) -> Response {
        self.ask(Method::PATCH, session, "application/trickle-ice-sdpfrag", if_match, body).await
    }

    fn session(&self, answered: &Response) -> String {
        let location = answered.headers()["location"].to_str().unwrap();
        let base: String = self.endpoint.split('/').take(3).collect::<Vec<_>>().join("/");
        format!("{base}{location}")
    }
}

// rule: WI1, WI2, WI4, WI7, WI11
#[tokio::test]
async fn an_offer_is_answered_with_a_session_that_ends_on_request() {
    let (house, devices) = house_with(&[RecordingStart::Automatic], 10).await;
    let device = &devices[0];
    let answered = device.publish().await;
    assert_eq!(answered.status(), StatusCode::CREATED);
    assert_eq!(answered.headers()["content-type"], "application/sdp");
    assert!(answered.headers()["etag"].to_str().unwrap().starts_with('"'));
    assert!(answered.headers().get("link").is_none(), "no extension is required of anybody");
    let session = device.session(&answered);
    assert!(session.rsplit('/').next().unwrap().len() >= 32, "128 bits of name");
    let sdp = answered.text().await.unwrap();
    assert!(
        sdp.contains("a=recvonly\r\n")
            && sdp.contains("a=mid:audio0\r\n")
            && sdp.contains("a=rtpmap:96 OPUS/48000/2\r\n")
    );
    assert!(sdp.contains(&format!(" {} typ host\r\n", house.whip().1.port())), "{sdp}");
    assert_eq!(sdp.matches("a=fingerprint:").count(), 1);
    let recording: i64 = house.count("SELECT count(*) FROM recordings WHERE tenant_id = $1").await;
    assert!(recording <= 1);
    assert_eq!(device.publish().await.status(), StatusCode::CONFLICT, "one session a token");
    let bare = |method: Method, url: &str| device.http.request(method, url).send();
    assert_eq!(bare(Method::GET, &session).await.unwrap().status(), StatusCode::NO_CONTENT);
    assert_eq!(bare(Method::DELETE, &session).await.unwrap().status(), StatusCode::UNAUTHORIZED);
    let ended = device.ask(Method::DELETE, &session, "", Some("\"something old\""), "").await;
    assert_eq!(ended.status(), StatusCode::OK, "whatever the version");
    assert_eq!(device.ask(Method::DELETE, &session, "", None, "").await.status(), StatusCode::NOT_FOUND);
    assert_eq!(device.publish().await.status(), StatusCode::CREATED, "the token is free again");
}

// rule: WI3
#[tokio::test]
async fn a_patch_trickles_or_restarts_by_its_version() {
    let (_house, devices) = house_with(&[RecordingStart::Automatic], 10).await;
    let device = &devices[0];
    let answered = device.publish().await;
    let (session, etag) =
        (device.session(&answered), answered.headers()["etag"].to_str().unwrap().to_owned());
    assert_eq!(device.patch(&session, None, TRICKLE).await.status(), StatusCode::PRECONDITION_REQUIRED);
    assert_eq!(
        device.patch(&session, Some("\"old\""), TRICKLE).await.status(),
        StatusCode::PRECONDITION_FAILED
    );
    let trickled = device.patch(&session, Some(&etag), TRICKLE).await;
    assert_eq!(trickled.status(), StatusCode::NO_CONTENT);
    assert!(trickled.headers().get("etag").is_none());
    let end_only = device.patch(&session, Some(&etag), "a=end-of-candidates\r\n").await;
    assert_eq!(end_only.status(), StatusCode::NO_CONTENT);
    let wrong = device.ask(Method::PATCH, &session, "application/sdp", Some(&etag), TRICKLE).await;
    assert_eq!(wrong.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(
        device.patch(&session, Some("*"), "a=ice-ufrag:half\r\n").await.status(),
        StatusCode::BAD_REQUEST
    );
    assert_eq!(device.patch(&session, Some(&etag), RESTART).await.status(), StatusCode::PRECONDITION_FAILED);
    let still = device.http.get(&session).send().await.unwrap();
    assert_eq!(still.status(), StatusCode::NO_CONTENT, "a failed restart keeps the session");
    let restarted = device.patch(&session, Some("*"), RESTART).await;
    assert_eq!(restarted.status(), StatusCode::OK);
    assert_eq!(restarted.headers()["content-type"], "application/trickle-ice-sdpfrag");
    let fresh = restarted.headers()["etag"].to_str().unwrap().to_owned();
    assert_ne!(fresh, etag);
    let fragment = restarted.text().await.unwrap();
    assert!(fragment.contains("a=ice-ufrag:") && fragment.contains("a=candidate:"));
    assert_eq!(device.patch(&session, Some(&etag), TRICKLE).await.status(), StatusCode::PRECONDITION_FAILED);
}

// rule: WI5, WI6, WI8, WI10
#[tokio::test]
async fn whoever_may_not_is_told_so_and_other_pages_may_ask() {
    let (_house, devices) = house_with(&[RecordingStart::Automatic, RecordingStart::Automatic], 1).await;
    let [one, two] = &devices[..] else { panic!("two devices") };
    let asked = Client::new()
        .post(&one.endpoint)
        .header("content-type", "application/sdp")
        .body(OFFER)
        .send()
        .await
        .unwrap();
    assert_eq!(asked.status(), StatusCode::UNAUTHORIZED);
    assert!(asked.headers()["www-authenticate"].to_str().unwrap().starts_with("Bearer"));
    let stranger = Device { token: "made up".into(), endpoint: one.endpoint.clone(), http: Client::new() };
    assert_eq!(stranger.publish().await.status(), StatusCode::UNAUTHORIZED);
    let elsewhere = Device { token: two.token.clone(), endpoint: one.endpoint.clone(), http: Client::new() };
    assert_eq!(
        elsewhere.publish().await.status(),
        StatusCode::UNAUTHORIZED,
        "a token opens its own address only"
    );
    let preflight = Client::new()
        .request(Method::OPTIONS, &one.endpoint)
        .header("origin", "https://city.example")
        .send()
        .await
        .unwrap();
    assert!(preflight.status().is_success());
    assert_eq!(preflight.headers()["accept-post"], "application/sdp");
    assert!(preflight.headers()["access-control-allow-headers"].to_str().unwrap().contains("Authorization"));
    assert!(preflight.headers()["access-control-allow-methods"].to_str().unwrap().contains("PATCH"));
    let nothing = Client::new().get(&one.endpoint).send().await.unwrap();
    assert!(nothing.status().is_success());
    let json = one.ask(Method::POST, &one.endpoint, "application/json", None, OFFER).await;
    assert_eq!(json.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert!(json.headers()["access-control-expose-headers"].to_str().unwrap().contains("ETag"));
    for (body, status) in [("hello", 400), ("v=0\r\n", 422)] {
        let answer = one.ask(Method::POST, &one.endpoint, "application/sdp", None, body).await;
        assert_eq!(answer.status().as_u16(), status, "{body}");
    }
    assert_eq!(one.publish().await.status(), StatusCode::CREATED);
    let full = two.publish().await;
    assert_eq!(full.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(full.headers().contains_key("retry-after"));
}

// req: TK-2, TK-4
#[tokio::test]
async fn a_device_that_runs_on_demand_waits_until_the_people_before_it_were_told() {
    let (_house, devices) = house_with(&[RecordingStart::OnDemand], 10).await;
    let device = &devices[0];
    let waiting = device.publish().await;
    assert_eq!(waiting.status(), StatusCode::CREATED);
    assert_eq!(waiting.headers()["rokuon-recording"], "waiting");
    let session = device.session(&waiting);
    assert!(device.ask(Method::DELETE, &session, "", None, "").await.status().is_success());
    let told = device
        .http
        .post(&device.endpoint)
        .bearer_auth(&device.token)
        .header("content-type", "application/sdp");
    let told = told.header("rokuon-notice", "given").body(OFFER).send().await.unwrap();
    assert_eq!(told.headers()["rokuon-recording"], "running");
}

// req: P-2
#[tokio::test]
async fn a_test_of_a_devices_connection_is_told_what_was_refused_and_why() {
    let (house, devices) = house_with(&[RecordingStart::Automatic], 10).await;
    let device = &devices[0];
    let user = device.endpoint.rsplit('/').next().unwrap();
    begin_test_of(&house, user).await;
    let stranger = Device {
        endpoint: device.endpoint.clone(),
        token: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned(),
        http: Client::new(),
    };
    assert_eq!(stranger.publish().await.status(), StatusCode::UNAUTHORIZED);
    until_told(&house, "token_unknown", None).await;
    let offer = |offer: String| async move {
        device.ask(Method::POST, &device.endpoint, "application/sdp", None, &offer).await.status()
    };
    assert_eq!(offer(OFFER.replace("a=rtcp-mux\r\n", "")).await, StatusCode::UNPROCESSABLE_ENTITY);
    until_told(&house, "no_offer", Some("no_rtcp_mux")).await;
    assert_eq!(
        offer(OFFER.replace("OPUS", "SPEEX").replace(" 96 0", " 96")).await,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    until_told(&house, "no_codec", None).await;
    assert_eq!(device.publish().await.status(), StatusCode::CREATED);
    until_told(&house, "media_agreed", None).await;
    assert_eq!(device.publish().await.status(), StatusCode::CONFLICT);
    until_told(&house, "recorder_busy", Some("token_in_use")).await;
    let seen = told(&house).await;
    for event in ["reached", "secured", "authenticated"] {
        assert!(seen.iter().any(|(one, _, _)| one == event), "{event}: {seen:?}");
    }
    assert!(seen.contains(&("token_unknown".to_owned(), Some(401), None)), "{seen:?}");
}

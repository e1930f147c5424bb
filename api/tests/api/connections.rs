//! Connecting by oneself: each kind made, changed, tested, rotated, switched off and on, with its health.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use rokuon_db::connection_credentials::CredentialHash;
use rokuon_db::connection_events::ConnectionEvent;
use rokuon_db::connection_figures::{self, ConnectionFigure};
use rokuon_db::connection_observations::{self, ConnectionObservation};
use rokuon_db::connections;
use rokuon_db::registration_accounts::{self, RegistrationState};
use rokuon_db::routing::{self, RoutingConnection};
use rokuon_db::unrecorded_counts::{self, RefusalReason};
use rokuon_policy::civil::civil_day;
use rokuon_policy::ids::ConnectionId;
use rokuon_storage::key_service::{KeyContext, SecretPurpose};
use rokuon_storage::sealed_secret::SealedSecret;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::house::House;

async fn routed(house: &House, made: &Value) -> RoutingConnection {
    let all = routing::connections(&house.db).await.expect("read");
    all.into_iter().find(|c| made["id"] == c.connection.0.to_string()).expect("routed")
}

fn id_of(made: &Value) -> ConnectionId {
    ConnectionId(made["id"].as_str().expect("an id").parse::<Uuid>().expect("a UUID"))
}

fn fields(problem: &Value) -> Vec<String> {
    let errors = problem["errors"].as_array().expect("errors").iter();
    errors.map(|one| one["field"].as_str().expect("a field").to_owned()).collect()
}

// req: P-2
#[tokio::test]
async fn each_kind_is_made_with_what_it_needs_and_its_secret_is_shown_once() {
    let house = House::open().await;
    let city = house.city("ichinomiya").await;
    let manager = house.signed_in(&city, "m1", &[("manager", None)]).await;
    let networks = json!(["192.0.2.7"]);

    let plain = json!({ "kind": "siprec", "name": "本館SBC", "networks": networks });
    let plain = manager.post("/v1/connections", plain).await.ok(201);
    assert_eq!((&plain["kind"], &plain["networks"]), (&json!("siprec"), &json!(["192.0.2.7/32"])));
    assert!(plain.get("secret").is_none(), "address and network are all it needs: {plain}");
    assert_eq!((&plain["standing"], &plain["reasons"]), (&json!("unused"), &json!([])));

    let sip = json!({
        "kind": "sip", "name": "構内PBX", "networks": networks,
        "security": { "media": "srtp_required", "transport": "tls", "learns_source": false,
            "tls_client_sha256": ["ab".repeat(32)], "digest_required": true },
    });
    let sip = manager.post("/v1/connections", sip).await.ok(201);
    assert_eq!(sip["security"]["tls_client_sha256"][0], vec!["AB"; 32].join(":"));
    let user = sip["secret"]["username"].as_str().expect("a user name");
    assert!(sip["address"][0].as_str().expect("an address").contains(user), "{sip}");
    assert_eq!(sip["secret"]["realm"], "rokuon");
    let known = routed(&house, &sip).await;
    assert!(known.security.digest_required && !known.security.learns_source);
    assert!(
        matches!(&known.credentials[0].hash, CredentialHash::Digest { username, .. } if username == user)
    );

    let whip = manager.post("/v1/connections", json!({ "kind": "whip", "name": "窓口カメラ" })).await.ok(201);
    assert_eq!(whip["networks"], json!([]), "a token lets in from anywhere");
    assert_eq!(whip["secret"]["token"].as_str().expect("a token").len(), 52);
    assert!(matches!(routed(&house, &whip).await.credentials[0].hash, CredentialHash::Token(_)));

    let registration = json!({
        "kind": "registration", "name": "クラウドPBX", "networks": networks,
        "account": { "registrar_host": "pbx.example.jp", "transport": "tls", "username": "0586000000", "password": "open sesame" },
    });
    let registration = manager.post("/v1/connections", registration).await.ok(201);
    assert!(registration.get("secret").is_none());
    let known = routed(&house, &registration).await.registration.expect("an account");
    assert_eq!((known.registrar_port, known.expires_seconds), (5061, 600));
    let purpose = SecretPurpose::RegistrationPassword;
    let context = KeyContext::connection_secret(city.clone(), id_of(&registration), purpose);
    let sealed = SealedSecret::from_bytes(known.sealed_password);
    assert_eq!(&**sealed.open(house.keys.as_ref(), &context).await.expect("opened"), b"open sesame");

    // What is shown later, and what the trail keeps, holds none of the secrets.
    let shown = manager.get(&format!("/v1/connections/{}", id_of(&registration))).await.ok(200);
    assert_eq!(shown["account"]["username"], "0586000000");
    assert_eq!(shown["account"]["state"], "unregistered");
    let trail: Vec<String> = house.trail(&city).await.iter().map(|entry| format!("{entry:?}")).collect();
    let all = format!("{shown}{}", trail.concat());
    let password = sip["secret"]["password"].as_str().expect("a password");
    for secret in ["open sesame", password, whip["secret"]["token"].as_str().expect("a token")] {
        assert!(!all.contains(secret), "a secret is shown again");
    }
}

// req: P-2
#[tokio::test]
async fn what_does_not_belong_to_a_kind_is_refused_in_plain_words() {
    let house = House::open().await;
    let city = house.city("ichinomiya").await;
    let manager = house.signed_in(&city, "m1", &[("manager", None)]).await;
    let account = json!({ "registrar_host": "pbx example", "registrar_port": 0, "username": "内線 1", "password": "", "expires_seconds": 5 });
    for (body, wrong) in [
        (json!({ "kind": "siprec", "name": "a" }), vec!["networks"]),
        (
            json!({ "kind": "sip", "name": "a", "networks": ["0.0.0.0/1", "2000::/3", "x"] }),
            vec!["networks[0]", "networks[1]", "networks[2]"],
        ),
        (json!({ "kind": "registration", "name": "a", "networks": ["192.0.2.0/24"] }), vec!["account"]),
        (
            json!({ "kind": "registration", "name": "a", "networks": ["192.0.2.0/24"], "account": account }),
            vec![
                "account.registrar_host",
                "account.registrar_port",
                "account.username",
                "account.password",
                "account.expires_seconds",
            ],
        ),
        (json!({ "kind": "whip", "name": "a", "account": account }), vec!["account"]),
        (
            json!({ "kind": "whip", "name": "a", "security": { "digest_required": true } }),
            vec!["security.digest_required"],
        ),
        (
            json!({ "kind": "sip", "name": "a", "networks": ["192.0.2.0/24"], "security": { "tls_client_sha256": ["AB:CD"], "transport": "tls" } }),
            vec!["security.tls_client_sha256[0]"],
        ),
        (
            json!({ "kind": "sip", "name": "a", "networks": ["192.0.2.0/24"], "security": { "tls_client_sha256": ["ab".repeat(32)] } }),
            vec!["security.transport"],
        ),
        (json!({ "kind": "fax", "name": "a" }), vec!["kind"]),
    ] {
        let refused = manager.post("/v1/connections", body.clone()).await.refused(422, "invalid-fields");
        assert_eq!(fields(&refused), wrong, "{body}");
    }
    assert_eq!(manager.get("/v1/connections").await.ok(200)["items"], json!([]));
    house.keys.set_down(true);
    let good = json!({ "kind": "registration", "name": "a", "networks": ["192.0.2.0/24"],
        "account": { "registrar_host": "pbx.example", "username": "201", "password": "x" } });
    manager.post("/v1/connections", good).await.refused(503, "unavailable");
    assert_eq!(manager.get("/v1/connections").await.ok(200)["items"], json!([]), "nothing was half made");
}

// req: P-2
#[tokio::test]
async fn an_edit_is_audited_with_before_and_after_and_meets_no_one_elses() {
    let house = House::open().await;
    let city = house.city("ichinomiya").await;
    let manager = house.signed_in(&city, "m1", &[("manager", None)]).await;
    let made = json!({ "kind": "registration", "name": "a", "networks": ["192.0.2.0/24"],
        "account": { "registrar_host": "pbx.example", "username": "201", "password": "first" } });
    let made = manager.post("/v1/connections", made).await.ok(201);
    let sealed = routed(&house, &made).await.registration.expect("an account").sealed_password;
    let path = format!("/v1/connections/{}/edit", id_of(&made));
    let change = |version: i32, host: &str| {
        json!({ "version": version, "name": "b", "networks": ["198.51.100.0/24"], "default_line": "tax-line",
            "account": { "registrar_host": host, "username": "202" } })
    };
    let changed = manager.post(&path, change(1, "sip.example")).await.ok(200);
    assert_eq!((&changed["name"], &changed["version"]), (&json!("b"), &json!(2)));
    let known = routed(&house, &made).await.registration.expect("an account");
    assert_eq!(
        (known.registrar_host.as_str(), &known.sealed_password),
        ("sip.example", &sealed),
        "the password stays"
    );
    let event = house.last(&city, "connection.edit").await;
    let detail = format!("{event:?}");
    assert!(detail.contains("192.0.2.0/24") && detail.contains("198.51.100.0/24"), "{detail}");
    let refused = manager.post(&path, change(1, "late.example")).await.refused(409, "conflict");
    assert!(refused["detail"].as_str().is_some_and(|text| text.contains("ほかの人")), "{refused}");

    // Asking for a digest from now on makes the credential it is proved with.
    let pbx =
        manager.post("/v1/connections", json!({ "name": "c", "networks": ["192.0.2.0/24"] })).await.ok(201);
    let path = format!("/v1/connections/{}/edit", id_of(&pbx));
    let body = json!({ "name": "c", "networks": ["192.0.2.0/24"], "security": { "digest_required": true } });
    assert!(manager.post(&path, body.clone()).await.ok(200)["secret"]["password"].is_string());
    assert!(manager.post(&path, body).await.ok(200).get("secret").is_none(), "it has one now");
    let wrong = json!({ "name": "", "networks": [] });
    assert_eq!(
        fields(&manager.post(&path, wrong).await.refused(422, "invalid-fields")),
        ["name", "networks"]
    );
}

// req: P-2
#[tokio::test]
async fn a_rotation_shows_a_new_secret_and_says_how_long_the_old_one_is_good() {
    let house = House::open().await;
    let city = house.city("ichinomiya").await;
    let manager = house.signed_in(&city, "m1", &[("manager", None)]).await;
    let made = manager.post("/v1/connections", json!({ "kind": "whip", "name": "窓口" })).await.ok(201);
    let path = format!("/v1/connections/{}", id_of(&made));
    let rotate = format!("{path}/rotate");
    house.clock.advance(TimeDelta::minutes(1));
    let rotated = manager.post(&rotate, json!({})).await.ok(200);
    assert_ne!(rotated["secret"]["token"], made["secret"]["token"]);
    let until = house.now() + TimeDelta::hours(24);
    assert_eq!(rotated["previous_until"].as_str().map(str::parse), Some(Ok(until)));
    let shown = manager.get(&path).await.ok(200);
    assert_eq!(shown["credential"]["previous_until"], rotated["previous_until"]);
    let valid = |known: &RoutingConnection, at| known.credentials.iter().filter(|c| c.is_valid(at)).count();
    let known = routed(&house, &made).await;
    assert_eq!((valid(&known, house.now()), valid(&known, until)), (2, 1));
    // A leaked credential ends at once.
    let rotated = manager.post(&rotate, json!({ "overlap_hours": 0 })).await.ok(200);
    assert!(rotated.get("previous_until").is_none(), "{rotated}");
    assert_eq!(routed(&house, &made).await.credentials.len(), 1);
    let refused = manager.post(&rotate, json!({ "overlap_hours": 337 })).await.refused(422, "invalid-fields");
    assert_eq!(fields(&refused), ["overlap_hours"]);
    let plain =
        manager.post("/v1/connections", json!({ "name": "a", "networks": ["192.0.2.0/24"] })).await.ok(201);
    let plain = format!("/v1/connections/{}/rotate", id_of(&plain));
    manager.post(&plain, json!({})).await.refused(409, "conflict");
}

// req: P-2
#[tokio::test]
async fn a_test_tells_step_by_step_what_arrived_and_waits_for_the_next() {
    let house = House::open().await;
    let city = house.city("ichinomiya").await;
    let manager = house.signed_in(&city, "m1", &[("manager", None)]).await;
    let made =
        manager.post("/v1/connections", json!({ "name": "a", "networks": ["192.0.2.0/24"] })).await.ok(201);
    let connection = id_of(&made);
    let path = format!("/v1/connections/{connection}/test");
    assert_eq!(manager.get(&path).await.ok(200)["running"], false);
    let begun = manager.post(&path, Value::Null).await.ok(200);
    assert_eq!(begun["running"], true);
    let states = |test: &Value| -> Vec<String> {
        let steps = test["steps"].as_array().expect("steps").iter();
        steps
            .map(|step| format!("{} {}", step["step"].as_str().unwrap(), step["state"].as_str().unwrap()))
            .collect()
    };
    let mut waiting =
        vec!["reached", "secured", "authenticated", "media_agreed", "sound", "speakers", "sealed"]
            .into_iter()
            .map(|step| format!("{step} waiting"))
            .collect::<Vec<_>>();
    assert_eq!(states(&begun), waiting);
    assert!(routed(&house, &made).await.test_until.is_some_and(|until| until > house.now()));

    let see = async |event, source: &str| {
        let observed = ConnectionObservation {
            id: Uuid::now_v7(),
            at: house.now(),
            event,
            source: Some(source.parse().expect("an address")),
            status_code: None,
            detail: json!({ "transport": "udp" }),
        };
        let mut tx = house.db.tenant(&city).await.expect("begun");
        connection_observations::add(&mut tx, connection, &observed).await.expect("added");
        tx.commit_bookkeeping().await.expect("committed");
        observed.id
    };
    let first = see(ConnectionEvent::SourceNotAllowed, "198.51.100.7").await;
    let seen = manager.get(&path).await.ok(200);
    waiting[0] = "reached problem".to_owned();
    assert_eq!(states(&seen), waiting);
    assert_eq!(seen["observations"][0]["source"], "198.51.100.7");

    // A watcher waits behind what it knows, and is answered when the next thing is seen.
    let behind = format!("{path}?after={first}&wait=20");
    let (watched, _) = tokio::join!(manager.get(&behind), async {
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        see(ConnectionEvent::Reached, "192.0.2.7").await
    });
    let watched = watched.ok(200);
    waiting[0] = "reached good".to_owned();
    assert_eq!(states(&watched), waiting);
    assert_eq!(watched["observations"].as_array().map(Vec::len), Some(2));
    manager.get(&format!("{path}?wait=21")).await.refused(422, "invalid-fields");
    // Beginning anew forgets what was seen before.
    house.clock.advance(TimeDelta::seconds(1));
    assert_eq!(manager.post(&path, Value::Null).await.ok(200)["observations"], json!([]));
    house.clock.advance(TimeDelta::minutes(30));
    let later = house.signed_in(&city, "m2", &[("manager", None)]).await;
    assert_eq!(later.get(&path).await.ok(200)["running"], false, "it ends by itself");
}

// req: P-2
#[tokio::test]
async fn health_adds_up_what_the_worker_counted() {
    let house = House::open().await;
    let city = house.city("ichinomiya").await;
    let manager = house.signed_in(&city, "m1", &[("manager", None)]).await;
    let made = manager
        .post(
            "/v1/connections",
            json!({ "kind": "registration", "name": "a", "networks": ["192.0.2.0/24"],
        "account": { "registrar_host": "pbx.example", "username": "201", "password": "x" } }),
        )
        .await
        .ok(201);
    let (connection, today) = (id_of(&made), civil_day(house.now()));
    let mut tx = house.db.tenant(&city).await.expect("begun");
    let figures = BTreeMap::from([
        (ConnectionFigure::CallsEnded, 10),
        (ConnectionFigure::SpeakersUnproved, 1),
        (ConnectionFigure::PacketsExpected, 10_000),
        (ConnectionFigure::PacketsLost, 300),
        (ConnectionFigure::CodecPcmu, 20),
        (ConnectionFigure::SetupWithin20Ms, 10),
    ]);
    let yesterday = today.pred_opt().expect("a day");
    for day in [today, yesterday] {
        connection_figures::add(&mut tx, day, connection, &figures).await.expect("added");
        let refused = RefusalReason::SrtpRequired.counted_as();
        unrecorded_counts::add(&mut tx, day, connection, &refused, "").await.expect("added");
    }
    unrecorded_counts::add(&mut tx, yesterday, connection, "line_not_listed", "2(1)").await.expect("added");
    registration_accounts::note(&mut tx, connection, RegistrationState::Refused, Some(403), house.now())
        .await
        .expect("noted");
    connections::heard_from(&mut tx, connection, true, house.now()).await.expect("noted");
    tx.commit_bookkeeping().await.expect("committed");

    let health = manager.get(&format!("/v1/connections/{connection}/health")).await.ok(200);
    assert_eq!(health["standing"], "attention");
    assert_eq!(health["reasons"], json!(["registration_refused", "calls_refused", "packets_lost"]));
    assert_eq!(health["account"]["status_code"], 403);
    assert_eq!((&health["today"]["calls_ended"], &health["week"]["calls_ended"]), (&json!(10), &json!(20)));
    assert_eq!(
        (&health["week"]["loss_percent"], &health["week"]["setup_median_ms"]),
        (&json!(3.0), &json!(20))
    );
    assert_eq!(health["week"]["codecs"], json!([{ "codec": "pcmu", "streams": 40 }]));
    assert_eq!(health["refused"], json!([{ "reason": "srtp_required", "today": 1, "week": 2 }]));
    assert_eq!(health["not_kept"], json!([{ "reason": "line_not_listed", "today": 0, "week": 1 }]));
    let listed = manager.get("/v1/connections").await.ok(200);
    assert_eq!(
        (&listed["items"][0]["registration_state"], &listed["items"][0]["refused_today"]),
        (&json!("refused"), &json!(1))
    );
    house.clock.advance(TimeDelta::hours(24));
    let later = house.signed_in(&city, "m2", &[("manager", None)]).await;
    let silent = later.get(&format!("/v1/connections/{connection}")).await.ok(200);
    assert_eq!(silent["reasons"], json!(["registration_refused", "silent"]));
}

// req: P-2
#[tokio::test]
async fn a_connection_is_switched_off_and_on_again_by_those_who_may() {
    let house = House::open().await;
    let city = house.city("osaka-waterworks").await;
    let manager = house.signed_in(&city, "o1", &[("operations-manager", None)]).await;
    let reader = house.signed_in(&city, "s1", &[("information-security-officer", None)]).await;
    let made =
        manager.post("/v1/connections", json!({ "name": "a", "networks": ["192.0.2.0/24"] })).await.ok(201);
    let path = |what: &str| format!("/v1/connections/{}/{what}", id_of(&made));
    manager.post(&path("enable"), Value::Null).await.refused(409, "conflict");
    manager.post(&path("disable"), Value::Null).await.ok(204);
    assert_eq!(reader.get("/v1/connections").await.ok(200)["items"][0]["standing"], "disabled");
    manager.post(&path("enable"), Value::Null).await.ok(204);
    assert_eq!(house.last(&city, "connection.enable").await.kind, "connection.enable");
    for what in ["edit", "rotate", "test", "enable", "disable"] {
        let body =
            if what == "edit" { json!({ "name": "b", "networks": ["192.0.2.0/24"] }) } else { json!({}) };
        reader.post(&path(what), body).await.refused(403, "not-permitted");
    }
    for what in ["health", "test"] {
        reader.get(&path(what)).await.ok(200);
    }
}

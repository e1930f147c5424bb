//! A connection's credentials, account, observations and figures, and what a worker reads of them.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use rokuon_db::connection_credentials::{self, CredentialHash, FreshCredential};
use rokuon_db::connection_edits::{self, ConnectionEdit};
use rokuon_db::connection_events::ConnectionEvent;
use rokuon_db::connection_figures::{self, ConnectionFigure};
use rokuon_db::connection_observations::{self, ConnectionObservation, KEPT};
use rokuon_db::connection_terms::{ConnectionSecurity, MediaSecurity, RequiredTransport, SipTransport};
use rokuon_db::connections;
use rokuon_db::registration_accounts::{self, RegistrationAccount, RegistrationState};
use rokuon_db::tenant_tx::TenantTx;
use rokuon_db::unrecorded_counts::RefusalReason;
use rokuon_db::{routing, unrecorded_counts};
use rokuon_policy::ids::ConnectionId;
use rokuon_policy::pii::Pii;
use uuid::Uuid;

use crate::city::{City, Platform, day, noon};

/// One row in each table of connections.
pub async fn fill(tx: &mut TenantTx, connection: ConnectionId) {
    let credential = FreshCredential::token().unwrap();
    connection_credentials::add(tx, connection, &credential, noon(), noon()).await.unwrap();
    registration_accounts::put(tx, connection, &account(), noon()).await.unwrap();
    connection_observations::add(tx, connection, &seen_at(0)).await.unwrap();
    let figures = BTreeMap::from([(ConnectionFigure::CallsEnded, 1)]);
    connection_figures::add(tx, day("2026-04-01"), connection, &figures).await.unwrap();
}

fn account() -> RegistrationAccount {
    RegistrationAccount {
        registrar_host: "pbx.example".to_owned(),
        registrar_port: 5061,
        transport: SipTransport::Tls,
        domain: None,
        username: Pii::new("0125001234".to_owned()),
        auth_username: None,
        sealed_password: vec![0xA5; 130],
        expires_seconds: 600,
    }
}

fn seen_at(second: i64) -> ConnectionObservation {
    ConnectionObservation {
        id: Uuid::now_v7(),
        at: noon() + TimeDelta::seconds(second),
        event: ConnectionEvent::NoCodec,
        source: Some("2001:db8::7".parse().unwrap()),
        status_code: Some(488),
        detail: serde_json::json!({ "offered": ["G729"] }),
    }
}

async fn routed(city: &City) -> routing::RoutingConnection {
    let all = routing::connections(&city.database).await.unwrap();
    all.into_iter().find(|c| c.connection == city.connection).unwrap()
}

// req: P-2
#[tokio::test]
async fn a_rotation_leaves_the_old_credential_valid_until_the_stated_time() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let later = noon() + TimeDelta::hours(24);
    let [first, second, third] = [(); 3].map(|()| FreshCredential::digest("exchange").unwrap());
    let mut tx = city.tx().await;
    assert_eq!(connection_credentials::dates(&mut tx, city.connection, noon()).await.unwrap(), None);
    connection_credentials::add(&mut tx, city.connection, &first, noon(), noon()).await.unwrap();
    connection_credentials::add(&mut tx, city.connection, &second, later, noon()).await.unwrap();
    let dates = connection_credentials::dates(&mut tx, city.connection, noon()).await.unwrap().unwrap();
    assert_eq!((dates.created_at, dates.previous_until), (noon(), Some(later)));
    tx.commit_bookkeeping().await.unwrap();

    let known = routed(&city).await.credentials;
    let hashes: Vec<&CredentialHash> = known.iter().map(|c| &c.hash).collect();
    assert_eq!(hashes, [&first.hash, &second.hash]);
    let valid = |at| known.iter().filter(|c| c.is_valid(at)).count();
    assert_eq!((valid(noon()), valid(later)), (2, 1));

    // A second rotation at once: never more than two, and an end once told is never put off.
    let mut tx = city.tx().await;
    let much_later = later + TimeDelta::hours(24);
    connection_credentials::add(&mut tx, city.connection, &third, much_later, noon()).await.unwrap();
    tx.commit_bookkeeping().await.unwrap();
    let known = routed(&city).await.credentials;
    let hashes: Vec<&CredentialHash> = known.iter().map(|c| &c.hash).collect();
    assert_eq!(hashes, [&second.hash, &third.hash]);
    assert_eq!(known[0].valid_until, Some(much_later));

    let mut tx = city.tx().await;
    let error = connection_credentials::add(&mut tx, ConnectionId(Uuid::nil()), &third, noon(), noon())
        .await
        .unwrap_err();
    assert_eq!(error.constraint(), Some("connection_credentials_connection"));
}

// req: P-2
#[tokio::test]
async fn an_account_reaches_the_worker_sealed_and_tells_how_it_stands() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let account = account();
    let mut tx = city.tx().await;
    registration_accounts::put(&mut tx, city.connection, &account, noon()).await.unwrap();
    let note = RegistrationState::Refused;
    for (minute, state, code) in [(1, note, 403), (2, note, 403), (3, RegistrationState::Registered, 200)] {
        let now = noon() + TimeDelta::minutes(minute);
        registration_accounts::note(&mut tx, city.connection, state, Some(code), now).await.unwrap();
        let found = registration_accounts::find(&mut tx, city.connection).await.unwrap().unwrap();
        assert_eq!(found.account, account);
        let since = noon() + TimeDelta::minutes(if minute == 2 { 1 } else { minute });
        assert_eq!((found.standing.state, found.standing.since), (state, Some(since)), "minute {minute}");
    }
    tx.commit_bookkeeping().await.unwrap();
    let routed = routed(&city).await.registration.unwrap();
    assert_eq!(routed.sealed_password, account.sealed_password);
    assert_eq!((routed.domain.as_deref(), routed.registrar_port), (Some("pbx.example"), 5061));
    assert_eq!(routed.auth_username.as_ref().map(Pii::reveal), Some(account.username.reveal()));
    assert!(!format!("{routed:?}").contains("0125001234"));
}

#[tokio::test]
async fn observations_are_few_and_short_lived() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let mut tx = city.tx().await;
    let first = seen_at(0);
    connection_observations::add(&mut tx, city.connection, &first).await.unwrap();
    connection_observations::add(&mut tx, city.connection, &first).await.unwrap();
    let found = connection_observations::since(&mut tx, city.connection, noon()).await.unwrap();
    assert_eq!(found, [first], "a note may be written twice");
    for second in 1..=i64::try_from(KEPT).unwrap() + 20 {
        connection_observations::add(&mut tx, city.connection, &seen_at(second)).await.unwrap();
    }
    let found = connection_observations::since(&mut tx, city.connection, noon()).await.unwrap();
    assert_eq!((found.len(), found[0].at), (KEPT, noon() + TimeDelta::seconds(21)));
    connection_observations::add(&mut tx, city.connection, &seen_at(90_000)).await.unwrap();
    let found = connection_observations::since(&mut tx, city.connection, noon()).await.unwrap();
    assert_eq!(found.len(), 1, "what is older than a day is gone");
    let large = ConnectionObservation { detail: serde_json::json!("x".repeat(2_000)), ..seen_at(90_001) };
    let error = connection_observations::add(&mut tx, city.connection, &large).await.unwrap_err();
    assert_eq!(error.constraint(), Some("connection_observations_small"));
}

#[tokio::test]
async fn figures_add_up_by_day() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let mut tx = city.tx().await;
    let lost = |n: u64| BTreeMap::from([(ConnectionFigure::PacketsLost, n), (ConnectionFigure::Streams, 0)]);
    for (date, n) in [("2026-03-30", 1), ("2026-03-31", 10), ("2026-03-31", 100), ("2026-04-01", 1_000)] {
        connection_figures::add(&mut tx, day(date), city.connection, &lost(n)).await.unwrap();
    }
    connection_figures::add(&mut tx, day("2026-04-01"), city.connection, &BTreeMap::new()).await.unwrap();
    let sum = connection_figures::sum(&mut tx, city.connection, day("2026-03-31"), day("2026-04-01"))
        .await
        .unwrap();
    assert_eq!(sum, BTreeMap::from([(ConnectionFigure::PacketsLost, 1_110)]));
}

#[tokio::test]
async fn an_edit_needs_the_version_it_was_made_from() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let edit = ConnectionEdit {
        name: "新庁舎".to_owned(),
        networks: vec!["198.51.100.0/24".parse().unwrap()],
        default_line: Some("main".to_owned()),
        security: ConnectionSecurity {
            media: MediaSecurity::SrtpRequired,
            transport: RequiredTransport::Tls,
            learns_source: false,
            tls_client_sha256: vec![[7; 32]],
            digest_required: true,
        },
    };
    let mut tx = city.tx().await;
    assert!(connection_edits::edit(&mut tx, city.connection, 1, &edit).await.unwrap());
    assert!(
        !connection_edits::edit(&mut tx, city.connection, 1, &edit).await.unwrap(),
        "it has another version now"
    );
    connection_edits::begin_test(&mut tx, city.connection, noon(), noon() + TimeDelta::minutes(15))
        .await
        .unwrap();
    let found =
        connections::find(&mut tx, city.connection, day("2026-04-01"), noon()).await.unwrap().unwrap();
    assert_eq!((found.version, &found.security), (2, &edit.security));
    assert_eq!(
        (found.name, found.networks, found.default_line),
        (edit.name, edit.networks, edit.default_line)
    );
    tx.commit_bookkeeping().await.unwrap();
    let routed = routed(&city).await;
    assert_eq!(routed.security, edit.security);
    assert_eq!(routed.test_until, Some(noon() + TimeDelta::minutes(15)));
}

#[tokio::test]
async fn late_counts_tell_today_from_the_week() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let mut tx = city.tx().await;
    let refused = RefusalReason::NoCodec.counted_as();
    for date in ["2026-03-20", "2026-03-31", "2026-04-01", "2026-04-01"] {
        unrecorded_counts::add(&mut tx, day(date), city.connection, &refused, "").await.unwrap();
    }
    unrecorded_counts::add(&mut tx, day("2026-03-30"), city.connection, "line_not_listed", "2(1)")
        .await
        .unwrap();
    let (from, to) = (day("2026-03-26"), day("2026-04-01"));
    let counts = unrecorded_counts::of_connection(&mut tx, city.connection, from, to).await.unwrap();
    let told: Vec<_> = counts.iter().map(|c| (c.reason.as_str(), c.today, c.total)).collect();
    assert_eq!(told, [("refused_no_codec", 2, 3), ("line_not_listed", 0, 1)]);
}

//! What a policy file and a manager bring: names, versions, departments, lines, connections, counts.

use chrono::TimeDelta;
use rokuon_db::connection_edits;
use rokuon_db::connection_terms::{ConnectionKind, ConnectionSecurity, ConnectionState};
use rokuon_db::connections::{self, NewConnection};
use rokuon_db::database::migrate;
use rokuon_db::departments::{self, Department};
use rokuon_db::{calls, lines, policy_versions, tenants, unrecorded_counts};
use rokuon_policy::ids::ConnectionId;
use rokuon_policy::text::Text;
use uuid::Uuid;

use crate::city::{Platform, day, line, noon};

#[tokio::test]
async fn migrating_again_changes_nothing() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    migrate(&platform.test.owner_url()).await.unwrap();
    migrate(&platform.test.owner_url()).await.unwrap();
    assert!(tenants::find(&mut city.tx().await).await.unwrap().is_some());
}

#[tokio::test]
async fn a_tenant_is_new_once_and_can_be_renamed() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let mut tx = city.tx().await;
    assert!(
        !tenants::put(&mut tx, &Text::new("青空市", "Aozora"), "青空", noon() + TimeDelta::days(1))
            .await
            .unwrap()
    );
    let tenant = tenants::find(&mut tx).await.unwrap().unwrap();
    assert_eq!(
        (tenant.id, tenant.name.ja.as_str(), tenant.name_short.as_str()),
        (city.tenant.clone(), "青空市", "青空")
    );
    assert_eq!(tenant.created_at, noon());
    let mut nobody = platform.database.tenant(&"nowhere".parse().unwrap()).await.unwrap();
    assert!(tenants::find(&mut nobody).await.unwrap().is_none());
    assert!(tenants::put(&mut nobody, &Text::new("新市", "New"), "新", noon()).await.unwrap());
}

#[tokio::test]
async fn a_policy_is_loaded_once_and_takes_force_on_its_day() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let mut tx = city.tx().await;
    assert_eq!(
        policy_versions::load(&mut tx, "amended", day("2026-07-01"), noon()).await.unwrap(),
        (2, true)
    );
    assert_eq!(
        policy_versions::load(&mut tx, "amended", day("2026-07-01"), noon()).await.unwrap(),
        (2, false)
    );
    assert_eq!(policy_versions::in_force(&mut tx, day("2025-12-31")).await.unwrap(), None);
    assert_eq!(policy_versions::in_force(&mut tx, day("2026-06-30")).await.unwrap().unwrap().version, 1);
    let newest = policy_versions::in_force(&mut tx, day("2026-07-01")).await.unwrap().unwrap();
    assert_eq!(
        (newest.version, newest.toml.as_str(), newest.effective_from),
        (2, "amended", day("2026-07-01"))
    );
    assert_eq!(policy_versions::find(&mut tx, 2).await.unwrap(), Some(newest));
    assert_eq!(policy_versions::find(&mut tx, 3).await.unwrap(), None);
}

#[tokio::test]
async fn departments_keep_the_files_order() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let mut tx = city.tx().await;
    let department = |id: &str| Department { id: id.parse().unwrap(), name: Text::new(id, id) };
    departments::put_all(&mut tx, &[department("zeimu"), department("kansa"), department("shimin")])
        .await
        .unwrap();
    let listed = departments::list(&mut tx).await.unwrap();
    assert_eq!(listed, [department("zeimu"), department("kansa"), department("shimin")]);
}

#[tokio::test]
async fn a_line_that_is_struck_off_is_no_longer_listed_and_its_recordings_still_name_it() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let call = city.sealed_call(noon()).await;
    let mut tx = city.tx().await;
    let mut pattern = line("many", "0125", Some("zeimu"));
    pattern.pattern = Some("0125*".to_owned());
    lines::put_all(&mut tx, &[pattern.clone(), line("tax", "0125005678", None)]).await.unwrap();
    assert_eq!(lines::list(&mut tx).await.unwrap(), [pattern, line("tax", "0125005678", None)]);
    let found = rokuon_db::recording_search::find(&mut tx, call.recording).await.unwrap().unwrap();
    assert_eq!(found.line.unwrap().1.ja, "main電話");
    let error = lines::put(&mut tx, &line("x", "1", Some("nowhere"))).await.unwrap_err();
    assert_eq!(error.constraint(), Some("lines_department"));
}

#[tokio::test]
async fn a_connection_shows_its_last_call_and_todays_figures_and_can_be_switched_off() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let today = (day("2026-04-01"), "2026-03-31T15:00:00Z".parse().unwrap());
    city.sealed_call(noon()).await;
    city.sealed_call(noon() - TimeDelta::days(1)).await;
    let mut tx = city.tx().await;
    for (reason, times) in [("refused_no_codec", 3), ("line_not_listed", 2)] {
        for _ in 0..times {
            unrecorded_counts::add(&mut tx, today.0, city.connection, reason, "").await.unwrap();
        }
    }
    let later = noon() + TimeDelta::minutes(1);
    connections::heard_from(&mut tx, city.connection, true, noon()).await.unwrap();
    connections::heard_from(&mut tx, city.connection, false, later).await.unwrap();
    connections::heard_from(&mut tx, city.connection, true, noon() - TimeDelta::days(1)).await.unwrap();
    let found = connections::find(&mut tx, city.connection, today.0, today.1).await.unwrap().unwrap();
    assert_eq!((found.calls_today, found.refused_today), (1, 3));
    assert_eq!((found.last_call_at, found.last_heartbeat_at), (Some(noon()), Some(later)));
    assert_eq!((found.name.as_str(), found.state), ("本庁舎", ConnectionState::Active));
    let off = ConnectionState::Disabled;
    assert!(connection_edits::switch(&mut tx, city.connection, off).await.unwrap());
    assert!(!connection_edits::switch(&mut tx, city.connection, off).await.unwrap());
    let listed = connections::list(&mut tx, today.0, today.1).await.unwrap();
    assert_eq!(listed[0].state, ConnectionState::Disabled);
    assert!(
        connections::find(&mut tx, ConnectionId(Uuid::new_v4()), today.0, today.1).await.unwrap().is_none()
    );
}

#[tokio::test]
async fn a_new_connection_needs_a_known_line_and_gets_a_random_address() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let new = |line: &str| NewConnection {
        id: ConnectionId(Uuid::new_v4()),
        name: "支所".to_owned(),
        address_user: connections::fresh_address_user().unwrap(),
        networks: vec!["2001:db8::5/32".parse().unwrap()],
        default_line: Some(line.to_owned()),
        kind: ConnectionKind::Sip,
        security: ConnectionSecurity::default(),
    };
    let (one, two) = (new("main"), new("main"));
    assert_ne!(one.address_user, two.address_user);
    assert_eq!(one.address_user.len(), 24);
    let mut tx = city.tx().await;
    connections::create(&mut tx, &one, noon()).await.unwrap();
    let found = connections::find(&mut tx, one.id, day("2026-04-01"), noon()).await.unwrap().unwrap();
    assert_eq!(found.networks, ["2001:db8::/32".parse().unwrap()], "host bits are cut off");
    let error = connections::create(&mut tx, &new("nowhere"), noon()).await.unwrap_err();
    assert_eq!(error.constraint(), Some("connections_default_line"));
}

// req: T-2
#[tokio::test]
async fn calls_that_are_not_kept_are_counted_by_day_connection_and_reason() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let mut tx = city.tx().await;
    for (date, reason) in [("2026-04-01", "a"), ("2026-04-01", "a"), ("2026-04-01", "b"), ("2026-04-03", "a")]
    {
        unrecorded_counts::add(&mut tx, day(date), city.connection, reason, "2(1)").await.unwrap();
    }
    let counts = unrecorded_counts::list(&mut tx, day("2026-04-01"), day("2026-04-02")).await.unwrap();
    let short: Vec<_> =
        counts.iter().map(|c| (c.reason.as_str(), c.count, c.connection_name.as_str())).collect();
    assert_eq!(short, [("a", 2, "本庁舎"), ("b", 1, "本庁舎")]);
    let unknown = ConnectionId(Uuid::new_v4());
    let error = unrecorded_counts::add(&mut tx, day("2026-04-01"), unknown, "a", "").await.unwrap_err();
    assert_eq!(error.constraint(), Some("unrecorded_counts_connection"));
}

#[tokio::test]
async fn a_call_that_ends_before_it_begins_is_refused() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let call = city.call(noon());
    city.start(&call).await;
    let error =
        calls::end(&mut city.tx().await, call.call, noon() - TimeDelta::seconds(1), 0).await.unwrap_err();
    assert_eq!(error.constraint(), Some("calls_in_order"));
}

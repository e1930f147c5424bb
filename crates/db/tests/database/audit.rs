//! The audit trail: with the act or not at all, in order, without a way back.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use rokuon_db::audit_events::{Actor, AuditEvent, AuditOutcome, leaf_hash};
use rokuon_db::audit_search::{self, AuditFilter};
use rokuon_db::people;
use rokuon_policy::decision::Decision;
use rokuon_policy::pii::Pii;
use rokuon_policy::text::Text;
use serde_json::json;
use sqlx::{Connection, PgConnection};

use crate::city::{City, Platform, noon};

fn event(city: &City, kind: &str, minute: i64) -> AuditEvent {
    let actor = Actor::Person { person: city.person, posts: vec!["manager".to_owned()] };
    AuditEvent::new(kind, actor, noon() + TimeDelta::minutes(minute))
}

async fn all(city: &City, filter: AuditFilter) -> Vec<audit_search::AuditEntry> {
    let mut tx = city.tx().await;
    let page = audit_search::search(&mut tx, &filter, 200).await.unwrap();
    tx.commit_read_only().await.unwrap();
    page.items
}

// req: O-3
#[tokio::test]
async fn an_event_says_who_what_and_by_which_article_and_its_leaf_can_be_checked() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let refusal = Decision::refuse(
        "access.purpose_unknown",
        "3(2)".parse().unwrap(),
        Text::new("目的外です", "not a purpose"),
    );
    let written = event(&city, "play.start", 1)
        .on("recording", "r-1")
        .decided_by(&refusal)
        .with(json!({ "z": 1, "a": [1.5, "é\u{1}"] }));
    city.tx().await.commit_with(written.clone()).await.unwrap();

    let read = all(&city, AuditFilter::default()).await.remove(0);
    assert_eq!((read.seq, read.id, read.at), (1, written.id, written.at));
    assert_eq!(read.person, Some(city.person));
    assert_eq!(read.display_name.unwrap().reveal(), "山田 太郎");
    assert_eq!(read.posts, ["manager"]);
    assert_eq!((read.outcome, read.rule.as_deref()), (AuditOutcome::Refused, Some("access.purpose_unknown")));
    assert_eq!(read.article.unwrap().as_str(), "3(2)");
    assert_eq!((read.sentence, read.detail), (written.sentence, written.detail));
    assert!(read.body.starts_with(r#"{"actor":{"person":""#), "{}", read.body);
    assert!(read.body.contains(r#""detail":{"a":[1.5,"é\u0001"],"z":1}"#), "{}", read.body);
    assert!(!read.body.contains("山田"), "people stand in a body by id only");
    assert_eq!(leaf_hash(&read.salt, &read.body), read.leaf_hash);
    assert_ne!(leaf_hash(&[0; 32], &read.body), read.leaf_hash);
}

// req: O-3
#[tokio::test]
async fn the_act_and_its_event_are_written_together_or_not_at_all() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let mut tx = city.tx().await;
    people::signed_in(&mut tx, city.person, noon()).await.unwrap();
    let mut twice = event(&city, "sign_in.done", 0);
    twice.kind = "x\0".to_owned(); // PostgreSQL takes no NUL: the event cannot be written.
    assert!(tx.commit_with(twice).await.is_err());
    let mut tx = city.tx().await;
    people::disable(&mut tx, city.person, noon()).await.unwrap();
    drop(tx);
    let mut tx = city.tx().await;
    people::disable(&mut tx, city.person, noon()).await.unwrap();
    tx.commit_read_only().await.unwrap();
    let person = people::find(&mut city.tx().await, city.person).await.unwrap().unwrap();
    assert_eq!((person.last_sign_in_at, person.disabled_at), (None, None));
    assert_eq!(all(&city, AuditFilter::default()).await.len(), 1, "only the founding");
}

// req: O-3
#[tokio::test]
async fn the_app_cannot_change_or_remove_what_is_written() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let mut app = PgConnection::connect(&platform.test.app_url()).await.unwrap();
    for sql in [
        "UPDATE audit_events SET body = '{}'",
        "UPDATE audit_events SET at = now()",
        "DELETE FROM audit_events",
        "TRUNCATE audit_events",
        "DELETE FROM audit_heads",
        "ALTER TABLE audit_events DISABLE ROW LEVEL SECURITY",
        "DROP TABLE audit_events",
        "CREATE RULE quiet AS ON INSERT TO audit_events DO INSTEAD NOTHING",
    ] {
        let mut tx = app.begin().await.unwrap();
        sqlx::query("SELECT set_config('app.tenant', 'aozora', true)").execute(&mut *tx).await.unwrap();
        let refused = sqlx::raw_sql(sql).execute(&mut *tx).await.unwrap_err();
        let code = refused.as_database_error().unwrap().code().unwrap().into_owned();
        assert_eq!(code, "42501", "{sql}: {refused}");
    }
    assert!(all(&city, AuditFilter::default()).await[0].leaf_fits());
}

// req: O-3
#[tokio::test]
async fn a_changed_body_no_longer_fits_its_leaf() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let mut behind = PgConnection::connect(&platform.test.superuser_url()).await.unwrap();
    sqlx::query("UPDATE audit_events SET body = replace(body, 'setup', 'other')")
        .execute(&mut behind)
        .await
        .unwrap();
    assert!(!all(&city, AuditFilter::default()).await[0].leaf_fits());
}

#[tokio::test]
async fn places_are_dense_and_unique_under_many_writers_and_a_repeated_event_takes_none() {
    let platform = Platform::new().await;
    let (city, other) = (platform.city("aozora").await, platform.city("minato").await);
    let mut writers = tokio::task::JoinSet::new();
    for n in 0..40 {
        let database = city.database.clone();
        let tenant = if n % 4 == 0 { other.tenant.clone() } else { city.tenant.clone() };
        let event = event(if n % 4 == 0 { &other } else { &city }, "test.write", n);
        writers.spawn(async move {
            for _ in 0..2 {
                // The second time: an answer that never came, so the writer repeats itself.
                database.tenant(&tenant).await.unwrap().commit_with(event.clone()).await.unwrap();
            }
        });
    }
    while let Some(done) = writers.join_next().await {
        done.unwrap();
    }
    for (city, events) in [(&city, 31), (&other, 11)] {
        let places: BTreeSet<i64> = all(city, AuditFilter::default()).await.iter().map(|e| e.seq).collect();
        assert_eq!(places, (0..events).collect());
    }
}

#[tokio::test]
async fn the_trail_is_found_by_time_person_kind_and_object_in_pages() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let second = rokuon_policy::ids::PersonId(uuid::Uuid::new_v4());
    let mut tx = city.tx().await;
    people::issue(&mut tx, second, "H.Sato", &Pii::new("佐藤".into()), None, noon()).await.unwrap();
    let events = [
        event(&city, "play.start", 1).on("recording", "a"),
        event(&city, "play.stop", 2).on("recording", "a"),
        event(&city, "playlist.x", 3),
        AuditEvent::new(
            "play.start",
            Actor::Person { person: second, posts: vec![] },
            noon() + TimeDelta::minutes(4),
        )
        .on("recording", "b"),
        AuditEvent::new("sign_in.refused", Actor::Nobody, noon() + TimeDelta::minutes(4)).refused(),
    ];
    tx.commit_with_all(&events).await.unwrap();

    let kinds = async |filter| all(&city, filter).await.into_iter().map(|e| e.kind).collect::<Vec<_>>();
    let plain = AuditFilter::default();
    assert_eq!(
        kinds(AuditFilter { kind: Some("play".into()), ..plain.clone() }).await,
        ["play.start", "play.stop", "play.start"]
    );
    assert_eq!(kinds(AuditFilter { kind: Some("play.stop".into()), ..plain.clone() }).await, ["play.stop"]);
    assert_eq!(kinds(AuditFilter { actor: Some(second), ..plain.clone() }).await, ["play.start"]);
    let on_a =
        AuditFilter { object_kind: Some("recording".into()), object_id: Some("a".into()), ..plain.clone() };
    assert_eq!(kinds(on_a).await, ["play.stop", "play.start"]);
    let window = AuditFilter {
        from: Some(noon() + TimeDelta::minutes(2)),
        to: Some(noon() + TimeDelta::minutes(4)),
        ..plain.clone()
    };
    assert_eq!(kinds(window).await, ["playlist.x", "play.stop"]);

    let mut filter = plain;
    let mut paged = Vec::new();
    loop {
        let mut tx = city.tx().await;
        let page = audit_search::search(&mut tx, &filter, 2).await.unwrap();
        paged.extend(page.items.into_iter().map(|e| e.seq));
        let Some(next) = page.next else { break };
        assert_eq!(next.to_string().parse(), Ok(next));
        filter.after = Some(next);
    }
    assert_eq!(paged, [5, 4, 3, 2, 1, 0]);
}

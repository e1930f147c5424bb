//! Destruction on its way: what may be committed, how often a certificate is written, how events are written in bulk.

use chrono::TimeDelta;
use rokuon_db::audit_events::{Actor, AuditEvent, leaf_hash};
use rokuon_db::audit_search::{self, AuditFilter};
use rokuon_db::certificates::{self, Certificate};
use rokuon_db::destruction::{self, DestroyingBell};
use rokuon_db::destruction_lists::{self, ListCause, ListedObject};
use rokuon_db::policy_amendments::{self, AmendmentState, PolicyAmendment};
use rokuon_db::tenant_tx::TenantTx;
use rokuon_db::{destruction_days, jobs};
use rokuon_policy::ids::{PersonId, RecordingId};
use rokuon_policy::job::JobKind;
use rokuon_policy::keeping::{Cause, DueReason};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use uuid::Uuid;

use crate::city::{City, Platform, day, noon};

/// Something in every table of keeping and destroying.
pub async fn fill(tx: &mut TenantTx, recording: RecordingId, person: PersonId) {
    jobs::ensure(tx, &[JobKind::Sweep], noon()).await.unwrap();
    destruction_days::add(tx, day("2026-04-01"), 1, 1).await.unwrap();
    let object = ListedObject {
        bucket: "media".to_owned(),
        key: "a/b/c".to_owned(),
        version: "v1".to_owned(),
        bytes: 1,
    };
    destruction_lists::put(tx, ListCause::Moved, &[(recording, vec![object])], noon()).await.unwrap();
    certificates::issue(tx, &[certificate(recording)]).await.unwrap();
    let amendment = PolicyAmendment {
        id: Uuid::now_v7(),
        toml: "tenant".to_owned(),
        effective_from: day("2026-05-01"),
        shortens: false,
        proposed_by: person,
        proposed_at: noon(),
        reason: "改正".to_owned(),
        state: AmendmentState::Proposed,
        decided: None,
        policy_version: None,
    };
    policy_amendments::propose(tx, &amendment).await.unwrap();
}

pub fn certificate(recording: RecordingId) -> Certificate {
    Certificate {
        id: Uuid::now_v7(),
        recording,
        issued_at: noon(),
        reason: "expired".to_owned(),
        article: "5(2)".parse().unwrap(),
        policy_version: 1,
        call_day: day("2026-03-01"),
        note: "a note".to_owned(),
    }
}

fn expired() -> Cause {
    Cause { reason: DueReason::Expired, article: "5(2)".parse().unwrap() }
}

async fn behind(platform: &Platform, sql: String) {
    let mut db = PgConnection::connect(&platform.test.superuser_url()).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut db).await.unwrap();
}

/// A recording whose period ended at noon of 2 May, due.
async fn due(city: &City) -> RecordingId {
    let call = city.sealed_call(noon()).await;
    let mut tx = city.tx().await;
    let chosen = [((call.recording, 1), expired())];
    let became = destruction::become_due(&mut tx, &chosen, noon() + TimeDelta::days(31)).await.unwrap();
    assert_eq!(became, [call.recording]);
    tx.commit_bookkeeping().await.unwrap();
    call.recording
}

// rule: I5, I12
#[tokio::test]
async fn the_committing_statement_asks_everything_again() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let over = noon() + TimeDelta::days(31);
    let commit = async |id, epoch, now| {
        let mut tx = city.tx().await;
        let done = destruction::commit(&mut tx, &[(id, epoch)], now).await.unwrap();
        tx.commit_bookkeeping().await.unwrap();
        !done.is_empty()
    };
    let set = async |id: RecordingId, what: &str| {
        behind(&platform, format!("UPDATE recordings SET {what} WHERE recording_id = '{id}'")).await;
    };
    let id = due(&city).await;
    assert!(!commit(id, 2, over).await, "another epoch");
    assert!(!commit(id, 1, over - TimeDelta::seconds(1)).await, "before the end");
    for (refuses, allows) in [
        ("active_holds = 1", "active_holds = 0"),
        ("hold_grace_until = '2026-05-03 00:00:00+00'", "hold_grace_until = NULL"),
        ("keep_at_least_until = '2026-05-03 00:00:00+00'", "keep_at_least_until = NULL"),
        ("keep_until = '2026-05-03 00:00:00+00'", "keep_until = '2026-05-02 00:00:00+00'"),
        ("state = 'quarantined'", "state = 'due'"),
    ] {
        set(id, refuses).await;
        assert!(!commit(id, 1, over).await, "{refuses}");
        set(id, allows).await;
    }
    let mut bell = DestroyingBell::listen(&city.database).await.unwrap();
    assert!(commit(id, 1, over).await);
    assert_eq!(bell.rings().await.unwrap(), [id], "what is in memory of it is forgotten");
    assert!(!commit(id, 1, over).await, "once");
    // and from there on no hold can be placed: the schema says so
    let mut db = PgConnection::connect(&platform.test.superuser_url()).await.unwrap();
    let refused = sqlx::raw_sql(AssertSqlSafe(format!(
        "UPDATE recordings SET active_holds = 1 WHERE recording_id = '{id}'"
    )))
    .execute(&mut db)
    .await
    .unwrap_err();
    assert!(refused.to_string().contains("recordings_held_not_destroyed"), "{refused}");
}

#[tokio::test]
async fn an_erasure_does_not_wait_for_the_period_and_capacity_waits_for_the_minimum() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    for (reason, goes) in [(DueReason::Erasure, true), (DueReason::Capacity, false)] {
        let call = city.sealed_call(noon()).await;
        behind(
            &platform,
            format!(
                "UPDATE recordings SET keep_at_least_until = '2026-04-10 00:00:00+00' WHERE recording_id = '{}'",
                call.recording
            ),
        )
        .await;
        let mut tx = city.tx().await;
        let cause = Cause { reason, ..expired() };
        destruction::become_due(&mut tx, &[((call.recording, 1), cause)], noon()).await.unwrap();
        let committed = destruction::commit(&mut tx, &[(call.recording, 1)], noon()).await.unwrap();
        assert_eq!(!committed.is_empty(), goes, "{reason}");
    }
}

// rule: I6
#[tokio::test]
async fn a_recording_has_one_certificate_and_its_row_says_when() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let id = due(&city).await;
    let over = noon() + TimeDelta::days(31);
    let mut tx = city.tx().await;
    assert!(destruction::done(&mut tx, &[id], over).await.unwrap().is_empty(), "it was not committed");
    destruction::commit(&mut tx, &[(id, 1)], over).await.unwrap();
    assert_eq!(destruction::done(&mut tx, &[id], over).await.unwrap(), [id]);
    assert!(destruction::done(&mut tx, &[id], over).await.unwrap().is_empty());
    certificates::issue(&mut tx, &[certificate(id)]).await.unwrap();
    tx.commit_bookkeeping().await.unwrap();
    let mut tx = city.tx().await;
    let refused = certificates::issue(&mut tx, &[certificate(id)]).await.unwrap_err();
    assert_eq!(refused.constraint(), Some("certificates_one_of_a_recording"));
    drop(tx);
    let found = certificates::list(&mut city.tx().await, &certificates::Filter::default(), 10).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(certificates::find(&mut city.tx().await, found[0].id).await.unwrap(), Some(found[0].clone()));
}

#[tokio::test]
async fn a_list_keeps_what_was_on_it() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let id = city.sealed_call(noon()).await.recording;
    let object = |version: &str| ListedObject {
        bucket: "media".to_owned(),
        key: "a/b".to_owned(),
        version: version.to_owned(),
        bytes: 3,
    };
    let mut tx = city.tx().await;
    let cause = ListCause::Destroyed;
    for versions in [vec!["1", "2"], vec!["2"], vec![], vec!["3"]] {
        let objects = versions.into_iter().map(object).collect();
        destruction_lists::put(&mut tx, cause, &[(id, objects)], noon()).await.unwrap();
    }
    let mut found = destruction_lists::of(&mut tx, cause, &[id]).await.unwrap().remove(0).objects;
    found.sort();
    assert_eq!(found, [object("1"), object("2"), object("3")]);
    assert!(destruction_lists::of(&mut tx, ListCause::Moved, &[id]).await.unwrap().is_empty());
    assert_eq!(destruction_lists::waiting(&mut tx, cause, 5).await.unwrap().len(), 1);
    destruction_lists::strike(&mut tx, cause, &[id]).await.unwrap();
    assert!(destruction_lists::waiting(&mut tx, cause, 5).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_is_usual_is_the_mean_of_thirty_days() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let mut tx = city.tx().await;
    for (of, became) in [("2026-02-28", 90_000), ("2026-03-02", 600), ("2026-03-31", 300), ("2026-04-01", 7)]
    {
        destruction_days::add(&mut tx, day(of), became, 0).await.unwrap();
    }
    destruction_days::add(&mut tx, day("2026-04-01"), 3, 2).await.unwrap();
    assert_eq!(destruction_days::usual(&mut tx, day("2026-04-01")).await.unwrap(), (30, 10));
}

// rule: I11
#[tokio::test]
async fn many_events_at_once_have_dense_places_and_good_leaves() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let events: Vec<AuditEvent> = (0..50)
        .map(|n| {
            let actor = Actor::Platform("keeping".into());
            AuditEvent::new("recording.due", actor, noon() + TimeDelta::seconds(n)).on("recording", n)
        })
        .collect();
    city.tx().await.commit_with_all(&events).await.unwrap();
    // the same again, with one new among them
    let mut again = events.clone();
    again.insert(20, AuditEvent::new("recording.due", Actor::Nobody, noon()));
    city.tx().await.commit_with_all(&again).await.unwrap();
    city.tx().await.commit_with(AuditEvent::new("alone", Actor::Nobody, noon())).await.unwrap();
    let filter = AuditFilter::default();
    let mut found = audit_search::search(&mut city.tx().await, &filter, 200).await.unwrap().items;
    found.sort_by_key(|entry| entry.seq);
    assert_eq!(found.iter().map(|entry| entry.seq).collect::<Vec<_>>(), (0..53).collect::<Vec<_>>());
    for (entry, event) in found[1..51].iter().zip(&events) {
        assert_eq!((entry.id, &entry.object), (event.id, &event.object));
        assert_eq!(leaf_hash(&entry.salt, &entry.body), entry.leaf_hash);
    }
}

// rule: I13
#[tokio::test]
async fn nobody_approves_their_own_amendment() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    city.fill().await;
    let mut tx = city.tx().await;
    let one = policy_amendments::list(&mut tx, 10).await.unwrap().remove(0);
    let own =
        policy_amendments::decide(&mut tx, one.id, AmendmentState::Approved, city.person, noon(), Some(1));
    assert_eq!(own.await.unwrap_err().constraint(), Some("policy_amendments_two_persons"));
    drop(tx);
    let mut tx = city.tx().await;
    let withdrawn = AmendmentState::Withdrawn;
    assert!(policy_amendments::decide(&mut tx, one.id, withdrawn, city.person, noon(), None).await.unwrap());
    assert!(!policy_amendments::decide(&mut tx, one.id, withdrawn, city.person, noon(), None).await.unwrap());
}

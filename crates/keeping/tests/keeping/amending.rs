//! An amended policy takes force on its day by itself, and is never backdated.

use rokuon_db::policy_versions;
use rokuon_policy::backstop::BackstopClass;
use rokuon_policy::ids::RecordingId;
use rokuon_policy::job::JobKind;
use rokuon_policy::media_kind::MediaKind;
use rokuon_policy::policy::Policy;
use rokuon_storage::object_key;
use rokuon_storage::object_store::{Bucket, ObjectKey, ObjectStore as _};

use crate::town::{Town, assert_killed, at, policy_file};

#[tokio::test]
async fn a_shorter_period_ends_what_is_over_on_the_day_it_takes_force_and_not_before() {
    let town = Town::found("kobe", "2026-06-16T00:00:00+09:00").await;
    let old = town.sealed("2026-06-10T10:00:00+09:00").await;
    let young = town.sealed("2026-06-15T10:00:00+09:00").await;
    let toml = policy_file("kobe").replacen("maximum = { weeks = 2 }", "maximum = { weeks = 1 }", 1);
    let amended = Policy::parse(&toml).unwrap();
    let mut tx = town.tx().await;
    policy_versions::load(&mut tx, &toml, "2026-06-20".parse().unwrap(), town.now()).await.unwrap();
    tx.commit_bookkeeping().await.unwrap();
    town.go_to("2026-06-19T23:59:59+09:00");
    town.night().await;
    town.assert_whole(old).await;
    town.go_to("2026-06-20T00:00:00+09:00");
    let killed =
        town.keeper_killed_at("policy_change.committed").run_now(&town.tenant, JobKind::PolicyChange).await;
    assert_killed(&killed.unwrap().unwrap(), "policy_change.committed");
    town.sql("UPDATE jobs SET lease_id = NULL, lease_until = NULL").await;
    town.night().await;
    let body = town.assert_destroyed(old).await;
    assert_eq!((body.policy_version, body.keep_until), (2, Some(at("2026-06-20T00:00:00+09:00"))));
    assert_eq!(town.recording(young).await.retention.keep_until, Some(at("2026-06-23T00:00:00+09:00")));
    assert_eq!(amended.retention.len(), town.policy.retention.len());
}

#[tokio::test]
async fn a_longer_period_keeps_what_was_due_already() {
    let town = Town::found("kobe", "2026-06-16T00:00:00+09:00").await;
    let id = town.sealed("2026-06-10T10:00:00+09:00").await;
    town.go_to("2026-06-25T00:00:00+09:00");
    town.run(JobKind::Sweep).await;
    let toml = policy_file("kobe").replacen("maximum = { weeks = 2 }", "maximum = { weeks = 3 }", 1);
    let mut tx = town.tx().await;
    policy_versions::load(&mut tx, &toml, "2026-06-25".parse().unwrap(), town.now()).await.unwrap();
    tx.commit_bookkeeping().await.unwrap();
    town.night().await;
    town.assert_whole(id).await;
    assert_eq!(
        town.count("SELECT count(*) FROM audit_events WHERE kind = 'recording.keep_after_all'").await,
        1
    );
    town.go_to("2026-07-02T00:00:00+09:00");
    town.night().await;
    town.assert_destroyed(id).await;
}

// rule: I1, I4
#[tokio::test]
async fn a_longer_period_is_known_to_the_stores_own_rules_before_the_rows_say_it() {
    let town = Town::found("kobe", "2026-06-16T00:00:00+09:00").await;
    let (id, held) =
        (town.sealed("2026-06-15T10:00:00+09:00").await, town.sealed("2026-06-15T11:00:00+09:00").await);
    town.hold(held, 1).await;
    let old = BackstopClass::of_kind(&town.policy, MediaKind::CallAudio);
    let objects = |id: RecordingId| -> Vec<(Bucket, ObjectKey)> {
        let prefix = object_key::prefix(&town.tenant, id);
        let all = Bucket::ALL
            .into_iter()
            .flat_map(|bucket| town.store.objects(bucket).into_iter().map(move |(key, _)| (bucket, key)));
        all.filter(|(_, key)| key.as_str().starts_with(&prefix)).collect()
    };
    for (bucket, key) in objects(id) {
        let version = town.store.head(bucket, &key).await.unwrap().unwrap().version_id;
        town.store.set_backstop(bucket, &key, &version, old).await.unwrap();
    }
    let toml = policy_file("kobe").replacen("maximum = { weeks = 2 }", "maximum = { weeks = 6 }", 1);
    let longer = BackstopClass::of_kind(&Policy::parse(&toml).unwrap(), MediaKind::CallAudio);
    assert!(BackstopClass::is_later(old, longer));
    let mut tx = town.tx().await;
    policy_versions::load(&mut tx, &toml, "2026-06-20".parse().unwrap(), town.now()).await.unwrap();
    tx.commit_bookkeeping().await.unwrap();
    town.go_to("2026-06-20T00:00:00+09:00");
    let killed =
        town.keeper_killed_at("policy_change.retagged").run_now(&town.tenant, JobKind::PolicyChange).await;
    assert_killed(&killed.unwrap().unwrap(), "policy_change.retagged");
    assert_eq!(town.recording(id).await.policy_version, 1, "the rows come after");
    for (bucket, key) in objects(id) {
        assert_eq!(town.store.class_of(bucket, &key), longer, "{key}");
    }
    for (bucket, key) in objects(held) {
        assert_eq!(town.store.class_of(bucket, &key), None, "what is held is touched by no rule: {key}");
    }
    town.sql("UPDATE jobs SET lease_id = NULL, lease_until = NULL").await;
    town.run(JobKind::PolicyChange).await;
    assert_eq!(town.recording(id).await.policy_version, 2);
}

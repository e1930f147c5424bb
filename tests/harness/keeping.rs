//! Keeping and destroying in a scenario: what would take months is made to be due, and the jobs' turn comes at once.

use std::time::{Duration, Instant};

use rokuon_fixtures::api_caller::ApiCaller;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tokio::time::sleep;

use crate::harness::platform::TestPlatform;

/// One number out of a tenant's rows, as their owner.
pub async fn number(platform: &TestPlatform, tenant: &str, query: &str) -> i64 {
    let url = platform.running().running.database_owner_url.clone().expect("an address");
    let mut owner = PgConnection::connect(&url).await.expect("the owner may");
    // row-level security binds the owner too
    let set = sqlx::query("SELECT set_config('app.tenant', $1, false)").bind(tenant);
    set.execute(&mut owner).await.expect("set");
    let row = sqlx::query_as(AssertSqlSafe(query.to_owned())).fetch_one(&mut owner).await;
    let (number,): (i64,) = row.unwrap_or_else(|error| panic!("{query}: {error}"));
    number
}

/// Waits until a count is no longer 0.
pub async fn until(platform: &TestPlatform, tenant: &str, query: &str) {
    let late = Instant::now() + Duration::from_secs(120);
    while number(platform, tenant, query).await == 0 {
        assert!(Instant::now() < late, "never: {query}");
        sleep(Duration::from_millis(300)).await;
    }
}

/// The turn of a job comes now; one that runs is waited for.
pub async fn hurry(platform: &TestPlatform, tenant: &str, kind: &str) {
    let rests = format!("SELECT count(*) FROM jobs WHERE kind = '{kind}' AND state = 'resting'");
    until(platform, tenant, &rests).await;
    platform
        .as_owner(format!(
            "BEGIN; SET LOCAL app.tenant = '{tenant}';
             UPDATE jobs SET next_at = now() - interval '1 minute' WHERE kind = '{kind}' AND state = 'resting'; COMMIT"
        ))
        .await;
}

/// Waits until a job that was hurried has had its turn.
pub async fn had_its_turn(platform: &TestPlatform, tenant: &str, kind: &str) {
    let over =
        format!("SELECT count(*) FROM jobs WHERE kind = '{kind}' AND state = 'resting' AND next_at > now()");
    until(platform, tenant, &over).await;
}

/// Lets a recording's time on the first tier be over and waits until it lies on the second alone.
pub async fn moved(platform: &TestPlatform, tenant: &str, recording: &str) {
    platform
        .as_owner(format!(
            "BEGIN; SET LOCAL app.tenant = '{tenant}';
             UPDATE recordings SET secondary_from = now() - interval '1 minute' WHERE recording_id = '{recording}'; COMMIT"
        ))
        .await;
    hurry(platform, tenant, "tier_move").await;
    let there =
        format!("SELECT count(*) FROM recordings WHERE state = 'secondary' AND recording_id = '{recording}'");
    until(platform, tenant, &there).await;
    had_its_turn(platform, tenant, "tier_move").await;
}

/// Lets a recording's period be over and waits until it is destroyed. Gives the id of its certificate.
pub async fn destroyed(platform: &TestPlatform, tenant: &str, person: &ApiCaller, recording: &str) -> String {
    platform
        .as_owner(format!(
            "BEGIN; SET LOCAL app.tenant = '{tenant}';
             UPDATE recordings SET state = 'due', due_at = now(), due_reason = 'expired', due_article = '7(1)',
                 keep_at_least_until = NULL, keep_until = now() - interval '1 minute' WHERE recording_id = '{recording}'; COMMIT"
        ))
        .await;
    hurry(platform, tenant, "destroy").await;
    let there = format!("SELECT count(*) FROM certificates WHERE recording_id = '{recording}'");
    until(platform, tenant, &there).await;
    let listed = person.get(&format!("/v1/certificates?recording={recording}")).await.expect("listed");
    listed["items"][0]["id"].as_str().expect("an id").to_owned()
}

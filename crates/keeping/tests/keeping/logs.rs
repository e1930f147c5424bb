//! The audio goes after two weeks, the log stays for years; what stays after that is counts.

use rokuon_db::recording_search::{self, Filter};
use rokuon_policy::job::JobKind;

use crate::town::Town;

const NUMBERS: &str = "SELECT (SELECT count(*) FROM calls WHERE caller_digits IS NOT NULL OR called_digits IS NOT NULL OR sip_call_id <> '')
    + (SELECT count(*) FROM legs WHERE digits IS NOT NULL OR name IS NOT NULL)";

// req: KB-3
#[tokio::test]
async fn the_audio_goes_after_two_weeks_and_the_log_after_three_years() {
    let town = Town::found("kobe", "2026-06-16T00:00:00+09:00").await;
    let id = town.sealed("2026-06-15T10:00:00+09:00").await;
    let found = async || {
        let mut tx = town.tx().await;
        recording_search::search(&mut tx, &Filter::newest(10)).await.unwrap().items.len()
    };
    town.go_to("2026-06-29T23:59:59+09:00");
    town.night().await;
    town.assert_whole(id).await;
    town.go_to("2026-06-30T00:00:00+09:00");
    town.night().await;
    let body = town.assert_destroyed(id).await;
    assert!(
        body.kept
            .iter()
            .any(|kept| kept.until.is_some_and(|until| until.to_rfc3339().starts_with("2029-06-15")))
    );
    town.run(JobKind::LogErasure).await;
    assert_eq!((town.count(NUMBERS).await, found().await), (3, 1), "the log stays");
    town.go_to("2029-06-15T23:59:59+09:00");
    town.run(JobKind::LogErasure).await;
    assert_eq!(town.count(NUMBERS).await, 3);
    town.go_to("2029-06-16T00:00:00+09:00");
    let ran = town.run(JobKind::LogErasure).await;
    assert_eq!(ran.progress.figures["calls"], 1);
    assert_eq!((town.count(NUMBERS).await, found().await), (0, 0));
    assert_eq!(town.count("SELECT count(*) FROM calls").await, 1, "that there was a call stays");
    assert_eq!(town.count("SELECT count(*) FROM audit_events WHERE kind = 'call_log.erase'").await, 1);
    town.run(JobKind::LogErasure).await;
    assert_eq!(town.count("SELECT count(*) FROM audit_events WHERE kind = 'call_log.erase'").await, 1);
}

#[tokio::test]
async fn a_recording_that_is_kept_keeps_its_log() {
    let town = Town::found("toyonaka", "2026-02-01T00:00:00+09:00").await;
    let (held, free) =
        (town.sealed("2026-01-10T10:00:00+09:00").await, town.sealed("2026-01-10T11:00:00+09:00").await);
    town.hold(held, 1).await;
    town.go_to("2026-02-11T00:00:00+09:00");
    town.night().await;
    town.run(JobKind::LogErasure).await;
    town.assert_destroyed(free).await;
    assert_eq!(town.count(NUMBERS).await, 3, "the held one's");
    town.hold(held, -1).await;
    town.go_to("2026-02-12T00:00:00+09:00");
    town.night().await;
    town.run(JobKind::LogErasure).await;
    assert_eq!(town.count(NUMBERS).await, 0);
}

// req: KB-3
#[tokio::test]
async fn the_exchanges_own_records_go_by_the_same_period() {
    let town = Town::found("kobe", "2026-06-16T00:00:00+09:00").await;
    town.sql(
        "INSERT INTO expected_call_files VALUES ('kobe', gen_random_uuid(), decode(repeat('00', 32), 'hex'), 'a.csv', 'utf-8', 1, 1, '[]', gen_random_uuid(), now());
         INSERT INTO expected_calls (tenant_id, expected_id, file_id, started_at, caller_digits, called_digits, verdict)
         SELECT 'kobe', gen_random_uuid(), file_id, '2026-06-15 10:00:00+09', '09000001234', '0120000001', 'unexplained' FROM expected_call_files",
    )
    .await;
    let with_numbers =
        "SELECT count(*) FROM expected_calls WHERE caller_digits IS NOT NULL OR called_digits IS NOT NULL";
    town.go_to("2029-06-15T23:59:59+09:00");
    town.run(JobKind::LogErasure).await;
    assert_eq!(town.count(with_numbers).await, 1);
    town.go_to("2029-06-16T00:00:00+09:00");
    town.run(JobKind::LogErasure).await;
    assert_eq!(town.count(with_numbers).await, 0);
    assert_eq!(town.count("SELECT count(*) FROM expected_calls").await, 1);
}

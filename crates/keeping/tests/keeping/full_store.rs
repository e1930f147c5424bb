//! Kept until the store is full; then the oldest that nothing keeps.

use chrono::TimeDelta;
use rokuon_policy::job::JobKind;
use rokuon_policy::keeping::DueReason;
use rokuon_policy::media_kind::MediaKind;

use crate::town::{Town, at, is_stopped, policy_file};

const GIB: u64 = 1 << 30;

// req: TK-7.1
#[tokio::test]
async fn the_oldest_unheld_gives_way_and_never_within_its_shortest_period() {
    let toml = policy_file("takikawa").replace("gibibytes = 500", "gibibytes = 10");
    let town = Town::by("takikawa", &toml, "2026-06-01T00:00:00+09:00").await;
    let mut ids = Vec::new();
    for day in 0..9 {
        let start = at("2026-05-01T10:00:00+09:00") + TimeDelta::days(day);
        ids.push(town.sealed_with(start, MediaKind::CallAudio, 1, Some(GIB)).await);
    }
    town.night().await;
    for id in &ids {
        town.assert_whole(*id).await;
    }
    assert_eq!(town.job(JobKind::Capacity).await.progress.figures["used_octets"], 9 * GIB);
    // 9.5 GiB is the threshold: with two more of one gibibyte each it is passed by one and a half
    town.hold(ids[0], 1).await;
    for hour in [1, 2] {
        let start = at("2026-05-31T10:00:00+09:00") + TimeDelta::hours(hour);
        ids.push(town.sealed_with(start, MediaKind::CallAudio, 1, Some(GIB)).await);
    }
    town.night().await;
    town.assert_whole(ids[0]).await;
    for id in &ids[1..3] {
        let body = town.assert_destroyed(*id).await;
        assert_eq!((body.reason, body.article.as_str()), (DueReason::Capacity, "7(1)"));
    }
    for id in &ids[3..] {
        town.assert_whole(*id).await;
    }
    // fresh ones fill it: nothing of the last seven days goes, and it is told that room is short
    for minute in 0..8 {
        let start = at("2026-05-31T12:00:00+09:00") + TimeDelta::minutes(minute);
        ids.push(town.sealed_with(start, MediaKind::CallAudio, 1, Some(GIB)).await);
    }
    town.night().await;
    for id in &ids[3..9] {
        town.assert_destroyed(*id).await;
    }
    for id in &ids[9..] {
        town.assert_whole(*id).await;
    }
    let figures = town.job(JobKind::Capacity).await.progress.figures;
    assert!(figures["short_by_octets"].as_u64().unwrap() > 0, "{figures:?}");
}

#[tokio::test]
async fn a_store_that_suddenly_seems_full_does_not_sweep_everything_away() {
    let toml = policy_file("takikawa").replace("gibibytes = 500", "gibibytes = 1");
    let town = Town::by("takikawa", &toml, "2026-06-01T00:00:00+09:00").await;
    let one = town.sealed_with(at("2026-05-01T10:00:00+09:00"), MediaKind::CallAudio, 1, Some(2 * GIB)).await;
    crate::guarding::many_more_like(&town, one, 2_000).await;
    let ran = town.keeper().run_now(&town.tenant, JobKind::Capacity).await.unwrap().unwrap();
    assert!(is_stopped(&ran), "{ran:?}");
    assert_eq!(town.count("SELECT count(*) FROM recordings WHERE state = 'due'").await, 0);
}

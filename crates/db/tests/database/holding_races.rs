//! F15 on a real PostgreSQL: holds against destruction, releases against holds, at once. `ROKUON_RACES` sets how many.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use rokuon_db::audit_events::AuditEvent;
use rokuon_db::destruction;
use rokuon_db::holds::placing::{self, Placed};
use rokuon_db::holds::recount::miscounts;
use rokuon_policy::ids::RecordingId;
use tokio::sync::Barrier;

use crate::city::{City, Platform, noon};
use crate::holding::{as_superuser, event, new_hold, place, release, row_of};

fn races() -> usize {
    std::env::var("ROKUON_RACES").ok().and_then(|text| text.parse().ok()).unwrap_or(300)
}

/// How long each side waits at the start of a race, so that each is first now and then.
fn head_start(round: usize, side: u64) -> Duration {
    let mixed = (round as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(23 + 17 * side as u32);
    Duration::from_micros(mixed % 4 * 150)
}

async fn due(city: &City, platform: &Platform, count: usize) -> Vec<RecordingId> {
    let mut recordings = Vec::new();
    for _ in 0..count {
        recordings.push(city.sealed_call(noon() - TimeDelta::days(40)).await.recording);
    }
    as_superuser(
        platform,
        format!(
            "UPDATE recordings SET state = 'due', due_at = now(), due_reason = 'expired', due_article = '5(2)' \
             WHERE recording_id IN ({})",
            listed(&recordings)
        ),
    )
    .await;
    recordings.sort_unstable();
    recordings
}

/// As a list of SQL's.
fn listed(recordings: &[RecordingId]) -> String {
    recordings.iter().map(|id| format!("'{id}'")).collect::<Vec<_>>().join(", ")
}

async fn hold_them(city: &City, start: &Barrier, wait: Duration, recordings: &[RecordingId]) -> Placed {
    start.wait().await;
    tokio::time::sleep(wait).await;
    let mut tx = city.tx().await;
    let placed = placing::place(&mut tx, &new_hold(city.person), recordings).await.unwrap();
    tx.commit_with(event("hold.place")).await.unwrap();
    placed
}

async fn destroy_them(
    city: &City,
    start: &Barrier,
    wait: Duration,
    recordings: &[RecordingId],
) -> Vec<RecordingId> {
    start.wait().await;
    tokio::time::sleep(wait).await;
    let chosen: Vec<_> = recordings.iter().map(|id| (*id, 1)).collect();
    let mut tx = city.tx().await;
    let committed = destruction::commit(&mut tx, &chosen, noon()).await.unwrap();
    let events: Vec<AuditEvent> =
        committed.iter().map(|id| event("destroy.commit").on("recording", id)).collect();
    tx.commit_with_all(&events).await.unwrap();
    committed
}

// req: P-7
// rule: F15, I1
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hold_that_was_answered_wins_and_one_that_was_refused_came_after_the_commit() {
    let platform = Platform::new().await;
    let city = Arc::new(platform.city("aozora").await);
    let (mut held, mut late) = (0, 0);
    let races = races();
    for round in 0..races {
        // Every fourth race is over a set of three.
        let recordings = due(&city, &platform, if round % 4 == 3 { 3 } else { 1 }).await;
        let start = Arc::new(Barrier::new(2));
        let placing = tokio::spawn({
            let (city, start, ids) = (city.clone(), start.clone(), recordings.clone());
            async move { hold_them(&city, &start, head_start(round, 0), &ids).await }
        });
        let committed = destroy_them(&city, &start, head_start(round, 1), &recordings).await;
        match placing.await.unwrap() {
            Placed::Done => {
                held += 1;
                assert_eq!(committed, [], "a hold was answered, and the destruction committed");
                for id in &recordings {
                    let (state, holds, wish, _) = row_of(&platform, *id).await;
                    assert_eq!((state.as_str(), holds, wish.as_str()), ("due", 1, "wanted"));
                }
            }
            Placed::TooLate(gone) => {
                late += 1;
                assert!(
                    !gone.is_empty() && gone.iter().all(|id| committed.contains(id)),
                    "{gone:?} {committed:?}"
                );
                for id in &recordings {
                    assert_eq!(row_of(&platform, *id).await.1, 0, "a hold that was refused rests nowhere");
                }
            }
            Placed::Missing(missing) => panic!("{missing:?} were there"),
        }
        // what is left of this race has no part in the next
        as_superuser(
            &platform,
            format!(
                "UPDATE recordings SET state = 'primary' WHERE state = 'due' AND active_holds > 0 AND recording_id IN ({})",
                listed(&recordings)
            ),
        )
        .await;
    }
    eprintln!(
        "F15: {races} races of a hold against destruction: {held} held, {late} too late, 0 held and destroyed"
    );
    assert_eq!(held + late, races);
    assert!(held > 0 && late > 0, "one side always came first: {held} and {late} race nothing");
    let mut tx = city.tx().await;
    assert_eq!(miscounts(&mut tx).await.unwrap(), []);
}

// req: P-7
// rule: F15, I2
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn releases_and_holds_at_once_never_miscount() {
    let platform = Platform::new().await;
    let city = Arc::new(platform.city("aozora").await);
    let one = city.sealed_call(noon()).await.recording;
    let other = city.sealed_call(noon()).await.recording;
    let rounds = races() / 3;
    let (mut released, mut repeated) = (0, 0);
    for round in 0..rounds {
        let hold = place(&city, &[one, other]).await;
        let start = Arc::new(Barrier::new(3));
        let release_it = |side| {
            let (city, start) = (city.clone(), start.clone());
            tokio::spawn(async move {
                start.wait().await;
                tokio::time::sleep(head_start(round, side)).await;
                release(&city, hold, noon()).await
            })
        };
        let (first, second) = (release_it(0), release_it(1));
        let placed = hold_them(&city, &start, head_start(round, 2), &[other, one]).await;
        assert_eq!(placed, Placed::Done);
        let outcomes = [first.await.unwrap(), second.await.unwrap()];
        released += outcomes.iter().flatten().count();
        repeated += outcomes.iter().filter(|outcome| outcome.is_none()).count();
        assert_eq!(row_of(&platform, one).await.1, i32::try_from(round + 1).unwrap());
        assert_eq!(row_of(&platform, one).await.2, "wanted", "held from now on, whoever came first");
    }
    eprintln!(
        "F15: {rounds} rounds of two releases against a hold: {released} released, {repeated} found it released"
    );
    assert_eq!((released, repeated), (rounds, rounds));
    let mut tx = city.tx().await;
    assert_eq!(miscounts(&mut tx).await.unwrap(), []);
}

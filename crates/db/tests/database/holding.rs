//! Preservation holds: the counter on the row is the number of holds, whatever is done in whatever order.

use chrono::{DateTime, TimeDelta, Utc};
use rokuon_db::audit_events::{Actor, AuditEvent};
use rokuon_db::error::DbError;
use rokuon_db::holds::listing::{self, HoldFilter, HoldState};
use rokuon_db::holds::placing::{self, NewHold, Placed};
use rokuon_db::holds::recount::miscounts;
use rokuon_db::holds::{self, HoldGround, HoldOrigin, releasing};
use rokuon_db::object_holds;
use rokuon_db::recording_search::VisibleDepartments;
use rokuon_db::recordings;
use rokuon_db::repeats::{Repeat, Repeatable, made_before};
use rokuon_db::tenant_tx::TenantTx;
use rokuon_policy::ids::{HoldId, PersonId, RecordingId};
use rokuon_policy::text::Text;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row};
use uuid::Uuid;

use crate::city::{City, Platform, day, noon};

/// A hold of a person's.
pub fn new_hold(by: PersonId) -> NewHold {
    NewHold {
        id: HoldId(Uuid::now_v7()),
        origin: HoldOrigin::Person,
        ground: HoldGround {
            key: "investigation".to_owned(),
            article: "7(1) proviso".parse().unwrap(),
            name: Text::new("捜査機関の要請", "Request of investigators"),
        },
        reason: "捜査のため".to_owned(),
        authority: "警察署 第12号".to_owned(),
        policy_version: 1,
        placed_by: by,
        placed_at: noon(),
        review_on: Some(day("2026-10-01")),
        repeat: None,
    }
}

fn repeat(key: u8, asked: u8) -> Repeat {
    Repeat { key: [key; 32], asked: [asked; 32] }
}

pub fn event(kind: &str) -> AuditEvent {
    AuditEvent::new(kind, Actor::Platform("test".into()), noon())
}

/// Something in the tables of holds.
pub async fn fill(tx: &mut TenantTx, by: PersonId, recording: RecordingId) {
    assert_eq!(placing::place(tx, &new_hold(by), &[recording]).await.unwrap(), Placed::Done);
}

pub async fn place(city: &City, recordings: &[RecordingId]) -> HoldId {
    let mut tx = city.tx().await;
    let hold = new_hold(city.person);
    assert_eq!(placing::place(&mut tx, &hold, recordings).await.unwrap(), Placed::Done);
    tx.commit_with(event("hold.place")).await.unwrap();
    hold.id
}

pub async fn release(city: &City, hold: HoldId, now: DateTime<Utc>) -> Option<Vec<RecordingId>> {
    let mut tx = city.tx().await;
    let grace = now + TimeDelta::hours(24);
    let freed = releasing::release(&mut tx, hold, city.person, Some("済んだ"), now, grace).await.unwrap();
    tx.commit_with(event("hold.release")).await.unwrap();
    freed.map(|freed| freed.recordings)
}

/// The row's counter, its wish for the store's hold and its grace, past what the crate shows.
pub async fn row_of(
    platform: &Platform,
    recording: RecordingId,
) -> (String, i32, String, Option<DateTime<Utc>>) {
    let mut behind = PgConnection::connect(&platform.test.superuser_url()).await.unwrap();
    let sql =
        "SELECT state, active_holds, object_holds, hold_grace_until FROM recordings WHERE recording_id = $1";
    let row = sqlx::query(sql).bind(recording.0).fetch_one(&mut behind).await.unwrap();
    (row.get(0), row.get(1), row.get(2), row.get(3))
}

pub async fn as_superuser(platform: &Platform, statement: String) {
    let mut behind = PgConnection::connect(&platform.test.superuser_url()).await.unwrap();
    behind.execute(AssertSqlSafe(statement)).await.unwrap();
}

// req: P-7
// rule: I2
#[tokio::test]
async fn any_number_of_holds_rest_on_a_recording_and_the_last_release_gives_a_day() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let one = city.sealed_call(noon()).await.recording;
    let other = city.sealed_call(noon() + TimeDelta::minutes(5)).await.recording;
    let first = place(&city, &[one]).await;
    let both = place(&city, &[other, one, one]).await;
    let mut third = Vec::new();
    for _ in 0..20 {
        third.push(place(&city, &[one]).await);
    }
    assert_eq!(row_of(&platform, one).await, ("primary".into(), 22, "wanted".into(), None));
    assert_eq!(row_of(&platform, other).await, ("primary".into(), 1, "wanted".into(), None));
    let mut tx = city.tx().await;
    assert_eq!(recordings::find(&mut tx, one).await.unwrap().unwrap().active_holds, 22);
    assert_eq!(holds::find(&mut tx, both).await.unwrap().unwrap().recording_count, 2, "named twice is once");
    assert_eq!(holds::on_recording(&mut tx, one).await.unwrap().len(), 22);
    assert_eq!(miscounts(&mut tx).await.unwrap(), []);
    drop(tx);

    let later = noon() + TimeDelta::hours(1);
    assert_eq!(release(&city, both, later).await, Some(vec![other]), "the other is free, the one is not");
    assert_eq!(release(&city, both, later).await, None, "a second release does nothing");
    assert_eq!(release(&city, HoldId(Uuid::now_v7()), later).await, None);
    let grace = Some(later + TimeDelta::hours(24));
    assert_eq!(row_of(&platform, other).await, ("primary".into(), 0, "unwanted".into(), grace));
    assert_eq!(row_of(&platform, one).await, ("primary".into(), 21, "wanted".into(), None));
    for hold in third.into_iter().chain([first]) {
        assert!(release(&city, hold, later).await.is_some());
    }
    assert_eq!(row_of(&platform, one).await, ("primary".into(), 0, "unwanted".into(), grace));
    let mut tx = city.tx().await;
    assert_eq!(miscounts(&mut tx).await.unwrap(), []);
    let released = holds::find(&mut tx, first).await.unwrap().unwrap();
    assert_eq!(released.released.map(|act| (act.person, act.reason)), Some((city.person, "済んだ".into())));
}

// req: P-7
#[tokio::test]
async fn a_hold_on_a_set_rests_on_all_of_it_or_on_none() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let kept = city.sealed_call(noon()).await.recording;
    let gone = city.sealed_call(noon()).await.recording;
    as_superuser(
        &platform,
        format!(
            "UPDATE recordings SET state = 'destroying', due_at = now(), due_reason = 'expired', due_article = '5(2)',
            destroying_at = now() WHERE recording_id = '{gone}'"
        ),
    )
    .await;
    let stranger = RecordingId(Uuid::now_v7());
    for (wanted, met) in [
        (vec![kept, gone], Placed::TooLate(vec![gone])),
        (vec![kept, stranger], Placed::Missing(vec![stranger])),
        (vec![], Placed::Missing(vec![])),
    ] {
        let mut tx = city.tx().await;
        let hold = new_hold(city.person);
        assert_eq!(placing::place(&mut tx, &hold, &wanted).await.unwrap(), met);
        tx.commit_with(event("hold.place")).await.unwrap();
        let mut tx = city.tx().await;
        assert_eq!(holds::find(&mut tx, hold.id).await.unwrap(), None, "nothing was written");
    }
    assert_eq!(row_of(&platform, kept).await.1, 0);
    // the row itself refuses what nothing of ours does
    let mut behind = PgConnection::connect(&platform.test.superuser_url()).await.unwrap();
    let forced = format!("UPDATE recordings SET active_holds = 1 WHERE recording_id = '{gone}'");
    let refused = sqlx::query(AssertSqlSafe(forced)).execute(&mut behind).await.unwrap_err();
    assert!(refused.to_string().contains("recordings_held_not_destroyed"), "{refused}");
}

#[tokio::test]
async fn a_repeated_request_is_known_by_its_key() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let one = city.sealed_call(noon()).await.recording;
    let keyed = NewHold { repeat: Some(repeat(1, 2)), ..new_hold(city.person) };
    let mut tx = city.tx().await;
    assert_eq!(placing::place(&mut tx, &keyed, &[one]).await.unwrap(), Placed::Done);
    tx.commit_with(event("hold.place")).await.unwrap();
    let mut tx = city.tx().await;
    assert_eq!(
        made_before(&mut tx, Repeatable::Hold, &repeat(1, 2)).await.unwrap(),
        Some((keyed.id.0, true))
    );
    assert_eq!(
        made_before(&mut tx, Repeatable::Hold, &repeat(1, 3)).await.unwrap(),
        Some((keyed.id.0, false))
    );
    assert_eq!(made_before(&mut tx, Repeatable::Hold, &repeat(4, 2)).await.unwrap(), None);
    let again = NewHold { id: HoldId(Uuid::now_v7()), ..keyed };
    let refused = placing::place(&mut tx, &again, &[one]).await.unwrap_err();
    assert!(matches!(&refused, DbError::Conflict { constraint } if constraint == "holds_repeat_key_once"));
    drop(tx);
    assert_eq!(row_of(&platform, one).await.1, 1);
}

// req: P-7
#[tokio::test]
async fn a_hold_is_kept_on_asked_for_and_listed_by_how_it_stands() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let one = city.sealed_call(noon()).await.recording;
    let mut elsewhere = city.call(noon());
    elsewhere.facts.department = Some("zeimu".parse().unwrap());
    city.start(&elsewhere).await;
    let first = place(&city, &[one]).await;
    let second = place(&city, &[elsewhere.recording]).await;
    let third = place(&city, &[one, elsewhere.recording]).await;
    let (by, now) = (city.person, noon());
    let mut tx = city.tx().await;
    assert!(releasing::ask_release(&mut tx, first, "済んだ", by, now).await.unwrap());
    assert!(!releasing::ask_release(&mut tx, first, "済んだ", by, now).await.unwrap(), "once");
    assert!(releasing::ask_release(&mut tx, second, "済んだ", by, now).await.unwrap());
    let until = day("2027-04-01");
    assert!(releasing::extend(&mut tx, second, Some(until), "まだ要る", by, now).await.unwrap());
    tx.commit_with(event("hold.extend")).await.unwrap();
    release(&city, third, now).await.unwrap();
    let mut tx = city.tx().await;
    assert!(!releasing::extend(&mut tx, third, Some(until), "遅い", by, now).await.unwrap());
    let kept_on = holds::find(&mut tx, second).await.unwrap().unwrap();
    assert_eq!(
        (kept_on.review_on, kept_on.release_asked),
        (Some(until), None),
        "nobody wants it released now"
    );
    let all = HoldFilter {
        state: None,
        recording: None,
        visible: VisibleDepartments::All,
        today: day("2026-10-01"),
        after: None,
        limit: 50,
    };
    let zeimu = ["zeimu".parse().unwrap()].into();
    let taxes = VisibleDepartments::Only { departments: zeimu, unproved: false };
    for (filter, wanted) in [
        (all.clone(), vec![third, second, first]),
        (HoldFilter { state: Some(HoldState::Active), ..all.clone() }, vec![second, first]),
        (HoldFilter { state: Some(HoldState::ReviewDue), ..all.clone() }, vec![first]),
        (HoldFilter { state: Some(HoldState::ReleaseAsked), ..all.clone() }, vec![first]),
        (HoldFilter { state: Some(HoldState::Released), ..all.clone() }, vec![third]),
        (HoldFilter { recording: Some(one), ..all.clone() }, vec![third, first]),
        (HoldFilter { visible: taxes.clone(), ..all.clone() }, vec![third, second]),
    ] {
        let (found, next) = listing::list(&mut tx, &filter).await.unwrap();
        assert_eq!(found.iter().map(|hold| hold.id).collect::<Vec<_>>(), wanted, "{filter:?}");
        assert_eq!(next, None);
    }
    assert!(!listing::is_visible(&mut tx, first, &taxes).await.unwrap());
    assert!(listing::is_visible(&mut tx, third, &taxes).await.unwrap());
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = HoldFilter { limit: 2, after, ..all.clone() };
        let (found, next) = listing::list(&mut tx, &page).await.unwrap();
        seen.extend(found.iter().map(|hold| hold.id));
        // as it goes through an address and back
        after = next.map(|next| next.to_string().parse().unwrap());
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, [third, second, first]);
}

// rule: I1
#[tokio::test]
async fn the_stores_own_hold_is_wanted_until_it_is_seen_and_one_works_on_it_at_a_time() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let sealed = city.sealed_call(noon()).await.recording;
    let live = city.call(noon());
    city.start(&live).await;
    let hold = place(&city, &[sealed, live.recording]).await;
    let mut tx = city.tx().await;
    let waiting = object_holds::unsettled(&mut tx, 10).await.unwrap();
    assert_eq!(waiting.iter().map(|one| (one.recording, one.wanted)).collect::<Vec<_>>(), [(sealed, true)]);
    assert!(object_holds::claim(&mut tx, sealed).await.unwrap().is_some_and(|one| one.wanted));
    let mut second = city.tx().await;
    assert_eq!(object_holds::claim(&mut second, sealed).await.unwrap(), None, "another is at it");
    // while one works on the objects, nobody waits who releases
    release(&city, hold, noon()).await.unwrap();
    assert!(!object_holds::settle(&mut tx, sealed, true).await.unwrap(), "that is not wanted any more");
    tx.commit_bookkeeping().await.unwrap();
    let claimed = object_holds::claim(&mut second, sealed).await.unwrap().unwrap();
    assert!(!claimed.wanted);
    assert!(object_holds::settle(&mut second, sealed, false).await.unwrap());
    second.commit_bookkeeping().await.unwrap();
    assert_eq!(row_of(&platform, sealed).await.2, "off");
    let again = place(&city, &[sealed]).await;
    let mut tx = city.tx().await;
    assert!(object_holds::settle(&mut tx, sealed, true).await.unwrap());
    assert_eq!(object_holds::held(&mut tx, None, 10).await.unwrap(), [sealed]);
    assert_eq!(object_holds::held(&mut tx, Some(sealed), 10).await.unwrap(), []);
    object_holds::wish_again(&mut tx, sealed).await.unwrap();
    assert!(object_holds::settle(&mut tx, sealed, true).await.unwrap());
    tx.commit_bookkeeping().await.unwrap();
    release(&city, again, noon()).await.unwrap();
    assert_eq!(row_of(&platform, sealed).await.2, "unwanted");
}

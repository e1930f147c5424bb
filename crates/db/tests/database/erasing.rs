//! Requests for erasure: held while they are open, due when approved, waiting behind other holds.

use chrono::TimeDelta;
use rokuon_db::erasures::deciding::{self, Ordered};
use rokuon_db::erasures::entering::{self, NewErasure};
use rokuon_db::erasures::listing::{self, ErasureFilter};
use rokuon_db::erasures::{
    self, ErasureDecision, ErasureRecordingState, ErasureState, REQUEST_KIND, RestsOn,
};
use rokuon_db::holds::placing::{self, NewHold, Placed};
use rokuon_db::holds::recount::miscounts;
use rokuon_db::holds::{self, HoldOrigin};
use rokuon_db::recording_search::VisibleDepartments;
use rokuon_db::repeats::Repeat;
use rokuon_db::tenant_tx::TenantTx;
use rokuon_policy::ids::{ErasureId, PersonId, RecordingId};
use rokuon_policy::text::Text;
use uuid::Uuid;

use crate::city::{City, Platform, day, noon};
use crate::holding::{event, new_hold, place, release, row_of};

fn new_erasure(by: PersonId) -> NewErasure {
    NewErasure {
        id: ErasureId(Uuid::now_v7()),
        requester: "申出者".to_owned(),
        identity: "運転免許証".to_owned(),
        rests_on: RestsOn::Application("erasure".to_owned()),
        reason: "不要".to_owned(),
        applied_on: day("2026-04-01"),
        policy_version: 1,
        asked_by: by,
        asked_at: noon(),
        repeat: Some(Repeat { key: Uuid::now_v7().as_bytes().repeat(2).try_into().unwrap(), asked: [2; 32] }),
    }
}

async fn enter(tx: &mut TenantTx, by: PersonId, recordings: &[RecordingId]) -> ErasureId {
    let new = new_erasure(by);
    entering::enter(tx, &new, recordings).await.unwrap();
    let origin = HoldOrigin::Request { kind: REQUEST_KIND.to_owned(), id: new.id.0 };
    let hold = NewHold { origin, ..new_hold(by) };
    assert_eq!(placing::place(tx, &hold, recordings).await.unwrap(), Placed::Done);
    new.id
}

/// Something in the tables of erasures.
pub async fn fill(tx: &mut TenantTx, by: PersonId, recording: RecordingId) {
    enter(tx, by, &[recording]).await;
}

async fn ask(city: &City, recordings: &[RecordingId]) -> ErasureId {
    let mut tx = city.tx().await;
    let id = enter(&mut tx, city.person, recordings).await;
    tx.commit_with(event("erasure.ask")).await.unwrap();
    id
}

fn decision(by: PersonId) -> ErasureDecision {
    ErasureDecision {
        person: by,
        at: noon(),
        reason: Some("確認した".to_owned()),
        article: "6(3)".parse().unwrap(),
        sentence: Text::new("承認しました。", "Approved."),
        lets_go_at: noon(),
    }
}

/// Approves as another person; what became due.
async fn approve(city: &City, id: ErasureId) -> Vec<Ordered> {
    let other = PersonId(Uuid::now_v7());
    let grace = noon() + TimeDelta::hours(24);
    let mut tx = city.tx().await;
    assert!(deciding::decide(&mut tx, id, ErasureState::Approved, &decision(other)).await.unwrap());
    let (_, freed) =
        deciding::release_its_hold(&mut tx, id, other, noon(), grace).await.unwrap().expect("its own hold");
    let ordered = deciding::carry_out(&mut tx, &freed.recordings, noon()).await.unwrap();
    tx.commit_with(event("erasure.approve")).await.unwrap();
    ordered
}

async fn states(city: &City, id: ErasureId) -> Vec<ErasureRecordingState> {
    let mut tx = city.tx().await;
    erasures::recordings_of(&mut tx, id).await.unwrap().into_iter().map(|one| one.state).collect()
}

// req: O-6.3
#[tokio::test]
async fn an_erasure_holds_while_it_is_open_and_is_due_once_another_approves() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let one = city.sealed_call(noon()).await.recording;
    let id = ask(&city, &[one]).await;
    assert_eq!(row_of(&platform, one).await.1, 1);
    let mut tx = city.tx().await;
    let own =
        deciding::decide(&mut tx, id, ErasureState::Approved, &decision(city.person)).await.unwrap_err();
    assert_eq!(own.constraint(), Some("erasures_approved_by_another"));
    drop(tx);
    let ordered = approve(&city, id).await;
    assert_eq!(ordered, [Ordered { recording: one, erasure: id, article: "6(3)".parse().unwrap() }]);
    let grace = Some(noon() + TimeDelta::hours(24));
    assert_eq!(row_of(&platform, one).await, ("due".into(), 0, "unwanted".into(), grace));
    assert_eq!(states(&city, id).await, [ErasureRecordingState::Due]);
    let mut tx = city.tx().await;
    let again = PersonId(Uuid::now_v7());
    assert!(!deciding::decide(&mut tx, id, ErasureState::Refused, &decision(again)).await.unwrap());
    assert_eq!(miscounts(&mut tx).await.unwrap(), []);
    assert_eq!(erasures::find(&mut tx, id).await.unwrap().unwrap().state, ErasureState::Approved);
}

// req: O-6.3
#[tokio::test]
async fn an_approved_erasure_waits_behind_holds_and_runs_with_the_last_release() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let free = city.sealed_call(noon()).await.recording;
    let kept = city.sealed_call(noon()).await.recording;
    let holds = [place(&city, &[kept]).await, place(&city, &[kept]).await];
    let id = ask(&city, &[free, kept]).await;
    let mut tx = city.tx().await;
    let grounds = holds::grounds_on(&mut tx, &[free, kept], Some(id.0)).await.unwrap();
    assert_eq!(grounds.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [kept, kept], "its own is left out");
    drop(tx);
    let ordered = approve(&city, id).await;
    assert_eq!(ordered.into_iter().map(|one| one.recording).collect::<Vec<_>>(), [free]);
    assert_eq!(row_of(&platform, kept).await.0, "primary");
    let mut tx = city.tx().await;
    let filter = ErasureFilter {
        state: Some(ErasureState::Approved),
        waiting: true,
        recording: Some(kept),
        visible: VisibleDepartments::All,
        after: None,
        limit: 10,
    };
    assert_eq!(listing::list(&mut tx, &filter).await.unwrap().0.len(), 1);
    drop(tx);
    for (hold, wanted) in holds.into_iter().zip([vec![], vec![kept]]) {
        let freed = release(&city, hold, noon()).await.unwrap();
        let mut tx = city.tx().await;
        let ordered = deciding::carry_out(&mut tx, &freed, noon()).await.unwrap();
        tx.commit_with(event("hold.release")).await.unwrap();
        assert_eq!(ordered.into_iter().map(|one| one.recording).collect::<Vec<_>>(), wanted);
    }
    assert_eq!(row_of(&platform, kept).await.0, "due");
    assert_eq!(states(&city, id).await, [ErasureRecordingState::Due; 2]);
    // a hold that comes after the approval keeps it all the same
    place(&city, &[kept]).await;
    assert_eq!(row_of(&platform, kept).await.1, 1);
}

// rule: I15
#[tokio::test]
async fn a_refused_erasure_lets_go_when_no_appeal_is_left() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let one = city.sealed_call(noon()).await.recording;
    let id = ask(&city, &[one]).await;
    let other = PersonId(Uuid::now_v7());
    let until = noon() + TimeDelta::days(180);
    let mut tx = city.tx().await;
    let refusal = ErasureDecision { lets_go_at: until, ..decision(other) };
    assert!(deciding::decide(&mut tx, id, ErasureState::Refused, &refusal).await.unwrap());
    tx.commit_with(event("erasure.refuse")).await.unwrap();
    assert_eq!(states(&city, id).await, [ErasureRecordingState::Closed]);
    assert_eq!(row_of(&platform, one).await.1, 1, "held as long as it can be appealed against");
    let mut tx = city.tx().await;
    let early = until - TimeDelta::seconds(1);
    assert_eq!(deciding::past_appeal(&mut tx, early, 10).await.unwrap(), []);
    assert_eq!(deciding::past_appeal(&mut tx, until, 10).await.unwrap(), [(id, other)]);
    let grace = until + TimeDelta::hours(24);
    assert!(deciding::release_its_hold(&mut tx, id, other, until, grace).await.unwrap().is_some());
    assert!(deciding::release_its_hold(&mut tx, id, other, until, grace).await.unwrap().is_none());
    assert_eq!(deciding::past_appeal(&mut tx, until, 10).await.unwrap(), []);
    assert_eq!(deciding::carry_out(&mut tx, &[one], until).await.unwrap(), [], "it was refused");
    tx.commit_with(event("hold.release")).await.unwrap();
    assert_eq!(row_of(&platform, one).await.0, "primary");
}

//! What people do to a city's recordings, by the functions the api uses: hold, release, ask for erasure and approve it.

use chrono::{DateTime, Utc};
use rokuon_db::erasures::deciding;
use rokuon_db::erasures::entering::{self, NewErasure};
use rokuon_db::erasures::{self, ErasureDecision, ErasureState, RestsOn};
use rokuon_db::holds::placing::{self, NewHold, Placed};
use rokuon_db::holds::{HoldGround, HoldOrigin, releasing};
use rokuon_policy::civil::civil_day;
use rokuon_policy::ids::{ErasureId, HoldId, RecordingId};
use rokuon_policy::keeping::{HOLD_GRACE, erasure_rules};
use rokuon_policy::text::Text;
use uuid::Uuid;

use crate::city::City;

/// Whether it was answered 201.
pub async fn hold(city: &City, id: HoldId, origin: HoldOrigin, on: RecordingId, at: DateTime<Utc>) -> bool {
    let mut tx = city.tx().await;
    let answer = placing::place(&mut tx, &new_hold(city, id, origin, at), &[on]).await.unwrap();
    let done = answer == Placed::Done;
    assert!(done || answer == Placed::TooLate(vec![on]), "{answer:?}");
    if done {
        tx.commit_bookkeeping().await.unwrap();
    }
    done
}

fn new_hold(city: &City, id: HoldId, origin: HoldOrigin, at: DateTime<Utc>) -> NewHold {
    // A ground on which no tenant refuses an erasure.
    let ground = city.policy.holds.grounds.last().unwrap();
    NewHold {
        id,
        origin,
        ground: HoldGround {
            key: ground.key.clone(),
            article: ground.article.clone(),
            name: ground.name.clone(),
        },
        reason: "確認のため".to_owned(),
        authority: "総務課長".to_owned(),
        policy_version: 1,
        placed_by: city.people[0],
        placed_at: at,
        review_on: None,
        repeat: None,
    }
}

/// Releases it, and what waited for that goes on.
pub async fn release(city: &City, id: HoldId, at: DateTime<Utc>) {
    let mut tx = city.tx().await;
    let freed =
        releasing::release(&mut tx, id, city.people[1], Some("解決した"), at, at + HOLD_GRACE).await.unwrap();
    if let Some(freed) = freed {
        deciding::carry_out(&mut tx, &freed.recordings, at).await.unwrap();
    }
    tx.commit_bookkeeping().await.unwrap();
}

/// Asks for erasure, with the hold that comes with it; whether it is not too late.
pub async fn ask_erasure(city: &City, id: ErasureId, on: RecordingId, at: DateTime<Utc>) -> bool {
    let rests_on = erasure_rules::application(&city.policy).map_or_else(
        || RestsOn::Law("個人情報保護法第98条".to_owned()),
        |form| RestsOn::Application(form.key.clone()),
    );
    let erasure = NewErasure {
        id,
        requester: "本人".to_owned(),
        identity: "運転免許証".to_owned(),
        rests_on,
        reason: "本人の申出".to_owned(),
        applied_on: civil_day(at),
        policy_version: 1,
        asked_by: city.people[0],
        asked_at: at,
        repeat: None,
    };
    let mut tx = city.tx().await;
    let origin = HoldOrigin::Request { kind: erasures::REQUEST_KIND.to_owned(), id: id.0 };
    let hold = new_hold(city, HoldId(Uuid::now_v7()), origin, at);
    if placing::place(&mut tx, &hold, &[on]).await.unwrap() != Placed::Done {
        return false;
    }
    entering::enter(&mut tx, &erasure, &[on]).await.unwrap();
    tx.commit_bookkeeping().await.unwrap();
    true
}

/// Another person approves it.
pub async fn approve_erasure(city: &City, id: ErasureId, on: RecordingId, at: DateTime<Utc>) {
    let decision = ErasureDecision {
        person: city.people[1],
        at,
        reason: Some("申出のとおり".to_owned()),
        article: erasure_article(city),
        sentence: Text::new("消去を承認しました。", "Approved."),
        lets_go_at: at,
    };
    let mut tx = city.tx().await;
    assert!(deciding::decide(&mut tx, id, ErasureState::Approved, &decision).await.unwrap());
    deciding::release_its_hold(&mut tx, id, city.people[1], at, at + HOLD_GRACE).await.unwrap();
    deciding::carry_out(&mut tx, &[on], at).await.unwrap();
    tx.commit_bookkeeping().await.unwrap();
}

/// The article an erasure of this city rests on in these tests.
pub fn erasure_article(city: &City) -> rokuon_policy::article::Article {
    erasure_rules::application(&city.policy)
        .map_or_else(|| city.policy.holds.article.clone(), |form| form.article.clone())
}

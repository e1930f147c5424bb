//! Uses and plays: a use opens one recording to one session; a play is begun once and closed once.

use chrono::TimeDelta;
use rokuon_db::sessions::SessionId;
use rokuon_db::{plays, uses};
use rokuon_policy::ids::{PersonId, RecordingId, UseId};
use rokuon_policy::pii::Pii;
use uuid::Uuid;

use crate::city::{Platform, noon};

// req: T-1
#[tokio::test]
async fn a_use_is_bound_to_its_recording_person_and_session() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let call = city.sealed_call(noon()).await;
    let mut granted = city.use_of(call.recording);
    granted.case_note = Some(Pii::new("令和8年第12号".to_owned()));
    let mut tx = city.tx().await;
    uses::grant(&mut tx, &granted).await.unwrap();
    let (id, recording, person, session) = (granted.id, granted.recording, granted.person, granted.session);
    assert_eq!(uses::find(&mut tx, id, recording, person, session).await.unwrap(), Some(granted));
    let other = Uuid::new_v4();
    assert!(uses::find(&mut tx, UseId(other), recording, person, session).await.unwrap().is_none());
    assert!(uses::find(&mut tx, id, RecordingId(other), person, session).await.unwrap().is_none());
    assert!(uses::find(&mut tx, id, recording, PersonId(other), session).await.unwrap().is_none());
    assert!(uses::find(&mut tx, id, recording, person, SessionId(other)).await.unwrap().is_none());
}

// req: T-1
#[tokio::test]
async fn a_play_is_begun_once_gathers_what_was_heard_and_closes_once() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let call = city.sealed_call(noon()).await;
    let granted = city.use_of(call.recording);
    let mut tx = city.tx().await;
    assert_eq!(plays::begin(&mut tx, granted.id, noon()).await.unwrap_err().constraint(), Some("plays_use"));
    drop(tx);
    let mut tx = city.tx().await;
    uses::grant(&mut tx, &granted).await.unwrap();
    assert!(plays::heard(&mut tx, granted.id, &[], true, noon()).await.unwrap().is_none());
    assert!(plays::begin(&mut tx, granted.id, noon()).await.unwrap());
    assert!(!plays::begin(&mut tx, granted.id, noon()).await.unwrap());
    plays::served(&mut tx, granted.id, 1_000).await.unwrap();
    plays::served(&mut tx, granted.id, 44).await.unwrap();
    let (_, closed) = plays::heard(&mut tx, granted.id, &[[0.0, 2.5]], false, noon()).await.unwrap().unwrap();
    assert!(!closed);
    let end = noon() + TimeDelta::minutes(1);
    let (play, closed) = plays::heard(&mut tx, granted.id, &[[2.0, 4.0]], true, end).await.unwrap().unwrap();
    assert!(closed);
    assert_eq!((play.served_bytes, play.heard, play.ended_at), (1_044, vec![[0.0, 4.0]], Some(end)));
    let (play, closed) =
        plays::heard(&mut tx, granted.id, &[[9.0, 9.5]], true, noon()).await.unwrap().unwrap();
    assert!(!closed);
    assert_eq!((play.ended_at, play.heard.len()), (Some(end), 2));
}

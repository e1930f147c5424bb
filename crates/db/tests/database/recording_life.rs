//! A recording from its first packet to its sealed row; every write may come twice, and from a worker that was replaced.

use chrono::TimeDelta;
use rokuon_db::calls;
use rokuon_db::legs::{self, LegRole};
use rokuon_db::recording_search;
use rokuon_db::recordings::{self, FinishedRecording, Guarded, Outcome};
use rokuon_db::segments::{self, SectionBytes, Segment};
use rokuon_policy::ids::RecordingId;
use rokuon_policy::recording_state::RecordingState;
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use crate::city::{Platform, decision, finished, noon, number, segment};

#[tokio::test]
async fn a_call_is_begun_once_however_often_it_is_said() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let call = city.call(noon());
    city.start(&call).await;
    let mut tx = city.tx().await;
    let mut again = call.clone();
    again.facts.line = None;
    again.recording = RecordingId(Uuid::new_v4());
    assert!(!calls::start(&mut tx, &again).await.unwrap());
    let recording = recordings::find(&mut tx, call.recording).await.unwrap().unwrap();
    assert_eq!((recording.state, recording.outcome, recording.epoch), (RecordingState::Recording, None, 1));
    assert_eq!((recording.call, recording.started_at), (call.call, noon()));
    assert_eq!(recording.retention, call.retention);
    assert_eq!(recordings::unfinished(&mut tx).await.unwrap(), [call.recording]);
    let legs = legs::of_call(&mut tx, call.call).await.unwrap();
    assert_eq!(
        legs,
        [(LegRole::Caller, call.facts.caller.clone()), (LegRole::Called, call.facts.called.clone())]
    );
    let found = recording_search::find(&mut tx, call.recording).await.unwrap().unwrap();
    assert_eq!(found.line.unwrap().0, "main");
    assert!(recordings::find(&mut tx, again.recording).await.unwrap().is_none());
}

#[tokio::test]
async fn what_becomes_known_later_replaces_what_was_known() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let mut call = city.call(noon());
    call.facts.line = None;
    call.facts.department = None;
    call.facts.line_proved = false;
    call.facts.caller.number = None;
    city.start(&call).await;
    let mut facts = city.call(noon()).facts;
    facts.line = Some("tax".to_owned());
    facts.department = Some("zeimu".parse().unwrap());
    facts.caller.number = number("0780001234");
    facts.decision = decision("recording.later");
    let mut tx = city.tx().await;
    assert!(calls::update_facts(&mut tx, call.call, &facts).await.unwrap());
    let found = recording_search::find(&mut tx, call.recording).await.unwrap().unwrap();
    assert_eq!(found.line.unwrap().1.ja, "tax電話");
    assert_eq!(found.department.unwrap().1.ja, "税務課");
    assert!(found.line_proved);
    assert_eq!(found.caller.number.unwrap().reveal(), "0780001234");
    assert_eq!(found.decision_rule, "recording.later");
    let mut unknown = facts;
    unknown.line = Some("nowhere".to_owned());
    assert_eq!(
        calls::update_facts(&mut tx, call.call, &unknown).await.unwrap_err().constraint(),
        Some("calls_line")
    );
}

#[tokio::test]
async fn a_number_that_was_not_normalised_is_refused() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let mut call = city.call(noon());
    call.facts.caller.number = number("090-0000-1234");
    let error = calls::start(&mut city.tx().await, &call).await.unwrap_err();
    assert_eq!(error.constraint(), Some("calls_digits_are_digits"));
}

#[tokio::test]
async fn a_recording_is_sealed_once_and_its_row_says_everything() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let call = city.call(noon());
    city.start(&call).await;
    let end = finished(&call);
    let mut tx = city.tx().await;
    assert_eq!(recordings::start_sealing(&mut tx, call.recording, 1).await.unwrap(), Guarded::Written);
    assert_eq!(recordings::start_sealing(&mut tx, call.recording, 1).await.unwrap(), Guarded::Already);
    assert_eq!(recordings::finish(&mut tx, &end).await.unwrap(), Guarded::Written);
    assert_eq!(recordings::finish(&mut tx, &end).await.unwrap(), Guarded::Already);
    let mut other = end.clone();
    other.manifest_sha256 = Some([8; 32]);
    assert_eq!(recordings::finish(&mut tx, &other).await.unwrap(), Guarded::Refused);
    let refused =
        recordings::mark_failed(&mut tx, call.recording, 1, "no_media", noon(), 0, noon()).await.unwrap();
    assert_eq!(refused, Guarded::Refused, "sealed and failed exclude each other");

    let row = recordings::find(&mut tx, call.recording).await.unwrap().unwrap();
    assert_eq!((row.state, row.outcome), (RecordingState::Primary, Some(Outcome::SealedWithGaps)));
    assert_eq!((row.duration_ms, row.channels, row.lost_ms), (Some(61_000), vec![0, 1], 20));
    assert_eq!((row.gaps, row.doubts), (end.gaps, end.doubts));
    assert_eq!((row.manifest_sha256, row.retention), (end.manifest_sha256, end.retention));
    let found = recording_search::find(&mut tx, call.recording).await.unwrap().unwrap();
    assert_eq!((found.ended_at, found.duration_ms), (Some(end.ended_at), Some(61_000)));
    assert_eq!(found.recording.unwrap().gap_count, 1);
    assert!(recordings::unfinished(&mut tx).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_failed_recording_says_why() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let call = city.call(noon());
    city.start(&call).await;
    let mut tx = city.tx().await;
    let end = noon() + TimeDelta::seconds(3);
    for expected in [Guarded::Written, Guarded::Already] {
        let met =
            recordings::mark_failed(&mut tx, call.recording, 1, "no_media", end, 3_000, end).await.unwrap();
        assert_eq!(met, expected);
    }
    let row = recordings::find(&mut tx, call.recording).await.unwrap().unwrap();
    assert_eq!((row.state, row.outcome_cause.as_deref()), (RecordingState::Failed, Some("no_media")));
    let mut as_failed = finished(&city.sealed_call(noon()).await);
    as_failed.outcome = Outcome::Failed;
    assert_eq!(recordings::finish(&mut tx, &as_failed).await.unwrap(), Guarded::Refused);
}

// rule: F13
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_workers_that_finish_the_same_recording_one_wins_a_thousand_times() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    for race in 0..1_000 {
        let call = city.call(noon());
        city.start(&call).await;
        let mut tx = city.tx().await;
        let epoch = recordings::take_over(&mut tx, call.recording).await.unwrap().unwrap();
        tx.commit_bookkeeping().await.unwrap();
        // the one that was replaced says what it read of the journal, the other what it read itself
        let mut replaced = finished(&call);
        replaced.manifest_sha256 = Some([9; 32]);
        let current = FinishedRecording { epoch, ..finished(&call) };
        let finish = async |end: &FinishedRecording| {
            let mut tx = city.tx().await;
            let met = recordings::finish(&mut tx, end).await.unwrap();
            tx.commit_bookkeeping().await.unwrap();
            met
        };
        let (old, new, twin) = tokio::join!(finish(&replaced), finish(&current), finish(&current));
        assert_eq!(old, Guarded::Refused, "race {race}: a stale epoch changes nothing");
        let mut met = [new, twin];
        met.sort_by_key(|met| *met != Guarded::Written);
        assert_eq!(met, [Guarded::Written, Guarded::Already], "race {race}: once, and once more the same");
        let mut tx = city.tx().await;
        let row = recordings::find(&mut tx, call.recording).await.unwrap().unwrap();
        assert_eq!(row.manifest_sha256, current.manifest_sha256);
    }
}

#[tokio::test]
async fn a_worker_that_was_replaced_changes_nothing() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let call = city.call(noon());
    city.start(&call).await;
    let mut tx = city.tx().await;
    assert_eq!(recordings::take_over(&mut tx, call.recording).await.unwrap(), Some(2));
    tx.commit_bookkeeping().await.unwrap();
    let mut tx = city.tx().await;
    assert_eq!(recordings::start_sealing(&mut tx, call.recording, 1).await.unwrap(), Guarded::Refused);
    assert_eq!(recordings::finish(&mut tx, &finished(&call)).await.unwrap(), Guarded::Refused);
    let mut newer = finished(&call);
    newer.epoch = 2;
    assert_eq!(recordings::finish(&mut tx, &newer).await.unwrap(), Guarded::Written);
    assert_eq!(
        recordings::take_over(&mut tx, call.recording).await.unwrap(),
        None,
        "nothing is left to take over"
    );
}

// req: O-5.2
#[tokio::test]
async fn a_segment_is_written_once_and_never_with_other_content() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let call = city.call(noon());
    city.start(&call).await;
    let first = segment(0);
    let mut tx = city.tx().await;
    assert!(segments::add(&mut tx, call.recording, &first).await.unwrap());
    assert!(!segments::add(&mut tx, call.recording, &first).await.unwrap());
    assert!(segments::add(&mut tx, call.recording, &segment(1)).await.unwrap());
    assert_eq!(segments::of_recording(&mut tx, call.recording).await.unwrap()[0], first);
    assert_eq!(segments::of_recording(&mut tx, call.recording).await.unwrap().len(), 2);
    let mut altered = first;
    altered.media_sha256 = [3; 32];
    let error = segments::add(&mut tx, call.recording, &altered).await.unwrap_err();
    assert_eq!(error.constraint(), Some("segments_pkey"));
}

#[tokio::test]
async fn a_segment_says_what_lies_behind_it_and_never_more_than_its_object_holds() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let call = city.call(noon());
    city.start(&call).await;
    let sections = SectionBytes { media: 16_130, peaks: 300, manifest: 506 };
    let last = Segment { sections: Some(sections), ..segment(1) };
    let mut tx = city.tx().await;
    assert!(segments::add(&mut tx, call.recording, &segment(0)).await.unwrap());
    assert!(segments::add(&mut tx, call.recording, &last).await.unwrap());
    assert!(!segments::add(&mut tx, call.recording, &last).await.unwrap());
    let rows = segments::of_recording(&mut tx, call.recording).await.unwrap();
    assert_eq!((rows[0].sections, &rows[1]), (None, &last));
    tx.commit_bookkeeping().await.unwrap();
    for sections in [SectionBytes { media: 17_000, ..sections }, SectionBytes { peaks: 0, ..sections }] {
        let mut tx = city.tx().await;
        let wrong = Segment { sections: Some(sections), ..segment(2) };
        let error = segments::add(&mut tx, call.recording, &wrong).await.unwrap_err();
        assert_eq!(error.constraint(), Some("segments_sections_fill_object"), "{sections:?}");
    }
}

// req: T-2
#[tokio::test]
async fn a_call_that_turns_out_not_to_be_recorded_leaves_no_row_and_a_sealed_one_stays() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let call = city.call(noon());
    city.start(&call).await;
    let mut tx = city.tx().await;
    assert!(calls::forget(&mut tx, call.call).await.unwrap());
    assert!(!calls::forget(&mut tx, call.call).await.unwrap());
    tx.commit_bookkeeping().await.unwrap();
    let mut behind = PgConnection::connect(&platform.test.superuser_url()).await.unwrap();
    let left: (i64,) = sqlx::query_as("SELECT (SELECT count(*) FROM calls) + (SELECT count(*) FROM legs) + (SELECT count(*) FROM recordings)")
        .fetch_one(&mut behind)
        .await
        .unwrap();
    assert_eq!(left.0, 0);

    let half = city.call(noon());
    city.start(&half).await;
    let mut tx = city.tx().await;
    segments::add(&mut tx, half.recording, &segment(0)).await.unwrap();
    let error = calls::forget(&mut tx, half.call).await.unwrap_err();
    assert_eq!(error.constraint(), Some("segments_recording"));
    drop(tx);
    let sealed = city.sealed_call(noon()).await;
    assert!(!calls::forget(&mut city.tx().await, sealed.call).await.unwrap());
    // Not even by going round the function: the policy of the table lets only unsealed rows go.
    let mut app = PgConnection::connect(&platform.test.app_url()).await.unwrap();
    let mut tx = app.begin().await.unwrap();
    sqlx::query("SELECT set_config('app.tenant', 'aozora', true)").execute(&mut *tx).await.unwrap();
    let done = sqlx::query("DELETE FROM recordings WHERE state = 'primary'").execute(&mut *tx).await.unwrap();
    assert_eq!(done.rows_affected(), 0);
}

#[tokio::test]
async fn a_held_recording_cannot_be_marked_destroyed() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let call = city.sealed_call(noon()).await;
    let mut app = PgConnection::connect(&platform.test.app_url()).await.unwrap();
    let mut tx = app.begin().await.unwrap();
    sqlx::query("SELECT set_config('app.tenant', 'aozora', true)").execute(&mut *tx).await.unwrap();
    let update = "UPDATE recordings SET active_holds = active_holds + 1 WHERE recording_id = $1";
    sqlx::query(update).bind(call.recording.0).execute(&mut *tx).await.unwrap();
    let destroy = "UPDATE recordings SET state = 'destroying', due_at = now(), due_reason = 'expired', due_article = '5(2)',
        destroying_at = now() WHERE recording_id = $1";
    let refused = sqlx::query(destroy).bind(call.recording.0).execute(&mut *tx).await.unwrap_err();
    assert_eq!(refused.as_database_error().unwrap().constraint(), Some("recordings_held_not_destroyed"));
}

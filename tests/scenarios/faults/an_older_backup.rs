//! F17, as a drill: an older backup of PostgreSQL is restored after recordings were destroyed, held and made.

use std::time::{Duration, Instant};

use rokuon_fixtures::api_caller::ApiCaller;
use rokuon_fixtures::g711::Law;
use rokuon_fixtures::phone::SentCall;
use rokuon_fixtures::sip_link::Transport;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::harness::keeping::{destroyed, had_its_turn, hurry, moved, number, until};
use crate::harness::platform::TestPlatform;
use crate::harness::postgres_backup;
use crate::harness::sound::{assert_same, channels};
use crate::harness::talk::plan;

const TENANT: &str = "takikawa";

async fn call(platform: &TestPlatform, clerk: &ApiCaller, seed: u64) -> (SentCall, String) {
    let phone = platform.phone(TENANT, Transport::Udp).await;
    let mut call = phone.invite(&plan(seed, 60)).await.expect("answered");
    call.said_everything().await;
    let sent = call.hang_up().await.expect("hung up");
    let id = platform.sealed(clerk, &sent.call_id).await.id;
    (sent, id)
}

async fn hold(manager: &ApiCaller, recording: &str) -> String {
    let wanted = json!({
        "recordings": [recording], "ground": "investigation", "reason": "復元訓練", "authority": "警察署 第12号",
    });
    let placed = manager.post("/v1/holds", &wanted).await.expect("placed");
    placed["id"].as_str().expect("an id").to_owned()
}

/// How many events of the trail are witnessed.
fn marked(platform: &TestPlatform) -> i64 {
    let notes = platform.data_dir().join("store/secondary").join(TENANT).join("witness");
    let names = std::fs::read_dir(notes).into_iter().flatten().flatten().map(|one| one.file_name());
    let marks = names
        .filter_map(|name| name.to_str()?.strip_prefix("mark-")?.split('-').nth(1)?.get(..20)?.parse().ok());
    marks.max().unwrap_or(0)
}

async fn shown(person: &ApiCaller, recording: &str) -> Value {
    person.get(&format!("/v1/recordings/{recording}")).await.expect("found")
}

// req: P-7, TK-7.1
// rule: F17, I20
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_destroyed_stays_so_what_was_held_is_held_and_what_was_recorded_is_heard() {
    let mut platform = TestPlatform::start(&[TENANT]).await;
    let manager = platform.person(TENANT, "kanri").await;
    let (_, gone) = call(&platform, &manager, 700).await;
    let (held_before_sent, held_before) = call(&platform, &manager, 701).await;
    let (held_after_sent, held_after) = call(&platform, &manager, 702).await;
    let (untouched_sent, untouched) = call(&platform, &manager, 703).await;
    hold(&manager, &held_before).await;

    let backup = platform.folder().join("backup");
    let owner_url = platform.running().running.database_owner_url.clone().expect("an address");
    let events = number(&platform, TENANT, "SELECT next_seq FROM audit_heads").await;
    let began = Instant::now();
    postgres_backup::take(&platform.data_dir(), &owner_url, &backup);
    let backed_up = began.elapsed();

    // After the backup: one is destroyed, one held, two recorded, and one of those is moved.
    let certificate = destroyed(&platform, TENANT, &manager, &gone).await;
    let hold_after = hold(&manager, &held_after).await;
    let on = "SELECT count(*) FROM recordings WHERE object_holds = 'on' AND recording_id =";
    until(&platform, TENANT, &format!("{on} '{held_after}'")).await;
    let (recorded_sent, recorded) = call(&platform, &manager, 704).await;
    let (moved_sent, was_moved) = call(&platform, &manager, 705).await;
    moved(&platform, TENANT, &was_moved).await;
    // The mark of what was held is put at the end of that job's turn.
    let late = Instant::now() + Duration::from_secs(90);
    while marked(&platform) <= events {
        assert!(Instant::now() < late, "marked {}, {events} events in the backup", marked(&platform));
        sleep(Duration::from_millis(300)).await;
    }

    platform.stop().await;
    postgres_backup::put_back(&platform.data_dir(), &backup);
    let data_dir = platform.data_dir().display().to_string();
    let mut start: Vec<&str> = vec!["up", "--data-dir", &data_dir];
    start.extend(platform.arguments().iter().map(String::as_str));
    let (started, said) = platform.rokuon(&start).await;
    assert!(!started && said.contains("rokuon restore finish"), "an older database is not served: {said}");
    let (even, said) = platform.rokuon(&["restore", "check", "--data-dir", &data_dir]).await;
    assert!(!even, "{said}");
    for found in ["destroyed since: 1", "holds placed since: 1", "recorded since: 2", &gone] {
        assert!(said.contains(found), "{found}: {said}");
    }
    let began = Instant::now();
    let (finished, said) = platform.rokuon(&["restore", "finish", "--data-dir", &data_dir]).await;
    let took = began.elapsed();
    assert!(finished, "{said}");
    let (even, said) = platform.rokuon(&["restore", "check", "--data-dir", &data_dir]).await;
    assert!(even, "nothing is left to be done: {said}");

    platform.start_again().await;
    let manager = platform.person(TENANT, "kanri").await;
    let listed = shown(&manager, &gone).await;
    assert_eq!((&listed["state"], &listed["playable"]), (&json!("destroyed"), &json!(false)), "{listed}");
    let purpose = manager.get("/v1/me").await.expect("an answer")["purposes"][0]["key"].clone();
    let stated = json!({ "purpose": purpose, "case_note": "試験 1" });
    let refused = manager.post(&format!("/v1/recordings/{gone}/uses"), &stated).await;
    assert!(refused.is_err(), "what was destroyed is not opened: {refused:?}");
    let certificates = manager.get(&format!("/v1/certificates?recording={gone}")).await.expect("listed");
    assert_eq!(
        certificates["items"][0]["id"],
        json!(certificate),
        "the certificate that was issued, and no other"
    );
    assert_eq!(certificates["items"].as_array().map(Vec::len), Some(1));
    for (recording, sent, holds) in [
        (&held_before, &held_before_sent, 1),
        (&held_after, &held_after_sent, 1),
        (&untouched, &untouched_sent, 0),
        (&recorded, &recorded_sent, 0),
        (&was_moved, &moved_sent, 0),
    ] {
        assert_eq!(shown(&manager, recording).await["active_holds"], json!(holds), "{recording}");
        let heard = channels(&platform.heard(&manager, recording).await);
        for (heard, stream) in heard.iter().zip(&sent.streams) {
            assert_same(heard, &stream.timeline(Law::Pcmu.silence()), Law::Pcmu);
        }
    }
    assert_eq!(shown(&manager, &was_moved).await["state"], json!("secondary"), "its row follows it");
    assert_eq!(shown(&manager, &held_after).await["keeping"]["holds"][0]["id"], json!(hold_after));
    // A person can let it go again, and the comparison of store and rows takes nothing of it for left over.
    hurry(&platform, TENANT, "reconcile").await;
    had_its_turn(&platform, TENANT, "reconcile").await;
    for left in ["orphans_erased", "without_row", "without_object"] {
        let query =
            format!("SELECT coalesce((figures->>'{left}')::bigint, 0) FROM jobs WHERE kind = 'reconcile'");
        assert_eq!(number(&platform, TENANT, &query).await, 0, "{left}");
    }
    let told = "SELECT count(*) FROM audit_events WHERE kind IN ('restore.finish', 'recording.destroyed_again', 'hold.place_again')";
    assert_eq!(number(&platform, TENANT, told).await, 3);
    eprintln!(
        "F17: base backup {:.1} s; restored, compared and brought up to date {:.1} s: 1 destroyed again, 1 held again, 2 entered again (1 of them on the second tier), 0 lost",
        backed_up.as_secs_f32(),
        took.as_secs_f32()
    );
}

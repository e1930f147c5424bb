//! Playing: no sound without a stated, permitted purpose; every byte is the sealed one; every play is in the trail.

use axum::http::{Method, header};
use chrono::TimeDelta;
use rokuon_api::routes::uses::closing::close;
use rokuon_db::audit_events::AuditOutcome;
use rokuon_db::kept_segments::{self, Switched};
use rokuon_db::sessions::SessionId;
use rokuon_db::uses::Use;
use rokuon_media::g711;
use rokuon_media::g711::Law;
use rokuon_storage::object_store::{Bucket, ObjectStore};
use serde_json::{Value, json};

use crate::harness::browser::Browser;
use crate::harness::house::House;
use crate::harness::sealed_call::{Picture, SampleCall, voices};

async fn open(browser: &Browser, recording: impl std::fmt::Display, purpose: &str) -> Value {
    let body = json!({ "purpose": purpose, "case_note": "第12号" });
    browser.post(&format!("/v1/recordings/{recording}/uses"), body).await.ok(201)
}

/// The whole rendition as it must be: header, then both channels decoded, interleaved.
fn expected(seconds: u64) -> Vec<u8> {
    let (left, right) = voices(0, seconds * 8000);
    let decoded = left.iter().zip(&right).flat_map(|(left, right)| {
        let [left, right] = [left, right].map(|octet| g711::decode(Law::Mu, *octet).to_le_bytes());
        left.into_iter().chain(right)
    });
    rokuon_media::wav::pcm16_header(2, seconds * 8000).into_iter().chain(decoded).collect()
}

// req: T-1
#[tokio::test]
async fn a_play_without_a_permitted_purpose_is_refused_with_the_article_and_logged() {
    let house = House::open().await;
    let city = house.city("toyonaka").await;
    let recording = house.record(&city, &house.sample()).await;
    let browser = house.signed_in(&city, "a1", &[("handler", None)]).await;
    let uses = format!("/v1/recordings/{recording}/uses");
    for purpose in ["marketing", "", "RESPONSE-QUALITY", "山田さんの件"] {
        let refused =
            browser.post(&uses, json!({ "purpose": purpose })).await.refused(403, "purpose-refused");
        assert!(refused["article"].as_str().is_some_and(|article| !article.is_empty()), "{refused}");
        let event = house.last(&city, "use.open").await;
        assert_eq!(event.outcome, AuditOutcome::Refused);
        assert_eq!(event.object.as_ref().map(|object| object.id.clone()), Some(recording.to_string()));
        assert!(event.article.is_some() && event.sentence.is_some() && event.rule.is_some());
        assert!(!event.body.contains("山田"), "free text stays out of the trail");
    }
    // a purpose that asks for the case, without it
    browser.post(&uses, json!({ "purpose": "emergency-information" })).await.refused(403, "purpose-refused");
    browser.post(&uses, json!({})).await.refused(422, "invalid-fields");
    let nowhere = format!("{uses}/{}/audio", uuid::Uuid::now_v7());
    browser.get(&nowhere).await.refused(404, "not-found");
    assert!(!house.trail(&city).await.iter().any(|event| event.kind == "play.start"));
}

// req: I-7
#[tokio::test]
async fn one_of_the_four_grounds_must_be_chosen() {
    let house = House::open().await;
    let city = house.city("ichinomiya").await;
    let recording = house.record(&city, &house.sample()).await;
    let browser = house.signed_in(&city, "a1", &[("operator", None)]).await;
    let grounds = browser.get("/v1/me").await.ok(200)["purposes"].clone();
    assert_eq!(grounds.as_array().map(Vec::len), Some(4));
    let uses = format!("/v1/recordings/{recording}/uses");
    let refused =
        browser.post(&uses, json!({ "purpose": "curiosity" })).await.refused(403, "purpose-refused");
    assert!(refused["article"].as_str().is_some_and(|article| article.starts_with('7')), "{refused}");
    for ground in grounds.as_array().expect("four") {
        let given = open(&browser, recording, ground["key"].as_str().expect("a key")).await;
        assert_eq!(given["article"], ground["article"]);
    }
}

// req: T-1
#[tokio::test]
async fn what_is_heard_is_what_was_sealed_and_its_start_and_end_are_in_the_trail() {
    let house = House::open().await;
    let city = house.city("toyonaka").await;
    let recording = house.record(&city, &house.sample()).await;
    let browser = house.signed_in(&city, "a1", &[("handler", None)]).await;
    let used = open(&browser, recording, "response-quality").await;
    assert_eq!(house.last(&city, "use.open").await.outcome, AuditOutcome::Done);
    let url = used["audio_url"].as_str().expect("an address");
    let head = browser.send(Method::HEAD, url, &[], None).await;
    assert_eq!(head.status, 200);
    assert!(!house.trail(&city).await.iter().any(|event| event.kind == "play.start"), "HEAD is no listening");
    let whole = browser.get(url).await;
    assert_eq!(whole.status, 200);
    let wanted = expected(120);
    assert!(whole.body == wanted, "{} of {} bytes", whole.body.len(), wanted.len());
    for name in [header::CONTENT_LENGTH, header::CONTENT_TYPE, header::ETAG, header::ACCEPT_RANGES] {
        assert_eq!(head.headers[&name], whole.headers[&name], "{name}");
    }
    assert_eq!(whole.headers[header::CACHE_CONTROL], "no-store");
    assert_eq!(whole.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    let again = browser.get_with(url, &[("range", "bytes=100-199")]).await;
    assert_eq!(again.body, wanted[100..200]);
    let starts = house.trail(&city).await.iter().filter(|event| event.kind == "play.start").count();
    assert_eq!(starts, 1, "one start a use");
    let heard = format!("{}/heard", url.trim_end_matches("/audio"));
    browser.post(&heard, json!({ "ranges": [[0.0, 5.0]], "ended": false })).await.ok(204);
    browser.post(&heard, json!({ "ranges": [[4.0, 9.5], [60.0, 61.0]], "ended": true })).await.ok(204);
    let stop = house.last(&city, "play.stop").await;
    assert_eq!(stop.detail["heard"], json!([[0, 9.5], [60, 61]]));
    assert_eq!(stop.detail["heard_seconds"], json!(10.5));
    browser
        .post(&heard, json!({ "ranges": [[5.0, 4.0]], "ended": true }))
        .await
        .refused(422, "invalid-fields");
}

#[tokio::test]
async fn ranges_are_served_as_the_rfc_says() {
    let house = House::open().await;
    let city = house.city("toyonaka").await;
    let recording = house.record(&city, &house.sample()).await;
    let browser = house.signed_in(&city, "a1", &[("handler", None)]).await;
    let used = open(&browser, recording, "response-quality").await;
    let url = used["audio_url"].as_str().expect("an address");
    let wanted = expected(120);
    let len = wanted.len();
    let tag = browser.send(Method::HEAD, url, &[], None).await.headers[header::ETAG].clone();
    let tag = tag.to_str().expect("text");
    assert!(tag.starts_with('"'), "a strong tag: {tag}");
    let edge = 44 + 60 * 32_000;
    for (range, from, until) in [
        ("bytes=0-43".to_owned(), 0, 44),
        ("bytes=0-".to_owned(), 0, len),
        ("bytes=-7".to_owned(), len - 7, len),
        (format!("bytes={}-{}", edge - 9, edge + 8), edge - 9, edge + 9),
        ("bytes=43-46".to_owned(), 43, 47),
        ("bytes=1000001-1200000".to_owned(), 1_000_001, 1_200_001),
        ("bytes=10-19, 15-30".to_owned(), 10, 31),
    ] {
        for condition in ["", tag] {
            let answer = browser.get_with(url, &[("range", &range), ("if-range", condition)]).await;
            assert_eq!(answer.status, 206, "{range}");
            assert_eq!(answer.headers[header::CONTENT_RANGE], format!("bytes {from}-{}/{len}", until - 1));
            assert_eq!(answer.headers[header::CONTENT_LENGTH], (until - from).to_string());
            assert!(answer.body == wanted[from..until], "{range}");
        }
    }
    for condition in ["\"another\"", &format!("W/{tag}"), "Wed, 18 Nov 2026 00:00:00 GMT"] {
        let answer = browser.get_with(url, &[("range", "bytes=0-9"), ("if-range", condition)]).await;
        assert_eq!((answer.status.as_u16(), answer.body.len()), (200, len), "{condition}");
    }
    for ignored in ["bytes=x", "items=0-1", "bytes=0-1,100-101", "bytes=0-0,1-1,2-2,3-3,4-4"] {
        assert_eq!(browser.get_with(url, &[("range", ignored)]).await.status, 200, "{ignored}");
    }
    let outside = browser.get_with(url, &[("range", &format!("bytes={len}-"))]).await;
    outside.refused(416, "range-not-satisfiable");
    assert_eq!(outside.headers[header::CONTENT_RANGE], format!("bytes */{len}"));
}

#[tokio::test]
async fn a_seek_fetches_little_more_than_it_gives() {
    let house = House::open().await;
    let city = house.city("toyonaka").await;
    let recording = house.record(&city, &house.sample()).await;
    let browser = house.signed_in(&city, "a1", &[("handler", None)]).await;
    let used = open(&browser, recording, "response-quality").await;
    let url = used["audio_url"].as_str().expect("an address");
    browser.get_with(url, &[("range", "bytes=0-99")]).await;
    let before = house.store.counts().octets_fetched;
    let answer = browser.get_with(url, &[("range", "bytes=1500000-1501000")]).await;
    assert_eq!(answer.body.len(), 1001);
    let fetched = house.store.counts().octets_fetched - before;
    // the header and last chunk of one segment of 960 kB (opened anew with each request), and the chunk asked for
    assert!(fetched < 96 * 1024, "{fetched} octets");
}

#[tokio::test]
async fn a_use_belongs_to_its_person_recording_and_session_and_ends() {
    let house = House::open().await;
    let city = house.city("toyonaka").await;
    let recording = house.record(&city, &house.sample()).await;
    let other_recording = house.record(&city, &house.sample()).await;
    let browser = house.signed_in(&city, "a1", &[("handler", None)]).await;
    let colleague = house.signed_in(&city, "a2", &[("handler", None)]).await;
    let used = open(&browser, recording, "response-quality").await;
    let url = used["audio_url"].as_str().expect("an address").to_owned();
    colleague.get(&url).await.refused(404, "not-found");
    let swapped = url.replace(&recording.to_string(), &other_recording.to_string());
    browser.get(&swapped).await.refused(404, "not-found");
    let mut elsewhere = house.browser().at(9);
    elsewhere.sign_in("toyonaka", "a1", crate::harness::house::PASSWORD).await.ok(200);
    elsewhere.get(&url).await.refused(404, "not-found");
    house.clock.advance(TimeDelta::minutes(14));
    assert_eq!(browser.get_with(&url, &[("range", "bytes=0-0")]).await.status, 206);
    house.clock.advance(TimeDelta::minutes(1));
    browser.get(&url).await.refused(403, "use-ended");
}

#[tokio::test]
async fn a_play_the_portal_never_ended_is_ended_by_the_clock_once() {
    let house = House::open().await;
    let city = house.city("toyonaka").await;
    let recording = house.record(&city, &house.sample()).await;
    let person = house.person(&city, "a1", &[("handler", None)]).await;
    let mut browser = house.browser();
    browser.sign_in("toyonaka", "a1", crate::harness::house::PASSWORD).await.ok(200);
    let used = open(&browser, recording, "response-quality").await;
    browser.get(used["audio_url"].as_str().expect("an address")).await;
    let granted = Use {
        id: used["id"].as_str().and_then(|id| id.parse().ok()).expect("an id"),
        recording,
        person,
        session: SessionId(uuid::Uuid::nil()),
        purpose: "response-quality".into(),
        case_note: None,
        article: "1".parse().expect("an article"),
        sentence: rokuon_policy::text::Text::new("", ""),
        granted_at: house.now(),
        expires_at: house.now(),
    };
    for _ in 0..2 {
        close(&house.app, &city, &granted, vec!["handler".into()]).await.expect("closed");
    }
    let stops: Vec<_> =
        house.trail(&city).await.into_iter().filter(|event| event.kind == "play.stop").collect();
    assert_eq!(stops.len(), 1);
    assert_eq!(
        (stops[0].person, &stops[0].detail["closed_by"]),
        (Some(person), &json!("the end of the use"))
    );
}

#[tokio::test]
async fn without_its_audit_row_nothing_is_heard() {
    let house = House::open().await;
    let city = house.city("toyonaka").await;
    let recording = house.record(&city, &house.sample()).await;
    let browser = house.signed_in(&city, "a1", &[("handler", None)]).await;
    let used = open(&browser, recording, "response-quality").await;
    let url = used["audio_url"].as_str().expect("an address");
    house.break_the_trail().await;
    let answer = browser.get(url).await;
    answer.refused(503, "unavailable");
    assert!(answer.headers.contains_key(header::RETRY_AFTER));
    house.mend_the_trail().await;
    assert_eq!(browser.get(url).await.status, 200);
}

#[tokio::test]
async fn damaged_erased_and_unreachable_sound_is_never_played() {
    let house = House::open().await;
    let city = house.city("toyonaka").await;
    let (away, damaged) =
        (house.record(&city, &house.sample()).await, house.record(&city, &house.sample()).await);
    let going_on = house.record(&city, &SampleCall { sealed: false, ..house.sample() }).await;
    let browser = house.signed_in(&city, "a1", &[("handler", None)]).await;
    let unsealed = format!("/v1/recordings/{going_on}/uses");
    browser.post(&unsealed, json!({ "purpose": "response-quality" })).await.refused(409, "not-playable");
    let used = open(&browser, away, "response-quality").await;
    house.store.set_down(true);
    browser.get(used["audio_url"].as_str().expect("an address")).await.refused(503, "unavailable");
    house.store.set_down(false);
    let used = open(&browser, damaged, "response-quality").await;
    let objects = house.store.objects(Bucket::Media);
    for (key, _) in objects.iter().filter(|(key, _)| key.as_str().contains(&damaged.to_string())) {
        house.store.damage(Bucket::Media, key, 100, 1);
    }
    let answer = browser.get(used["audio_url"].as_str().expect("an address")).await;
    answer.refused(409, "not-playable");
    let waveform = browser.get(&format!("/v1/recordings/{damaged}/waveform")).await;
    assert!(!waveform.status.is_success(), "no picture of it either");
}

#[tokio::test]
async fn after_the_last_kept_day_nothing_is_heard() {
    let house = House::open().await;
    let city = house.city("kobe").await;
    let recording = house.record(&city, &house.sample()).await;
    house.clock.advance(TimeDelta::days(15));
    let browser = house.signed_in(&city, "a1", &[("manager", None)]).await;
    let body = json!({ "purpose": "improper-demand", "case_note": "12" });
    let refused =
        browser.post(&format!("/v1/recordings/{recording}/uses"), body).await.refused(409, "not-playable");
    assert!(refused["article"].is_string());
    let shown = browser.get(&format!("/v1/recordings/{recording}")).await.ok(200);
    assert_eq!(shown["playable"], false);
    assert_eq!(shown["play_refusal"]["allowed"], false);
}

#[tokio::test]
async fn the_picture_of_the_sound_is_drawn_from_the_sealed_bytes() {
    let house = House::open().await;
    let city = house.city("toyonaka").await;
    let recording = house.record(&city, &house.sample()).await;
    let browser = house.signed_in(&city, "a1", &[("handler", None)]).await;
    let picture = browser.get(&format!("/v1/recordings/{recording}/waveform?points=500")).await.ok(200);
    assert_eq!(picture["duration_seconds"], 120.0);
    assert_eq!(picture["channels"].as_array().map(Vec::len), Some(2));
    for channel in picture["channels"].as_array().expect("two") {
        let peaks = channel["peaks"].as_array().expect("peaks");
        assert_eq!(peaks.len(), 500);
        assert!(peaks.iter().all(|peak| peak[0].as_f64() < Some(-0.5) && peak[1].as_f64() > Some(0.5)));
    }
    for points in ["0", "4001", "x"] {
        let path = format!("/v1/recordings/{recording}/waveform?points={points}");
        let refused = browser.get(&path).await.refused(422, "invalid-fields");
        assert_eq!(refused["errors"][0]["field"], "points");
    }
}

// rule: F20
#[tokio::test]
async fn recordings_of_both_forms_are_heard_alike_and_show_the_picture_that_was_sealed() {
    let house = House::open().await;
    let city = house.city("toyonaka").await;
    let browser = house.signed_in(&city, "a1", &[("handler", None)]).await;
    for picture in [Picture::None, Picture::Apart, Picture::Behind] {
        let recording = house.record(&city, &SampleCall { picture, ..house.sample() }).await;
        let used = open(&browser, recording, "response-quality").await;
        let sound = browser.get(used["audio_url"].as_str().expect("an address")).await;
        assert_eq!(sound.status.as_u16(), 200);
        assert!(sound.body == expected(120), "other sound");
        let before = house.store.counts();
        let drawn = browser.get(&format!("/v1/recordings/{recording}/waveform?points=300")).await.ok(200);
        let after = house.store.counts();
        let rows = drawn["channels"].as_array().expect("two");
        let loud = |row: usize| -> Vec<usize> {
            let peaks = rows[row]["peaks"].as_array().expect("peaks").iter().enumerate();
            peaks.filter(|(_, peak)| peak[1].as_f64() > Some(0.9)).map(|(at, _)| at).collect()
        };
        if picture == Picture::None {
            assert_eq!(loud(0).len(), 300, "drawn from the sound");
            continue;
        }
        assert_eq!((loud(0), loud(1)), (vec![200], vec![]), "drawn as it was sealed");
        assert!(after.octets_fetched - before.octets_fetched < 26_000, "of the sound nothing is fetched");
    }
}

// req: O-6.1
#[tokio::test]
async fn on_the_second_tier_sound_and_picture_are_read_from_there() {
    let house = House::open().await;
    let city = house.city("toyonaka").await;
    let browser = house.signed_in(&city, "a1", &[("handler", None)]).await;
    let picture = Picture::Behind;
    let recording = house.record(&city, &SampleCall { picture, ..house.sample() }).await;
    let mut tx = house.db.tenant(&city).await.expect("a transaction");
    let mut switched = Vec::new();
    for before in kept_segments::of(&mut tx, &[recording]).await.expect("rows") {
        let key = before.object_key.parse().expect("a key");
        let octets = house.store.get(Bucket::Media, &key, None).await.expect("it is there");
        let copy = house.store.put_new(Bucket::Secondary, &key, octets).await.expect("copied");
        house.store.erase_version(Bucket::Media, &key, &before.version_id).await.expect("erased");
        switched.push(Switched { before, bucket: "secondary".to_owned(), version_id: copy.version_id });
    }
    assert!(kept_segments::switch(&mut tx, &switched).await.expect("switched"));
    tx.commit_bookkeeping().await.expect("committed");
    let drawn = browser.get(&format!("/v1/recordings/{recording}/waveform?points=300")).await.ok(200);
    assert_eq!(drawn["channels"][0]["peaks"][200], json!([-1.0, 1.0]));
    assert_eq!(drawn["channels"][0]["peaks"][199], json!([0.0, 0.0]));
    let used = open(&browser, recording, "response-quality").await;
    let sound = browser.get(used["audio_url"].as_str().expect("an address")).await;
    assert!(sound.body == expected(120), "other sound");
}

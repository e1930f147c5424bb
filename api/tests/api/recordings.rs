//! Finding and seeing recordings: conditions, pages, departments, the trail.

use chrono::TimeDelta;
use rokuon_db::audit_events::AuditOutcome;

use crate::harness::house::House;
use crate::harness::sealed_call::SampleCall;

// req: TK-3
#[tokio::test]
async fn an_operator_finds_and_sees_the_recordings_of_their_own_department_only() {
    let house = House::open().await;
    let city = house.city("takikawa").await;
    let ours = house.record(&city, &house.sample()).await;
    let theirs = SampleCall { department: Some("welfare"), line: Some("welfare-line"), ..house.sample() };
    let theirs = house.record(&city, &theirs).await;
    let doubtful = SampleCall { line_proved: false, ..house.sample() };
    let doubtful = house.record(&city, &doubtful).await;
    let operator = house.signed_in(&city, "a1", &[("operator", Some("tax"))]).await;
    let found = operator.get("/v1/recordings").await.ok(200);
    let ids: Vec<&str> =
        found["items"].as_array().expect("items").iter().filter_map(|one| one["id"].as_str()).collect();
    assert_eq!(ids, [ours.to_string()]);
    operator.get(&format!("/v1/recordings/{ours}")).await.ok(200);
    for other in [theirs, doubtful] {
        let refused = operator.get(&format!("/v1/recordings/{other}")).await.refused(403, "not-permitted");
        assert!(refused["article"].is_string(), "{refused}");
        let event = house.last(&city, "recording.view").await;
        assert_eq!(
            (event.outcome, event.object.map(|one| one.id)),
            (AuditOutcome::Refused, Some(other.to_string()))
        );
        for path in [format!("/v1/recordings/{other}/waveform")] {
            operator.get(&path).await.refused(403, "not-permitted");
        }
        let uses = format!("/v1/recordings/{other}/uses");
        let body = serde_json::json!({ "purpose": "service-improvement" });
        operator.post(&uses, body).await.refused(403, "not-permitted");
    }
    assert_eq!(
        operator.get("/v1/recordings?department=welfare").await.ok(200)["items"],
        serde_json::json!([])
    );
    assert_eq!(operator.get("/v1/calls").await.ok(200)["items"].as_array().map(Vec::len), Some(1));
    let manager = house.signed_in(&city, "m1", &[("manager", None)]).await;
    assert_eq!(manager.get("/v1/recordings").await.ok(200)["items"].as_array().map(Vec::len), Some(3));
}

#[tokio::test]
async fn conditions_are_all_applied_and_numbers_are_understood_as_written() {
    let house = House::open().await;
    let city = house.city("ichinomiya").await;
    let recent = house.record(&city, &house.sample()).await.to_string();
    let old = SampleCall {
        started_at: house.now() - TimeDelta::days(3),
        caller: "0120000999",
        seconds: 20,
        department: Some("welfare"),
        line: Some("welfare-line"),
        ..house.sample()
    };
    let old = house.record(&city, &old).await.to_string();
    let browser = house.signed_in(&city, "a1", &[("operator", None)]).await;
    let both = [old.as_str(), recent.as_str()];
    for (query, wanted) in [
        ("", &both[..]),
        ("number=090-0000-1234", &[recent.as_str()]),
        ("number=%2B81-90-0000-1234", &[recent.as_str()]),
        ("number=0125000100", &both[..]),
        ("number=09000012", &[]),
        ("number_suffix=999", &[old.as_str()]),
        ("q=00099", &[old.as_str()]),
        ("q=%E5%B1%B1%E7%94%B0", &both[..]),
        ("q=nobody", &[]),
        ("department=welfare", &[old.as_str()]),
        ("line=tax-line", &[recent.as_str()]),
        ("direction=inbound", &both[..]),
        ("direction=outbound", &[]),
        ("min_seconds=60", &[recent.as_str()]),
        ("max_seconds=60", &[old.as_str()]),
        ("from=2026-11-17T00:00:00Z", &[recent.as_str()]),
        ("to=2026-11-17T00:00:00Z", &[old.as_str()]),
        ("from=2026-11-17T00:00:00Z&department=welfare", &[]),
    ] {
        let found = browser.get(&format!("/v1/recordings?{query}")).await.ok(200);
        let mut ids: Vec<&str> =
            found["items"].as_array().expect("items").iter().filter_map(|one| one["id"].as_str()).collect();
        ids.sort_unstable();
        let mut wanted = wanted.to_vec();
        wanted.sort_unstable();
        assert_eq!(ids, wanted, "{query}");
    }
    let event = house.last(&city, "recording.search").await;
    assert_eq!(event.outcome, AuditOutcome::Done);
    assert!(
        !house.trail(&city).await.iter().any(|event| event.body.contains("0900000")),
        "no number in the trail"
    );
}

// req: I-4
#[tokio::test]
async fn what_a_device_recorded_says_which_and_where_it_stands() {
    let house = House::open().await;
    let city = house.city("ichinomiya").await;
    let recording = house.record(&city, &house.sample()).await;
    let manager = house.signed_in(&city, "m1", &[("manager", None)]).await;
    let entry = serde_json::json!({
        "number": "C-1", "name": "窓口カメラ1", "place": "本庁舎1階の窓口", "department": "tax", "start": "automatic",
        "notice": "録画しています", "notice_place": "窓口の正面", "in_use_from": "2026-04-01",
    });
    let register = serde_json::json!({ "rule": "counter-camera", "entry": entry });
    let device = manager.post("/v1/devices", register).await.ok(201)["id"].clone();
    let before = manager.get(&format!("/v1/recordings/{recording}")).await.ok(200);
    assert_eq!(before.get("device"), None, "not every call comes from one");
    let id = device.as_str().expect("an id");
    house.as_superuser(format!("UPDATE calls SET device_id = '{id}'")).await;
    let wanted = serde_json::json!({ "id": device, "name": "窓口カメラ1", "place": "本庁舎1階の窓口" });
    assert_eq!(manager.get(&format!("/v1/recordings/{recording}")).await.ok(200)["device"], wanted);
    assert_eq!(manager.get("/v1/recordings").await.ok(200)["items"][0]["device"], wanted);
    assert_eq!(manager.get("/v1/calls").await.ok(200)["items"][0]["device"], wanted);
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_repetition() {
    let house = House::open().await;
    let city = house.city("toyonaka").await;
    for minute in 0..7 {
        let started_at = house.now() - TimeDelta::minutes(10 + minute / 2);
        house.record(&city, &SampleCall { started_at, sealed: false, ..house.sample() }).await;
    }
    let browser = house.signed_in(&city, "a1", &[("handler", None)]).await;
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    for _ in 0..4 {
        let page = browser.get(&format!("/v1/recordings?limit=2{cursor}")).await.ok(200);
        seen.extend(page["items"].as_array().expect("items").iter().map(|one| one["id"].to_string()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let distinct: std::collections::BTreeSet<&String> = seen.iter().collect();
    assert_eq!((seen.len(), distinct.len()), (7, 7));
    for (query, code, field) in [
        ("limit=0", 422, "limit"),
        ("limit=201", 422, "limit"),
        ("cursor=x", 422, "cursor"),
        ("from=yesterday", 422, "from"),
        ("number_suffix=1", 422, "number_suffix"),
        ("direction=up", 422, "direction"),
        ("nope=1", 400, "nope"),
    ] {
        let answer = browser.get(&format!("/v1/recordings?{query}")).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["errors"][0]["field"]),
            (code, &field.into()),
            "{query}"
        );
    }
}

// req: O-5.2
#[tokio::test]
async fn one_recording_shows_its_facts_its_integrity_and_how_long_it_is_kept() {
    let house = House::open().await;
    let city = house.city("osaka-waterworks").await;
    let recording = house.record(&city, &house.sample()).await;
    let browser = house.signed_in(&city, "a1", &[("authorised-staff", None)]).await;
    let shown = browser.get(&format!("/v1/recordings/{recording}")).await.ok(200);
    assert_eq!(shown["state"], "primary");
    assert_eq!(shown["outcome"], "sealed");
    assert_eq!(shown["duration_seconds"], 120.0);
    assert_eq!(shown["caller"]["number"], "09000001234");
    assert_eq!(shown["department"]["id"], "tax");
    assert_eq!(shown["segments"].as_array().map(Vec::len), Some(2));
    assert_eq!(shown["segments"][1]["start_seconds"], 60.0);
    assert_eq!(shown["segments"][0]["media_sha256"].as_str().map(str::len), Some(64));
    assert_eq!(shown["integrity"]["sealed"], true);
    assert_eq!(shown["legs"][0]["role"], "caller");
    assert_eq!(shown["retention"]["article"], "6(1)");
    // six months from 18 November 2026, counted in civil days of Japan
    assert_eq!(shown["retention"]["secondary_from"], "2027-05-18T15:00:00Z");
    assert_eq!(shown["playable"], true);
    assert!(shown["decision"]["article"].is_string());
    assert_eq!(house.last(&city, "recording.view").await.outcome, AuditOutcome::Done);
}

//! What will be destroyed, what was, what the jobs say, how the stores are, and amended policies on their way into force.

use chrono::TimeDelta;
use rokuon_db::audit_events::AuditOutcome;
use rokuon_db::certificates::{self, Certificate};
use rokuon_db::jobs::{self, Progress, RunEnd};
use rokuon_db::policy_versions;
use rokuon_policy::ids::RecordingId;
use rokuon_policy::job::JobKind;
use rokuon_storage::object_store::Bucket;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::browser::Browser;
use crate::harness::house::House;
use crate::harness::sealed_call::SampleCall;

const MANAGER: &[(&str, Option<&str>)] = &[("manager", None)];

#[tokio::test]
async fn the_forecast_says_how_many_go_by_which_day_and_article() {
    let house = House::open().await;
    let city = house.city("kobe").await;
    let manager = house.signed_in(&city, "m1", MANAGER).await;
    // 18 November, ten in the morning: two weeks from the 5th are over on the 19th
    let call = |days: i64| SampleCall { started_at: house.now() - TimeDelta::days(days), ..house.sample() };
    let going = house.record(&city, &call(13)).await;
    house.record(&city, &call(2)).await;
    let tonight = manager.get("/v1/deletion-forecast").await.ok(200);
    assert_eq!((&tonight["day"], &tonight["recordings"]), (&json!("2026-11-18"), &json!(0)));
    let later = manager.get("/v1/deletion-forecast?day=2026-11-20").await.ok(200);
    assert_eq!((&later["recordings"], &later["held"]), (&json!(1), &json!(0)));
    let count = &later["counts"][0];
    assert_eq!((&count["reason"], &count["article"]), (&json!("expired"), &json!("section 3(4)")));
    let example = &later["examples"][0];
    assert_eq!((&example["recording"], &example["at"]), (&json!(going), &json!("2026-11-19T15:00:00Z")));
    assert_eq!(later["usual_limit"], 1_000);
    assert!(later.get("capacity").is_none());
    manager.get("/v1/deletion-forecast?day=2026-11-17").await.refused(422, "invalid-fields");
    assert_eq!(house.last(&city, "deletion_forecast.view").await.detail["recordings"], 1);
}

// req: TK-7.1
#[tokio::test]
async fn a_city_whose_store_decides_sees_how_full_it_is() {
    let house = House::open().await;
    let city = house.city("takikawa").await;
    let manager = house.signed_in(&city, "m1", MANAGER).await;
    house.record(&city, &house.sample()).await;
    let forecast = manager.get("/v1/deletion-forecast").await.ok(200);
    let gauge = &forecast["capacity"];
    assert_eq!(gauge["capacity_octets"], 500_u64 << 30);
    assert_eq!(gauge["threshold_octets"], 475_u64 << 30);
    assert!(gauge["used_octets"].as_u64().expect("octets") > 1_000);
    assert_eq!(gauge["would_give_way"], 0);
    let health = manager.get("/v1/storage-health").await.ok(200);
    assert_eq!(health["capacity"], *gauge);
    assert_eq!(
        (&health["tiers"][0]["tier"], &health["tiers"][0]["recordings"]),
        (&json!("primary"), &json!(1))
    );
}

#[tokio::test]
async fn a_city_whose_key_is_gone_is_dark_and_says_so() {
    let house = House::open().await;
    let city = house.city("toyonaka").await;
    let custodian = house.signed_in(&city, "c1", &[("chief-custodian", None)]).await;
    let keys = async || custodian.get("/v1/storage-health").await.ok(200)["keys"].clone();
    assert_eq!(keys().await, "untried");
    house.record(&city, &house.sample()).await;
    assert_eq!(keys().await, "available");
    // The second time puts right what the first did.
    for state in ["broken", "available"] {
        for (key, _) in house.store.objects(Bucket::Keys) {
            house.store.damage(Bucket::Keys, &key, 20, 1);
        }
        house.app.reader().evict_all();
        assert_eq!(keys().await, state);
    }
    house.keys.withdraw(&city);
    house.app.reader().evict_all();
    assert_eq!(keys().await, "dark");
    house.keys.set_down(true);
    let away = keys().await;
    assert!(away == "away" || away == "dark", "{away}");
}

// rule: I19
#[tokio::test]
async fn a_stopped_job_goes_on_by_a_persons_word_with_a_reason() {
    let house = House::open().await;
    let city = house.city("toyonaka").await;
    let custodian = house.signed_in(&city, "c1", &[("chief-custodian", None)]).await;
    let operations = house.signed_in(&city, "o1", &[("operations-manager", None)]).await;
    let mut tx = house.db.tenant(&city).await.expect("a transaction");
    jobs::ensure(&mut tx, &[JobKind::Sweep], house.now()).await.expect("rows");
    let term = std::time::Duration::from_secs(60);
    let (_, lease) =
        jobs::take(&mut tx, &[JobKind::Sweep], house.now(), term).await.expect("taken").expect("free");
    let mut progress = Progress { done: 0, total: Some(5_000), ..Progress::default() };
    progress.figures.insert("planned".into(), json!(5_000));
    jobs::end(&mut tx, &lease, &RunEnd::Stopped, &progress, house.now(), house.now()).await.expect("ended");
    tx.commit_bookkeeping().await.expect("committed");
    let job = custodian.get("/v1/jobs").await.ok(200)["items"][0].clone();
    assert_eq!((&job["kind"], &job["state"]), (&json!("sweep"), &json!("stopped")));
    assert_eq!((&job["total"], &job["figures"]["planned"]), (&json!(5_000), &json!(5_000)));
    let release = format!("/v1/jobs/{}/release", job["id"].as_str().expect("an id"));
    let word = json!({ "up_to": 5_000, "reason": "年度末の一括期限" });
    operations.post(&release, word.clone()).await.refused(403, "not-permitted");
    custodian.post(&release, json!({ "up_to": 5_000, "reason": " " })).await.refused(422, "invalid-fields");
    custodian.post(&release, json!({ "up_to": 0, "reason": "x" })).await.refused(422, "invalid-fields");
    custodian.post(&release, word.clone()).await.ok(204);
    custodian.post(&release, word).await.refused(409, "conflict");
    let released = custodian.get("/v1/jobs").await.ok(200)["items"][0].clone();
    assert_eq!((&released["state"], &released["released"]["up_to"]), (&json!("resting"), &json!(5_000)));
    assert_eq!(house.last(&city, "job.release").await.detail["reason"], "年度末の一括期限");
    let nobodys = format!("/v1/jobs/{}/release", Uuid::now_v7());
    custodian.post(&nobodys, json!({ "up_to": 1, "reason": "x" })).await.refused(404, "not-found");
}

#[tokio::test]
async fn certificates_are_listed_in_pages_and_handed_out_as_signed() {
    let house = House::open().await;
    let city = house.city("kobe").await;
    let manager = house.signed_in(&city, "m1", MANAGER).await;
    let mut ids = Vec::new();
    for minute in 0..3 {
        let at = house.now() - TimeDelta::minutes(minute);
        let recording = house.record(&city, &SampleCall { started_at: at, ..house.sample() }).await;
        let body = json!({ "recording": recording });
        let one = Certificate {
            id: Uuid::now_v7(),
            recording,
            issued_at: at,
            reason: "expired".into(),
            article: "section 3(4)".parse().expect("an article"),
            policy_version: 1,
            call_day: "2026-11-01".parse().expect("a day"),
            note: format!("rokuon erasure certificate 1\n{body}\n\n— rokuon signature\n"),
        };
        let mut tx = house.db.tenant(&city).await.expect("a transaction");
        certificates::issue(&mut tx, std::slice::from_ref(&one)).await.expect("issued");
        tx.commit_bookkeeping().await.expect("committed");
        ids.push((one.id, recording, one.note));
    }
    let first = manager.get("/v1/certificates?limit=2").await.ok(200);
    let cursor = first["next_cursor"].as_str().expect("more").to_owned();
    let second = manager.get(&format!("/v1/certificates?limit=2&cursor={cursor}")).await.ok(200);
    let shown: Vec<Value> = [&first, &second]
        .iter()
        .flat_map(|page| page["items"].as_array().expect("items").iter().map(|one| one["id"].clone()))
        .collect();
    assert_eq!(shown, ids.iter().map(|(id, _, _)| json!(id)).collect::<Vec<_>>());
    assert!(second.get("next_cursor").is_none());
    let (id, recording, note) = &ids[1];
    let of: RecordingId = *recording;
    let found = manager.get(&format!("/v1/certificates?recording={of}")).await.ok(200);
    assert_eq!(found["items"].as_array().expect("items").len(), 1);
    let one = manager.get(&format!("/v1/certificates/{id}")).await.ok(200);
    assert_eq!((&one["body"]["recording"], &one["note"]), (&json!(recording), &json!(note)));
    assert_eq!(one["article_label"], "項目3(4)");
    let text = manager.get(&format!("/v1/certificates/{id}/text")).await;
    assert_eq!(std::str::from_utf8(&text.body), Ok(note.as_str()));
    manager.get(&format!("/v1/certificates/{}", Uuid::now_v7())).await.refused(404, "not-found");
    assert_eq!(house.last(&city, "certificate.view").await.detail["form"], "text");
}

/// Kobe's document with a period of one week, in force from a day.
fn shorter(text: &str, from: &str) -> String {
    let lines = text.lines().map(|line| match line {
        line if line.starts_with("effective_from") => format!("effective_from = {from}"),
        line => line.replace("maximum = { weeks = 2 }", "maximum = { weeks = 1 }"),
    });
    lines.collect::<Vec<_>>().join("\n")
}

// rule: I13
#[tokio::test]
async fn a_shorter_period_needs_two_persons_and_seven_days_and_shows_first_what_would_go() {
    let house = House::open().await;
    let city = house.city("kobe").await;
    let manager = house.signed_in(&city, "m1", MANAGER).await;
    let assistant = house.signed_in(&city, "a1", &[("assistant", None)]).await;
    let call = |days: i64| SampleCall { started_at: house.now() - TimeDelta::days(days), ..house.sample() };
    house.record(&city, &call(1)).await;
    house.record(&city, &call(12)).await;
    let text = String::from_utf8(manager.get("/v1/policy/text").await.body.to_vec()).expect("text");
    // on 26 November the older one would be gone anyway
    let tried = json!({ "toml": shorter(&text, "2026-11-26") });
    let preview = assistant.post("/v1/policy-amendments/preview", tried.clone()).await.ok(200);
    assert_eq!(preview["shortened"], json!(["call_audio"]));
    assert_eq!(
        [&preview["destroyed_before"], &preview["destroyed_after"], &preview["more"], &preview["fewer"]],
        [&json!(1), &json!(2), &json!(1), &json!(0)]
    );
    assert_eq!((&preview["earliest_day"], &preview["complete"]), (&json!("2026-11-26"), &json!(true)));
    assert_eq!(preview["examples"].as_array().expect("examples").len(), 1);

    let propose = async |from: &str| {
        let body = json!({ "toml": shorter(&text, from), "reason": "要綱の改正" });
        assistant.post("/v1/policy-amendments", body).await.ok(201)["id"].as_str().expect("an id").to_owned()
    };
    let approve = |id: &str| format!("/v1/policy-amendments/{id}/approve");
    let look = async |who: &Browser, from: &str| {
        who.post("/v1/policy-amendments/preview", json!({ "toml": shorter(&text, from) })).await.ok(200);
    };
    let soon = propose("2026-11-24").await;
    assistant.post(&approve(&soon), json!({})).await.refused(403, "not-permitted");
    // Neither has looked, then only the one who proposed it.
    let rule =
        async || manager.post(&approve(&soon), json!({})).await.refused(409, "conflict")["rule"].clone();
    assert_eq!(rule().await, "policy.not_previewed");
    look(&assistant, "2026-11-24").await;
    assert_eq!(rule().await, "policy.not_previewed");
    look(&manager, "2026-11-26").await;
    assert_eq!(rule().await, "policy.not_previewed", "another document is not this one");
    look(&manager, "2026-11-24").await;
    assert_eq!(rule().await, "policy.too_soon");
    assert_eq!(house.last(&city, "policy_amendment.approve").await.outcome, AuditOutcome::Refused);
    manager.post(&format!("/v1/policy-amendments/{soon}/withdraw"), json!({})).await.ok(204);
    manager.post(&approve(&soon), json!({})).await.refused(409, "conflict");

    let own = json!({ "toml": shorter(&text, "2026-11-27"), "reason": "自分の案" });
    let own = manager.post("/v1/policy-amendments", own).await.ok(201);
    let own = own["id"].as_str().expect("an id");
    manager.post(&approve(own), json!({})).await.refused(409, "conflict");

    let good = propose("2026-11-26").await;
    manager.post(&approve(&good), json!({})).await.ok(204);
    let mut tx = house.db.tenant(&city).await.expect("a transaction");
    let in_force = async |tx: &mut _, day: &str| {
        policy_versions::in_force(tx, day.parse().expect("a day")).await.expect("read").expect("one").version
    };
    assert_eq!(in_force(&mut tx, "2026-11-25").await, 1);
    assert_eq!(in_force(&mut tx, "2026-11-26").await, 2, "by itself, on its day");
    drop(tx);
    let list = assistant.get("/v1/policy-amendments").await.ok(200);
    let states: Vec<&str> =
        list["items"].as_array().expect("items").iter().filter_map(|one| one["state"].as_str()).collect();
    assert_eq!(states, ["approved", "proposed", "withdrawn"]);
}

#[tokio::test]
async fn a_document_with_mistakes_of_another_city_or_of_today_is_no_amendment() {
    let house = House::open().await;
    let city = house.city("kobe").await;
    let other = house.city("toyonaka").await;
    let manager = house.signed_in(&city, "m1", MANAGER).await;
    let custodian = house.signed_in(&other, "c1", &[("chief-custodian", None)]).await;
    let text = async |of: &crate::harness::browser::Browser| {
        String::from_utf8(of.get("/v1/policy/text").await.body.to_vec()).expect("text")
    };
    let (own, others) = (text(&manager).await, text(&custodian).await);
    for toml in [others, own.replace("[access]", "[acces]"), "nonsense".to_owned(), own] {
        let body = json!({ "toml": toml, "reason": "x" });
        let problem = manager.post("/v1/policy-amendments", body).await.refused(422, "invalid-fields");
        assert_eq!(problem["errors"][0]["field"], "toml");
    }
    assert_eq!(manager.get("/v1/policy-amendments").await.ok(200)["items"], json!([]));
}

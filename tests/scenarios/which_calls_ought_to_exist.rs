//! A recorder that was down is a gap of the coverage report, and each call the exchange counted is found or has its cause.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use rokuon_fixtures::api_caller::ApiCaller;
use rokuon_fixtures::g711::Law;
use rokuon_fixtures::metadata::Party;
use rokuon_fixtures::payload::Payload;
use rokuon_fixtures::phone::CallPlan;
use rokuon_fixtures::sip_link::Transport;
use rokuon_policy::civil::{JST, civil_day};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::harness::platform::TestPlatform;

/// Asks again and again until the answer is as wanted.
async fn until(person: &ApiCaller, path: &str, seconds: u64, wanted: impl Fn(&Value) -> bool) -> Value {
    let end = Instant::now() + Duration::from_secs(seconds);
    loop {
        let answer = person.get(path).await.expect("answered");
        if wanted(&answer) {
            return answer;
        }
        assert!(Instant::now() < end, "{path} is not as wanted: {answer}");
        sleep(Duration::from_millis(500)).await;
    }
}

fn instant(value: &Value) -> DateTime<Utc> {
    value.as_str().expect("an instant").parse().expect("RFC 3339")
}

/// A line of the exchange's call records, in Japan's time.
fn cdr(at: DateTime<Utc>, caller: &str, called: &str) -> String {
    format!("{},{caller},{called},0:00:01\r\n", at.with_timezone(&JST).format("%Y/%m/%d %H:%M:%S"))
}

fn counted(list: &Value, verdict: &str, cause: Option<&str>) -> u64 {
    let counts = list["counts"].as_array().expect("a list");
    let same = |one: &&Value| one["verdict"] == verdict && one["cause"].as_str() == cause;
    counts.iter().find(same).and_then(|one| one["count"].as_u64()).unwrap_or(0)
}

// req: T-5.1
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recorder_that_was_down_is_a_gap_and_a_call_of_that_time_is_missing_for_it() {
    let mut platform = TestPlatform::start(&["toyonaka"]).await;
    let mut manager = platform.person("toyonaka", "kanri").await;
    // open all day, whatever the hour of this test: the manager enters the days as special ones
    let today = civil_day(Utc::now());
    for day in [today.pred_opt().expect("a day"), today, today.succ_opt().expect("a day")] {
        let special = json!({ "day": day, "from": "00:00", "until": "24:00", "note": "試験のため終日" });
        manager.post("/v1/operating-calendar/special-days", &special).await.expect("entered");
    }
    until(&manager, "/v1/workers", 60, |list| list["items"][0]["state"] == "running").await;

    let phone = platform.phone("toyonaka", Transport::Tcp).await;
    let said = [Payload::noise(5, 60), Payload::noise(6, 60)];
    let parties = (Party::number("09000000091"), Party::number("0668585050"));
    let plan = CallPlan::two_streams(parties.0, parties.1, Law::Pcma, said);
    let began = Utc::now();
    let mut call = phone.invite(&plan).await.expect("answered");
    call.said_everything().await;
    let call_id = call.hang_up().await.expect("hung up").call_id;
    platform.sealed(&manager, &call_id).await;

    platform.kill_and_start_again().await;
    manager = platform.person("toyonaka", "kanri").await;
    let yesterday = civil_day(Utc::now()).pred_opt().expect("a day");
    let path = format!("/v1/coverage?from={yesterday}&to={}", civil_day(Utc::now()));
    let report = until(&manager, &path, 120, |report| {
        report["days"].as_array().is_some_and(|days| days.iter().any(|day| day["gaps"][0].is_object()))
    })
    .await;
    let days = report["days"].as_array().expect("a list");
    let gap = days.iter().find_map(|day| day["gaps"].get(0)).expect("a gap").clone();
    assert_eq!(gap["cause"], "worker_down", "{report}");
    assert!(gap["connection"].is_null(), "of all connections");
    assert!(report["percent"].as_f64().expect("something was owed") < 100.0);
    assert_eq!(report["article"], "5(1)");
    let (_, table) =
        manager.octets(&path.replace("/coverage?", "/coverage/csv?"), None).await.expect("answered");
    assert!(table.starts_with(b"\xEF\xBB\xBF"), "spreadsheets need the mark");
    let table = String::from_utf8(table).expect("UTF-8");
    assert!(table.contains("録音装置が動いていませんでした"), "{table}");

    // what the exchange counted: recorded, on an unlisted line, while the recorder was down, and long before it ever ran
    let (down, back) = (instant(&gap["from"]), instant(&gap["until"]));
    let mut file = "通話開始日時,発信者番号,着信者番号,通話時間\r\n".to_owned();
    file += &cdr(began, "090-0000-0091", "06-6858-5050");
    file += &cdr(began, "090-0000-0092", "06-0000-1234");
    file += &cdr(down + (back - down) / 2, "090-0000-0093", "06-6858-2525");
    file += &cdr(began - TimeDelta::minutes(20), "090-0000-0094", "06-6858-5050");
    file += "きのう,090-0000-0095,06-6858-5050,60\r\n";
    let (octets, _, damaged) = encoding_rs::SHIFT_JIS.encode(&file);
    assert!(!damaged);
    let body = json!({ "name": "cdr.csv", "content_base64": base64(&octets) });
    let uploaded = manager.post("/v1/expected-calls", &body).await.expect("taken");
    assert_eq!((&uploaded["lines"], &uploaded["added"], &uploaded["bad"]), (&json!(5), &json!(4), &json!(1)));
    assert_eq!((&uploaded["encoding"], &uploaded["bad_lines"][0]["line"]), (&json!("shift_jis"), &json!(6)));
    let again = manager.post("/v1/expected-calls", &body).await.expect("taken");
    assert_eq!(again["added"], 0, "safe to upload twice");

    let path = format!("/v1/expected-calls?from={yesterday}&to={}", civil_day(Utc::now()));
    let list = until(&manager, &path, 300, |list| counted(list, "waiting", None) == 0).await;
    assert_eq!(counted(&list, "recorded", None), 1, "{list}");
    assert_eq!(counted(&list, "not_due", Some("line_not_listed")), 1, "{list}");
    assert_eq!(counted(&list, "missing", Some("worker_down")), 1, "{list}");
    assert_eq!(counted(&list, "unexplained", None), 1, "{list}");
    assert_eq!(list["items"].as_array().expect("a list").len(), 2, "those to be looked at");
    let not_due = manager.get(&format!("{path}&verdict=not_due")).await.expect("answered");
    assert_eq!(not_due["items"][0]["article"], "2 item 1");

    // somebody is told: the alarm opens by itself, counts on as calls are judged, is taken up, and the trail says by whom
    let alarms = until(&manager, "/v1/alarms", 120, |list| {
        list["items"].as_array().is_some_and(|all| {
            all.iter().any(|one| one["kind"] == "expected_call_missing" && one["figure"] == 2)
        })
    })
    .await;
    let all = alarms["items"].as_array().expect("a list");
    let alarm = all.iter().find(|one| one["kind"] == "expected_call_missing").expect("there");
    let id = alarm["id"].as_str().expect("an id");
    let taken = json!({ "note": "交換機の設定を確認中" });
    manager.post(&format!("/v1/alarms/{id}/acknowledge"), &taken).await.expect("taken up");
    let trail = manager.get(&format!("/v1/audit-events?object={id}")).await.expect("answered");
    let kinds: Vec<&str> =
        trail["items"].as_array().expect("a list").iter().filter_map(|one| one["kind"].as_str()).collect();
    assert_eq!(kinds, ["alarm.acknowledge", "alarm.open"]);
}

fn base64(octets: &[u8]) -> String {
    use base64::Engine;
    base64::prelude::BASE64_STANDARD.encode(octets)
}

//! F6: the line to PostgreSQL breaks after COMMIT was sent, again and again, under capture, the API's acts and the jobs.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use rokuon_embedded_postgres::test_database::test_database;
use rokuon_fixtures::api_caller::ApiCaller;
use rokuon_fixtures::sip_link::Transport;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tokio::time::sleep;

use crate::harness::cut_line::CutLine;
use crate::harness::platform::{Setup, TestPlatform};
use crate::harness::talk::plan;

const TENANT: &str = "takikawa";

/// How many calls and acts: 6, or as `ROKUON_CUT_ACTS` says.
fn acts() -> u64 {
    std::env::var("ROKUON_CUT_ACTS").ok().and_then(|text| text.parse().ok()).unwrap_or(6)
}

/// The socket an address names by `?host=`.
fn socket(url: &str) -> PathBuf {
    let (_, folder) = url.split_once("?host=").expect("a private socket");
    PathBuf::from(folder.replace("%2F", "/")).join(".s.PGSQL.5432")
}

/// The same address by way of a line.
fn through(url: &str, line: &CutLine) -> String {
    let (place, _) = url.split_once('?').expect("a private socket");
    place.replace("localhost:5432", &line.address.to_string())
}

async fn rows(superuser: &str, query: &str) -> Vec<(String, i64)> {
    let mut connection = PgConnection::connect(superuser).await.expect("connected");
    sqlx::query_as(AssertSqlSafe(query.to_owned())).fetch_all(&mut connection).await.expect(query)
}

/// Asks until it is known to be done; the same key each time.
async fn insist(manager: &ApiCaller, path: &str, body: &Value, key: &str) -> (Value, u32) {
    let late = Instant::now() + Duration::from_secs(60);
    let mut tries = 0;
    while Instant::now() < late {
        tries += 1;
        match manager.post_once(path, body, key).await {
            Ok(answer) if (200..300).contains(&answer.status) => return (answer.body, tries),
            Ok(answer) if answer.status < 500 && answer.status != 429 => {
                panic!("{path}: {} {}", answer.status, answer.body)
            }
            _ => sleep(Duration::from_millis(50)).await,
        }
    }
    panic!("{path} was never known to be done");
}

// rule: F6, I2, I6
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_became_of_a_commit_nothing_is_there_twice_and_nothing_is_missing() {
    let database = test_database().await;
    let line = CutLine::to(socket(&database.app_url())).await;
    let (app, owner) = (through(&database.app_url(), &line), database.owner_url());
    let platform = TestPlatform::start_with(&[TENANT], |_| Setup {
        arguments: vec!["--database-url".to_owned(), app, "--database-owner-url".to_owned(), owner],
        ..Setup::default()
    })
    .await;
    let superuser = database.superuser_url();
    let manager = platform.person(TENANT, "kanri").await;
    let me = manager.get("/v1/me").await.expect("an answer");
    let calls = usize::try_from(acts()).expect("few");

    // Capture: what is noted of calls, and their sealing.
    line.cut_one_in(3);
    let phone = platform.phone(TENANT, Transport::Udp).await;
    let mut sent = Vec::new();
    for seed in 0..acts() {
        let mut call =
            phone.invite(&plan(800 + seed, 30)).await.expect("answered, whatever the database does");
        call.said_everything().await;
        sent.push(call.hang_up().await.expect("hung up"));
    }
    let sealed = "SELECT 'sealed', count(*) FROM recordings WHERE outcome IS NOT NULL";
    let late = Instant::now() + Duration::from_secs(120);
    while rows(&superuser, sealed).await[0].1 < calls as i64 {
        assert!(Instant::now() < late, "{:?} of {calls} sealed", rows(&superuser, sealed).await);
        sleep(Duration::from_millis(200)).await;
    }
    let (_, before, after) = line.counts();
    let of_capture = before + after;

    // People: a hold on each, a use of each; each asked again by its key until the answer arrives.
    let ids =
        rows(&superuser, "SELECT recording_id::text, 1::bigint FROM recordings ORDER BY recording_id").await;
    line.cut_one_in(2);
    let (mut holds, mut tries) = (BTreeSet::new(), 0);
    for (place, (recording, _)) in ids.iter().enumerate() {
        let wanted = json!({
            "recordings": [recording], "ground": "investigation", "reason": "試験", "authority": "第12号",
        });
        let (hold, tried) = insist(&manager, "/v1/holds", &wanted, &format!("hold-{place:08}")).await;
        holds.insert(hold["id"].as_str().expect("an id").to_owned());
        let stated = json!({ "purpose": me["purposes"][0]["key"], "case_note": "試験 1" });
        let (_, used) =
            insist(&manager, &format!("/v1/recordings/{recording}/uses"), &stated, "use-00000").await;
        tries += tried + used;
    }
    for (place, hold) in holds.iter().enumerate().skip(calls / 2) {
        // Released twice is a conflict: then the first time was done.
        let path = format!("/v1/holds/{hold}/release");
        let late = Instant::now() + Duration::from_secs(60);
        loop {
            let answer =
                manager.post_once(&path, &json!({ "reason": "終結した" }), &format!("free-{place:08}")).await;
            match answer {
                Ok(answer) if answer.status == 200 || answer.status == 409 => break,
                answer => assert!(Instant::now() < late, "{answer:?}"),
            }
        }
    }
    let (_, before, after) = line.counts();
    let of_people = before + after - of_capture;

    // Jobs: those that nothing holds are destroyed.
    let due = "UPDATE recordings SET state = 'due', due_at = now(), due_reason = 'expired', due_article = '7(1)', \
               hold_grace_until = NULL, keep_at_least_until = NULL, keep_until = now() - interval '1 minute' WHERE active_holds = 0";
    let mut direct = PgConnection::connect(&superuser).await.expect("connected");
    let to_go = sqlx::query(due).execute(&mut direct).await.expect("due").rows_affected();
    assert_eq!(to_go as usize, calls - calls / 2);
    line.cut_one_in(3);
    let late = Instant::now() + Duration::from_secs(240);
    let destroyed = "SELECT 'gone', count(*) FROM recordings WHERE state = 'destroyed'";
    while rows(&superuser, destroyed).await[0].1 < to_go.cast_signed() {
        assert!(Instant::now() < late, "{:?} of {to_go} destroyed", rows(&superuser, destroyed).await);
        let hurry = "UPDATE jobs SET next_at = now() - interval '1 minute' WHERE kind = 'destroy' AND state = 'resting'; \
                     UPDATE jobs SET lease_until = now() - interval '1 minute' WHERE kind = 'destroy' AND lease_until IS NOT NULL \
                     AND begun_at < now() - interval '5 seconds'";
        sqlx::raw_sql(hurry).execute(&mut direct).await.expect("hurried");
        sleep(Duration::from_millis(500)).await;
    }
    line.cut_one_in(0);
    let (commits, before, after) = line.counts();
    let of_jobs = before + after - of_people - of_capture;

    for (query, wanted) in [
        ("SELECT 'calls', count(*) FROM calls", calls),
        ("SELECT 'segments', count(*) FROM segments", calls),
        ("SELECT 'holds', count(*) FROM holds", calls),
        ("SELECT 'held', coalesce(sum(active_holds), 0)::bigint FROM recordings", calls / 2),
        ("SELECT 'resting', count(*) FROM hold_recordings WHERE released_at IS NULL", calls / 2),
        ("SELECT 'certificates', count(DISTINCT recording_id) FROM certificates", calls - calls / 2),
        ("SELECT 'certificates', count(*) FROM certificates", calls - calls / 2),
    ] {
        assert_eq!(rows(&superuser, query).await[0].1, wanted as i64, "{query}");
    }
    let events = |kind: &str| {
        format!("SELECT '{kind}', count(*) FROM audit_events WHERE kind = '{kind}' AND outcome = 'done'")
    };
    for (kind, wanted) in [
        ("call.started", calls),
        ("recording.sealed", calls),
        ("hold.place", calls),
        ("hold.release", calls - calls / 2),
        ("recording.destroying", calls - calls / 2),
        ("recording.destroyed", calls - calls / 2),
    ] {
        assert_eq!(rows(&superuser, &events(kind)).await[0].1, wanted as i64, "{kind}");
    }
    // A use whose answer was lost is a use nobody makes: it may be there again, but never without its event.
    let uses = rows(&superuser, "SELECT 'uses', count(*) FROM uses").await[0].1;
    assert_eq!(rows(&superuser, &events("use.open")).await[0].1, uses);
    assert!(uses >= calls as i64);
    let dense = "SELECT 'gaps', count(*) FROM (SELECT seq - row_number() OVER (ORDER BY seq) AS step FROM audit_events \
                 WHERE tenant_id = 'takikawa') AS steps WHERE step <> -1";
    assert_eq!(rows(&superuser, dense).await[0].1, 0, "the trail is dense");
    assert!(of_capture > 0 && of_people > 0 && of_jobs > 0, "{of_capture} {of_people} {of_jobs}");
    eprintln!(
        "F6: {} of {commits} commits cut ({before} before, {after} after the server had committed: {of_capture} of capture, {of_people} of \
         people, {of_jobs} of jobs): {calls} calls, {calls} holds by {tries} tries, {to_go} destructions: 0 double, 0 missing",
        before + after
    );
}

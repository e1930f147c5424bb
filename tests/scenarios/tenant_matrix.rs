//! The tenant matrix: every operation of the OpenAPI document × everybody who must not get through, on two towns with data.
//!
//! The rows come from the document, the columns from here. An operation whose path, query or body has no rule in the
//! tables, or that does not say its capability, fails: a new operation cannot slip by.

mod asker;
mod cells;
mod operations;
mod town;

use std::collections::BTreeMap;

use rokuon_fixtures::demo::sign_ins::SignIns;
use serde_json::{Value, json};

use self::asker::{Asker, COOKIE_NAME};
use self::cells::{Matrix, Outsider};
use self::operations::{Operation, operations};
use self::town::Town;
use crate::harness::platform::TestPlatform;

// req: P-1, P-4
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_operation_is_closed_to_everybody_it_is_not_for() {
    let operations = operations();
    let platform = TestPlatform::start(&["toyonaka", "takikawa"]).await;
    let mut towns = [
        Town::fill(&platform, "toyonaka", "0668585050").await,
        Town::fill(&platform, "takikawa", "0125001234").await,
    ];
    let mut matrix = Matrix::default();
    for (home, strangers) in [(0, 1), (1, 0)] {
        let (home, strangers) = (&towns[home], &towns[strangers]);
        assert_ne!(home.names.line, strangers.names.line, "a line of one town only");
        let outsiders = outsiders(&platform, home, strangers).await;
        let before = state(home).await;
        for operation in &operations {
            matrix.outsiders(operation, home, &outsiders).await;
            let able = operation.capability.as_ref().and_then(|one| strangers.able_if_any(one));
            let able = able.unwrap_or(&strangers.people[0]);
            for stranger in [able, strangers.lowest()] {
                matrix.stranger(operation, home, stranger, &strangers.names).await;
            }
            matrix.colleagues(operation, home).await;
            matrix.forged(operation, home, &strangers.people[0].asker).await;
        }
        assert_eq!(state(home).await, before, "something was changed by those who may not");
    }
    for (home, strangers) in [(0, 1), (1, 0)] {
        let seen = overviews(&operations, &towns[strangers]).await;
        let turns = turns_of_jobs(&towns[strangers]).await;
        towns[home].add_things(&platform).await;
        let again = overviews(&operations, &towns[strangers]).await;
        let later = turns_of_jobs(&towns[strangers]).await;
        let what =
            format!("turns of jobs at {} while {} doubles", towns[strangers].tenant, towns[home].tenant);
        let lost = turns.iter().find(|event| !later.contains(event));
        matrix.cell(&format!("{what}, as they were"), lost.is_none(), || format!("{lost:?}"));
        for event in later.iter().filter(|event| !turns.contains(event)) {
            let text = event.to_string();
            let shown = towns[home].markers.iter().find(|marker| text.contains(marker.as_str()));
            matrix
                .cell(&format!("{what}, later ones"), shown.is_none(), || format!("{text} shows {shown:?}"));
        }
        for (place, before) in seen {
            let same = again.get(&place) == Some(&before);
            matrix.cell(&format!("{place} while {} doubles", towns[home].tenant), same, || {
                format!("{before} became {:?}", again.get(&place))
            });
        }
    }
    // each door does open to those it is for: the ids were right all along
    for home in &towns {
        for operation in &operations {
            matrix.welcome(operation, home).await;
        }
    }
    eprintln!(
        "tenant matrix: {} operations, {} cells, {} open",
        operations.len(),
        matrix.cells,
        matrix.open.len()
    );
    assert!(matrix.cells >= 30 * operations.len(), "{} cells only", matrix.cells);
    assert!(matrix.open.is_empty(), "{:#?}", matrix.open);
}

/// Everybody who is not signed in, by the ways there are not to be.
async fn outsiders(platform: &TestPlatform, home: &Town, strangers: &Town) -> Vec<Outsider> {
    let (http, tenant) = (platform.http(), home.tenant.as_str());
    let nobody = Asker::nobody(http);
    let sign_ins = SignIns::load(&platform.data_dir());
    let manager =
        sign_ins.of(tenant).find(|one| one.login_id == home.people[0].login_id).expect("signed in before");
    let sign_in = async || Asker::signed_in(http, tenant, &manager.login_id, &manager.password).await.0;
    let secret = strangers.people[0].asker.cookie.as_deref().and_then(|cookie| cookie.split_once('.'));
    let transplanted = format!("{tenant}.{}", secret.expect("a cookie").1);
    let ended = sign_in().await;
    ended.post("/v1/sign-out", Value::Null).await;
    let expired = sign_in().await;
    newest_session(platform, tenant, "expires_at = now() - interval '1 second'").await;
    let idle = sign_in().await;
    newest_session(platform, tenant, "last_seen_at = now() - interval '1 day'").await;
    let issuer = &home.able("person.issue").asker;
    let withdrawn = json!({ "login_id": "matrix-gone", "display_name": "matrix" });
    let withdrawn = issuer.post("/v1/people", withdrawn).await;
    let password = withdrawn["initial_password"].as_str().expect("a password");
    let disabled = Asker::signed_in(http, tenant, "matrix-gone", password).await.0;
    let id = withdrawn["person"]["id"].as_str().expect("an id");
    issuer.post(&format!("/v1/people/{id}/disable"), Value::Null).await;
    let unknown = format!("{tenant}.{}", "A".repeat(43));
    let with = |name, asker, code| Outsider { name, asker, code };
    let outsiders = vec![
        with("no session", nobody.clone(), "not-signed-in"),
        with("a garbage cookie", nobody.with_cookie("%00garbage"), "not-signed-in"),
        with("an invented session", nobody.with_cookie(&unknown), "not-signed-in"),
        with("another town's session renamed", nobody.with_cookie(&transplanted), "not-signed-in"),
        with(
            "a town that is not",
            nobody.with_cookie(&format!("nowhere.{}", "A".repeat(43))),
            "not-signed-in",
        ),
        with("two cookies", twice(&home.people[0].asker), "not-signed-in"),
        with("an ended session", ended, "not-signed-in"),
        with("an expired session", expired, "not-signed-in"),
        with("a withdrawn person's session", disabled, "not-signed-in"),
        with("a session idle for a day", idle, "session-locked"),
    ];
    let sources = (20..).zip(outsiders);
    sources.map(|(last, one)| Outsider { asker: one.asker.at_source(last), ..one }).collect()
}

/// Both cookies are good, but two are none.
fn twice(asker: &Asker) -> Asker {
    let cookie = asker.cookie.clone().unwrap_or_default();
    assert!(cookie.starts_with(COOKIE_NAME));
    Asker { cookie: Some(format!("{cookie}; {cookie}")), ..asker.clone() }
}

/// Changes the row of the session that was begun last.
async fn newest_session(platform: &TestPlatform, tenant: &str, change: &str) {
    let statement = format!(
        "BEGIN; SET LOCAL app.tenant = '{tenant}';
        UPDATE sessions SET {change} WHERE session_id = (SELECT session_id FROM sessions ORDER BY created_at DESC LIMIT 1);
        COMMIT"
    );
    platform.as_owner(statement).await;
}

/// What the matrix must leave as it is: everything the manager sees of people, connections and recordings.
async fn state(home: &Town) -> Vec<Value> {
    let manager = &home.people[0].asker;
    let mut all = Vec::new();
    for list in ["/v1/people", "/v1/connections", "/v1/recordings"] {
        for mut item in manager.get(list).await["items"].as_array().expect("a list").clone() {
            item.as_object_mut().expect("an object").remove("last_sign_in_at");
            all.push(item);
        }
    }
    all
}

/// What these show moves on by itself; that they show nothing of another town the strangers' cells say.
const TELLS_THE_TIME: [&str; 5] =
    ["coverage_show", "coverage_csv", "workers_list", "jobs_list", "storage_health_show"];

/// Whether a job whose turn it was wrote an event: that comes when it comes, whatever another town does meanwhile.
fn is_of_a_job(event: &Value) -> bool {
    let kind = event["kind"].as_str().unwrap_or_default();
    event["actor"]["person_id"].is_null()
        && ["hold.store_", "alarm.", "job."].iter().any(|start| kind.starts_with(start))
}

/// Whether an event came of a call or a sign-in, and not of a person here or of a job.
fn is_told_by_calls(event: &Value) -> bool {
    event["actor"]["person_id"].is_null() && !is_of_a_job(event)
}

/// What the trail of a town says of the turns of its jobs. There may be more of it later, never less.
async fn turns_of_jobs(town: &Town) -> Vec<Value> {
    let mut events = town.able("audit.read").asker.items("/v1/audit-events").await;
    events.retain(is_of_a_job);
    events
}

/// Every list and overview as the first and the last of a town see it. Of the audit trail only what no person did:
/// asking leaves events itself.
async fn overviews(operations: &[Operation], town: &Town) -> BTreeMap<String, Value> {
    let mut seen = BTreeMap::new();
    for person in [&town.people[0], town.lowest()] {
        for operation in
            operations.iter().filter(|one| one.is_list() && !TELLS_THE_TIME.contains(&one.id.as_str()))
        {
            let place = format!("{} as {} of {}", operation.id, person.login_id, town.tenant);
            let allowed = operation.capability.as_ref().is_none_or(|one| person.capabilities.contains(one));
            let value = if operation.id == "audit_events_list" && allowed {
                let items = person.asker.items(&operation.path).await;
                items.into_iter().filter(is_told_by_calls).collect()
            } else {
                let answer = person.asker.ask(&operation.question(&town.names)).await;
                answer.told().2
            };
            seen.insert(place, value);
        }
    }
    seen
}

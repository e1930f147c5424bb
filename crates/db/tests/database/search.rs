//! The search: every filter, in pages, and only what the departments allow.

use chrono::TimeDelta;
use rokuon_db::recording_search::{Cursor, Filter, NumberMatch, VisibleDepartments, search};
use rokuon_policy::ids::CallId;
use rokuon_policy::pii::Pii;
use rokuon_policy::recording_scope::Direction;
use sqlx::{Connection, PgConnection};

use crate::city::{City, Platform, noon, number};

/// Five calls, one an hour: who called whom, on which line, how long.
async fn five_calls(city: &City) -> Vec<CallId> {
    let mut ids = Vec::new();
    let rows = [
        ("09000001234", "0125001234", Some("main"), Direction::Inbound, "佐藤 花子", 10),
        ("0780001234", "0125005678", Some("tax"), Direction::Inbound, "100%_株式会社", 20),
        ("0125001234", "09000005678", Some("main"), Direction::Outbound, "代表", 30),
        ("0660001111", "0125001234", None, Direction::Inbound, "Suzuki", 40),
        ("0125005678", "0125001234", Some("tax"), Direction::Internal, "税務", 50),
    ];
    for (hour, (caller, called, line, direction, name, seconds)) in rows.into_iter().enumerate() {
        let mut call = city.call(noon() + TimeDelta::hours(i64::try_from(hour).unwrap()));
        call.facts.caller.number = number(caller);
        call.facts.caller.name = number(name);
        call.facts.called.number = number(called);
        call.facts.called.name = None;
        call.facts.line = line.map(str::to_owned);
        call.facts.line_proved = line.is_some();
        call.facts.department = line.map(|l| if l == "main" { "shimin" } else { "zeimu" }.parse().unwrap());
        call.facts.direction = Some(direction);
        city.start(&call).await;
        let mut tx = city.tx().await;
        let end = call.started_at + TimeDelta::seconds(seconds);
        rokuon_db::calls::end(&mut tx, call.call, end, u64::try_from(seconds).unwrap() * 1000 + 900)
            .await
            .unwrap();
        tx.commit_bookkeeping().await.unwrap();
        ids.push(call.call);
    }
    ids
}

fn pii(text: &str) -> Pii<String> {
    Pii::new(text.to_owned())
}

/// The places (0–4) of what a filter finds, newest first.
async fn found(city: &City, ids: &[CallId], filter: Filter) -> Vec<usize> {
    let page = search(&mut city.tx().await, &filter).await.unwrap();
    page.items.iter().map(|call| ids.iter().position(|id| *id == call.id).unwrap()).collect()
}

async fn by_numbers(city: &City, ids: &[CallId], numbers: Vec<NumberMatch>) -> Vec<usize> {
    found(city, ids, Filter { numbers, ..Filter::newest(50) }).await
}

#[tokio::test]
async fn numbers_are_found_whole_from_the_front_from_the_back_and_in_the_middle_on_either_side() {
    use NumberMatch::{Anywhere, Exact, Prefix, Suffix};
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let ids = five_calls(&city).await;
    assert_eq!(by_numbers(&city, &ids, vec![Exact(pii("0125001234"))]).await, [4, 3, 2, 0]);
    assert_eq!(by_numbers(&city, &ids, vec![Exact(pii("012500123"))]).await, [0_usize; 0]);
    assert_eq!(
        by_numbers(&city, &ids, vec![Prefix(pii("0125"))]).await,
        [4, 3, 2, 1, 0],
        "both sides match: once"
    );
    assert_eq!(by_numbers(&city, &ids, vec![Prefix(pii("090"))]).await, [2, 0]);
    assert_eq!(by_numbers(&city, &ids, vec![Suffix(pii("5678"))]).await, [4, 2, 1]);
    assert_eq!(by_numbers(&city, &ids, vec![Suffix(pii("1111"))]).await, [3]);
    assert_eq!(by_numbers(&city, &ids, vec![Anywhere(pii("600"))]).await, [3]);
    assert_eq!(
        by_numbers(&city, &ids, vec![Anywhere(pii("%"))]).await,
        [0_usize; 0],
        "what is typed is no pattern"
    );
    assert_eq!(by_numbers(&city, &ids, vec![Prefix(pii("09")), Suffix(pii("5678"))]).await, [2]);
    assert_eq!(by_numbers(&city, &ids, vec![Suffix(pii("1234")), Exact(pii("09000001234"))]).await, [0]);
    assert_eq!(by_numbers(&city, &ids, vec![Prefix(pii("0125")), Anywhere(pii("800012"))]).await, [1]);
    assert_eq!(by_numbers(&city, &ids, vec![Prefix(pii(""))]).await, [4, 3, 2, 1, 0]);
}

#[tokio::test]
async fn time_line_direction_length_and_words_narrow_the_result() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let ids = five_calls(&city).await;
    let newest = Filter::newest(50);
    let hours = |n| Some(noon() + TimeDelta::hours(n));
    assert_eq!(found(&city, &ids, Filter { from: hours(1), to: hours(3), ..newest.clone() }).await, [2, 1]);
    assert_eq!(found(&city, &ids, Filter { line: Some("tax".into()), ..newest.clone() }).await, [4, 1]);
    let department = Some("shimin".parse().unwrap());
    assert_eq!(found(&city, &ids, Filter { department, ..newest.clone() }).await, [2, 0]);
    assert_eq!(
        found(&city, &ids, Filter { direction: Some(Direction::Internal), ..newest.clone() }).await,
        [4]
    );
    assert_eq!(
        found(&city, &ids, Filter { min_seconds: Some(20), max_seconds: Some(30), ..newest.clone() }).await,
        [2, 1]
    );
    for (text, places) in [
        ("佐藤", vec![0]),
        ("suzu", vec![3]),
        ("tax電話", vec![4, 1]),
        ("0%_", vec![1]),
        ("TAX LINE", vec![4, 1]),
    ] {
        assert_eq!(
            found(&city, &ids, Filter { text: Some(pii(text)), ..newest.clone() }).await,
            places,
            "{text}"
        );
    }
}

// req: TK-3
#[tokio::test]
async fn a_department_sees_its_own_calls_and_doubtful_ones_only_where_it_may() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let ids = five_calls(&city).await;
    let only = |departments: &[&str], unproved| Filter {
        visible: VisibleDepartments::Only {
            departments: departments.iter().map(|d| d.parse().unwrap()).collect(),
            unproved,
        },
        ..Filter::newest(50)
    };
    assert_eq!(found(&city, &ids, only(&["zeimu"], false)).await, [4, 1]);
    assert_eq!(found(&city, &ids, only(&["zeimu"], true)).await, [4, 3, 1]);
    assert_eq!(found(&city, &ids, only(&["zeimu", "shimin"], false)).await, [4, 2, 1, 0]);
    assert_eq!(found(&city, &ids, only(&[], false)).await, [0_usize; 0]);
    let mut numbered = only(&["zeimu"], false);
    numbered.numbers = vec![NumberMatch::Prefix(pii("0125"))];
    assert_eq!(found(&city, &ids, numbered).await, [4, 1]);
}

#[tokio::test]
async fn pages_follow_each_other_without_a_gap_also_among_calls_of_the_same_instant() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    for _ in 0..7 {
        city.start(&city.call(noon())).await;
    }
    for numbers in [vec![], vec![NumberMatch::Suffix(pii("1234"))]] {
        let mut filter = Filter { numbers, ..Filter::newest(3) };
        let mut seen = Vec::new();
        let mut pages = 0;
        loop {
            let page = search(&mut city.tx().await, &filter).await.unwrap();
            assert!(page.items.len() <= 3);
            seen.extend(page.items.iter().map(|call| call.id));
            pages += 1;
            let Some(next) = page.next else { break };
            assert_eq!(next.to_string().parse::<Cursor>(), Ok(next));
            filter.after = Some(next);
        }
        seen.sort();
        seen.dedup();
        assert_eq!((seen.len(), pages), (7, 3));
    }
    assert!("x".parse::<Cursor>().is_err());
    assert!("1.2".parse::<Cursor>().is_err());
}

#[tokio::test]
async fn a_found_call_carries_what_a_list_shows() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let call = city.sealed_call(noon()).await;
    let page = search(&mut city.tx().await, &Filter::newest(1)).await.unwrap();
    let found = &page.items[0];
    let recording = found.recording.as_ref().unwrap();
    assert_eq!((found.id, recording.id, found.connection), (call.call, call.recording, city.connection));
    assert_eq!(
        (found.connection_name.as_str(), found.sip_call_id.as_str()),
        ("本庁舎", call.sip_call_id.as_str())
    );
    assert_eq!(found.department.as_ref().unwrap().1.ja, "市民課");
    assert_eq!((recording.gap_count, recording.lost_ms, recording.active_holds), (1, 20, 0));
    assert_eq!(recording.keep_until, call.retention.keep_until);
    assert_eq!(found.decision_article.as_str(), "2(1)");
    assert_eq!(page.next, None);
    assert!(!format!("{page:?}").contains("09000001234"), "numbers do not show in debug output");
}

/// Under row-level security a comparison that is not leakproof never reaches an index; these must.
#[tokio::test]
async fn prefix_and_suffix_are_index_conditions_for_the_app_role() {
    let platform = Platform::new().await;
    platform.city("aozora").await;
    let mut app = PgConnection::connect(&platform.test.app_url()).await.unwrap();
    let mut tx = app.begin().await.unwrap();
    sqlx::raw_sql("SELECT set_config('app.tenant', 'aozora', true); SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off")
        .execute(&mut *tx)
        .await
        .unwrap();
    for (column, condition, index) in [
        ("caller_digits", "caller_digits >= '0125' AND caller_digits < '0126'", "calls_caller_digits"),
        (
            "called_reversed",
            "called_reversed >= '4321' AND called_reversed < '4322'",
            "calls_called_reversed",
        ),
    ] {
        let sql = format!("EXPLAIN SELECT call_id FROM calls WHERE {condition} ORDER BY {column}");
        let rows: Vec<(String,)> =
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(&mut *tx).await.unwrap();
        let plan = rows.into_iter().map(|(line,)| line).collect::<Vec<_>>().join("\n");
        assert!(plan.contains(index), "{plan}");
        let condition = plan.lines().find(|l| l.contains("Index Cond")).unwrap();
        assert!(condition.contains("tenant_id") && condition.contains(">="), "{plan}");
    }
}

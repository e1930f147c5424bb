//! What the watch stands on: heartbeats, sightings, alarms, the calendar, expected calls.

use chrono::{NaiveTime, TimeDelta, Weekday};
use rokuon_db::alarms::{self, Acknowledged};
use rokuon_db::connection_watches::{self, Canary, ConnectionWatch};
use rokuon_db::recording_search::{self, Filter};
use rokuon_db::worker_runs::{self, Trouble, TroubleKind, Vitals, WorkerRun};
use rokuon_db::{
    calls, connection_hours, expected_call_files, expected_calls, operating_calendar, untaken_minutes,
};
use rokuon_policy::alarm::{AlarmKind, Finding};
use rokuon_policy::device::OperatingHours;
use rokuon_policy::expected_call::{ExpectedCause, ExpectedVerdict, Explanation};
use rokuon_policy::operating_calendar::{SpecialDay, TenantHours};
use rokuon_policy::pii::Pii;
use rokuon_policy::span::Span;
use uuid::Uuid;

use crate::city::{Platform, day, noon};

fn minutes(count: i64) -> TimeDelta {
    TimeDelta::minutes(count)
}

fn run(worker: Uuid) -> WorkerRun {
    WorkerRun {
        run: Uuid::new_v4(),
        worker,
        software_version: "1.0.0".to_owned(),
        started_at: noon(),
        last_beat_at: noon(),
        stopped_at: None,
        vitals: Vitals {
            live_calls: 3,
            spool_used_bytes: 79,
            spool_free_bytes: 21,
            to_seal: 1,
            frames_since: Some(noon()),
            frames_gone: false,
        },
    }
}

// req: T-5.1
#[tokio::test]
async fn a_worker_beats_and_its_newest_life_is_told() {
    let platform = Platform::new().await;
    let worker = Uuid::new_v4();
    let first = run(worker);
    worker_runs::beat(&platform.database, &first).await.unwrap();
    let later = WorkerRun { last_beat_at: noon() + minutes(2), ..first.clone() };
    worker_runs::beat(&platform.database, &later).await.unwrap();
    worker_runs::beat(&platform.database, &first).await.unwrap();
    let second =
        WorkerRun { started_at: noon() + minutes(5), last_beat_at: noon() + minutes(6), ..run(worker) };
    worker_runs::beat(&platform.database, &second).await.unwrap();
    let trouble = Trouble {
        run: second.run,
        kind: TroubleKind::SpoolFull,
        began_at: noon() + minutes(5),
        ended_at: None,
    };
    worker_runs::trouble(&platform.database, &trouble).await.unwrap();
    let over = Trouble { ended_at: Some(noon() + minutes(6)), ..trouble };
    worker_runs::trouble(&platform.database, &over).await.unwrap();
    worker_runs::trouble(&platform.database, &trouble).await.unwrap();

    let mut tx = platform.city("aozora").await.tx().await;
    let all = Span { from: noon(), until: noon() + minutes(60) };
    let lives = worker_runs::within(&mut tx, all).await.unwrap();
    assert_eq!(lives, [later, second.clone()], "a beat is never taken back");
    let latest = worker_runs::latest(&mut tx, noon()).await.unwrap();
    assert_eq!(latest, [second]);
    assert_eq!(latest[0].vitals.spool_percent(), 79);
    assert_eq!(worker_runs::troubles(&mut tx, all).await.unwrap(), [over]);
    let before = Span { from: noon(), until: noon() + minutes(4) };
    assert!(worker_runs::troubles(&mut tx, before).await.unwrap().is_empty());
    assert_eq!(worker_runs::first(&mut tx).await.unwrap(), Some(noon()));
}

// req: T-5.1
#[tokio::test]
async fn a_connection_is_heard_by_the_minute_and_calls_not_taken_are_counted_by_it() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let mut tx = city.tx().await;
    for (minute, second) in [(58, 0), (58, 30), (59, 0), (60, 0), (75, 0)] {
        let at = noon() + minutes(minute) + TimeDelta::seconds(second);
        connection_hours::heard(&mut tx, city.connection, at).await.unwrap();
    }
    let heard = connection_hours::heard_within(&mut tx, Span { from: noon(), until: noon() + minutes(120) })
        .await
        .unwrap();
    let spans: Vec<Span> = heard[0].1.iter().collect();
    let span = |from, until| Span { from: noon() + minutes(from), until: noon() + minutes(until) };
    assert_eq!((heard[0].0, spans), (city.connection, vec![span(58, 61), span(75, 76)]));
    for _ in 0..2 {
        untaken_minutes::add(&mut tx, noon() + TimeDelta::seconds(59), city.connection, "refused_full", 1)
            .await
            .unwrap();
    }
    let untaken = untaken_minutes::within(&mut tx, span(0, 1)).await.unwrap();
    assert_eq!(untaken.iter().map(|one| (one.minute, one.count)).collect::<Vec<_>>(), [(noon(), 2)]);
}

// req: T-5.1
#[tokio::test]
async fn alarms_open_once_close_by_themselves_and_are_taken_up() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let finding = |kind, figure| Finding { kind, subject: "c".to_owned(), figure, since: Some(noon()) };
    let refused = |figure| finding(AlarmKind::CallsRefused, Some(figure));
    let mut tx = city.tx().await;
    let first = alarms::settle(&mut tx, &[refused(1), finding(AlarmKind::ConnectionSilent, None)], noon())
        .await
        .unwrap();
    assert_eq!((first.opened.len(), first.closed.len(), first.open), (2, 0, 2));
    let later = noon() + minutes(1);
    let second = alarms::settle(&mut tx, &[refused(5)], later).await.unwrap();
    assert_eq!((second.opened.len(), second.closed.len(), second.open), (0, 1, 1));
    let open = alarms::open(&mut tx).await.unwrap();
    assert_eq!((open.len(), open[0].finding.figure, open[0].opened_at), (1, Some(5), noon()));
    let taken = Acknowledged { by: city.person, at: later, note: "業者に連絡".to_owned() };
    assert!(alarms::acknowledge(&mut tx, open[0].id, &taken).await.unwrap());
    assert!(!alarms::acknowledge(&mut tx, Uuid::new_v4(), &taken).await.unwrap());
    let all = alarms::newest(&mut tx, 10).await.unwrap();
    assert_eq!(all.len(), 2);
    assert_eq!((all[0].acknowledged.as_ref(), all[0].closed_at), (Some(&taken), None));
    assert_eq!(all[1].closed_at, Some(later));
    let again = alarms::settle(&mut tx, &[refused(1), finding(AlarmKind::ConnectionSilent, None)], later)
        .await
        .unwrap();
    assert_eq!(again.opened.len(), 1, "what comes again is a new alarm");
}

// req: T-5.1
#[tokio::test]
async fn one_process_at_a_time_keeps_the_watch_over_a_tenant() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let (mut mine, mut theirs) = (city.tx().await, city.tx().await);
    let rest = TimeDelta::seconds(8);
    assert!(alarms::begin_round(&mut mine, noon(), rest).await.unwrap());
    assert!(!alarms::begin_round(&mut theirs, noon(), rest).await.unwrap(), "another one is at it");
    mine.commit_bookkeeping().await.unwrap();
    let soon = noon() + TimeDelta::seconds(3);
    assert!(!alarms::begin_round(&mut theirs, soon, rest).await.unwrap(), "it was looked at just now");
    theirs.commit_bookkeeping().await.unwrap();
    let mut theirs = city.tx().await;
    assert!(alarms::begin_round(&mut theirs, noon() + rest, rest).await.unwrap());
}

// req: T-5.1
#[tokio::test]
async fn the_tenants_calendar_is_kept_and_a_special_day_can_be_taken_back() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let mut tx = city.tx().await;
    assert_eq!(operating_calendar::hours(&mut tx).await.unwrap(), None);
    let time = |text: &str| text.parse::<NaiveTime>().unwrap();
    let weekday = OperatingHours {
        days: vec![Weekday::Mon, Weekday::Fri],
        from: time("08:30:00"),
        until: time("17:15:00"),
    };
    let own = TenantHours { hours: vec![weekday], holidays_closed: true };
    operating_calendar::set_hours(&mut tx, &own, noon()).await.unwrap();
    assert_eq!(operating_calendar::hours(&mut tx).await.unwrap(), Some(own));
    let open = SpecialDay {
        day: day("2026-04-04"),
        hours: Some((time("09:00:00"), NaiveTime::MIN)),
        note: "選挙".to_owned(),
    };
    operating_calendar::set_special_day(&mut tx, &open).await.unwrap();
    let closed = SpecialDay { hours: None, note: "中止".to_owned(), ..open.clone() };
    let (first, last) = (day("2026-04-01"), day("2026-04-30"));
    assert_eq!(operating_calendar::special_days(&mut tx, first, last).await.unwrap(), [open]);
    operating_calendar::set_special_day(&mut tx, &closed).await.unwrap();
    assert_eq!(
        operating_calendar::special_days(&mut tx, first, last).await.unwrap(),
        std::slice::from_ref(&closed)
    );
    assert!(operating_calendar::strike_special_day(&mut tx, closed.day).await.unwrap());
    assert!(!operating_calendar::strike_special_day(&mut tx, closed.day).await.unwrap());
    assert!(operating_calendar::special_days(&mut tx, first, last).await.unwrap().is_empty());
}

// req: T-5.1
#[tokio::test]
async fn a_test_call_is_noted_and_stays_out_of_the_usual_lists() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let canary = Canary { digits: Pii::new("09000009999".to_owned()), every_minutes: 60 };
    let watch = ConnectionWatch {
        silent_after_minutes: Some(30),
        announces: true,
        canary: Some(canary),
        ..ConnectionWatch::usual(city.connection)
    };
    let (test, real) = (city.sealed_call(noon()).await, city.sealed_call(noon()).await);
    let mut tx = city.tx().await;
    connection_watches::set(&mut tx, &watch, noon()).await.unwrap();
    connection_watches::canary_came(&mut tx, city.connection, noon() + minutes(1)).await.unwrap();
    connection_watches::canary_came(&mut tx, city.connection, noon()).await.unwrap();
    let found = connection_watches::find(&mut tx, city.connection).await.unwrap().unwrap();
    let noted = ConnectionWatch { canary_at: Some(noon() + minutes(1)), set_at: Some(noon()), ..watch };
    assert_eq!(found, noted);
    calls::mark_canary(&mut tx, test.call).await.unwrap();
    let ids = |page: recording_search::Page| page.items.iter().map(|one| one.id).collect::<Vec<_>>();
    assert_eq!(ids(recording_search::search(&mut tx, &Filter::newest(10)).await.unwrap()), [real.call]);
    let tests = Filter { canary: true, ..Filter::newest(10) };
    assert_eq!(ids(recording_search::search(&mut tx, &tests).await.unwrap()), [test.call]);
}

// req: T-5.1
#[tokio::test]
async fn an_expected_call_is_kept_once_and_found_once() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let call = city.sealed_call(noon()).await;
    let twins = [city.expected(noon(), 0), city.expected(noon(), 1)];
    assert_ne!(twins[0].0, twins[1].0, "two lines that are the same are two calls");
    let later = city.expected(noon() + TimeDelta::hours(7), 0);
    let mut tx = city.tx().await;
    let file = expected_call_files::enter(&mut tx, &city.cdr_file(1), &twins).await.unwrap();
    assert_eq!(file.added, 2);
    let again = expected_call_files::enter(&mut tx, &city.cdr_file(1), &twins).await.unwrap();
    assert_eq!((again.id, again.added), (file.id, 0), "the same file");
    let overlapping = [twins[0].clone(), later.clone()];
    assert_eq!(expected_call_files::enter(&mut tx, &city.cdr_file(2), &overlapping).await.unwrap().added, 1);
    assert_eq!(expected_call_files::newest(&mut tx, 10).await.unwrap().len(), 2);

    let due = expected_calls::due(&mut tx, noon()).await.unwrap();
    assert_eq!(due.len(), 2, "six hours at once");
    let span = Span { from: noon(), until: noon() + minutes(1) };
    let known = expected_calls::candidates(&mut tx, span).await.unwrap();
    assert_eq!(known.iter().map(|one| (one.call, one.kept)).collect::<Vec<_>>(), [(call.call, true)]);
    let said = |verdict, cause| Explanation { verdict, cause, article: None };
    let found = said(ExpectedVerdict::Recorded, None);
    let missing = said(ExpectedVerdict::Missing, Some(ExpectedCause::WorkerDown));
    let settled = [(twins[0].0, found, Some(call.call)), (twins[1].0, missing, None)];
    expected_calls::settle(&mut tx, &settled, noon()).await.unwrap();
    assert!(expected_calls::candidates(&mut tx, span).await.unwrap().is_empty(), "it answers for one");
    assert_eq!(expected_calls::due(&mut tx, noon()).await.unwrap()[0].id, later.0);
    let soon = noon() + minutes(6);
    assert_eq!(expected_calls::due(&mut tx, soon).await.unwrap()[0].id, twins[1].0, "it is looked for again");
    let day = Span { from: noon() - TimeDelta::hours(12), until: noon() + TimeDelta::hours(12) };
    let counts = expected_calls::counts(&mut tx, day).await.unwrap();
    assert_eq!(counts.len(), 3, "{counts:?}");
    let shown = expected_calls::list(&mut tx, day, &[ExpectedVerdict::Missing], 10).await.unwrap();
    assert_eq!((shown.len(), shown[0].explanation.cause), (1, Some(ExpectedCause::WorkerDown)));
}

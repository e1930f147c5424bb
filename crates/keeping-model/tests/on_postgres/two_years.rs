//! Five cities by their real policy files, two years on a virtual clock, 20,000 calls: every recording is held, moved, kept and
//! destroyed on exactly the days that an oracle in another language says, and the buckets hold what the rows say, both ways.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join_all;
use rokuon_db::holds::{HoldOrigin, recount};
use rokuon_keeping::certificate;
use rokuon_keeping::keeper::Keeper;
use rokuon_keeping::times::OneClock;
use rokuon_policy::ids::{ErasureId, HoldId, RecordingId, TenantId};
use rokuon_policy::job::JobKind;
use rokuon_storage::object_store::{Bucket, ObjectKey};
use uuid::Uuid;

use crate::city::{City, Platform, Sealed, policy_files};
use crate::dice::Dice;
use crate::holding;
use crate::oracle::{self, Said};
use crate::script::{self, Deed, Story};

const DAYS: u64 = 730;
const CALLS_A_CITY: u64 = 4_100;

/// A city with its story, and how far it is.
struct Course {
    city: City,
    stories: Vec<Story>,
    deeds: std::vec::IntoIter<(DateTime<Utc>, usize, Deed)>,
    next: Option<(DateTime<Utc>, usize, Deed)>,
    holds: BTreeMap<(usize, usize), HoldId>,
    erasures: BTreeMap<usize, ErasureId>,
    /// When which hold came too late.
    too_late: BTreeSet<(RecordingId, DateTime<Utc>)>,
    jobs: Vec<JobKind>,
}

impl Course {
    fn new(city: City, stories: Vec<Story>) -> Self {
        let mut deeds = script::deeds(&stories).into_iter();
        let next = deeds.next();
        let rule = city.policy.retention.iter();
        let (tiers, capacity) = rule.fold((false, false), |(tiers, capacity), rule| {
            (tiers || !rule.tiers.is_empty(), capacity || rule.capacity.is_some())
        });
        let jobs = [
            Some(JobKind::Sweep),
            capacity.then_some(JobKind::Capacity),
            Some(JobKind::Destroy),
            tiers.then_some(JobKind::TierMove),
        ];
        Self {
            city,
            stories,
            deeds,
            next,
            holds: BTreeMap::new(),
            erasures: BTreeMap::new(),
            too_late: BTreeSet::new(),
            jobs: jobs.into_iter().flatten().collect(),
        }
    }

    /// What happens until this run, and the run itself.
    async fn until(&mut self, run: DateTime<Utc>, keeper: &Keeper) {
        let mut sealed: Vec<Sealed> = Vec::new();
        let mut held = false;
        while let Some((at, story, deed)) = self.next.filter(|(at, ..)| *at <= run) {
            self.next = self.deeds.next();
            if deed == Deed::Seal {
                sealed.push(self.stories[story].sealed);
                continue;
            }
            self.city.seal(&std::mem::take(&mut sealed)).await;
            self.does(at, story, deed).await;
            held = true;
        }
        self.city.seal(&sealed).await;
        let object_holds = held.then_some(JobKind::ObjectHolds);
        for kind in object_holds.into_iter().chain(self.jobs.iter().copied()) {
            let ran = keeper.run_now(&self.city.tenant, kind).await.unwrap().expect("nobody else is at it");
            assert!(ran.end.is_ok(), "{} {kind} at {run}: {:?}", self.city.tenant, ran.end);
        }
    }

    async fn does(&mut self, at: DateTime<Utc>, story: usize, deed: Deed) {
        let on = self.stories[story].sealed.id;
        match deed {
            Deed::Seal => {}
            Deed::Hold(hold) => {
                let id = HoldId(Uuid::now_v7());
                if holding::hold(&self.city, id, HoldOrigin::Person, on, at).await {
                    self.holds.insert((story, hold), id);
                } else {
                    self.too_late.insert((on, at));
                }
            }
            Deed::Release(hold) => {
                if let Some(id) = self.holds.get(&(story, hold)) {
                    holding::release(&self.city, *id, at).await;
                }
            }
            Deed::AskErasure => {
                let id = ErasureId(Uuid::now_v7());
                assert!(holding::ask_erasure(&self.city, id, on, at).await, "nothing is gone that early");
                self.erasures.insert(story, id);
            }
            Deed::ApproveErasure => holding::approve_erasure(&self.city, self.erasures[&story], on, at).await,
        }
    }
}

/// A row as it stands in the end.
#[derive(sqlx::FromRow)]
struct Row {
    recording_id: Uuid,
    state: String,
    tier_moved_at: Option<DateTime<Utc>>,
    due_at: Option<DateTime<Utc>>,
    due_reason: Option<String>,
    due_article: Option<String>,
    destroying_at: Option<DateTime<Utc>>,
    destroyed_at: Option<DateTime<Utc>>,
    bucket: String,
    log_erased: bool,
}

async fn rows(platform: &Platform, tenant: &TenantId) -> Vec<Row> {
    sqlx::query_as(
        "SELECT r.recording_id, r.state, r.tier_moved_at, r.due_at, r.due_reason, r.due_article, r.destroying_at, r.destroyed_at,
            s.bucket, c.log_erased_at IS NOT NULL AS log_erased
        FROM recordings r
        JOIN segments s USING (tenant_id, recording_id)
        JOIN calls c USING (tenant_id, call_id)
        WHERE r.tenant_id = $1",
    )
    .bind(tenant.as_str())
    .fetch_all(&platform.admin)
    .await
    .unwrap()
}

/// What is different from what the oracle said, in words.
fn difference(row: &Row, said: &Said, erasure_article: &str, last_run: DateTime<Utc>) -> Option<String> {
    let seconds = |at: Option<DateTime<Utc>>| at.map(|at| at.timestamp());
    let by_erasure = said.reason.as_deref() == Some("erasure");
    let state = match (said.destroyed, said.due, said.moved) {
        (Some(_), ..) => "destroyed",
        (None, Some(_), _) => "due",
        (None, None, Some(_)) => "secondary",
        (None, None, None) => "primary",
    };
    // An approved erasure stands on the row while it waits behind a hold; the oracle speaks of it when it is due.
    let waits = said.due.is_none() && row.due_reason.as_deref() == Some("erasure") && row.due_at.is_none();
    let article = if by_erasure || waits { Some(erasure_article) } else { said.article.as_deref() };
    // An approved erasure makes it due when it is approved or freed, not only in the next run.
    let due_agrees = match (seconds(row.due_at), said.due) {
        (Some(row), Some(said)) if by_erasure => row <= said && said - row <= 24 * 3_600,
        (row, said) => row == said,
    };
    let log_is_over = said.log_ends.is_some_and(|ends| ends <= last_run.timestamp());
    let log_erased = log_is_over && said.destroyed.is_some();
    let checks = [
        ("state", row.state == state),
        ("moved", seconds(row.tier_moved_at) == said.moved),
        ("due", due_agrees),
        ("reason", waits || row.due_reason == said.reason),
        ("article", row.due_article.as_deref() == article),
        ("committed", seconds(row.destroying_at) == said.destroyed),
        ("destroyed", seconds(row.destroyed_at) == said.destroyed),
        ("log", row.log_erased == log_erased),
    ];
    let wrong: Vec<&str> = checks.iter().filter(|(_, holds)| !holds).map(|(name, _)| *name).collect();
    (!wrong.is_empty()).then(|| {
        format!(
            "{}: {wrong:?}: row {} moved {:?} due {:?} {:?} {:?} destroyed {:?}; oracle {said:?}",
            row.recording_id,
            row.state,
            row.tier_moved_at,
            row.due_at,
            row.due_reason,
            row.due_article,
            row.destroyed_at
        )
    })
}

/// What the buckets should hold, by the rows.
fn named(city: &City, rows: &[Row]) -> BTreeSet<(Bucket, ObjectKey)> {
    let mut named = BTreeSet::new();
    for row in rows.iter().filter(|row| row.state != "destroyed") {
        let id = RecordingId(row.recording_id);
        for (bucket, key) in city.objects(id) {
            let moved = key == city.segment(id) && row.bucket == "secondary";
            named.insert((if moved { Bucket::Secondary } else { bucket }, key));
        }
    }
    named
}

async fn compare(
    platform: &Platform,
    course: &Course,
    said: &BTreeMap<String, Said>,
    last_run: DateTime<Utc>,
) -> [u64; 4] {
    let city = &course.city;
    let rows = rows(platform, &city.tenant).await;
    assert_eq!(rows.len(), course.stories.len());
    let article = holding::erasure_article(city);
    let wrong: Vec<String> = rows
        .iter()
        .filter_map(|row| difference(row, &said[&row.recording_id.to_string()], article.as_str(), last_run))
        .collect();
    assert!(
        wrong.is_empty(),
        "{}: {} differ\n{}",
        city.tenant,
        wrong.len(),
        wrong[..wrong.len().min(5)].join("\n")
    );
    for story in &course.stories {
        let destroyed = said[&story.sealed.id.to_string()].destroyed;
        for (placed, _) in &story.holds {
            let too_late = destroyed.is_some_and(|at| at <= placed.timestamp()) && *placed <= last_run;
            assert_eq!(
                course.too_late.contains(&(story.sealed.id, *placed)),
                too_late,
                "{:?} {placed}",
                story.sealed
            );
        }
    }
    certificates(platform, city, &rows).await;
    let prefix = format!("{}/", city.tenant);
    let there: BTreeSet<(Bucket, ObjectKey)> = Bucket::ALL
        .into_iter()
        .flat_map(|bucket| platform.store.objects(bucket).into_iter().map(move |(key, _)| (bucket, key)))
        .filter(|(_, key)| key.as_str().contains(&prefix))
        // what is told outside the database is about recordings, and of none
        .filter(|(_, key)| !key.as_str().starts_with(&format!("{}/witness/", city.tenant)))
        .collect();
    let named = named(city, &rows);
    assert_eq!(there.difference(&named).next(), None, "{}: an object that no row names", city.tenant);
    assert_eq!(named.difference(&there).next(), None, "{}: a row names what is not there", city.tenant);
    let mut tx = city.tx().await;
    assert!(recount::miscounts(&mut tx).await.unwrap().is_empty());
    let count = |holds: &dyn Fn(&Row) -> bool| rows.iter().filter(|row| holds(row)).count() as u64;
    [
        count(&|row| row.state == "destroyed"),
        count(&|row| row.tier_moved_at.is_some()),
        course.holds.len() as u64,
        course.erasures.len() as u64,
    ]
}

/// Exactly one a destroyed recording, signed, with its reason, its article and the time of the commit.
async fn certificates(platform: &Platform, city: &City, rows: &[Row]) {
    let notes: Vec<(Uuid, String)> =
        sqlx::query_as("SELECT recording_id, note FROM certificates WHERE tenant_id = $1")
            .bind(city.tenant.as_str())
            .fetch_all(&platform.admin)
            .await
            .unwrap();
    let destroyed: BTreeMap<Uuid, &Row> =
        rows.iter().filter(|row| row.state == "destroyed").map(|row| (row.recording_id, row)).collect();
    assert_eq!(notes.len(), destroyed.len(), "{}", city.tenant);
    let key = platform.signer.verifier();
    for (recording, note) in notes {
        let body = certificate::verify(&note, &key).unwrap();
        let row = destroyed[&recording];
        assert_eq!(body.recording, RecordingId(recording));
        assert_eq!(
            (body.reason.as_str(), body.article.as_str()),
            (row.due_reason.as_deref().unwrap(), row.due_article.as_deref().unwrap())
        );
        assert_eq!(Some(body.times.committed), row.destroying_at);
        let moved = row.tier_moved_at.is_some();
        assert_eq!(body.erased.iter().any(|one| one.bucket == "secondary"), moved, "{recording}");
    }
}

// req: T-5.2, O-6.1, TK-7.1, I-6, KB-3
// rule: I4, I6, I8
#[tokio::test(flavor = "multi_thread")]
async fn five_cities_keep_and_destroy_for_two_years_as_an_oracle_says() {
    let began = Instant::now();
    let begins: DateTime<Utc> =
        "2026-01-01T00:00:00+09:00".parse::<DateTime<chrono::FixedOffset>>().unwrap().to_utc();
    let platform = Platform::at(begins).await;
    let files = policy_files();
    let mut dice = Dice::new(4);
    let mut courses = Vec::new();
    for file in &files {
        let city = platform.city(&std::fs::read_to_string(file).unwrap(), None).await;
        let stories = script::stories(&city.policy, &mut dice, begins, DAYS, CALLS_A_CITY);
        courses.push(Course::new(city, stories));
    }
    let runs: Vec<DateTime<Utc>> = (1..=DAYS)
        .map(|day| begins + TimeDelta::days(i64::try_from(day).unwrap()) + TimeDelta::hours(3))
        .collect();
    let told = courses.iter().flat_map(|course| {
        course.stories.iter().map(move |story| oracle::told(course.city.tenant.as_str(), story))
    });
    let said = oracle::ask(&files, &runs, told.collect());
    let keeper = platform.keeper(Arc::new(OneClock::new(platform.clock.clone())));
    for run in &runs {
        platform.go_to(*run);
        join_all(courses.iter_mut().map(|course| course.until(*run, &keeper))).await;
    }
    for course in &courses {
        keeper.run_now(&course.city.tenant, JobKind::LogErasure).await.unwrap().unwrap().end.unwrap();
    }
    let last_run = *runs.last().unwrap();
    let mut sums = [0; 4];
    for course in &courses {
        let counts = compare(&platform, course, &said, last_run).await;
        let [destroyed, moved, held, erased] = counts;
        eprintln!(
            "{}: {} calls, {moved} moved, {destroyed} destroyed, {held} holds, {erased} erasures",
            course.city.tenant,
            course.stories.len()
        );
        sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
    }
    let calls: usize = courses.iter().map(|course| course.stories.len()).sum();
    let [destroyed, moved, held, erased] = sums;
    eprintln!(
        "{DAYS} days, {calls} calls, {held} holds, {erased} erasures: {moved} moved and {destroyed} destroyed on the oracle's days, {:.0} s",
        began.elapsed().as_secs_f64()
    );
    assert!(calls >= 20_000 && destroyed > 10_000 && moved > 1_000 && held > 1_000 && erased > 50);
}

//! A whole platform in miniature: rows, stores, log, clocks, two workers. Every decision is the kernel's; everything round it may fail.
//!
//! Statements are applied as the database applies them: whole, and only if what their WHERE clause asks still holds. What a worker
//! does is read earlier ([`Action::Look`]) and done later, once, twice or never.
//!
//! One thing is taken for granted: a process that begins anew under a wrong clock finds it put right within the hour in which
//! [`rokuon_policy::keeping::clocks`] destroys nothing. Without a second clock, that is all one machine can know.

pub mod claims;
pub mod log;
mod people;
pub mod rows;
pub mod store;
mod time;
mod work;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use rokuon_policy::keeping::KeptRecording;
use rokuon_policy::keeping::clocks::Clocks;
use rokuon_policy::media_kind::MediaKind;
use rokuon_policy::policy::Policy;
use rokuon_policy::recording_state::{RecordingState, Tier};
use rokuon_policy::retention;

use self::log::{Event, Log};
use self::rows::{HoldId, ObjectHolds, Row};
use self::store::{Bucket, Store};
use crate::action::Action;

/// What each recording takes in the store: eight of them and a tenant's 500 GiB are full.
const OCTETS: u64 = 60 << 30;

/// Destructions of other recordings that each day has already seen, so that the runaway guard is near.
const ELSEWHERE: u64 = 996;

/// What is true of a recording, kept apart from everything that the model's parts know.
#[derive(Debug, Clone, Default)]
pub struct Truth {
    /// Holds that were answered 201 and not released since.
    pub promised: BTreeSet<HoldId>,
    /// The end of the shortest period it was made under.
    pub first_minimum: Option<DateTime<Utc>>,
    /// When the last promise ended, by the database's clock.
    pub last_release: Option<DateTime<Utc>>,
    /// Its erasure was approved by a second person.
    pub erasure_approved: bool,
    /// Its row was made after the backup and lost in a restore.
    pub lost: bool,
}

/// A worker: what it read and has not done yet, and what it did last.
#[derive(Debug, Clone, Default)]
pub struct Worker {
    plan: VecDeque<work::Task>,
    last: Option<work::Task>,
}

/// The platform.
#[derive(Debug, Clone)]
pub struct World {
    /// The policy in force.
    pub policy: Arc<Policy>,
    /// The time, as it is.
    pub now: DateTime<Utc>,
    pub(crate) own_skew: TimeDelta,
    pub(crate) database_skew: TimeDelta,
    pub(crate) began: DateTime<Utc>,
    pub(crate) clocks: Clocks,
    pub(crate) amendment: Option<(DateTime<Utc>, Arc<Policy>)>,
    /// The rows.
    pub rows: Vec<Row>,
    backup: Option<Vec<Row>>,
    /// The store.
    pub store: Store,
    /// The log.
    pub log: Log,
    pub(crate) workers: [Worker; 2],
    pub(crate) committed: BTreeMap<NaiveDate, u64>,
    pub(crate) released: u64,
    /// Whether any restore has been.
    pub(crate) restored: bool,
    /// What is true of each recording.
    pub truths: Vec<Truth>,
    /// Promises that were broken, in words.
    pub broken: Vec<String>,
}

impl World {
    /// An empty platform under a policy.
    pub fn new(policy: Arc<Policy>, now: DateTime<Utc>) -> Self {
        let first = time::reading(now, TimeDelta::zero(), TimeDelta::zero(), now);
        Self {
            policy,
            now,
            own_skew: TimeDelta::zero(),
            database_skew: TimeDelta::zero(),
            began: now,
            clocks: Clocks::begin(first, None),
            amendment: None,
            rows: Vec::new(),
            backup: None,
            store: Store::default(),
            log: Log::default(),
            workers: [Worker::default(), Worker::default()],
            committed: BTreeMap::new(),
            released: 0,
            restored: false,
            truths: Vec::new(),
            broken: Vec::new(),
        }
    }

    /// Lets something happen.
    pub fn apply(&mut self, action: Action) {
        match action {
            Action::Call => self.call(),
            Action::Pass { hours } => self.pass(TimeDelta::hours(i64::from(hours))),
            Action::ClocksJump { hours } => {
                self.own_skew += TimeDelta::hours(i64::from(hours));
                self.database_skew += TimeDelta::hours(i64::from(hours));
            }
            Action::OwnClockRuns { minutes } => self.own_skew += TimeDelta::minutes(i64::from(minutes)),
            Action::ClocksPutRight => self.put_clocks_right(),
            Action::Restart { hours } => self.restart(TimeDelta::hours(i64::from(hours))),
            Action::PlaceHold { recording, hold } => self.place(recording, HoldId::Person(hold)),
            Action::ReleaseHold { recording, hold, by } => self.release(recording, HoldId::Person(hold), by),
            Action::OpenRequest { recording, request } => self.place(recording, HoldId::Request(request)),
            Action::CloseRequest { recording, request, end } => {
                self.close(recording, HoldId::Request(request), end);
            }
            Action::AskErasure { recording } => self.place(recording, HoldId::Erasure),
            Action::ApproveErasure { recording, by } => self.approve_erasure(recording, by),
            Action::Amend { longer } => self.amend(longer),
            Action::Look { worker } => self.look(usize::from(worker)),
            Action::Work { worker, nth } => self.work(usize::from(worker), usize::from(nth)),
            Action::Again { worker } => self.again(usize::from(worker)),
            Action::Kill { worker } => self.workers[usize::from(worker)] = Worker::default(),
            Action::EraseOrphans => self.erase_orphans(),
            Action::BackUp => self.backup = Some(self.rows.clone()),
            Action::Restore => self.restore(),
        }
        self.keep_time();
    }

    fn call(&mut self) {
        if self.rows.len() >= usize::from(crate::action::RECORDINGS) * 2 {
            return;
        }
        let recording = self.rows.len();
        let content = 1_000 + u64::try_from(recording).unwrap_or_default();
        self.store.put_new(Bucket::Keys, recording, content + 1_000_000, self.now);
        let version = self.store.put_new(Bucket::Media, recording, content, self.now);
        let retention = retention::dates(&self.policy, MediaKind::CallAudio, self.now);
        self.truths.push(Truth { first_minimum: retention.keep_at_least_until, ..Truth::default() });
        self.rows.push(Row {
            kept: KeptRecording {
                state: RecordingState::Primary,
                tier: Tier::Primary,
                media: MediaKind::CallAudio,
                started_at: self.now,
                retention,
                active_holds: 0,
                hold_grace_until: None,
                cause: None,
                epoch: 1,
            },
            holds: BTreeMap::new(),
            object_holds: ObjectHolds::Off,
            media: (Bucket::Media, version.id),
            content,
            octets: OCTETS,
        });
        self.log.write(recording, Event::Sealed);
    }

    /// The recording a number falls on.
    pub(crate) fn chosen(&self, number: u8) -> Option<usize> {
        let live: Vec<usize> = (0..self.rows.len()).filter(|one| !self.truths[*one].lost).collect();
        (!live.is_empty()).then(|| live[usize::from(number) % live.len()])
    }

    pub(crate) fn breaks(&mut self, recording: usize, what: &str) {
        self.broken.push(format!("recording {recording}: {what}"));
    }
}

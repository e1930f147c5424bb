//! One random life of a city's recordings on a real PostgreSQL and a store: what each action is to the product.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use rokuon_db::error::DbError;
use rokuon_db::holds::HoldOrigin;
use rokuon_db::tenant_tx::TenantTx;
use rokuon_keeping::destroy::PLACES;
use rokuon_keeping::interruption::Interruption;
use rokuon_keeping::keeper::Keeper;
use rokuon_keeping::times::Times;
use rokuon_keeping_model::action::Action;
use rokuon_policy::ids::{ErasureId, HoldId, RecordingId};
use rokuon_policy::job::JobKind;
use rokuon_policy::keeping::clocks::ClockReading;
use rokuon_policy::keeping::open_request::RequestEnd;
use rokuon_policy::media_kind::MediaKind;
use rokuon_storage::memory::MemoryStore;
use uuid::Uuid;

use crate::city::{City, Platform, Sealed, policy_files};
use crate::holding;

/// Places at which a job is killed, beside those of a destruction.
const MORE_PLACES: [&str; 8] = [
    "sweep.chosen",
    "sweep.committed",
    "tier_move.read",
    "tier_move.copied",
    "tier_move.switched",
    "tier_move.erasing",
    "tier_move.erased",
    "object_holds.set",
];

/// The jobs that move recordings on.
const JOBS: [JobKind; 5] =
    [JobKind::Sweep, JobKind::Capacity, JobKind::Destroy, JobKind::TierMove, JobKind::ObjectHolds];

/// The clocks of one process: the time as it is, and how wrong they are.
struct WrongClocks {
    now: Mutex<Skewed>,
}

/// Where the next job is killed.
type Killed = Arc<Mutex<Option<&'static str>>>;

#[derive(Debug, Clone, Copy)]
struct Skewed {
    truth: DateTime<Utc>,
    began: DateTime<Utc>,
    own: TimeDelta,
    database: TimeDelta,
}

#[async_trait]
impl Times for WrongClocks {
    fn now(&self) -> DateTime<Utc> {
        let now = self.now.lock().unwrap();
        now.truth + now.own
    }

    async fn read(&self, _: &mut TenantTx) -> Result<ClockReading, DbError> {
        let now = *self.now.lock().unwrap();
        let monotonic = (now.truth - now.began).to_std().unwrap();
        Ok(ClockReading { own: now.truth + now.own, database: now.truth + now.database, monotonic })
    }
}

/// What was promised of a recording.
#[derive(Debug, Default)]
pub struct Promises {
    pub holds: BTreeMap<String, HoldId>,
    erasure: Option<ErasureId>,
    asked: bool,
    pub approved: bool,
}

impl Promises {
    /// Whether a request for its erasure is open, which holds it.
    pub const fn is_asked_and_open(&self) -> bool {
        self.erasure.is_some()
    }
}

pub struct Life<'a> {
    pub platform: &'a Platform,
    pub city: City,
    clocks: Arc<WrongClocks>,
    keeper: Keeper,
    killed: Killed,
    pub recordings: Vec<(Sealed, Promises)>,
    pub destroyed: BTreeSet<RecordingId>,
    pub steps: usize,
}

impl<'a> Life<'a> {
    pub async fn new(platform: &'a Platform, number: u64) -> Life<'a> {
        let files = policy_files();
        let file = &files[usize::try_from(number).unwrap() % files.len()];
        let toml = std::fs::read_to_string(file).unwrap();
        let city = platform.city(&toml, Some(&format!("life-{number}"))).await;
        // Each life has a store of its own: its time is its own too.
        let store = Arc::new(MemoryStore::new());
        let city = City { store: store.clone(), ..city };
        let truth = platform.now();
        let clocks = Arc::new(WrongClocks {
            now: Mutex::new(Skewed {
                truth,
                began: truth,
                own: TimeDelta::zero(),
                database: TimeDelta::zero(),
            }),
        });
        let killed = Killed::default();
        let keeper = keeper(platform, &city, &clocks, &killed);
        let (recordings, destroyed) = (Vec::new(), BTreeSet::new());
        let mut life = Self { platform, city, clocks, keeper, killed, recordings, destroyed, steps: 0 };
        life.pass(TimeDelta::zero());
        life.call().await;
        life.call().await;
        life
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.clocks.now.lock().unwrap().truth
    }

    pub fn pass(&self, by: TimeDelta) {
        let mut now = self.clocks.now.lock().unwrap();
        now.truth += by;
        self.city.store.set_now(now.truth);
    }

    fn skew(&self, own: TimeDelta, database: TimeDelta) {
        let mut now = self.clocks.now.lock().unwrap();
        now.own += own;
        now.database += database;
    }

    fn put_right(&self) {
        let mut now = self.clocks.now.lock().unwrap();
        (now.own, now.database) = (TimeDelta::zero(), TimeDelta::zero());
    }

    /// A process that begins now; what the one before remembered is gone.
    pub fn restart(&mut self) {
        self.put_right();
        self.clocks.now.lock().unwrap().began = self.now();
        self.keeper = keeper(self.platform, &self.city, &self.clocks, &self.killed);
    }

    async fn call(&mut self) {
        if self.recordings.len() >= 6 {
            return;
        }
        let sealed = Sealed {
            id: RecordingId(Uuid::now_v7()),
            kind: MediaKind::CallAudio,
            started_at: self.now(),
            octets: 150 << 30,
        };
        self.city.seal(&[sealed]).await;
        self.recordings.push((sealed, Promises::default()));
    }

    pub async fn does(&mut self, action: Action) {
        self.steps += 1;
        match action {
            Action::Call => self.call().await,
            Action::Pass { hours } => self.pass(TimeDelta::hours(i64::from(hours))),
            Action::ClocksJump { hours } => {
                // The last good reading is of just now, as in a process that looks every minute.
                self.look_at_clocks().await;
                let by = TimeDelta::hours(i64::from(hours));
                self.skew(by, by);
            }
            Action::OwnClockRuns { minutes } => {
                self.look_at_clocks().await;
                self.skew(TimeDelta::minutes(i64::from(minutes)), TimeDelta::zero());
            }
            Action::ClocksPutRight => self.put_right(),
            Action::Restart { hours } => {
                self.pass(TimeDelta::hours(i64::from(hours)));
                self.restart();
            }
            Action::PlaceHold { recording, hold } => {
                self.hold(recording, format!("person {hold}"), HoldOrigin::Person).await
            }
            Action::OpenRequest { recording, request } => {
                let origin = HoldOrigin::Request { kind: "disclosure".to_owned(), id: Uuid::now_v7() };
                self.hold(recording, format!("request {request}"), origin).await;
            }
            Action::ReleaseHold { recording, hold, .. } => {
                self.release(recording, &format!("person {hold}")).await
            }
            Action::CloseRequest { recording, request, end } => {
                if end != RequestEnd::Refused {
                    self.release(recording, &format!("request {request}")).await;
                }
            }
            Action::AskErasure { recording } => self.ask_erasure(recording).await,
            Action::ApproveErasure { recording, .. } => self.approve_erasure(recording).await,
            Action::Look { .. } => {
                self.run(JobKind::Sweep, None).await;
                self.run(JobKind::Capacity, None).await;
            }
            Action::Work { nth, .. } => {
                let nth = usize::from(nth);
                let places = PLACES.len() + MORE_PLACES.len();
                let place = PLACES.iter().chain(&MORE_PLACES).copied().nth(nth / JOBS.len() % (places + 8));
                self.run(JOBS[nth % JOBS.len()], place).await;
            }
            Action::Again { .. } => self.two_at_once().await,
            Action::Kill { .. } => self.run(JobKind::Destroy, Some(PLACES[self.steps % PLACES.len()])).await,
            Action::EraseOrphans => self.run(JobKind::Reconcile, None).await,
            Action::Amend { .. } | Action::BackUp | Action::Restore => {}
        }
    }

    fn chosen(&self, number: u8) -> usize {
        usize::from(number) % self.recordings.len()
    }

    /// Every minute a process reads the clocks: a job that asks them first.
    async fn look_at_clocks(&self) {
        self.run(JobKind::Sweep, None).await;
    }

    async fn hold(&mut self, number: u8, name: String, origin: HoldOrigin) {
        let chosen = self.chosen(number);
        let (sealed, promises) = &mut self.recordings[chosen];
        if promises.holds.contains_key(&name) {
            return;
        }
        let id = HoldId(Uuid::now_v7());
        let at = self.clocks.now.lock().unwrap().truth;
        if holding::hold(&self.city, id, origin, sealed.id, at).await {
            promises.holds.insert(name, id);
        }
    }

    async fn release(&mut self, number: u8, name: &str) {
        let (at, chosen) = (self.now(), self.chosen(number));
        if let Some(id) = self.recordings[chosen].1.holds.remove(name) {
            holding::release(&self.city, id, at).await;
        }
    }

    async fn ask_erasure(&mut self, number: u8) {
        let (at, chosen) = (self.now(), self.chosen(number));
        let (sealed, promises) = &mut self.recordings[chosen];
        if promises.asked {
            return;
        }
        promises.asked = true;
        let id = ErasureId(Uuid::now_v7());
        if holding::ask_erasure(&self.city, id, sealed.id, at).await {
            promises.erasure = Some(id);
        }
    }

    async fn approve_erasure(&mut self, number: u8) {
        let (at, chosen) = (self.now(), self.chosen(number));
        let (sealed, promises) = &mut self.recordings[chosen];
        if let Some(id) = promises.erasure.take() {
            promises.approved = true;
            holding::approve_erasure(&self.city, id, sealed.id, at).await;
        }
    }

    /// Runs a job, perhaps killed at a place; its lease is as if it had run out.
    pub async fn run(&self, kind: JobKind, place: Option<&'static str>) {
        *self.killed.lock().unwrap() = place;
        self.keeper.run_now(&self.city.tenant, kind).await.unwrap();
        *self.killed.lock().unwrap() = None;
        self.forget_lease().await;
    }

    async fn two_at_once(&self) {
        let other = keeper(self.platform, &self.city, &self.clocks, &self.killed);
        let own = self.keeper.run_now(&self.city.tenant, JobKind::Destroy);
        let second = async {
            self.forget_lease().await;
            // A process that begins with wrong clocks has nothing to compare them with: it would be told.
            let right = self.clocks.now.lock().unwrap().own.is_zero()
                && self.clocks.now.lock().unwrap().database.is_zero();
            if right {
                let _lost_lease = other.run_now(&self.city.tenant, JobKind::Destroy).await;
            }
        };
        let _either = futures_util::future::join(own, second).await;
        self.forget_lease().await;
    }

    async fn forget_lease(&self) {
        let tenant = &self.city.tenant;
        self.platform
            .sql(&format!("UPDATE jobs SET lease_id = NULL, lease_until = NULL WHERE tenant_id = '{tenant}'"))
            .await;
    }
}

fn keeper(platform: &Platform, city: &City, clocks: &Arc<WrongClocks>, killed: &Killed) -> Keeper {
    let killed = killed.clone();
    let interruption = Interruption::when(move |place| *killed.lock().unwrap() == Some(place));
    let mut keeper = platform.keeper(clocks.clone());
    keeper.store = city.store.clone();
    keeper.interruption = interruption;
    // so that there is a halfway of two
    keeper.limits.erased = 1;
    keeper
}

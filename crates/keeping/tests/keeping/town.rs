//! A city by its own policy, with sealed recordings: rows and small real objects, on a clock that the test moves.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use rokuon_db::announcements::Announcement;
use rokuon_db::audit_events::{Actor, AuditEvent};
use rokuon_db::calls::{self, CallStarted, KnownFacts};
use rokuon_db::certificates::{self, Certificate};
use rokuon_db::connection_terms::{ConnectionKind, ConnectionSecurity};
use rokuon_db::connections::{self, NewConnection};
use rokuon_db::database::Database;
use rokuon_db::jobs::{self, Job, RunEnd};
use rokuon_db::legs::Party;
use rokuon_db::recordings::{self, FinishedRecording, Guarded, Outcome, Recording};
use rokuon_db::segments::{self, SectionBytes, Segment};
use rokuon_db::tenant_tx::TenantTx;
use rokuon_db::{policy_versions, tenants};
use rokuon_embedded_postgres::test_database::{TestDatabase, test_database};
use rokuon_keeping::failure::KeepingError;
use rokuon_keeping::interruption::Interruption;
use rokuon_keeping::keeper::{Keeper, Ran};
use rokuon_keeping::signed_note::NoteSigner;
use rokuon_keeping::times::OneClock;
use rokuon_policy::announcement::{AnnouncementStatus, NotedBy};
use rokuon_policy::clock::{Clock, ManualClock};
use rokuon_policy::decision::Decision;
use rokuon_policy::ids::{CallId, ConnectionId, RecordingId, TenantId};
use rokuon_policy::job::JobKind;
use rokuon_policy::media_kind::MediaKind;
use rokuon_policy::pii::Pii;
use rokuon_policy::policy::Policy;
use rokuon_policy::recording_scope::{Direction, RecordingStart};
use rokuon_policy::recording_state::RecordingState;
use rokuon_policy::retention;
use rokuon_policy::text::Text;
use rokuon_storage::memory::MemoryStore;
use rokuon_storage::object_key;
use rokuon_storage::object_store::{Bucket, ObjectStore};
use rokuon_storage::sections::Sections;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use uuid::Uuid;

pub struct Town {
    pub test: TestDatabase,
    pub db: Database,
    pub store: Arc<MemoryStore>,
    pub clock: Arc<ManualClock>,
    pub tenant: TenantId,
    pub policy: Policy,
    pub signer: Arc<NoteSigner>,
    connection: ConnectionId,
}

/// The policy file of a city.
pub fn policy_file(tenant: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies").join(format!("{tenant}.toml"));
    std::fs::read_to_string(path).unwrap()
}

pub fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

impl Town {
    /// A city whose policy took force before everything.
    pub async fn found(tenant: &str, now: &str) -> Self {
        Self::by(tenant, &policy_file(tenant), now).await
    }

    /// The same by a policy of the test's own.
    pub async fn by(tenant: &str, toml: &str, now: &str) -> Self {
        let test = test_database().await;
        let db = Database::connect(&test.app_url()).await.unwrap();
        let store = Arc::new(MemoryStore::new());
        let town = Self {
            test,
            db,
            store,
            clock: Arc::new(ManualClock::at(at(now))),
            tenant: tenant.parse().unwrap(),
            policy: Policy::parse(toml).unwrap(),
            signer: Arc::new(NoteSigner::from_seed("rokuon", &[9; 32]).unwrap()),
            connection: ConnectionId(Uuid::new_v4()),
        };
        town.store.set_now(town.now());
        let mut tx = town.tx().await;
        tenants::put(&mut tx, town.policy.name(), tenant, town.now()).await.unwrap();
        policy_versions::load(&mut tx, toml, town.policy.effective_from(), town.now()).await.unwrap();
        let new = NewConnection {
            id: town.connection,
            name: "本庁舎".to_owned(),
            address_user: connections::fresh_address_user().unwrap(),
            networks: vec!["192.0.2.0/24".parse().unwrap()],
            default_line: None,
            kind: ConnectionKind::Siprec,
            security: ConnectionSecurity::default(),
        };
        connections::create(&mut tx, &new, town.now()).await.unwrap();
        let loaded = AuditEvent::new("tenant.load", Actor::Platform("setup".into()), town.now());
        tx.commit_with(loaded).await.unwrap();
        town
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Moves the clock to this instant.
    pub fn go_to(&self, instant: &str) {
        self.clock.advance(at(instant) - self.now());
        self.store.set_now(self.now());
    }

    pub async fn tx(&self) -> TenantTx {
        self.db.tenant(&self.tenant).await.unwrap()
    }

    /// A keeper of a process that began just now.
    pub fn keeper(&self) -> Keeper {
        let times = Arc::new(OneClock::new(self.clock.clone()));
        Keeper::new(self.db.clone(), self.store.clone(), times, self.signer.clone())
    }

    /// A keeper that is killed at a place.
    pub fn keeper_killed_at(&self, place: &'static str) -> Keeper {
        let mut keeper = self.keeper();
        keeper.interruption = Interruption::when(move |at| at == place);
        // so that there is a halfway of two
        keeper.limits.erased = 1;
        keeper
    }

    /// Runs a job to its end.
    pub async fn run(&self, kind: JobKind) -> Ran {
        let ran = self.keeper().run_now(&self.tenant, kind).await.unwrap().unwrap();
        assert!(ran.end.is_ok(), "{kind}: {:?}", ran.end);
        ran
    }

    /// What a day's jobs do.
    pub async fn night(&self) {
        for kind in
            [JobKind::PolicyChange, JobKind::Sweep, JobKind::Capacity, JobKind::TierMove, JobKind::Destroy]
        {
            self.run(kind).await;
        }
    }

    pub async fn job(&self, kind: JobKind) -> Job {
        let mut tx = self.tx().await;
        jobs::list(&mut tx).await.unwrap().into_iter().find(|job| job.kind == kind).unwrap()
    }

    /// A sealed call that began then: its row, and its key, segments, manifest and waveform in the store.
    pub async fn sealed(&self, started_at: &str) -> RecordingId {
        self.sealed_with(at(started_at), MediaKind::CallAudio, 1, None).await
    }

    pub async fn sealed_with(
        &self,
        started_at: DateTime<Utc>,
        media: MediaKind,
        pieces: u32,
        octets: Option<u64>,
    ) -> RecordingId {
        self.seal(started_at, media, pieces, octets, false).await
    }

    /// A sealed call whose last segment has waveform and manifest behind it: a key and an object a piece.
    pub async fn sealed_in_one(&self, started_at: &str, pieces: u32) -> RecordingId {
        self.seal(at(started_at), MediaKind::CallAudio, pieces, None, true).await
    }

    async fn seal(
        &self,
        started_at: DateTime<Utc>,
        media: MediaKind,
        pieces: u32,
        octets: Option<u64>,
        in_one: bool,
    ) -> RecordingId {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let (call, recording) = (CallId(Uuid::now_v7()), RecordingId(Uuid::now_v7()));
        let party =
            |digits: &str| Party { number: Some(Pii::new(digits.to_owned())), name: None, proved: true };
        let retention = retention::dates(&self.policy, media, started_at);
        let listed = Text::new("対象回線です", "a listed line");
        let started = CallStarted {
            call,
            recording,
            connection: self.connection,
            sip_call_id: format!("call-{number}"),
            started_at,
            facts: KnownFacts {
                direction: Some(Direction::Inbound),
                caller: party("09000001234"),
                called: party("0120000001"),
                line: None,
                department: None,
                line_proved: false,
                decision: Decision::allow("recording.line_listed", "2".parse().unwrap(), listed),
            },
            start: RecordingStart::Automatic,
            announcement: Announcement::by_rule(AnnouncementStatus::NotNoted, NotedBy::Nobody),
            doubts: vec![],
            media,
            policy_version: 1,
            retention: retention.clone(),
            epoch: 1,
        };
        let put = async |bucket, key, octets: Vec<u8>| {
            self.store.put_new(bucket, &key, Bytes::from(octets)).await.unwrap()
        };
        put(Bucket::Keys, object_key::wrapped_key(&self.tenant, recording), vec![1; 40]).await;
        if !in_one {
            put(Bucket::Media, object_key::manifest(&self.tenant, recording, 0), vec![2; 50]).await;
            put(Bucket::Media, object_key::peaks(&self.tenant, recording, 0), vec![3; 60]).await;
        }
        let mut tx = self.tx().await;
        assert!(calls::start(&mut tx, &started).await.unwrap());
        for piece in 0..pieces {
            let key = object_key::media(&self.tenant, recording, piece, 0);
            let mut content = format!("{recording} {piece}").into_bytes();
            let sections = (in_one && piece + 1 == pieces).then(|| {
                content.resize(200, 1);
                let sections = Sections { media_len: 200, peaks_len: 80, manifest_len: 90 };
                content.extend([3; 80].iter().chain(&[2; 90]).chain(&sections.index()));
                sections
            });
            let stored = put(Bucket::Media, key.clone(), content).await;
            let segment = Segment {
                number: piece,
                bucket: "media".to_owned(),
                object_key: key.to_string(),
                version_id: stored.version_id,
                container_bytes: octets.unwrap_or(stored.len),
                container_sha256: stored.sha256,
                media_bytes: 1,
                media_sha256: [2; 32],
                start_sample: u64::from(piece) * 8_000,
                samples: 8_000,
                channels: vec![0, 1],
                codec: "pcmu".to_owned(),
                video_codec: None,
                gaps: vec![],
                sealed_at: started_at,
                sections: sections.map(|of| SectionBytes {
                    media: of.media_len,
                    peaks: of.peaks_len,
                    manifest: of.manifest_len,
                }),
            };
            assert!(segments::add(&mut tx, recording, &segment).await.unwrap());
        }
        let end = FinishedRecording {
            recording,
            epoch: 1,
            outcome: Outcome::Sealed,
            ended_at: started_at + TimeDelta::seconds(60),
            duration_ms: 60_000,
            channels: vec![0, 1],
            gaps: vec![],
            lost_ms: 0,
            doubts: vec![],
            manifest_sha256: Some([9; 32]),
            retention,
            finished_at: started_at + TimeDelta::seconds(63),
        };
        assert_eq!(recordings::finish(&mut tx, &end).await.unwrap(), Guarded::Written);
        tx.commit_bookkeeping().await.unwrap();
        recording
    }

    pub async fn recording(&self, id: RecordingId) -> Recording {
        recordings::find(&mut self.tx().await, id).await.unwrap().unwrap()
    }

    pub async fn state(&self, id: RecordingId) -> RecordingState {
        self.recording(id).await.state
    }

    pub async fn certificate(&self, id: RecordingId) -> Option<Certificate> {
        let filter = certificates::Filter { recording: Some(id), ..Default::default() };
        let mut found = certificates::list(&mut self.tx().await, &filter, 10).await.unwrap();
        assert!(found.len() <= 1, "two certificates");
        found.pop()
    }

    /// Behind row-level security.
    pub async fn sql(&self, statement: &str) {
        let mut db = PgConnection::connect(&self.test.superuser_url()).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(&mut db).await.unwrap();
    }

    pub async fn count(&self, query: &str) -> i64 {
        let mut db = PgConnection::connect(&self.test.superuser_url()).await.unwrap();
        let (count,): (i64,) =
            sqlx::query_as(AssertSqlSafe(query.to_owned())).fetch_one(&mut db).await.unwrap();
        count
    }

    /// Changes the number of holds; the last one's release leaves a day of grace.
    pub async fn hold(&self, id: RecordingId, by: i32) {
        let grace = self.now() + TimeDelta::hours(24);
        self.sql(&format!(
            "UPDATE recordings SET active_holds = active_holds + {by},
                hold_grace_until = CASE WHEN active_holds + {by} = 0 THEN '{grace}'::timestamptz ELSE hold_grace_until END
             WHERE recording_id = '{id}'"
        ))
        .await;
    }

    /// What the store holds of a recording, by bucket.
    pub fn stored(&self, id: RecordingId) -> [usize; 3] {
        let prefix = object_key::prefix(&self.tenant, id);
        [Bucket::Media, Bucket::Secondary, Bucket::Keys].map(|bucket| {
            let objects = self.store.objects(bucket);
            objects.iter().filter(|(key, _)| key.as_str().starts_with(&prefix)).count()
        })
    }

    /// Everything of it is gone, and its certificate proves it.
    pub async fn assert_destroyed(&self, id: RecordingId) -> rokuon_keeping::certificate::CertificateBody {
        assert_eq!(self.state(id).await, RecordingState::Destroyed);
        assert_eq!(self.stored(id), [0, 0, 0]);
        let certificate = self.certificate(id).await.expect("a certificate");
        let body = rokuon_keeping::certificate::verify(&certificate.note, &self.signer.verifier()).unwrap();
        assert_eq!((body.recording, body.id), (id, certificate.id));
        body
    }

    /// Nothing of it was touched.
    pub async fn assert_whole(&self, id: RecordingId) {
        let stored = self.stored(id);
        assert!(stored[2] == 1 && stored[0] + stored[1] >= 3, "{stored:?}");
        assert!(self.certificate(id).await.is_none());
    }
}

/// That a run was killed.
pub fn assert_killed(ran: &Ran, place: &str) {
    assert!(matches!(ran.end, Err(KeepingError::Interrupted(at)) if at == place), "{place}: {:?}", ran.end);
}

pub fn is_stopped(ran: &Ran) -> bool {
    matches!(ran.end, Ok(RunEnd::Stopped))
}

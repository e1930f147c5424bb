//! Cities side by side in one database and one store, on one clock; their recordings as rows and small real objects.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use rokuon_db::announcements::Announcement;
use rokuon_db::audit_events::{Actor, AuditEvent};
use rokuon_db::calls::{self, CallStarted, KnownFacts};
use rokuon_db::connection_terms::{ConnectionKind, ConnectionSecurity};
use rokuon_db::connections::{self, NewConnection};
use rokuon_db::database::{Database, PoolSettings};
use rokuon_db::legs::Party;
use rokuon_db::recordings::{self, FinishedRecording, Guarded, Outcome};
use rokuon_db::segments::{self, SectionBytes, Segment};
use rokuon_db::tenant_tx::TenantTx;
use rokuon_db::{people, policy_versions, tenants};
use rokuon_embedded_postgres::test_database::{TestDatabase, test_database};
use rokuon_keeping::keeper::Keeper;
use rokuon_keeping::signed_note::NoteSigner;
use rokuon_keeping::times::Times;
use rokuon_policy::announcement::{AnnouncementStatus, NotedBy};
use rokuon_policy::clock::{Clock, ManualClock};
use rokuon_policy::decision::Decision;
use rokuon_policy::ids::{CallId, ConnectionId, PersonId, RecordingId, TenantId};
use rokuon_policy::media_kind::MediaKind;
use rokuon_policy::pii::Pii;
use rokuon_policy::policy::Policy;
use rokuon_policy::recording_scope::{Direction, RecordingStart};
use rokuon_policy::retention;
use rokuon_policy::text::Text;
use rokuon_storage::memory::MemoryStore;
use rokuon_storage::object_key;
use rokuon_storage::object_store::{Bucket, ObjectKey, ObjectStore};
use sqlx::{AssertSqlSafe, PgPool};
use uuid::Uuid;

/// The database, the store and the clock.
pub struct Platform {
    /// Kept: the database goes with it.
    _test: TestDatabase,
    pub db: Database,
    pub store: Arc<MemoryStore>,
    pub clock: Arc<ManualClock>,
    pub signer: Arc<NoteSigner>,
    /// Behind row-level security.
    pub admin: PgPool,
}

/// One city.
pub struct City {
    pub db: Database,
    pub store: Arc<MemoryStore>,
    pub tenant: TenantId,
    pub policy: Policy,
    pub people: [PersonId; 2],
    pub connection: ConnectionId,
}

/// A recording to be sealed.
#[derive(Debug, Clone, Copy)]
pub struct Sealed {
    pub id: RecordingId,
    pub kind: MediaKind,
    pub started_at: DateTime<Utc>,
    /// What its row says of its size.
    pub octets: u64,
}

/// The policy files of the tenants, by name.
pub fn policy_files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|ending| ending == "toml"));
    files.sort();
    files
}

impl Platform {
    pub async fn at(now: DateTime<Utc>) -> Self {
        let test = test_database().await;
        let settings = PoolSettings { max_connections: 12, ..PoolSettings::default() };
        let db = Database::connect_with(&test.app_url(), settings).await.unwrap();
        let admin = PgPool::connect(&test.superuser_url()).await.unwrap();
        let platform = Self {
            _test: test,
            db,
            store: Arc::new(MemoryStore::new()),
            clock: Arc::new(ManualClock::at(now)),
            signer: Arc::new(NoteSigner::from_seed("rokuon", &[9; 32]).unwrap()),
            admin,
        };
        platform.store.set_now(now);
        platform
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    pub fn go_to(&self, instant: DateTime<Utc>) {
        self.clock.advance(instant - self.now());
        self.store.set_now(instant);
    }

    /// The keeper of a process that reads these clocks.
    pub fn keeper(&self, times: Arc<dyn Times>) -> Keeper {
        Keeper::new(self.db.clone(), self.store.clone(), times, self.signer.clone())
    }

    /// A city under a policy file, under its own key or another.
    pub async fn city(&self, toml: &str, key: Option<&str>) -> City {
        let policy = Policy::parse(toml).unwrap();
        let tenant: TenantId = key.map_or_else(|| policy.tenant.clone(), |key| key.parse().unwrap());
        let city = City {
            db: self.db.clone(),
            store: self.store.clone(),
            people: [PersonId(Uuid::new_v4()), PersonId(Uuid::new_v4())],
            connection: ConnectionId(Uuid::new_v4()),
            tenant,
            policy,
        };
        let now = self.now();
        let mut tx = city.tx().await;
        tenants::put(&mut tx, &city.policy.name, city.tenant.as_str(), now).await.unwrap();
        policy_versions::load(&mut tx, toml, city.policy.document.effective_from, now).await.unwrap();
        let new = NewConnection {
            id: city.connection,
            name: "本庁舎".to_owned(),
            address_user: connections::fresh_address_user().unwrap(),
            networks: vec!["192.0.2.0/24".parse().unwrap()],
            default_line: None,
            kind: ConnectionKind::Siprec,
            security: ConnectionSecurity::default(),
        };
        connections::create(&mut tx, &new, now).await.unwrap();
        for (person, name) in city.people.iter().zip(["a.sato", "b.suzuki"]) {
            people::issue(&mut tx, *person, name, &Pii::new("佐藤".into()), None, now).await.unwrap();
        }
        tx.commit_with(AuditEvent::new("tenant.load", Actor::Platform("setup".into()), now)).await.unwrap();
        city
    }

    /// Behind row-level security.
    pub async fn sql(&self, statement: &str) {
        sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(&self.admin).await.unwrap();
    }
}

impl City {
    pub async fn tx(&self) -> TenantTx {
        self.db.tenant(&self.tenant).await.unwrap()
    }

    /// The objects of a recording on the first tier: its key, one segment, and of every second one manifest and waveform, which the
    /// others have behind their segment. The segment comes last.
    pub fn objects(&self, id: RecordingId) -> Vec<(Bucket, ObjectKey)> {
        let mut objects = vec![(Bucket::Keys, object_key::wrapped_key(&self.tenant, id))];
        if !in_one(id) {
            objects.push((Bucket::Media, object_key::manifest(&self.tenant, id, 0)));
            objects.push((Bucket::Media, object_key::peaks(&self.tenant, id, 0)));
        }
        objects.push((Bucket::Media, self.segment(id)));
        objects
    }

    pub fn segment(&self, id: RecordingId) -> ObjectKey {
        object_key::media(&self.tenant, id, 0, 0)
    }

    /// Seals recordings, all in one transaction.
    pub async fn seal(&self, sealed: &[Sealed]) {
        let mut tx = self.tx().await;
        for one in sealed {
            let mut stored = None;
            for (bucket, key) in self.objects(one.id) {
                let octets = Bytes::from(format!("{key} of {}", one.id));
                stored = Some(self.store.put_new(bucket, &key, octets).await.unwrap());
            }
            let stored = stored.unwrap();
            let started = self.started(one);
            assert!(calls::start(&mut tx, &started).await.unwrap());
            let segment = Segment {
                number: 0,
                bucket: "media".to_owned(),
                object_key: self.segment(one.id).to_string(),
                version_id: stored.version_id,
                container_bytes: one.octets,
                container_sha256: stored.sha256,
                media_bytes: 1,
                media_sha256: [2; 32],
                start_sample: 0,
                samples: 8_000,
                channels: vec![0, 1],
                codec: "pcmu".to_owned(),
                video_codec: None,
                gaps: vec![],
                sealed_at: one.started_at,
                sections: (in_one(one.id) && one.octets > 3).then(|| SectionBytes {
                    media: one.octets - 3,
                    peaks: 1,
                    manifest: 1,
                }),
            };
            assert!(segments::add(&mut tx, one.id, &segment).await.unwrap());
            let end = FinishedRecording {
                recording: one.id,
                epoch: 1,
                outcome: Outcome::Sealed,
                ended_at: one.started_at + TimeDelta::seconds(60),
                duration_ms: 60_000,
                channels: vec![0, 1],
                gaps: vec![],
                lost_ms: 0,
                doubts: vec![],
                manifest_sha256: Some([9; 32]),
                retention: started.retention,
                finished_at: one.started_at + TimeDelta::seconds(63),
            };
            assert_eq!(recordings::finish(&mut tx, &end).await.unwrap(), Guarded::Written);
        }
        tx.commit_bookkeeping().await.unwrap();
    }

    fn started(&self, one: &Sealed) -> CallStarted {
        let party =
            |digits: &str| Party { number: Some(Pii::new(digits.to_owned())), name: None, proved: true };
        let listed = Text::new("対象回線です", "a listed line");
        CallStarted {
            call: CallId(one.id.0),
            recording: one.id,
            connection: self.connection,
            sip_call_id: format!("call-{}", one.id),
            started_at: one.started_at,
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
            media: one.kind,
            policy_version: 1,
            retention: retention::dates(&self.policy, one.kind, one.started_at),
            epoch: 1,
        }
    }
}

/// Whether manifest and waveform of a recording lie behind its segment.
fn in_one(id: RecordingId) -> bool {
    id.0.as_u128() % 2 == 1
}

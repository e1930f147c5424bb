//! The house: one database of its own, the five cities' rules, people with posts.

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use rokuon_api::app::App;
use rokuon_api::config::ApiConfig;
use rokuon_api::passwords;
use rokuon_api::router::router;
use rokuon_db::audit_events::{Actor, AuditEvent};
use rokuon_db::audit_search::{self, AuditEntry, AuditFilter};
use rokuon_db::database::Database;
use rokuon_db::departments::Department;
use rokuon_db::tenant_tx::TenantTx;
use rokuon_db::{appointments, credentials, departments, lines, people, policy_versions, tenants};
use rokuon_embedded_postgres::test_database::{TestDatabase, test_database};
use rokuon_policy::appointment::Appointment;
use rokuon_policy::clock::{Clock, ManualClock};
use rokuon_policy::ids::{AppointmentId, DepartmentId, PersonId, TenantId};
use rokuon_policy::pii::Pii;
use rokuon_policy::policy::Policy;
use rokuon_policy::recording_scope::{Line, LineSource, RecordingStart};
use rokuon_policy::text::Text;
use rokuon_storage::memory::MemoryStore;
use rokuon_storage::memory_keys::MemoryKeys;
use rokuon_storage::recording_reader::RecordingReader;
use sqlx::{AssertSqlSafe, Connection, Executor};
use uuid::Uuid;

use crate::harness::browser::Browser;

/// The password of everybody the harness issues an ID to.
pub const PASSWORD: &str = "three wet herons at dusk";

/// A running API over a database of its own.
pub struct House {
    pub db: Database,
    pub store: Arc<MemoryStore>,
    pub keys: Arc<MemoryKeys>,
    pub clock: Arc<ManualClock>,
    pub app: App,
    router: Router,
    database: TestDatabase,
}

/// A post and the department it is limited to.
pub type Held<'a> = (&'a str, Option<&'a str>);

impl House {
    /// An empty house at ten in the morning of 18 November 2026 in Japan.
    pub async fn open() -> Self {
        Self::with(ApiConfig {
            sip_addresses: vec!["192.0.2.9:5070;transport=udp".into()],
            ..ApiConfig::default()
        })
        .await
    }

    pub async fn with(config: ApiConfig) -> Self {
        let database = test_database().await;
        let db = Database::connect(&database.app_url()).await.expect("connected");
        let start = "2026-11-18T01:00:00Z".parse().expect("a time");
        let clock = Arc::new(ManualClock::at(start));
        let (store, keys) = (Arc::new(MemoryStore::new()), Arc::new(MemoryKeys::new()));
        let reader = RecordingReader::new(store.clone(), keys.clone());
        let app = App::new(db.clone(), reader, keys.clone(), clock.clone(), config);
        let router = router(app.clone());
        Self { db, store, keys, clock, app, router, database }
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    pub fn browser(&self) -> Browser {
        Browser::new(self.router.clone())
    }

    /// Loads a city: its policy file, two more departments and a line for each.
    pub async fn city(&self, key: &str) -> TenantId {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../policies/{key}.toml"));
        let toml = std::fs::read_to_string(file).expect("a policy file");
        let policy = Policy::parse(&toml).expect("a sound policy");
        let mut tx = self.db.tenant(policy.tenant()).await.expect("a transaction");
        let now = self.now();
        tenants::put(&mut tx, policy.name(), &policy.name_short().ja, now).await.expect("a tenant");
        policy_versions::load(&mut tx, &toml, policy.effective_from(), now).await.expect("a version");
        let named =
            policy.departments.iter().map(|one| Department { id: one.key.clone(), name: one.name.clone() });
        let more = [("tax", "税務課"), ("welfare", "福祉課")];
        let more = more.map(|(id, ja)| Department { id: department(id), name: Text::new(ja, id) });
        let all: Vec<Department> = named.chain(more).collect();
        departments::put_all(&mut tx, &all).await.expect("departments");
        let mut listed = policy.lines.clone();
        listed.extend(["tax", "welfare"].map(|id| Line {
            key: format!("{id}-line"),
            number: if id == "tax" { "0125000100".into() } else { "0125000200".into() },
            pattern: None,
            name: Text::new(id, id),
            department: Some(department(id)),
            group: None,
            purpose: None,
            start: RecordingStart::Automatic,
            announces: false,
            source: LineSource::Register,
        }));
        lines::put_all(&mut tx, &listed).await.expect("lines");
        tx.commit_bookkeeping().await.expect("committed");
        policy.tenant().clone()
    }

    /// Issues an ID whose password needs no change, with posts from yesterday on.
    pub async fn person(&self, tenant: &TenantId, login_id: &str, posts: &[Held<'_>]) -> PersonId {
        let mut tx = self.db.tenant(tenant).await.expect("a transaction");
        let id = issue(&mut tx, login_id, None, self.now()).await;
        settle(&mut tx, id, self.now()).await;
        for (post, place) in posts {
            let trained = self.now().date_naive();
            appoint(&mut tx, id, post, *place, self.now() - TimeDelta::days(1), Some(trained)).await;
        }
        let event = AuditEvent::new("person.issue", Actor::Platform("setup".into()), self.now());
        tx.commit_with(event).await.expect("committed");
        id
    }

    /// Issues an ID with an initial password, and gives it.
    pub async fn fresh_person(&self, tenant: &TenantId, login_id: &str) -> PersonId {
        let mut tx = self.db.tenant(tenant).await.expect("a transaction");
        let id = issue(&mut tx, login_id, None, self.now()).await;
        tx.commit_bookkeeping().await.expect("committed");
        id
    }

    /// Issues an ID with posts and signs in with it.
    pub async fn signed_in(&self, tenant: &TenantId, login_id: &str, posts: &[Held<'_>]) -> Browser {
        self.person(tenant, login_id, posts).await;
        let mut browser = self.browser();
        browser.sign_in(tenant.as_str(), login_id, PASSWORD).await.ok(200);
        browser
    }

    /// The tenant's audit trail, newest first.
    pub async fn trail(&self, tenant: &TenantId) -> Vec<AuditEntry> {
        let mut tx = self.db.tenant(tenant).await.expect("a transaction");
        let page = audit_search::search(&mut tx, &AuditFilter::default(), 200).await.expect("a page");
        assert!(page.items.iter().all(AuditEntry::leaf_fits));
        page.items
    }

    /// From now on no event can be written: what a broken audit trail looks like.
    pub async fn break_the_trail(&self) {
        self.as_superuser("REVOKE INSERT ON audit_events FROM rokuon_app".to_owned()).await;
    }

    /// Events can be written again.
    pub async fn mend_the_trail(&self) {
        self.as_superuser("GRANT INSERT ON audit_events TO rokuon_app".to_owned()).await;
    }

    /// Does what nothing of ours does.
    pub async fn as_superuser(&self, statement: String) {
        let mut connection =
            sqlx::PgConnection::connect(&self.database.superuser_url()).await.expect("connected");
        connection.execute(AssertSqlSafe(statement)).await.expect("done");
    }

    /// The newest event of a kind.
    pub async fn last(&self, tenant: &TenantId, kind: &str) -> AuditEntry {
        let found = self.trail(tenant).await.into_iter().find(|entry| entry.kind == kind);
        found.unwrap_or_else(|| panic!("no {kind} in the trail"))
    }
}

pub fn department(key: &str) -> DepartmentId {
    key.parse().expect("a department's key")
}

async fn issue(
    tx: &mut TenantTx,
    login_id: &str,
    department: Option<&DepartmentId>,
    now: DateTime<Utc>,
) -> PersonId {
    let id = PersonId(Uuid::now_v7());
    let name = Pii::new(format!("{login_id} 様"));
    people::issue(tx, id, login_id, &name, department, now).await.expect("issued");
    let hash = passwords::hash(PASSWORD.into()).await.expect("hashed");
    credentials::issue(tx, id, &hash, now).await.expect("a credential");
    id
}

/// Changes the initial password to the same one, so that it needs no change.
async fn settle(tx: &mut TenantTx, id: PersonId, now: DateTime<Utc>) {
    let issued = credentials::find(tx, id).await.expect("read").expect("a credential");
    let hash = passwords::hash(PASSWORD.into()).await.expect("hashed");
    assert!(credentials::change(tx, id, &issued.password_hash, &hash, now).await.expect("changed"));
}

pub async fn appoint(
    tx: &mut TenantTx,
    person: PersonId,
    post: &str,
    place: Option<&str>,
    from: DateTime<Utc>,
    trained_on: Option<NaiveDate>,
) {
    let appointment = Appointment {
        id: AppointmentId(Uuid::now_v7()),
        post: post.into(),
        department: place.map(department),
        from,
        until: None,
        trained_on,
    };
    appointments::appoint(tx, person, &appointment, None).await.expect("appointed");
}

//! The house: a running worker with its database, store, keys and spool, and the city whose calls it records.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use rokuon_db::connection_terms::{ConnectionKind, ConnectionSecurity};
use rokuon_db::connections::{self, NewConnection};
use rokuon_db::database::{Database, PoolSettings};
use rokuon_db::departments::{self, Department};
use rokuon_db::{lines, policy_versions, tenants};
use rokuon_embedded_postgres::test_database::{TestDatabase, test_database};
use rokuon_fixtures::dialog::Target;
use rokuon_fixtures::phone::{CallPlan, Phone, SentCall};
use rokuon_fixtures::rtp_pump::RtpPump;
use rokuon_fixtures::sip_link::Transport;
use rokuon_policy::clock::{Clock, SystemClock};
use rokuon_policy::ids::{ConnectionId, TenantId};
use rokuon_policy::policy::Policy;
use rokuon_policy::recording_scope::{Line, LineSource, RecordingStart};
use rokuon_policy::text::Text;
use rokuon_storage::key_service::KeyService;
use rokuon_storage::memory::MemoryStore;
use rokuon_storage::memory_cell_key::MemoryCellKey;
use rokuon_storage::spool::SpoolReader;
use rokuon_worker::config::{SipListeners, WorkerConfig};
use rokuon_worker::routing::table::RoutingTable;
use rokuon_worker::running_worker::{RunningWorker, WorkerPorts, start};
use rokuon_worker::sip::sockets::SipAddresses;
use sqlx::postgres::PgPoolOptions;
use sqlx::{AssertSqlSafe, PgPool};
use tempfile::TempDir;
use uuid::Uuid;

use super::gated_keys::GatedKeys;

/// Where the city's exchange calls from.
pub const EXCHANGE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// Where its other building calls from.
pub const BRANCH: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
/// In nobody's networks.
pub const STRANGER: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 9));
/// A number whose line is listed.
pub const LISTED: &str = "0125001234";
/// One whose line is not.
pub const UNLISTED: &str = "0600009999";
/// Somebody who calls.
pub const CITIZEN: &str = "09000000001";

/// Receive ports: a hundred for each house, below the range the system hands out by itself.
static NEXT_PORTS: AtomicU16 = AtomicU16::new(0);

pub struct House {
    pub db: Database,
    worker_db: Database,
    /// Sees every tenant's rows.
    pub looker: PgPool,
    pub store: Arc<MemoryStore>,
    pub keys: Arc<GatedKeys>,
    pub cell_key: Arc<MemoryCellKey>,
    pub tenant: TenantId,
    pub pump: RtpPump,
    /// Who the exchange calls.
    pub user: String,
    config: WorkerConfig,
    worker: Option<RunningWorker>,
    /// Where the worker listens.
    pub sip: SipAddresses,
    spool: TempDir,
    _database: Option<TestDatabase>,
}

impl House {
    /// A house as the embedded defaults have it, with shorter waits.
    pub async fn open() -> Self {
        Self::with(|_| ()).await
    }

    pub async fn with(change: impl FnOnce(&mut WorkerConfig)) -> Self {
        let database = test_database().await;
        let (app, superuser) = (database.app_url(), database.superuser_url());
        Self::on(&app, &superuser, Some(database), change).await
    }

    /// On a database whose life is somebody else's business.
    pub async fn on(
        app_url: &str,
        superuser_url: &str,
        database: Option<TestDatabase>,
        change: impl FnOnce(&mut WorkerConfig),
    ) -> Self {
        let db = Database::connect(app_url).await.unwrap();
        // The worker gives up soon and asks again; whoever tests it does not.
        let settings = PoolSettings { max_connections: 4, acquire_timeout: Duration::from_secs(1) };
        let worker_db = Database::connect_with(app_url, settings).await.unwrap();
        let looker = PgPoolOptions::new().max_connections(1).connect(superuser_url).await.unwrap();
        let (store, keys) = (Arc::new(MemoryStore::new()), Arc::new(GatedKeys::new()));
        let spool = tempfile::tempdir().unwrap();
        let (tenant, user) = found_city(&db).await;
        keys.ensure_tenant_key(&tenant).await.unwrap();
        let first = 20_000 + NEXT_PORTS.fetch_add(1, Ordering::Relaxed) % 100 * 100;
        let mut config = WorkerConfig {
            sip: SipListeners::plain(SocketAddr::new(EXCHANGE, 0)),
            rtp_ports: first..=first + 99,
            commit_every: Duration::from_millis(50),
            refresh_routes_every: Duration::from_millis(200),
            ..WorkerConfig::on_loopback(spool.path().to_owned())
        };
        change(&mut config);
        let pump = RtpPump::start(1).unwrap();
        let mut house = Self {
            db,
            worker_db,
            looker,
            store,
            keys,
            cell_key: Arc::new(MemoryCellKey::new()),
            tenant,
            pump,
            user,
            config,
            worker: None,
            sip: SipAddresses::default(),
            spool,
            _database: database,
        };
        house.start().await;
        house
    }

    /// Starts the worker on what is there.
    pub async fn start(&mut self) {
        let ports = WorkerPorts {
            db: self.worker_db.clone(),
            store: self.store.clone(),
            keys: self.keys.clone(),
            cell_key: Some(self.cell_key.clone()),
            clock: Arc::new(SystemClock),
            signer: None,
        };
        let worker = start(self.config.clone(), ports).await.unwrap();
        self.sip = worker.sip_addresses().clone();
        // a live call finds the worker again only where it was
        let SipAddresses { udp, tcp, tls } = self.sip.clone();
        self.config.sip = SipListeners { udp, tcp, tls, ..self.config.sip.clone() };
        self.worker = Some(worker);
    }

    /// Stops the worker; what is not sealed within `patience` stays in the spool.
    pub async fn stop(&mut self, patience: Duration) {
        self.worker.take().unwrap().shutdown(patience).await;
    }

    /// The worker itself; the house goes on without it.
    pub fn take_worker(&mut self) -> RunningWorker {
        self.worker.take().unwrap()
    }

    /// What the worker goes by at this moment.
    pub fn routes(&self) -> Arc<RoutingTable> {
        self.worker.as_ref().expect("the house has its worker").routes()
    }

    /// Where devices publish (HTTP) and where their media goes (UDP).
    pub fn whip(&self) -> (SocketAddr, SocketAddr) {
        self.worker.as_ref().and_then(RunningWorker::whip_addresses).expect("the house speaks WHIP")
    }

    /// Makes a further connection of the city; the worker may need a moment to know it.
    pub async fn connect(
        &self,
        kind: ConnectionKind,
        networks: &[IpAddr],
        security: ConnectionSecurity,
    ) -> (ConnectionId, String) {
        let (id, address_user) = (ConnectionId(Uuid::now_v7()), connections::fresh_address_user().unwrap());
        let new = NewConnection {
            id,
            kind,
            name: format!("接続 {kind}"),
            address_user: address_user.clone(),
            networks: networks.iter().map(|ip| (*ip).into()).collect(),
            default_line: None,
            security,
        };
        let mut tx = self.db.tenant(&self.tenant).await.unwrap();
        connections::create(&mut tx, &new, SystemClock.now()).await.unwrap();
        tx.commit_bookkeeping().await.unwrap();
        (id, address_user)
    }

    /// Every port a call of this house may be received on.
    pub fn receive_ports(&self) -> Vec<SocketAddr> {
        let ports = self.config.rtp_ports.clone().filter(|port| port % 2 == 0);
        ports.map(|port| SocketAddr::new(EXCHANGE, port)).collect()
    }

    /// Octets of entries in the spool that no release has freed.
    pub fn spooled_octets(&self) -> u64 {
        SpoolReader::scan(self.spool.path()).unwrap().octets()
    }

    pub fn spool_dir(&self) -> &Path {
        self.spool.path()
    }

    /// Where the exchange calls.
    pub fn target(&self, transport: Transport) -> Target {
        self.target_of(&self.user, transport)
    }

    pub fn target_of(&self, user: &str, transport: Transport) -> Target {
        let server = if transport == Transport::Udp { self.sip.udp[0] } else { self.sip.tcp[0] };
        Target { user: user.to_owned(), server, transport }
    }

    pub async fn phone(&self, transport: Transport) -> Phone {
        Phone::connect(self.target(transport), EXCHANGE, self.pump.clone()).await.unwrap()
    }

    /// Places a call, says everything and hangs up.
    pub async fn call(&self, plan: &CallPlan) -> SentCall {
        let phone = self.phone(Transport::Udp).await;
        let mut live = phone.invite(plan).await.unwrap();
        live.said_everything().await;
        live.hang_up().await.unwrap()
    }

    /// A number that a statement of one column and one row gives, of everything of this city.
    pub async fn count(&self, statement: &'static str) -> i64 {
        let asked = sqlx::query_scalar(statement).bind(self.tenant.as_str());
        asked.fetch_one(&self.looker).await.unwrap()
    }

    /// Loses every call with its rows, as a database that is older than they are.
    pub async fn forget_rows(&self) {
        let tables = ["truncated_recordings", "segments", "recordings", "legs", "calls"];
        let lost = tables.map(|table| format!("DELETE FROM {table};")).concat();
        let statements =
            format!("SET session_replication_role = replica; {lost} RESET session_replication_role;");
        sqlx::raw_sql(AssertSqlSafe(statements)).execute(&self.looker).await.unwrap();
    }

    /// Calls answered and not kept, or refused, by reason.
    pub async fn unrecorded(&self) -> Vec<(String, i64)> {
        sqlx::query_as("SELECT reason, sum(count)::bigint FROM unrecorded_counts WHERE tenant_id = $1 GROUP BY reason ORDER BY reason")
            .bind(self.tenant.as_str())
            .fetch_all(&self.looker)
            .await
            .unwrap()
    }
}

/// Loads Takikawa with three lines, and two connections: the exchange's and the branch's.
async fn found_city(db: &Database) -> (TenantId, String) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../policies/takikawa.toml");
    let toml = std::fs::read_to_string(file).unwrap();
    let policy = Policy::parse(&toml).unwrap();
    let now = SystemClock.now();
    let mut tx = db.tenant(policy.tenant()).await.unwrap();
    tenants::put(&mut tx, policy.name(), &policy.name_short().ja, now).await.unwrap();
    policy_versions::load(&mut tx, &toml, policy.effective_from(), now).await.unwrap();
    let citizens = Department { id: "citizens".parse().unwrap(), name: Text::new("市民課", "Citizens") };
    let named =
        policy.departments.iter().map(|one| Department { id: one.key.clone(), name: one.name.clone() });
    let departments: Vec<Department> = named.chain([citizens]).collect();
    departments::put_all(&mut tx, &departments).await.unwrap();
    let line = Line {
        key: "citizens".to_owned(),
        number: LISTED.to_owned(),
        pattern: None,
        name: Text::new("市民課", "Citizens"),
        department: Some("citizens".parse().unwrap()),
        group: None,
        purpose: None,
        start: RecordingStart::Automatic,
        announces: false,
        source: LineSource::Register,
    };
    lines::put_all(&mut tx, &[line]).await.unwrap();
    let id = ConnectionId(Uuid::now_v7());
    let user = connections::fresh_address_user().unwrap();
    let branch = (ConnectionId(Uuid::now_v7()), connections::fresh_address_user().unwrap(), BRANCH);
    for (id, address_user, network) in [(id, user.clone(), EXCHANGE), branch] {
        let new = NewConnection {
            id,
            name: format!("交換機 {network}"),
            address_user,
            networks: vec![network.into(), IpAddr::V6(Ipv6Addr::LOCALHOST).into()],
            default_line: None,
            kind: ConnectionKind::Siprec,
            security: ConnectionSecurity::default(),
        };
        connections::create(&mut tx, &new, now).await.unwrap();
    }
    tx.commit_bookkeeping().await.unwrap();
    (policy.tenant().clone(), user)
}

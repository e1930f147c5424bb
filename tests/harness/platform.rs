//! One platform a scenario: started from the built program, thrown away afterwards.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use rokuon_fixtures::api_caller::{ApiCaller, ApiError};
use rokuon_fixtures::demo::calls::{Seen, SeenBefore, recordings_again};
use rokuon_fixtures::demo::platform::Platform;
use rokuon_fixtures::demo::sign_ins::SignIns;
use rokuon_fixtures::dialog::Target;
use rokuon_fixtures::phone::Phone;
use rokuon_fixtures::rtp_pump::RtpPump;
use rokuon_fixtures::sip_link::Transport;
use rokuon_fixtures::tenants::{AddedTenant, policy_file, register_file};
use serde_json::json;
use sqlx::{Connection as _, Executor as _};
use tempfile::TempDir;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep};

/// Media ports: a thousand for each platform of this process, below the range the system hands out by itself.
static NEXT_PORTS: AtomicU16 = AtomicU16::new(0);

/// What a scenario starts its platform with beside the usual.
#[derive(Default)]
pub struct Setup {
    /// More arguments of `rokuon up`.
    pub arguments: Vec<String>,
    /// More environment.
    pub environment: Vec<(String, String)>,
    /// Whether SIP is also heard on `::1`, at the same port.
    pub also_ipv6: bool,
}

/// A running platform with two tenants or more, and everybody's sign-in.
pub struct TestPlatform {
    inner: Option<Platform>,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
    sip_tls: SocketAddr,
    folder: TempDir,
    sign_ins: SignIns,
    tenants: Vec<AddedTenant>,
    pump: RtpPump,
    seen: Mutex<SeenBefore>,
}

impl TestPlatform {
    /// Starts one with these sample cities.
    pub async fn start(tenants: &[&str]) -> Self {
        Self::start_with(tenants, |_| Setup::default()).await
    }

    /// Starts one that differs from the usual, in ways that may depend on its folder.
    pub async fn start_with(tenants: &[&str], setup: impl FnOnce(&Path) -> Setup) -> Self {
        let folder = tempfile::Builder::new().prefix("rokuon-scenario").tempdir_in("/tmp").expect("a folder");
        // PostgreSQL runs as its own user when we are root and must pass through
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).expect("it is ours");
        let (sip, sip_tls) = (free_port(), SocketAddr::from((Ipv4Addr::LOCALHOST, free_port())));
        let first = 12_000 + NEXT_PORTS.fetch_add(1, Ordering::Relaxed) % 16 * 1_000;
        let Setup { arguments: more, environment, also_ipv6 } = setup(folder.path());
        let arguments: Vec<String> = [
            "--http".to_owned(),
            format!("127.0.0.1:{}", free_port()),
            "--sip".to_owned(),
            if also_ipv6 { format!("127.0.0.1:{sip},[::1]:{sip}") } else { format!("127.0.0.1:{sip}") },
            "--sip-tls".to_owned(),
            sip_tls.to_string(),
            "--rtp-ports".to_owned(),
            format!("{first}-{}", first + 999),
            // a scenario that stops the platform does so in the middle of calls, and does not wait for their end
            "--drain-seconds".to_owned(),
            "1".to_owned(),
        ]
        .into_iter()
        .chain(more)
        .collect();
        let data_dir = folder.path().join("state");
        let inner = start(&data_dir, &arguments, &environment).await;
        let mut sign_ins = SignIns::load(&data_dir);
        let mut added = Vec::new();
        for tenant in tenants {
            let one =
                inner.add_tenant(tenant, &policy_file(tenant), &register_file(tenant)).await.expect("loaded");
            sign_ins.take_in(&one).expect("kept");
            added.push(one);
        }
        sign_ins.change_first_passwords(inner.http()).await.expect("changed");
        let pump = RtpPump::start(1).expect("a thread");
        let platform = Self {
            inner: Some(inner),
            arguments,
            environment,
            sip_tls,
            folder,
            sign_ins,
            tenants: added,
            pump,
            seen: Mutex::default(),
        };
        // Whoever is not known yet is not heard: the first connection of each city is, once its phone is.
        for tenant in &platform.tenants {
            let _known = platform.phone(&tenant.tenant, Transport::Tcp).await;
        }
        platform
    }

    /// Where everything it keeps lies.
    pub fn data_dir(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    /// The folder of its state and of what a scenario put there for it.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Its API's address.
    pub fn http(&self) -> &str {
        self.running().http()
    }

    /// Where it hears SIP inside TLS.
    pub const fn sip_tls(&self) -> SocketAddr {
        self.sip_tls
    }

    /// The running program.
    pub fn running(&self) -> &Platform {
        self.inner.as_ref().expect("it was stopped")
    }

    /// What sends the phones' media.
    pub const fn pump(&self) -> &RtpPump {
        &self.pump
    }

    /// Where a tenant's exchange calls.
    pub fn target(&self, tenant: &str, transport: Transport) -> Target {
        let tenant = self.tenants.iter().find(|one| one.tenant == tenant).expect("a loaded tenant");
        let addresses = tenant.connections.iter().flat_map(|connection| &connection.addresses);
        addresses
            .filter_map(|address| Target::parse(address))
            .find(|target| target.transport == transport)
            .expect("an address")
    }

    /// A phone of a tenant's exchange.
    pub async fn phone(&self, tenant: &str, transport: Transport) -> Phone {
        let target = self.target(tenant, transport);
        Phone::connect(target, Ipv4Addr::LOCALHOST.into(), self.pump.clone()).await.expect("a link")
    }

    /// Somebody of a tenant, signed in.
    pub async fn person(&self, tenant: &str, login_id: &str) -> ApiCaller {
        let one = self.sign_ins.of(tenant).find(|one| one.login_id == login_id).expect("in the register");
        let mut person = ApiCaller::at(self.http());
        let answer = person.sign_in(tenant, login_id, &one.password).await.expect("an answer");
        assert_eq!(answer.status, 200, "{:?}", answer.body);
        person
    }

    /// Changes the database behind the platform's back, as its owner.
    pub async fn as_owner(&self, statements: String) {
        let url = self.running().running.database_owner_url.clone().expect("its own database");
        let mut owner = sqlx::PgConnection::connect(&url).await.expect("connected");
        owner.execute(sqlx::AssertSqlSafe(statements)).await.expect("changed");
    }

    /// Waits until the call with this SIP Call-ID is sealed.
    pub async fn sealed(&self, person: &ApiCaller, call_id: &str) -> Seen {
        let seen = self.sealed_within(person, call_id, Duration::from_secs(60)).await;
        seen.unwrap_or_else(|seen| panic!("{call_id} was not sealed in time: {seen:?}"))
    }

    /// The same with another patience; what was seen of it last when that runs out.
    ///
    /// # Errors
    /// It is not sealed by then.
    pub async fn sealed_within(
        &self,
        person: &ApiCaller,
        call_id: &str,
        patience: Duration,
    ) -> Result<Seen, Option<Seen>> {
        let until = Instant::now() + patience;
        loop {
            let mut before = self.seen.lock().await;
            let seen = match recordings_again(person, &mut before).await {
                Ok(mut seen) => seen.remove(call_id),
                // Its database is on its way back.
                Err(ApiError::Refused { status, .. }) if status.as_u16() == 503 => None,
                Err(error) => panic!("no answer: {error}"),
            };
            drop(before);
            match seen {
                Some(seen) if seen.playable => return Ok(seen),
                seen if Instant::now() >= until => return Err(seen),
                _ => sleep(Duration::from_millis(200)).await,
            }
        }
    }

    /// The whole listening rendition of a recording, for the first purpose this person may state.
    pub async fn heard(&self, person: &ApiCaller, recording: &str) -> Vec<u8> {
        let purpose = person.get("/v1/me").await.expect("an answer")["purposes"][0]["key"].clone();
        let stated = json!({ "purpose": purpose, "case_note": "試験 1" });
        let granted =
            person.post(&format!("/v1/recordings/{recording}/uses"), &stated).await.expect("granted");
        let audio = granted["audio_url"].as_str().expect("an address");
        let (status, wav) = person.octets(audio, None).await.expect("an answer");
        assert_eq!(status, 200);
        wav
    }

    /// Kills it without a word and starts it again on the same data.
    pub async fn kill_and_start_again(&mut self) {
        let running = self.inner.take().expect("it was stopped");
        running.kill().await.expect("killed");
        self.inner = Some(start(&self.data_dir(), &self.arguments, &self.environment).await);
    }

    /// Stops it in order and starts it again on the same data. Returns how long stopping took.
    pub async fn stop_and_start_again(&mut self) -> Duration {
        let took = self.stop().await;
        self.start_again().await;
        took
    }

    /// Stops it in order. Returns how long that took.
    pub async fn stop(&mut self) -> Duration {
        self.inner.take().expect("it was stopped").stop().await.expect("stopped")
    }

    /// Starts what was stopped on the data that is there now.
    pub async fn start_again(&mut self) {
        self.inner = Some(start(&self.data_dir(), &self.arguments, &self.environment).await);
    }

    /// Runs the program with other arguments, by the same environment: whether it succeeded, and what it said.
    pub async fn rokuon(&self, arguments: &[&str]) -> (bool, String) {
        let mut command = tokio::process::Command::new(program());
        command.args(arguments).envs(self.environment.iter().map(|(name, value)| (name, value)));
        let output = command.stdin(Stdio::null()).output().await.expect("it runs");
        let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        (output.status.success(), said.into_owned())
    }

    /// The arguments it is started with, beside its data directory.
    pub fn arguments(&self) -> &[String] {
        &self.arguments
    }
}

async fn start(data_dir: &Path, arguments: &[String], environment: &[(String, String)]) -> Platform {
    let started = Platform::start_in(&program(), data_dir, arguments, environment, Stdio::inherit()).await;
    started.expect("the platform starts")
}

/// The built `rokuon`, beside the folder this test was built into.
pub fn program() -> PathBuf {
    let test = std::env::current_exe().expect("this test's own path");
    let program = test.parent().and_then(Path::parent).expect("target/debug/deps").join("rokuon");
    assert!(
        program.is_file(),
        "{} is missing: `cargo test --workspace` builds it, or `cargo build -p rokuon-cli` does",
        program.display()
    );
    program
}

/// A port nobody listens on, for UDP and TCP alike. It is bound seconds later, by a program that starts meanwhile: so it lies below the
/// range the system hands out by itself, and is given once.
pub fn free_port() -> u16 {
    static GIVEN: AtomicU16 = AtomicU16::new(0);
    let first = std::process::id() % 2_000;
    for _ in 0..2_000 {
        let next = (first + u32::from(GIVEN.fetch_add(1, Ordering::Relaxed))) % 2_000;
        let at = (Ipv4Addr::LOCALHOST, 10_000 + next as u16);
        if TcpListener::bind(at).is_ok() && UdpSocket::bind(at).is_ok() {
            return at.1;
        }
    }
    panic!("no port is free for UDP and TCP alike");
}

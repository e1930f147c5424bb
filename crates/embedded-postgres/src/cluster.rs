//! The private cluster of one data directory, started with the program and stopped with it.

use std::fs::{self, File};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use nix::unistd::Pid;

use crate::binaries::Binaries;
use crate::cluster_error::ClusterError;
use crate::foundation::{self, APP, LOCK, OWNER, Passwords, SUPERUSER};
use crate::live_postmaster;
use crate::postmaster::{self, Settings};
use crate::server_user::ServerUser;
use crate::socket_directory;

/// The name of the database every cluster has.
pub const DATABASE: &str = "rokuon";

/// How long a fast shutdown may take; the whole program has 5 s to stop.
const STOP_PATIENCE: Duration = Duration::from_secs(3);

/// The log is begun anew at a start that finds it larger than this.
const LARGEST_LOG: u64 = 16 << 20;

/// How a cluster is run.
#[derive(Debug, Clone)]
pub struct ClusterConfig {
    /// A directory of the cluster's own (made if missing); its parents must be open to the user `postgres` when we are root.
    pub data_dir: PathBuf,
    /// Whether a commit waits for the disk: `true` for anything but tests.
    pub fsync: bool,
    /// Connections the server allows.
    pub max_connections: u32,
}

impl ClusterConfig {
    /// A durable cluster in `data_dir` with 60 connections.
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self { data_dir: data_dir.into(), fsync: true, max_connections: 60 }
    }
}

/// Who a connection signs in as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// `rokuon_app`: api and worker; subject to row-level security, owns nothing.
    App,
    /// `rokuon_owner`: owns the database, runs migrations; no superuser.
    Owner,
    /// `rokuon_superuser`: only to inspect the catalogue in tests.
    Superuser,
}

/// A running private cluster. Stops on [`Cluster::stop`], on drop, and (by a watching shell) when this process is killed.
pub struct Cluster {
    data: PathBuf,
    socket_directory: PathBuf,
    passwords: Passwords,
    server: Option<Child>,
    watch: Option<Child>,
    // Held for as long as the cluster is ours; the kernel lets go of it when we die.
    _lock: File,
}

impl Cluster {
    /// Finds the server programs, makes the cluster if the directory is new, and starts it.
    ///
    /// # Errors
    /// [`ClusterError`]; each prints one line that says what to do.
    pub async fn start(config: ClusterConfig) -> Result<Self, ClusterError> {
        let path = config.data_dir.clone();
        tokio::task::spawn_blocking(move || Self::start_blocking(&config)).await.map_err(|e| {
            ClusterError::Io { action: "start a cluster in", path, source: std::io::Error::other(e) }
        })?
    }

    /// [`Cluster::start`] for callers without a runtime; takes seconds the first time.
    ///
    /// # Errors
    /// As [`Cluster::start`].
    pub fn start_blocking(config: &ClusterConfig) -> Result<Self, ClusterError> {
        let user = ServerUser::choose();
        let base = std::path::absolute(&config.data_dir)
            .map_err(ClusterError::io("find the absolute path of", &config.data_dir))?;
        foundation::refuse_foreign(&base, user)?;
        user.can_enter(&base.join("data"))?;
        let lock = take_lock(&base)?;
        let binaries = user.reachable(Binaries::find()?, &base)?;
        let data = base.join("data");
        live_postmaster::end_left_behind(&data, STOP_PATIENCE);
        let laid = foundation::lay(&base, user, &binaries, config.fsync)?;
        let socket_directory = socket_directory::prepare(&base, user)?;
        let log = base.join("postgres.log");
        if fs::metadata(&log).is_ok_and(|m| m.len() > LARGEST_LOG) {
            fs::remove_file(&log).map_err(ClusterError::io("remove", &log))?;
        }
        let server = postmaster::start(&Settings {
            binaries: &binaries,
            user,
            data: &laid.data,
            socket_directory: &socket_directory,
            log,
            fsync: config.fsync,
            max_connections: config.max_connections,
        })?;
        let mut cluster = Self {
            data,
            socket_directory,
            passwords: laid.passwords,
            server: Some(server),
            watch: None,
            _lock: lock,
        };
        cluster.watch = Some(cluster.start_watch(user)?);
        Ok(cluster)
    }

    /// A `postgres://` address of `database` for `role`, over the private socket; it carries the password: never log it.
    pub fn url(&self, database: &str, role: Role) -> String {
        url(&self.socket_directory, &self.passwords, database, role)
    }

    /// The id of the server process.
    pub fn server_pid(&self) -> Option<u32> {
        self.server.as_ref().map(Child::id)
    }

    /// Stops the server: open transactions are rolled back, everything committed is on disk.
    pub fn stop(mut self) {
        self.stop_now();
    }

    fn stop_now(&mut self) {
        let Some(mut server) = self.server.take() else { return };
        let pid = Pid::from_raw(server.id().cast_signed());
        live_postmaster::end(pid, STOP_PATIENCE, || !matches!(server.try_wait(), Ok(None)));
        if let Some(mut watch) = self.watch.take() {
            // Closing its input ends it too; it then finds no server to stop.
            drop(watch.stdin.take());
            let _ = watch.wait();
        }
    }

    /// A shell that waits for our end of its input to close. We hold that end open for life, so it closes when we are
    /// killed, whatever the signal; then the shell stops the server if that is still the one it was started for.
    fn start_watch(&self, user: ServerUser) -> Result<Child, ClusterError> {
        const SCRIPT: &str =
            r#"read -r _; read -r noted <"$1/postmaster.pid" && [ "$noted" = "$0" ] && kill -INT "$0""#;
        let pid = self.server_pid().unwrap_or_default().to_string();
        let mut shell = Command::new("/bin/sh");
        user.apply(&mut shell);
        shell.args(["-c", SCRIPT, &pid]).arg(&self.data);
        shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        shell.spawn().map_err(ClusterError::io("run", "/bin/sh"))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.stop_now();
    }
}

impl std::fmt::Debug for Cluster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cluster")
            .field("data", &self.data)
            .field("server", &self.server_pid())
            .finish_non_exhaustive()
    }
}

pub(crate) fn url(socket_directory: &Path, passwords: &Passwords, database: &str, role: Role) -> String {
    let (name, password) = match role {
        Role::App => (APP, &passwords.app),
        Role::Owner => (OWNER, &passwords.owner),
        Role::Superuser => (SUPERUSER, &passwords.superuser),
    };
    let mut host = String::new();
    for byte in socket_directory.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'/' => {
                host.push(char::from(*byte))
            }
            other => host.push_str(&format!("%{other:02X}")),
        }
    }
    format!("postgres://{name}:{password}@localhost:5432/{database}?host={host}")
}

fn take_lock(base: &Path) -> Result<File, ClusterError> {
    let path = base.join(LOCK);
    let file = File::options()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&path)
        .map_err(ClusterError::io("open", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => Err(ClusterError::InUse(base.to_owned())),
        Err(fs::TryLockError::Error(source)) => Err(ClusterError::Io { action: "lock", path, source }),
    }
}

#[cfg(test)]
mod tests;

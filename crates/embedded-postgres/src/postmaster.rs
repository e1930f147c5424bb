//! One server process: its settings, its start, the wait until it takes connections.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::binaries::Binaries;
use crate::cluster_error::ClusterError;
use crate::foundation::failed;
use crate::live_postmaster;
use crate::server_user::ServerUser;

/// How long crash recovery of a large log may take before we give up.
const START_PATIENCE: Duration = Duration::from_secs(120);

/// What a server is started with.
pub(crate) struct Settings<'a> {
    pub(crate) binaries: &'a Binaries,
    pub(crate) user: ServerUser,
    pub(crate) data: &'a Path,
    pub(crate) socket_directory: &'a Path,
    pub(crate) log: PathBuf,
    pub(crate) fsync: bool,
    pub(crate) max_connections: u32,
}

/// Starts the server and waits until it takes connections.
pub(crate) fn start(settings: &Settings<'_>) -> Result<Child, ClusterError> {
    let log = File::options()
        .create(true)
        .append(true)
        .open(&settings.log)
        .map_err(ClusterError::io("open", &settings.log))?;
    let said_before = log.metadata().map(|m| m.len()).unwrap_or(0);
    let log_again = log.try_clone().map_err(ClusterError::io("open", &settings.log))?;
    let mut command = Command::new(settings.binaries.postgres());
    settings.user.apply(&mut command);
    command.arg("-D").arg(settings.data);
    for setting in parameters(settings) {
        command.arg("-c").arg(setting);
    }
    command.env_remove("PGDATA").stdin(Stdio::null()).stdout(log).stderr(log_again);
    let mut child = command.spawn().map_err(ClusterError::io("run", settings.binaries.postgres()))?;
    match wait_until_ready(&mut child, settings, said_before) {
        Ok(()) => Ok(child),
        Err(error) => {
            let _ = child.kill();
            let _ = child.wait();
            Err(error)
        }
    }
}

fn wait_until_ready(
    child: &mut Child,
    settings: &Settings<'_>,
    said_before: u64,
) -> Result<(), ClusterError> {
    let until = Instant::now() + START_PATIENCE;
    while Instant::now() < until {
        if child.try_wait().map_err(ClusterError::io("wait for", settings.binaries.postgres()))?.is_some() {
            let text = fs::read(&settings.log).unwrap_or_default();
            let start = usize::try_from(said_before).unwrap_or(0).min(text.len());
            return Err(failed("postgres", &text[start..]));
        }
        if live_postmaster::is_ready(settings.data, child.id()) {
            return Ok(());
        }
        thread::sleep(Duration::from_millis(10));
    }
    Err(ClusterError::NotReady { seconds: START_PATIENCE.as_secs(), log: settings.log.clone() })
}

fn parameters(settings: &Settings<'_>) -> Vec<String> {
    let switch = if settings.fsync { "on" } else { "off" };
    vec![
        "listen_addresses=".to_owned(),
        format!("unix_socket_directories={}", settings.socket_directory.display()),
        "unix_socket_permissions=0700".to_owned(),
        format!("max_connections={}", settings.max_connections),
        "shared_buffers=64MB".to_owned(),
        "huge_pages=off".to_owned(),
        "jit=off".to_owned(),
        // The data lies on a disk of this machine, mostly in the page cache.
        "random_page_cost=1.1".to_owned(),
        format!("fsync={switch}"),
        format!("synchronous_commit={switch}"),
        format!("full_page_writes={switch}"),
        "timezone=UTC".to_owned(),
        "log_timezone=UTC".to_owned(),
        // Statements, parameters and DETAIL lines can hold numbers and names: none of them is logged.
        "log_min_error_statement=panic".to_owned(),
        "log_error_verbosity=terse".to_owned(),
        "log_checkpoints=off".to_owned(),
    ]
}

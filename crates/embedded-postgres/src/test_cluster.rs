//! The one cluster all test processes of a user share: started by the first, stopped by itself when the last is gone.

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use nix::unistd::geteuid;

use crate::binaries::Binaries;
use crate::cluster::{Role, url};
use crate::cluster_error::ClusterError;
use crate::foundation::{self, LOCK, Passwords};
use crate::live_postmaster;
use crate::postmaster::{self, Settings};
use crate::server_user::ServerUser;
use crate::socket_directory;

/// Every process that uses the cluster holds a shared lock on it for life.
const USERS: &str = "users.lock";

/// Enough for several test processes with small pools at once.
const CONNECTIONS: u32 = 300;

/// Stops the server (pid `$0`) of the directory `$1` when for 5 s no process has held the users' lock. It stops under
/// the start lock, so that no process can attach to a server that is about to go.
const KEEPER: &str = r#"
cd "$1" || exit 1
serves() { read -r noted 2>/dev/null <data/postmaster.pid && [ "$noted" = "$0" ]; }
idle=0
while sleep 1 && serves; do
  if flock -n -x users.lock true; then idle=$((idle + 1)); else idle=0; fi
  if [ "$idle" -ge 5 ]; then
    (
      flock -x 9
      flock -n -x users.lock true && kill -INT "$0" && while serves; do sleep 0.1; done
    ) 9<rokuon-cluster.lock
    idle=0
  fi
done
"#;

/// A shared cluster with `fsync` off, under the temporary directory; it is kept between runs, so only the first pays `initdb`.
pub struct TestCluster {
    socket_directory: PathBuf,
    passwords: Passwords,
    // Held until the process ends.
    _users: File,
}

impl TestCluster {
    /// The cluster of this process, started or joined at the first call (which blocks for that long).
    ///
    /// # Panics
    /// With the reason, when no server can be found or started: nothing can be tested then.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<TestCluster> = OnceLock::new();
        SHARED.get_or_init(|| match Self::join(&default_directory()) {
            Ok(cluster) => cluster,
            Err(error) => panic!("no test database: {error}"),
        })
    }

    /// A `postgres://` address of `database` for `role`.
    pub fn url(&self, database: &str, role: Role) -> String {
        url(&self.socket_directory, &self.passwords, database, role)
    }

    pub(crate) fn join(base: &Path) -> Result<Self, ClusterError> {
        let user = ServerUser::choose();
        foundation::refuse_foreign(base, user)?;
        // The name is known to everybody on this machine: a directory somebody else made is not ours.
        let owner = fs::metadata(base).map_err(ClusterError::io("read", base))?.uid();
        if owner != geteuid().as_raw() {
            return Err(ClusterError::ForeignDirectory(base.to_owned()));
        }
        user.can_enter(&base.join("data"))?;
        let start = open_lock(&base.join(LOCK), user)?;
        start.lock().map_err(ClusterError::io("lock", base.join(LOCK)))?;
        let users = open_lock(&base.join(USERS), user)?;
        users.lock_shared().map_err(ClusterError::io("lock", base.join(USERS)))?;
        let binaries = user.reachable(Binaries::find()?, base)?;
        let laid = foundation::lay(base, user, &binaries, false)?;
        let socket_directory = socket_directory::prepare(base, user)?;
        let running = live_postmaster::find(&laid.data)
            .is_some_and(|pid| live_postmaster::is_ready(&laid.data, pid.as_raw().unsigned_abs()));
        if !running {
            start_server(base, user, &binaries, &laid.data, &socket_directory)?;
        }
        Ok(Self { socket_directory, passwords: laid.passwords, _users: users })
    }
}

fn start_server(
    base: &Path,
    user: ServerUser,
    binaries: &Binaries,
    data: &Path,
    socket_directory: &Path,
) -> Result<(), ClusterError> {
    live_postmaster::end_left_behind(data, std::time::Duration::from_secs(3));
    let log = base.join("postgres.log");
    if log.is_file() {
        fs::remove_file(&log).map_err(ClusterError::io("remove", &log))?;
    }
    let settings =
        Settings { binaries, user, data, socket_directory, log, fsync: false, max_connections: CONNECTIONS };
    // Not ours to stop: other processes may join. The keeper does it.
    let mut server = postmaster::start(&settings)?;
    let mut keeper = Command::new("/bin/sh");
    user.apply(&mut keeper);
    keeper.args(["-c", KEEPER, &server.id().to_string()]).arg(base);
    keeper.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut keeper = keeper.spawn().map_err(ClusterError::io("run", "/bin/sh"))?;
    // Both may end before we do: somebody has to take their exit status.
    std::thread::spawn(move || (keeper.wait(), server.wait()));
    Ok(())
}

fn default_directory() -> PathBuf {
    std::env::temp_dir().join(format!("rokuon-test-postgres-{}", geteuid()))
}

fn open_lock(path: &Path, user: ServerUser) -> Result<File, ClusterError> {
    let file = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .map_err(ClusterError::io("open", path))?;
    // The keeper locks it too, as the server's user.
    user.own(path, 0o600)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn two_join_one_server_and_it_goes_when_both_are_gone() {
        let directory = tempfile::tempdir().unwrap();
        fs::set_permissions(directory.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let base = directory.path().join("shared");
        let first = TestCluster::join(&base).unwrap();
        let server = live_postmaster::find(&base.join("data")).unwrap();
        let second = TestCluster::join(&base).unwrap();
        assert_eq!(live_postmaster::find(&base.join("data")), Some(server));
        drop(first);
        std::thread::sleep(Duration::from_secs(8));
        assert_eq!(live_postmaster::find(&base.join("data")), Some(server), "one still uses it");
        drop(second);
        let until = Instant::now() + Duration::from_secs(60);
        while live_postmaster::find(&base.join("data")).is_some() {
            assert!(Instant::now() < until, "the server was left running");
            std::thread::sleep(Duration::from_millis(100));
        }
        let again = TestCluster::join(&base).unwrap();
        assert!(live_postmaster::find(&base.join("data")).is_some_and(|pid| pid != server));
        drop(again);
        // Its directory goes now: do not leave that to the keeper.
        live_postmaster::end_left_behind(&base.join("data"), Duration::from_secs(3));
    }
}

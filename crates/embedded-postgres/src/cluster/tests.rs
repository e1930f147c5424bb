//! The private cluster against a real server: reuse, locks, and what a kill leaves behind.

use std::time::Instant;

use nix::sys::signal::{Signal, kill};
use sqlx::{Connection, Executor, PgConnection, Row};

use super::*;

fn config(directory: &tempfile::TempDir) -> ClusterConfig {
    use std::os::unix::fs::PermissionsExt as _;
    // tempfile makes 0700; root's server runs as another user.
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
    ClusterConfig { data_dir: directory.path().join("db"), fsync: false, max_connections: 20 }
}

async fn connect(cluster: &Cluster, role: Role) -> PgConnection {
    PgConnection::connect(&cluster.url(DATABASE, role)).await.unwrap()
}

fn wait_for(what: &str, mut there: impl FnMut() -> bool) {
    let until = Instant::now() + Duration::from_secs(60);
    while !there() {
        assert!(Instant::now() < until, "waited in vain for: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[tokio::test]
async fn a_cluster_keeps_its_rows_refuses_a_second_owner_and_stops() {
    let directory = tempfile::tempdir().unwrap();
    let first = Cluster::start(config(&directory)).await.unwrap();
    let mut connection = connect(&first, Role::Owner).await;
    connection.execute("create table kept (n int); insert into kept values (7)").await.unwrap();

    assert!(matches!(Cluster::start(config(&directory)).await, Err(ClusterError::InUse(_))));

    let shown = connection.fetch_one("show server_encoding").await.unwrap().get::<String, _>(0);
    let tcp = connection.fetch_one("show listen_addresses").await.unwrap().get::<String, _>(0);
    assert_eq!((shown.as_str(), tcp.as_str()), ("UTF8", ""));
    let mut app = connect(&first, Role::App).await;
    let roles = "select rolsuper or rolbypassrls or rolcreaterole or rolcreatedb from pg_roles where rolname = current_user";
    assert!(!app.fetch_one(roles).await.unwrap().get::<bool, _>(0));

    let pid = first.server_pid().unwrap();
    first.stop();
    assert!(!Path::new(&format!("/proc/{pid}")).exists());

    let second = Cluster::start(config(&directory)).await.unwrap();
    let mut connection = connect(&second, Role::Owner).await;
    let n = connection.fetch_one("select n from kept").await.unwrap().get::<i32, _>(0);
    assert_eq!(n, 7);
}

#[tokio::test]
async fn a_server_left_behind_by_a_killed_process_is_stopped_at_the_next_start() {
    let directory = tempfile::tempdir().unwrap();
    let mut first = Cluster::start(config(&directory)).await.unwrap();
    // As SIGKILL would leave it: the server lives on, nobody watches it, the lock is free.
    let mut watch = first.watch.take().unwrap();
    watch.kill().unwrap();
    watch.wait().unwrap();
    let mut left = first.server.take().unwrap();
    drop(first);

    let reaper = std::thread::spawn(move || left.wait());
    let second = Cluster::start(config(&directory)).await.unwrap();
    connect(&second, Role::App).await.ping().await.unwrap();
    reaper.join().unwrap().unwrap();
}

#[tokio::test]
async fn the_watch_stops_the_server_when_our_end_closes_and_a_stale_pid_file_is_no_obstacle() {
    let directory = tempfile::tempdir().unwrap();
    let mut first = Cluster::start(config(&directory)).await.unwrap();
    // What the kernel does to our end of the pipe when we are killed.
    drop(first.watch.as_mut().unwrap().stdin.take());
    let server = first.server.as_mut().unwrap();
    wait_for("the server to stop", || server.try_wait().unwrap().is_some());
    drop(first);

    let second = Cluster::start(config(&directory)).await.unwrap();
    let pid = second.server_pid().unwrap();
    kill(Pid::from_raw(pid.cast_signed()), Signal::SIGKILL).unwrap();
    drop(second);
    assert!(directory.path().join("db/data/postmaster.pid").exists(), "a killed server leaves its pid file");
    let third = Cluster::start(config(&directory)).await.unwrap();
    connect(&third, Role::App).await.ping().await.unwrap();
}

#[test]
fn a_directory_with_other_files_is_refused_in_one_line() {
    let directory = tempfile::tempdir().unwrap();
    let config = config(&directory);
    fs::create_dir(&config.data_dir).unwrap();
    fs::write(config.data_dir.join("thesis.txt"), "").unwrap();
    let error = Cluster::start_blocking(&config).unwrap_err();
    assert!(matches!(error, ClusterError::ForeignDirectory(_)), "{error}");
    assert!(!error.to_string().contains('\n'));
}

#[test]
fn the_address_escapes_the_socket_directory() {
    let passwords = Passwords { superuser: "s".into(), owner: "o".into(), app: "a".into() };
    let address = url(Path::new("/srv/市 a&b/run"), &passwords, "rokuon", Role::App);
    assert_eq!(address, "postgres://rokuon_app:a@localhost:5432/rokuon?host=/srv/%E5%B8%82%20a%26b/run");
}

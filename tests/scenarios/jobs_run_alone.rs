//! The process that may erase is one of its own: a platform without jobs destroys nothing, `rokuon jobs` does and records nothing.

use std::process::Stdio;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rokuon_embedded_postgres::test_database::test_database;
use rokuon_fixtures::sip_link::Transport;
use sqlx::{Connection as _, PgConnection};
use tokio::time::{sleep, timeout};

use crate::harness::platform::{Setup, TestPlatform, program};
use crate::harness::talk::plan;

const TENANT: &str = "takikawa";

// req: P-7
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_due_waits_for_the_process_that_may_erase() {
    let database = test_database().await;
    let (app, owner) = (database.app_url(), database.owner_url());
    let mut platform = TestPlatform::start_with(&[TENANT], |_| Setup {
        arguments: ["--database-url", &app, "--database-owner-url", &owner, "--jobs", "false"]
            .map(str::to_owned)
            .into(),
        ..Setup::default()
    })
    .await;
    let manager = platform.person(TENANT, "kanri").await;
    let phone = platform.phone(TENANT, Transport::Udp).await;
    let mut call = phone.invite(&plan(730, 25)).await.expect("answered");
    call.said_everything().await;
    let sent = call.hang_up().await.expect("hung up");
    platform.sealed(&manager, &sent.call_id).await;
    let mut direct = PgConnection::connect(&database.superuser_url()).await.expect("connected");
    let due = "UPDATE recordings SET state = 'due', due_at = now(), due_reason = 'expired', due_article = '7(1)', \
               keep_at_least_until = NULL, keep_until = now() - interval '1 minute'";
    sqlx::query(due).execute(&mut direct).await.expect("due");
    // A round of the jobs begins every ten seconds.
    sleep(Duration::from_secs(12)).await;
    let count = "SELECT (SELECT count(*) FROM certificates), (SELECT count(*) FROM jobs)";
    let (certificates, jobs): (i64, i64) =
        sqlx::query_as(count).fetch_one(&mut direct).await.expect("counts");
    assert_eq!((certificates, jobs), (0, 0), "nobody here may erase");
    platform.stop().await;

    let mut alone = tokio::process::Command::new(program());
    alone.args(["jobs", "--data-dir"]).arg(platform.data_dir()).args(["--database-url", &app]);
    let mut alone =
        alone.stdin(Stdio::null()).stdout(Stdio::null()).kill_on_drop(true).spawn().expect("it starts");
    let late = Instant::now() + Duration::from_secs(90);
    loop {
        let (certificates, _): (i64, i64) =
            sqlx::query_as(count).fetch_one(&mut direct).await.expect("counts");
        if certificates == 1 {
            break;
        }
        assert!(Instant::now() < late, "it was not destroyed");
        assert!(alone.try_wait().expect("ours").is_none(), "it ended by itself");
        sleep(Duration::from_millis(300)).await;
    }
    let runs = "SELECT count(*) FROM worker_runs WHERE stopped_at IS NULL";
    let (recorders,): (i64,) = sqlx::query_as(runs).fetch_one(&mut direct).await.expect("a count");
    assert_eq!(recorders, 0, "no recorder runs");
    kill(Pid::from_raw(alone.id().expect("it runs").cast_signed()), Signal::SIGTERM).expect("ours to signal");
    let ended = timeout(Duration::from_secs(60), alone.wait()).await.expect("it stops when it is told to");
    assert!(ended.expect("ours").success());
}

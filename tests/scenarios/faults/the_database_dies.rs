//! F5: PostgreSQL is stopped hard under live calls and stays away for a while.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rokuon_fixtures::sip_link::Transport;
use sqlx::{Connection, PgConnection};
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;
use tokio::time::sleep;

use crate::harness::platform::TestPlatform;
use crate::harness::talk::{assert_kept, assert_no_gap_in, plan};

/// How long it stays away: 5 s, or as `ROKUON_DATABASE_AWAY` says (the long form has 60).
fn away() -> Duration {
    let seconds = std::env::var("ROKUON_DATABASE_AWAY").ok().and_then(|text| text.parse().ok());
    Duration::from_secs(seconds.unwrap_or(5))
}

/// The cluster's own folder: the one with a postmaster's file in it.
fn cluster(data_dir: &Path) -> PathBuf {
    let mut folders = vec![data_dir.to_owned()];
    while let Some(folder) = folders.pop() {
        if folder.join("postmaster.pid").is_file() {
            return folder;
        }
        let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
        folders.extend(entries.filter(|entry| entry.path().is_dir()).map(|entry| entry.path()));
    }
    panic!("no cluster under {}", data_dir.display());
}

fn postmaster(cluster: &Path) -> Option<Pid> {
    let text = std::fs::read_to_string(cluster.join("postmaster.pid")).ok()?;
    text.lines().next()?.trim().parse().ok().map(Pid::from_raw)
}

/// What `pg_ctl stop -m immediate` sends, and nothing after it.
fn stop_hard(cluster: &Path) {
    kill(postmaster(cluster).expect("it runs"), Signal::SIGQUIT).expect("ours to signal");
}

/// The same command line once more, as the same user.
fn start_again(cluster: &Path) -> std::process::Child {
    let line = std::fs::read_to_string(cluster.join("postmaster.opts")).expect("it was started before");
    let mut words = line.split_whitespace().map(|word| word.trim_matches('"'));
    let owner = std::fs::metadata(cluster).expect("a folder");
    let mut command = std::process::Command::new(words.next().expect("the server program"));
    command.args(words).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    if nix::unistd::geteuid().is_root() {
        command.uid(owner.uid()).gid(owner.gid());
    }
    command.spawn().expect("PostgreSQL starts again")
}

// rule: F5
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn live_and_new_calls_are_kept_while_the_database_is_dead_and_told_once_when_it_is_back() {
    let platform = TestPlatform::start(&["takikawa"]).await;
    let phone = platform.phone("takikawa", Transport::Udp).await;
    let clerk = platform.person("takikawa", "kanri").await;
    let owner_url = platform.running().running.database_owner_url.clone().expect("an address");
    let frames = usize::try_from(away().as_millis() / 20).expect("short") + 150;
    let mut live = Vec::new();
    for seed in 0..3 {
        live.push(phone.invite(&plan(500 + seed, frames)).await.expect("answered"));
    }
    sleep(Duration::from_secs(1)).await;
    let cluster = cluster(&platform.data_dir());
    stop_hard(&cluster);
    let dead_since = Instant::now();

    sleep(Duration::from_millis(500)).await;
    let asked = Instant::now();
    let mut new = phone.invite(&plan(510, 75)).await.expect("routed from memory");
    let answered_after = asked.elapsed();
    new.said_everything().await;
    let new = new.hang_up().await.expect("hung up");
    sleep(away().saturating_sub(dead_since.elapsed())).await;
    let mut server = start_again(&cluster);
    let dead_for = dead_since.elapsed();

    let mut sent = vec![new];
    for mut call in live {
        call.said_everything().await;
        sent.push(call.hang_up().await.expect("hung up"));
    }
    for sent in &sent {
        let recording = assert_kept(&platform, &clerk, sent).await;
        assert_no_gap_in(&recording, sent);
    }
    let mut owner = PgConnection::connect(&owner_url).await.expect("the owner may");
    // row-level security binds the owner too
    sqlx::query("SELECT set_config('app.tenant', 'takikawa', false)").execute(&mut owner).await.expect("set");
    let repeated: Vec<(String, String, i64)> = sqlx::query_as(
        "SELECT kind, object_id, count(*) FROM audit_events WHERE object_kind = 'recording' AND kind NOT LIKE 'play.%' \
         AND kind NOT LIKE 'use.%' AND kind <> 'recording.view' GROUP BY kind, object_id HAVING count(*) > 1",
    )
    .fetch_all(&mut owner)
    .await
    .expect("rows");
    assert_eq!(repeated, [], "each event once");
    let rows: (i64,) =
        sqlx::query_as("SELECT count(*) FROM recordings").fetch_one(&mut owner).await.expect("a count");
    assert_eq!(rows.0, 4);
    eprintln!(
        "F5: database dead for {:.1} s, a new call answered after {:.0} ms meanwhile, 4 of 4 calls bit-exact",
        dead_for.as_secs_f32(),
        answered_after.as_secs_f32() * 1_000.0
    );
    drop(owner);
    let _stopped = kill(Pid::from_raw(server.id().cast_signed()), Signal::SIGQUIT);
    let _waited = server.wait();
}

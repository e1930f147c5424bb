//! A database of one test's own: a clone of a template on which all migrations have run.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use sha2::{Digest, Sha256};
use sqlx::migrate::Migrator;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row};

use crate::cluster::Role;
use crate::cluster_error::ClusterError;
use crate::test_cluster::TestCluster;

static MIGRATOR: Migrator = sqlx::migrate!("../../migrations");

/// Any number, the same in all test processes: who makes the template holds this advisory lock.
const TEMPLATE_LOCK: i64 = 0x726f_6b75_6f6e;

/// A fresh, migrated database; dropped with the value.
#[derive(Debug)]
pub struct TestDatabase {
    name: String,
}

impl TestDatabase {
    /// Its name in the shared cluster.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Address for `rokuon_app`: what api and worker are given.
    pub fn app_url(&self) -> String {
        TestCluster::shared().url(&self.name, Role::App)
    }

    /// Address for `rokuon_owner`, who owns the tables.
    pub fn owner_url(&self) -> String {
        TestCluster::shared().url(&self.name, Role::Owner)
    }

    /// Address for the superuser: to look behind row-level security in a test.
    pub fn superuser_url(&self) -> String {
        TestCluster::shared().url(&self.name, Role::Superuser)
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        // A failed send means the process ends; the next process sweeps.
        let _ = sweeper().send(std::mem::take(&mut self.name));
    }
}

/// Clones the migrated template into a database of the caller's own (about 50 ms).
///
/// # Panics
/// With the reason, when there is no server or a migration fails: nothing can be tested then.
pub async fn test_database() -> TestDatabase {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("t_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    match clone_template(name).await {
        Ok(database) => database,
        Err(error) => panic!("no test database: {error}"),
    }
}

async fn clone_template(name: String) -> Result<TestDatabase, ClusterError> {
    let cluster = tokio::task::spawn_blocking(TestCluster::shared).await.map_err(|e| ClusterError::Io {
        action: "start",
        path: "the test cluster".into(),
        source: std::io::Error::other(e),
    })?;
    let template = template_name();
    let mut owner = PgConnection::connect(&cluster.url("postgres", Role::Owner)).await?;
    if !exists(&mut owner, &template).await? {
        make_template(cluster, &mut owner, &template).await?;
    }
    let statement = format!("CREATE DATABASE {name} TEMPLATE {template}");
    owner.execute(AssertSqlSafe(statement)).await?;
    owner.close().await?;
    Ok(TestDatabase { name })
}

async fn make_template(
    cluster: &TestCluster,
    owner: &mut PgConnection,
    template: &str,
) -> Result<(), ClusterError> {
    sqlx::query("SELECT pg_advisory_lock($1)").bind(TEMPLATE_LOCK).execute(&mut *owner).await?;
    if !exists(owner, template).await? {
        let draft = format!("draft_{template}");
        for statement in [format!("DROP DATABASE IF EXISTS {draft}"), format!("CREATE DATABASE {draft}")] {
            owner.execute(AssertSqlSafe(statement)).await?;
        }
        let mut inside = PgConnection::connect(&cluster.url(&draft, Role::Owner)).await?;
        MIGRATOR.run_direct(None, &mut inside, false).await?;
        inside.close().await?;
        for statement in [
            format!("ALTER DATABASE {draft} ALLOW_CONNECTIONS false"),
            format!("ALTER DATABASE {draft} RENAME TO {template}"),
            // The clones take connections again: the flag is not copied.
        ] {
            owner.execute(AssertSqlSafe(statement)).await?;
        }
    }
    sqlx::query("SELECT pg_advisory_unlock($1)").bind(TEMPLATE_LOCK).execute(owner).await?;
    Ok(())
}

async fn exists(connection: &mut PgConnection, database: &str) -> Result<bool, ClusterError> {
    let row = sqlx::query("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)")
        .bind(database)
        .fetch_one(connection)
        .await?;
    Ok(row.try_get(0)?)
}

/// Named after what the migrations say, so that a changed migration gets a template of its own.
fn template_name() -> String {
    let mut hash = Sha256::new();
    for migration in MIGRATOR.iter() {
        hash.update(migration.version.to_be_bytes());
        hash.update(&migration.checksum);
    }
    let mut name = "template_".to_owned();
    for byte in hash.finalize().iter().take(8) {
        let _ = write!(name, "{byte:02x}");
    }
    name
}

/// A thread that drops what tests have finished with, and what dead processes left.
fn sweeper() -> Sender<String> {
    static SWEEPER: OnceLock<Sender<String>> = OnceLock::new();
    SWEEPER
        .get_or_init(|| {
            let (sender, receiver) = channel();
            thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                if let Ok(Err(error)) = runtime.map(|r| r.block_on(sweep(&receiver))) {
                    tracing::warn!(%error, "test databases are not being dropped");
                }
            });
            sender
        })
        .clone()
}

async fn sweep(finished: &Receiver<String>) -> Result<(), ClusterError> {
    let mut connection =
        PgConnection::connect(&TestCluster::shared().url("postgres", Role::Superuser)).await?;
    let names = sqlx::query(r"SELECT datname::text FROM pg_database WHERE datname LIKE 't\_%'")
        .fetch_all(&mut connection)
        .await?;
    for row in names {
        let name: String = row.try_get(0)?;
        let made_by = name.split('_').nth(1).unwrap_or_default();
        if !Path::new("/proc").join(made_by).exists() {
            drop_database(&mut connection, &name).await?;
        }
    }
    while let Ok(name) = finished.recv() {
        drop_database(&mut connection, &name).await?;
    }
    Ok(())
}

async fn drop_database(connection: &mut PgConnection, name: &str) -> Result<(), ClusterError> {
    // `name` begins with `t_` and our own digits; FORCE ends the connections of a pool that was not closed.
    connection.execute(AssertSqlSafe(format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)"))).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn two_tests_never_see_each_others_rows() {
        let (one, other) = tokio::join!(test_database(), test_database());
        assert_ne!(one.name(), other.name());
        let mut owner = PgConnection::connect(&one.owner_url()).await.unwrap();
        owner.execute("create table only_here (n int)").await.unwrap();
        let mut second = PgConnection::connect(&other.owner_url()).await.unwrap();
        assert!(second.execute("select * from only_here").await.is_err());
        PgConnection::connect(&other.app_url()).await.unwrap().ping().await.unwrap();
    }
}

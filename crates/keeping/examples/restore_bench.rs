//! How long a restore takes with many rows: base backup, putting it back, starting, comparing with the stores, bringing it up to date.
//!
//! `cargo run -p rokuon-keeping --example restore_bench -- [rows] [destroyed since the backup]`. The stores list from memory.
#![allow(clippy::print_stdout, reason = "it prints its figures")]

use std::collections::BTreeSet;
use std::error::Error;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use rokuon_db::audit_events::{Actor, AuditEvent};
use rokuon_db::database::{Database, migrate};
use rokuon_db::{policy_versions, tenants};
use rokuon_embedded_postgres::cluster::{Cluster, ClusterConfig, DATABASE, Role};
use rokuon_keeping::keeper::Keeper;
use rokuon_keeping::restore::compare::compare;
use rokuon_keeping::restore::finish::finish;
use rokuon_keeping::restore::{Comparison, Restoring};
use rokuon_keeping::signed_note::NoteSigner;
use rokuon_keeping::times::MachineTimes;
use rokuon_policy::backstop::BackstopClass;
use rokuon_policy::clock::{Clock as _, SystemClock};
use rokuon_policy::ids::{RecordingId, TenantId};
use rokuon_policy::job::JobKind;
use rokuon_policy::policy::Policy;
use rokuon_storage::memory::MemoryStore;
use rokuon_storage::object_key;
use rokuon_storage::object_store::{
    Bucket, ObjectKey, ObjectStore, ObjectVersion, StoreError, StoreErrorKind, StoredObject,
};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use uuid::Uuid;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Media and keys of recordings that are only named; whatever else is put lies in memory.
struct NamedStore {
    tenant: TenantId,
    named: Mutex<BTreeSet<RecordingId>>,
    notes: MemoryStore,
}

impl NamedStore {
    fn is_note(&self, text: &str) -> bool {
        text.starts_with(&format!("{}/witness/", self.tenant))
    }

    fn page(
        &self,
        bucket: Bucket,
        prefix: &str,
        after: Option<&(String, String)>,
        limit: usize,
    ) -> Vec<ObjectVersion> {
        let id = |key: &str| key.split('/').nth(2).and_then(|id| id.parse::<RecordingId>().ok());
        let named = self.named.lock().expect("no panic");
        let whole: Box<dyn Iterator<Item = RecordingId>> =
            match (id(prefix), after.and_then(|(key, _)| id(key))) {
                (Some(one), None) => Box::new(named.get(&one).copied().into_iter()),
                (Some(_), Some(_)) => Box::new(std::iter::empty()),
                (None, None) => Box::new(named.iter().copied()),
                (None, Some(last)) => {
                    let behind = (std::ops::Bound::Excluded(last), std::ops::Bound::Unbounded);
                    Box::new(named.range(behind).copied())
                }
            };
        let key = |id| match bucket {
            Bucket::Keys => Some(object_key::wrapped_key(&self.tenant, id)),
            Bucket::Media => Some(object_key::media(&self.tenant, id, 0, 0)),
            Bucket::Secondary => None,
        };
        let version = |key| ObjectVersion {
            key,
            version_id: "v".to_owned(),
            is_delete_marker: false,
            len: 2_880_000,
            last_modified: None,
        };
        whole.filter_map(key).map(version).take(limit).collect()
    }
}

#[async_trait]
impl ObjectStore for NamedStore {
    async fn put(
        &self,
        bucket: Bucket,
        key: &ObjectKey,
        bytes: Bytes,
        class: Option<BackstopClass>,
    ) -> Result<StoredObject, StoreError> {
        self.notes.put(bucket, key, bytes, class).await
    }

    async fn get_range(
        &self,
        bucket: Bucket,
        key: &ObjectKey,
        version: Option<&str>,
        range: Range<u64>,
    ) -> Result<Bytes, StoreError> {
        self.notes.get_range(bucket, key, version, range).await
    }

    async fn get(&self, bucket: Bucket, key: &ObjectKey, version: Option<&str>) -> Result<Bytes, StoreError> {
        self.notes.get(bucket, key, version).await
    }

    async fn head(&self, bucket: Bucket, key: &ObjectKey) -> Result<Option<StoredObject>, StoreError> {
        self.notes.head(bucket, key).await
    }

    async fn list(
        &self,
        bucket: Bucket,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<ObjectKey>, StoreError> {
        self.notes.list(bucket, prefix, after, limit).await
    }

    async fn list_versions(
        &self,
        bucket: Bucket,
        prefix: &str,
        after: Option<&(String, String)>,
        limit: usize,
    ) -> Result<Vec<ObjectVersion>, StoreError> {
        if self.is_note(prefix) {
            return self.notes.list_versions(bucket, prefix, after, limit).await;
        }
        Ok(self.page(bucket, prefix, after, limit))
    }

    async fn erase_versions(
        &self,
        bucket: Bucket,
        versions: &[(ObjectKey, String)],
    ) -> Vec<Result<(), StoreError>> {
        if versions.iter().any(|(key, _)| self.is_note(key.as_str())) {
            return self.notes.erase_versions(bucket, versions).await;
        }
        let mut named = self.named.lock().expect("no panic");
        for (key, _) in versions {
            if let Some(id) = key.as_str().split('/').nth(2).and_then(|id| id.parse().ok()) {
                named.remove(&id);
            }
        }
        versions.iter().map(|_| Ok(())).collect()
    }

    async fn set_held(&self, _: Bucket, _: &ObjectKey, _: &str, _: bool) -> Result<(), StoreError> {
        Err(StoreError::new(StoreErrorKind::Refused, "nothing is held here"))
    }

    async fn is_held(&self, _: Bucket, _: &ObjectKey, _: &str) -> Result<bool, StoreError> {
        Ok(false)
    }

    async fn set_backstop(
        &self,
        _: Bucket,
        _: &ObjectKey,
        _: &str,
        _: Option<BackstopClass>,
    ) -> Result<(), StoreError> {
        Ok(())
    }
}

fn tool(name: &str) -> Outcome<PathBuf> {
    let roots = std::fs::read_dir("/usr/lib/postgresql")?.flatten();
    let found = roots.map(|root| root.path().join("bin").join(name)).filter(|path| path.is_file()).max();
    found.ok_or_else(|| format!("{name} is not installed").into())
}

fn run(command: &mut Command) -> Outcome<Duration> {
    let begun = Instant::now();
    let output = command.output()?;
    if output.status.success() {
        Ok(begun.elapsed())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into())
    }
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1).map(|a| a.parse::<u32>());
    let mut next = |default| arguments.next().transpose().map(|given| given.unwrap_or(default));
    let (rows, gone) = (next(1_000_000)?, next(1_000)?);
    let temporary = tempfile::Builder::new().prefix("rokuon-bench-").tempdir()?;
    std::fs::set_permissions(temporary.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    let config = ClusterConfig::new(temporary.path().join("db"));
    let cluster = Cluster::start(config.clone()).await?;
    migrate(&cluster.url(DATABASE, Role::Owner)).await?;
    let tenant: TenantId = "toyonaka".parse()?;
    let db = Database::connect(&cluster.url(DATABASE, Role::App)).await?;
    found(&db, &tenant).await?;
    let superuser = cluster.url(DATABASE, Role::Superuser);
    let mut behind = PgConnection::connect(&superuser).await?;
    fill(&mut behind, rows, gone).await?;
    let ids: Vec<(Uuid,)> =
        sqlx::query_as("SELECT recording_id FROM recordings").fetch_all(&mut behind).await?;
    let named = Mutex::new(ids.into_iter().map(|(id,)| RecordingId(id)).collect());
    let store = Arc::new(NamedStore { tenant: tenant.clone(), named, notes: MemoryStore::new() });
    let signer = Arc::new(NoteSigner::from_seed("bench", &[1; 32])?);
    // A mark, as a platform at work has it.
    up_to_date(&db, &store, &signer, &compared(&db, &store, &signer, &tenant).await?).await?;

    let backup = temporary.path().join("backup");
    let mut take = Command::new(tool("pg_basebackup")?);
    take.arg("--dbname")
        .arg(&superuser)
        .args(["--checkpoint=fast", "--wal-method=stream", "--pgdata"])
        .arg(&backup);
    let taken = run(&mut take)?;
    let times = Arc::new(MachineTimes::new(Arc::new(SystemClock)));
    let keeper = Keeper::new(db.clone(), store.clone(), times, signer.clone());
    for kind in [JobKind::Sweep, JobKind::Destroy] {
        keeper.run_now(&tenant, kind).await?.ok_or("somebody else is at it")?.end?;
    }
    db.close().await;
    behind.close().await?;
    cluster.stop();

    let data = temporary.path().join("db/data");
    let begun = Instant::now();
    let aside = temporary.path().join("db/aside");
    std::fs::rename(&data, &aside)?;
    run(Command::new("cp").arg("-a").arg(&backup).arg(&data))?;
    run(Command::new("chown").arg("-R").arg("--reference").arg(&aside).arg(&data))?;
    run(Command::new("chmod").arg("0700").arg(&data))?;
    let put_back = begun.elapsed();
    let cluster = Cluster::start(config).await?;
    let started = begun.elapsed();
    let db = Database::connect(&cluster.url(DATABASE, Role::App)).await?;
    let found = compared(&db, &store, &signer, &tenant).await?;
    let compared_at = begun.elapsed();
    let done = up_to_date(&db, &store, &signer, &found).await?;
    let whole = begun.elapsed();
    println!(
        "{rows} rows, {gone} destroyed since: base backup {taken:.1?}; put back {put_back:.1?}, started after {started:.1?}, compared ({} rows, {} objects) after {compared_at:.1?}, up to date after {whole:.1?}; {done} marked destroyed again",
        found.rows, found.objects
    );
    db.close().await;
    cluster.stop();
    Ok(())
}

async fn compared(
    db: &Database,
    store: &NamedStore,
    signer: &NoteSigner,
    tenant: &TenantId,
) -> Outcome<Comparison> {
    Ok(compare(&Restoring { db, store, signer, now: SystemClock.now() }, tenant).await?)
}

async fn up_to_date(
    db: &Database,
    store: &NamedStore,
    signer: &NoteSigner,
    found: &Comparison,
) -> Outcome<usize> {
    Ok(finish(&Restoring { db, store, signer, now: SystemClock.now() }, found).await?.destroyed)
}

async fn found(db: &Database, tenant: &TenantId) -> Outcome<()> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies/toyonaka.toml");
    let toml = std::fs::read_to_string(path)?;
    let policy = Policy::parse(&toml).map_err(|findings| format!("{} findings", findings.len()))?;
    let mut tx = db.tenant(tenant).await?;
    tenants::put(&mut tx, policy.name(), "bench", SystemClock.now()).await?;
    policy_versions::load(&mut tx, &toml, policy.effective_from(), SystemClock.now()).await?;
    tx.commit_with(AuditEvent::new("tenant.load", Actor::Platform("bench".into()), SystemClock.now()))
        .await?;
    Ok(())
}

/// Rows of sealed calls; the periods of the first `gone` are over.
async fn fill(db: &mut PgConnection, rows: u32, gone: u32) -> Outcome<()> {
    let sql = format!(
        "INSERT INTO connections (tenant_id, connection_id, name, kind, address_user, networks, state, created_at)
         VALUES ('toyonaka', '00000000-0000-4000-8000-000000000001', 'bench', 'siprec', 'tbench00000000000000000000', '{{}}', 'active', now());
         CREATE TEMP TABLE more AS SELECT n, gen_random_uuid() AS call_id,
             (lpad(to_hex((extract(epoch FROM now()) * 1000)::bigint - {rows} + n), 12, '0') || '7' || substr(md5(n::text), 1, 3)
              || '8' || substr(md5('b' || n::text), 1, 15))::uuid AS recording_id,
             now() - (CASE WHEN n <= {gone} THEN interval '40 days' ELSE interval '1 day' END) + n * interval '1 millisecond' AS at
         FROM generate_series(1, {rows}) AS n;
         INSERT INTO calls (tenant_id, call_id, connection_id, sip_call_id, started_at, caller_digits, called_digits, line_proved, decision_rule, decision_article, decision_ja, decision_en)
         SELECT 'toyonaka', call_id, '00000000-0000-4000-8000-000000000001', 'bench', at, '09000001234', '0668585050', false, 'r', '1', 'ja', 'en' FROM more;
         INSERT INTO recordings (tenant_id, recording_id, call_id, media, state, started_at, policy_version, epoch, outcome, duration_ms, keep_at_least_until, keep_until, retention_article, retention_ja, retention_en, finished_at)
         SELECT 'toyonaka', recording_id, call_id, 'call_audio', 'primary', at, 1, 1, 'sealed', 180000, at + interval '31 days', at + interval '31 days', '5(2)', 'ja', 'en', at FROM more;
         INSERT INTO segments (tenant_id, recording_id, number, object_key, version_id, container_bytes, container_sha256, media_bytes, media_sha256, start_sample, samples, channels, codec, gaps, sealed_at)
         SELECT 'toyonaka', recording_id, 0, 'toyonaka/' || substr(replace(recording_id::text, '-', ''), 1, 6) || '/' || recording_id || '/segment-00000.e0', 'v',
             2880000, decode(repeat('00', 32), 'hex'), 2880000, decode(repeat('00', 32), 'hex'), 0, 1440000, '{{0,1}}', 'pcmu', '[]', at FROM more;
         DROP TABLE more; ANALYZE recordings; ANALYZE segments"
    );
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(db).await?;
    Ok(())
}

//! How fast destruction is with certificates and audit rows, and what a sweep that finds nothing costs, on a fresh private cluster.
//!
//! `cargo run -p rokuon-keeping --example keeping_bench -- [recordings to destroy, in memory] [the same, in a directory] [rows kept]`
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it prints its figures")]

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use rokuon_db::audit_events::{Actor, AuditEvent};
use rokuon_db::database::{Database, migrate};
use rokuon_db::jobs::{self, Released, RunEnd};
use rokuon_db::{policy_versions, tenants};
use rokuon_embedded_postgres::cluster::{Cluster, ClusterConfig, DATABASE, Role};
use rokuon_keeping::keeper::{Keeper, Ran};
use rokuon_keeping::signed_note::NoteSigner;
use rokuon_keeping::times::MachineTimes;
use rokuon_policy::clock::{Clock as _, SystemClock};
use rokuon_policy::ids::{PersonId, RecordingId, TenantId};
use rokuon_policy::job::JobKind;
use rokuon_policy::policy::Policy;
use rokuon_storage::directory::DirectoryStore;
use rokuon_storage::memory::MemoryStore;
use rokuon_storage::object_key;
use rokuon_storage::object_store::{Bucket, ObjectStore, StoreError};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use uuid::Uuid;

type Outcome<T> = Result<T, Box<dyn Error>>;

struct Bench {
    db: Database,
    behind: String,
    tenant: TenantId,
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1).map(|a| a.parse::<u32>());
    let mut next = |default| arguments.next().transpose().map(|given| given.unwrap_or(default));
    let (in_memory, in_directory, kept) = (next(40_000)?, next(5_000)?, next(1_000_000)?);
    let temporary = tempfile::Builder::new().prefix("rokuon-bench-").tempdir()?;
    std::fs::set_permissions(temporary.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    let cluster = Cluster::start(ClusterConfig::new(temporary.path().join("db"))).await?;
    migrate(&cluster.url(DATABASE, Role::Owner)).await?;
    let db = Database::connect(&cluster.url(DATABASE, Role::App)).await?;
    let behind = cluster.url(DATABASE, Role::Superuser);
    let bench = Bench { db, behind, tenant: "toyonaka".parse()? };
    bench.found().await?;
    let memory: Arc<dyn ObjectStore> = Arc::new(MemoryStore::new());
    for part in [in_memory / 4, in_memory - in_memory / 4] {
        bench.destroy("memory", memory.clone(), part).await?;
    }
    let directory = DirectoryStore::open(&temporary.path().join("store"))?;
    bench.destroy("directory", Arc::new(directory), in_directory).await?;
    bench.sweep_nothing(kept).await?;
    bench.db.close().await;
    cluster.stop();
    Ok(())
}

impl Bench {
    async fn found(&self) -> Outcome<()> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies/toyonaka.toml");
        let toml = std::fs::read_to_string(path)?;
        let policy = Policy::parse(&toml).map_err(|findings| format!("{} findings", findings.len()))?;
        let mut tx = self.db.tenant(&self.tenant).await?;
        tenants::put(&mut tx, policy.name(), "bench", SystemClock.now()).await?;
        policy_versions::load(&mut tx, &toml, policy.effective_from(), SystemClock.now()).await?;
        tx.commit_with(AuditEvent::new("tenant.load", Actor::Platform("bench".into()), SystemClock.now()))
            .await?;
        self.behind(
            "INSERT INTO connections (tenant_id, connection_id, name, kind, address_user, networks, state, created_at)
             VALUES ('toyonaka', '00000000-0000-4000-8000-000000000001', 'bench', 'siprec', 'tbench00000000000000000000', '{}', 'active', now())",
        )
        .await
    }

    async fn behind(&self, sql: &str) -> Outcome<()> {
        let mut db = PgConnection::connect(&self.behind).await?;
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut db).await?;
        Ok(())
    }

    /// Rows of sealed calls, `age` old; the ids of the new ones.
    async fn fill(&self, count: u32, age: &str, keep: &str) -> Outcome<()> {
        self.behind(&format!(
            "CREATE TEMP TABLE more AS SELECT gen_random_uuid() AS call_id,
                (lpad(to_hex((extract(epoch FROM now()) * 1000)::bigint), 12, '0') || '7' || substr(md5(n::text || random()::text), 1, 3)
                 || '8' || substr(md5(random()::text || n::text), 1, 15))::uuid AS recording_id,
                now() - interval '{age}' + n * interval '1 millisecond' AS at FROM generate_series(1, {count}) AS n;
             INSERT INTO calls (tenant_id, call_id, connection_id, sip_call_id, started_at, caller_digits, called_digits, line_proved, decision_rule, decision_article, decision_ja, decision_en)
             SELECT 'toyonaka', call_id, '00000000-0000-4000-8000-000000000001', 'bench', at, '09000001234', '0668585050', false, 'r', '1', 'ja', 'en' FROM more;
             INSERT INTO recordings (tenant_id, recording_id, call_id, media, state, started_at, policy_version, epoch, outcome, duration_ms, keep_at_least_until, keep_until, retention_article, retention_ja, retention_en, finished_at)
             SELECT 'toyonaka', recording_id, call_id, 'call_audio', 'primary', at, 1, 1, 'sealed', 180000, at + interval '{keep}', at + interval '{keep}', '5(2)', 'ja', 'en', at FROM more;
             INSERT INTO segments (tenant_id, recording_id, number, object_key, version_id, container_bytes, container_sha256, media_bytes, media_sha256, start_sample, samples, channels, codec, gaps, sealed_at)
             SELECT 'toyonaka', recording_id, 0, recording_id::text, 'v', 2880000, decode(repeat('00', 32), 'hex'), 2880000, decode(repeat('00', 32), 'hex'), 0, 1440000, '{{0,1}}', 'pcmu', '[]', at FROM more;
             DROP TABLE more; ANALYZE recordings; ANALYZE segments"
        ))
        .await
    }

    fn keeper(&self, store: Arc<dyn ObjectStore>) -> Outcome<Keeper> {
        let times = Arc::new(MachineTimes::new(Arc::new(SystemClock)));
        let signer = Arc::new(NoteSigner::from_seed("bench", &[1; 32])?);
        Ok(Keeper::new(self.db.clone(), store, times, signer))
    }

    /// Four objects each: key, manifest, waveform, media.
    async fn put_objects(&self, store: &Arc<dyn ObjectStore>) -> Outcome<()> {
        let mut db = PgConnection::connect(&self.behind).await?;
        let ids: Vec<(Uuid,)> = sqlx::query_as("SELECT recording_id FROM recordings WHERE state = 'primary'")
            .fetch_all(&mut db)
            .await?;
        let puts: Vec<_> = ids.into_iter().map(|(id,)| self.put_of(store, RecordingId(id))).collect();
        stream::iter(puts).buffer_unordered(32).try_collect::<Vec<()>>().await?;
        Ok(())
    }

    async fn put_of(&self, store: &Arc<dyn ObjectStore>, id: RecordingId) -> Result<(), StoreError> {
        let of = &self.tenant;
        for (bucket, key) in [
            (Bucket::Keys, object_key::wrapped_key(of, id)),
            (Bucket::Media, object_key::manifest(of, id, 0)),
            (Bucket::Media, object_key::peaks(of, id, 0)),
            (Bucket::Media, object_key::media(of, id, 0, 0)),
        ] {
            store.put_new(bucket, &key, Bytes::from(vec![1; 64])).await?;
        }
        Ok(())
    }

    async fn run(&self, keeper: &Keeper, kind: JobKind) -> Outcome<(Ran, Duration)> {
        let begun = Instant::now();
        let ran = keeper.run_now(&self.tenant, kind).await?.ok_or("somebody else is at it")?;
        Ok((ran, begun.elapsed()))
    }

    async fn destroy(&self, name: &str, store: Arc<dyn ObjectStore>, count: u32) -> Outcome<()> {
        self.fill(count, "40 days", "31 days").await?;
        self.put_objects(&store).await?;
        let keeper = self.keeper(store)?;
        let (first, mut swept) = self.run(&keeper, JobKind::Sweep).await?;
        if first.end? == RunEnd::Stopped {
            // more than is usual: it stopped, and a person lets it go on
            let mut tx = self.db.tenant(&self.tenant).await?;
            let sweep = jobs::list(&mut tx).await?.into_iter().find(|job| job.kind == JobKind::Sweep);
            let id = sweep.ok_or("no sweep")?.id;
            let released = Released { by: PersonId(Uuid::nil()), at: SystemClock.now(), up_to: 100_000_000 };
            jobs::release(&mut tx, id, &released).await?;
            tx.commit_bookkeeping().await?;
            swept = self.run(&keeper, JobKind::Sweep).await?.1;
        }
        let (ran, took) = self.run(&keeper, JobKind::Destroy).await?;
        ran.end?;
        let rate = |took: Duration| f64::from(count) / took.as_secs_f64();
        println!(
            "{count:>9} recordings, 4 objects each, store in {name}: made due {:.0}/s, destroyed with certificate {:.0}/s ({took:.1?})",
            rate(swept),
            rate(took)
        );
        Ok(())
    }

    async fn sweep_nothing(&self, rows: u32) -> Outcome<()> {
        for _ in 0..rows.div_ceil(1_000_000) {
            self.fill(rows.min(1_000_000), "1 day", "31 days").await?;
        }
        let keeper = self.keeper(Arc::new(MemoryStore::new()))?;
        for kind in
            [JobKind::Sweep, JobKind::Destroy, JobKind::TierMove, JobKind::PolicyChange, JobKind::LogErasure]
        {
            let (ran, took) = self.run(&keeper, kind).await?;
            ran.end?;
            println!("{rows:>9} rows kept: {kind} {:.1} ms", took.as_secs_f64() * 1e3);
        }
        Ok(())
    }
}

//! How fast destruction is with certificates and audit rows, and what a sweep that finds nothing costs, on a fresh private cluster.
//!
//! `cargo run -p rokuon-keeping --example keeping_bench -- [recordings to destroy, in memory] [the same, in a directory] [rows kept] [batches at once]`
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::cast_precision_loss,
    reason = "it prints its figures"
)]

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use rokuon_db::audit_events::{Actor, AuditEvent};
use rokuon_db::database::{Database, migrate};
use rokuon_db::jobs::{self, Released, RunEnd};
use rokuon_db::{policy_versions, tenants};
use rokuon_embedded_postgres::cluster::{Cluster, ClusterConfig, DATABASE, Role};
use rokuon_keeping::keeper::{Keeper, Limits, Ran};
use rokuon_keeping::signed_note::NoteSigner;
use rokuon_keeping::times::MachineTimes;
use rokuon_policy::clock::{Clock as _, SystemClock};
use rokuon_policy::ids::{PersonId, RecordingId, TenantId};
use rokuon_policy::job::JobKind;
use rokuon_policy::policy::Policy;
use rokuon_storage::directory::DirectoryStore;
use rokuon_storage::memory::MemoryStore;
use rokuon_storage::object_key;
use rokuon_storage::object_store::{Bucket, ObjectKey, ObjectStore};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use uuid::Uuid;

type Outcome<T> = Result<T, Box<dyn Error>>;

struct Bench {
    db: Database,
    cluster: Cluster,
    behind: String,
    batches: usize,
    tenant: TenantId,
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1).map(|a| a.parse::<u32>());
    let mut next = |default| arguments.next().transpose().map(|given| given.unwrap_or(default));
    let (in_memory, in_directory, kept) = (next(40_000)?, next(5_000)?, next(1_000_000)?);
    let batches = usize::try_from(next(u32::try_from(Limits::default().batches)?)?)?;
    let temporary = tempfile::Builder::new().prefix("rokuon-bench-").tempdir()?;
    std::fs::set_permissions(temporary.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    let cluster = Cluster::start(ClusterConfig::new(temporary.path().join("db"))).await?;
    migrate(&cluster.url(DATABASE, Role::Owner)).await?;
    let db = Database::connect(&cluster.url(DATABASE, Role::App)).await?;
    let behind = cluster.url(DATABASE, Role::Superuser);
    let bench = Bench { db, cluster, behind, batches, tenant: "toyonaka".parse()? };
    bench.found().await?;
    for part in [in_memory / 4, in_memory - in_memory / 4] {
        bench.destroy("memory", None, part).await?;
    }
    bench.destroy("directory", Some(&temporary.path().join("store")), in_directory).await?;
    bench.sweep_nothing(kept).await?;
    bench.db.close().await;
    bench.cluster.stop();
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

    /// Rows of sealed calls that began one after the other up to `newest_days` ago, `apart` microseconds each; their ids go by that
    /// time, as UUIDv7 do. Constraints are not checked and other indexes are built afterwards: ten million take minutes as it is.
    async fn fill(&self, count: u32, newest_days: u32, apart: u64, segments: bool) -> Outcome<()> {
        let id = "(lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(bits, 1, 3) || '8' || substr(bits, 4, 15))::uuid";
        let mut sql = format!(
            "SET session_replication_role = replica; SET synchronous_commit = off; SET maintenance_work_mem = '512MB';
             CREATE TEMP TABLE dropped AS SELECT c.relname, pg_get_indexdef(c.oid) AS definition
                FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
                WHERE i.indrelid IN ('calls'::regclass, 'recordings'::regclass)
                    AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid);
             DO $$ DECLARE one text; BEGIN
                FOR one IN SELECT relname FROM dropped LOOP EXECUTE 'DROP INDEX ' || one; END LOOP; END $$;
             CREATE TEMP TABLE more AS SELECT {id} AS id, at FROM (SELECT md5(random()::text) AS bits,
                now() - interval '{newest_days} days' - ({count} - n) * interval '{apart} microseconds' AS at
                FROM generate_series(1, {count}) AS n) AS drawn;
             INSERT INTO calls (tenant_id, call_id, connection_id, sip_call_id, started_at, caller_digits, called_digits, line_proved, decision_rule, decision_article, decision_ja, decision_en)
             SELECT 'toyonaka', id, '00000000-0000-4000-8000-000000000001', 'bench', at, '09000001234', '0668585050', false, 'r', '1', 'ja', 'en' FROM more;
             INSERT INTO recordings (tenant_id, recording_id, call_id, media, state, started_at, policy_version, epoch, outcome, duration_ms, keep_at_least_until, keep_until, retention_article, retention_ja, retention_en, finished_at)
             SELECT 'toyonaka', id, id, 'call_audio', 'primary', at, 1, 1, 'sealed', 180000, at + interval '31 days', at + interval '31 days', '5(2)', 'ja', 'en', at FROM more;"
        );
        if segments {
            sql.push_str(
                "INSERT INTO segments (tenant_id, recording_id, number, object_key, version_id, container_bytes, container_sha256, media_bytes, media_sha256, start_sample, samples, channels, codec, gaps, sealed_at)
                 SELECT 'toyonaka', id, 0, id::text, 'v', 2880000, decode(repeat('00', 32), 'hex'), 2880000, decode(repeat('00', 32), 'hex'), 0, 1440000, '{0,1}', 'pcmu', '[]', at FROM more;",
            );
        }
        sql.push_str(
            "DO $$ DECLARE one text; BEGIN
                FOR one IN SELECT definition FROM dropped LOOP EXECUTE one; END LOOP; END $$;
             DROP TABLE more; DROP TABLE dropped; ANALYZE calls; ANALYZE recordings; ANALYZE segments",
        );
        self.behind(&sql).await
    }

    fn keeper(&self, store: Arc<dyn ObjectStore>) -> Outcome<Keeper> {
        let times = Arc::new(MachineTimes::new(Arc::new(SystemClock)));
        let signer = Arc::new(NoteSigner::from_seed("bench", &[1; 32])?);
        let mut keeper = Keeper::new(self.db.clone(), store, times, signer);
        keeper.limits.batches = self.batches;
        Ok(keeper)
    }

    /// Those whose period is over.
    async fn over(&self) -> Outcome<Vec<RecordingId>> {
        let mut db = PgConnection::connect(&self.behind).await?;
        let sql = "SELECT recording_id FROM recordings WHERE state = 'primary' AND keep_until <= now()";
        let ids: Vec<(Uuid,)> = sqlx::query_as(sql).fetch_all(&mut db).await?;
        Ok(ids.into_iter().map(|(id,)| RecordingId(id)).collect())
    }

    /// Two objects each: key, and media with waveform and manifest behind it.
    fn objects_of(&self, id: RecordingId) -> [(Bucket, ObjectKey); 2] {
        let of = &self.tenant;
        [(Bucket::Keys, object_key::wrapped_key(of, id)), (Bucket::Media, object_key::media(of, id, 0, 0))]
    }

    async fn put_in_memory(&self) -> Outcome<Arc<dyn ObjectStore>> {
        let store = Arc::new(MemoryStore::new());
        for (bucket, key) in self.over().await?.into_iter().flat_map(|id| self.objects_of(id)) {
            store.put_new(bucket, &key, Bytes::from_static(&[1; 64])).await?;
        }
        Ok(store)
    }

    /// One object is put; the others are copies of its file, made without waiting for the disk each time.
    async fn put_in_directory(&self, root: &Path) -> Outcome<Arc<dyn ObjectStore>> {
        let store = DirectoryStore::open(root)?;
        let one: ObjectKey = "bench/one".parse()?;
        store.put_new(Bucket::Media, &one, Bytes::from_static(&[1; 64])).await?;
        let place = |bucket: Bucket, key: &ObjectKey| root.join(bucket.as_str()).join(key.as_str());
        let octets = std::fs::read(place(Bucket::Media, &one))?;
        for (bucket, key) in self.over().await?.into_iter().flat_map(|id| self.objects_of(id)) {
            let file = place(bucket, &key);
            std::fs::create_dir_all(file.parent().ok_or("a file lies in a directory")?)?;
            std::fs::write(file, &octets)?;
        }
        std::process::Command::new("sync").status()?;
        Ok(Arc::new(store))
    }

    /// What this process and the database's have had of the processors: beside others' work the rate says less than this.
    fn cpu_seconds(&self) -> Outcome<f64> {
        let server = self.cluster.server_pid().ok_or("no server")?;
        let mut ticks = 0;
        for entry in std::fs::read_dir("/proc")? {
            let Ok(stat) = std::fs::read_to_string(entry?.path().join("stat")) else { continue };
            // proc(5): what follows the name begins with state and parent; user and system time are the 12th and 13th.
            let Some((before, after)) = stat.rsplit_once(')') else { continue };
            let pid = before.split(' ').next().and_then(|pid| pid.parse::<u32>().ok());
            let fields: Vec<&str> = after.split_whitespace().collect();
            let parent = fields.get(1).and_then(|parent| parent.parse::<u32>().ok());
            if pid == Some(std::process::id()) || parent == Some(server) {
                ticks += fields.iter().skip(11).take(2).filter_map(|t| t.parse::<u64>().ok()).sum::<u64>();
            }
        }
        // Linux counts in hundredths on every machine we know.
        Ok(ticks as f64 / 100.0)
    }

    async fn run(&self, keeper: &Keeper, kind: JobKind) -> Outcome<(Ran, Duration)> {
        let begun = Instant::now();
        let ran = keeper.run_now(&self.tenant, kind).await?.ok_or("somebody else is at it")?;
        Ok((ran, begun.elapsed()))
    }

    async fn destroy(&self, name: &str, directory: Option<&Path>, count: u32) -> Outcome<()> {
        if count == 0 {
            return Ok(());
        }
        // one call a second, as a large city has them
        self.fill(count, 32, 1_000_000, true).await?;
        let store = match directory {
            Some(root) => self.put_in_directory(root).await?,
            None => self.put_in_memory().await?,
        };
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
        let before = self.cpu_seconds()?;
        let (ran, took) = self.run(&keeper, JobKind::Destroy).await?;
        ran.end?;
        let cpu = (self.cpu_seconds()? - before) / f64::from(count);
        let rate = |took: Duration| f64::from(count) / took.as_secs_f64();
        println!(
            "{count:>9} recordings, 2 objects each, store in {name}: made due {:.0}/s, destroyed with certificate {:.0}/s ({took:.1?}, {:.2} CPU s a thousand)",
            rate(swept),
            rate(took),
            cpu * 1e3
        );
        Ok(())
    }

    async fn sweep_nothing(&self, rows: u32) -> Outcome<()> {
        if rows == 0 {
            return Ok(());
        }
        // within the last twenty days: all of them are kept
        self.fill(rows, 1, 20 * 86_400_000_000 / u64::from(rows), false).await?;
        // What was filled goes to the disk now: with gigabytes on their way each commit waits for seconds.
        self.behind("CHECKPOINT").await?;
        std::process::Command::new("sync").status()?;
        let keeper = self.keeper(Arc::new(MemoryStore::new()))?;
        // The calls whose recordings were destroyed above have a log that is over.
        let (erased, took) = self.run(&keeper, JobKind::LogErasure).await?;
        erased.end?;
        let calls = erased.progress.done;
        println!("{calls:>9} logs of calls erased: {:.0}/s", calls as f64 / took.as_secs_f64());
        for kind in
            [JobKind::Sweep, JobKind::Destroy, JobKind::TierMove, JobKind::PolicyChange, JobKind::LogErasure]
        {
            let (ran, took) = self.run(&keeper, kind).await?;
            ran.end?;
            println!("{rows:>9} rows kept: {kind} that finds nothing {:.1} ms", took.as_secs_f64() * 1e3);
        }
        Ok(())
    }
}

//! Prints what a recorded call costs on S3 and KMS: writes, key calls, latencies, octets read. A private radosgw and the KMS
//! emulator stand in for AWS: `cargo run --release -p rokuon-storage-aws --example s3_costs`.

#![expect(clippy::print_stdout, clippy::cast_precision_loss, reason = "a benchmark prints its figures")]

use std::error::Error;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use rokuon_policy::backstop::BackstopClass;
use rokuon_policy::ids::{RecordingId, TenantId};
use rokuon_storage::container_context::ContainerContext;
use rokuon_storage::data_key_pool::DataKeyPool;
use rokuon_storage::key_service::KeyService;
use rokuon_storage::object_store::{Bucket, ObjectKey, ObjectStore, ObjectVersion, StoreError, StoredObject};
use rokuon_storage::recording_reader::{RecordingReader, SealedPlace};
use rokuon_storage::recording_writer::RecordingWriter;
use rokuon_storage_aws::kms_keys::KmsKeys;
use rokuon_storage_aws::provision::apply::apply;
use rokuon_storage_aws::s3_store::{S3Layout, S3Store, StoreEncryption};
use rokuon_storage_aws::session::{AwsSettings, Checksums, Session};
use rokuon_storage_aws::tenant_keys::TenantKeys;
use rokuon_test_aws::radosgw::{Radosgw, RadosgwSettings};
use rokuon_test_aws::test_kms::TestKms;

const CALLS: usize = 200;
/// Three minutes of G.711, two parties.
const MEDIA: usize = 180 * 16_000;

/// Counts what passes through.
struct Counted {
    inner: S3Store,
    puts: AtomicU64,
    gets: AtomicU64,
    fetched: AtomicU64,
}

#[async_trait]
impl ObjectStore for Counted {
    async fn put(
        &self,
        bucket: Bucket,
        key: &ObjectKey,
        bytes: Bytes,
        class: Option<BackstopClass>,
    ) -> Result<StoredObject, StoreError> {
        self.puts.fetch_add(1, Ordering::Relaxed);
        self.inner.put(bucket, key, bytes, class).await
    }
    async fn get_range(
        &self,
        bucket: Bucket,
        key: &ObjectKey,
        version: Option<&str>,
        range: Range<u64>,
    ) -> Result<Bytes, StoreError> {
        let read = self.inner.get_range(bucket, key, version, range).await?;
        self.gets.fetch_add(1, Ordering::Relaxed);
        self.fetched.fetch_add(read.len() as u64, Ordering::Relaxed);
        Ok(read)
    }
    async fn get(&self, bucket: Bucket, key: &ObjectKey, version: Option<&str>) -> Result<Bytes, StoreError> {
        self.inner.get(bucket, key, version).await
    }
    async fn head(&self, bucket: Bucket, key: &ObjectKey) -> Result<Option<StoredObject>, StoreError> {
        self.inner.head(bucket, key).await
    }
    async fn list(
        &self,
        bucket: Bucket,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<ObjectKey>, StoreError> {
        self.inner.list(bucket, prefix, after, limit).await
    }
    async fn list_versions(
        &self,
        bucket: Bucket,
        prefix: &str,
        after: Option<&(String, String)>,
        limit: usize,
    ) -> Result<Vec<ObjectVersion>, StoreError> {
        self.inner.list_versions(bucket, prefix, after, limit).await
    }
    async fn erase_versions(
        &self,
        bucket: Bucket,
        versions: &[(ObjectKey, String)],
    ) -> Vec<Result<(), StoreError>> {
        self.inner.erase_versions(bucket, versions).await
    }
    async fn set_held(
        &self,
        bucket: Bucket,
        key: &ObjectKey,
        version_id: &str,
        held: bool,
    ) -> Result<(), StoreError> {
        self.inner.set_held(bucket, key, version_id, held).await
    }
    async fn is_held(&self, bucket: Bucket, key: &ObjectKey, version_id: &str) -> Result<bool, StoreError> {
        self.inner.is_held(bucket, key, version_id).await
    }
    async fn set_backstop(
        &self,
        bucket: Bucket,
        key: &ObjectKey,
        version_id: &str,
        class: Option<BackstopClass>,
    ) -> Result<(), StoreError> {
        self.inner.set_backstop(bucket, key, version_id, class).await
    }
}

fn percentile(sorted: &[Duration], percent: usize) -> f64 {
    let place = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
    sorted.get(place).map_or(0.0, |took| took.as_secs_f64() * 1e3)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    if !Radosgw::is_installed() {
        println!("radosgw is not installed (scripts/setup test): no figures");
        return Ok(());
    }
    let gateway = tokio::task::spawn_blocking(|| Radosgw::start(&RadosgwSettings::default())).await??;
    let kms = TestKms::start().await?;
    let session = Session::open(&AwsSettings {
        region: Some("us-east-1".to_owned()),
        s3_endpoint: Some(gateway.endpoint.clone()),
        kms_endpoint: Some(kms.endpoint()),
        path_style: true,
        checksums: Checksums::Required,
        static_credentials: Some((Radosgw::ACCESS_KEY.to_owned(), Radosgw::SECRET_KEY.to_owned())),
        ..AwsSettings::default()
    })
    .await;
    let layout = S3Layout {
        media: "rokuon-media".to_owned(),
        secondary: "rokuon-secondary".to_owned(),
        keys: "rokuon-keys".to_owned(),
        secondary_class: None,
        encryption: StoreEncryption::BucketDefault,
        cell_key: None,
        atomic_puts: false,
    };
    apply(&session.s3, &layout, &std::iter::once("d35".parse()?).collect(), false).await?;
    let tenant_keys = Arc::new(TenantKeys::by_alias("alias/rokuon-"));
    let store = Arc::new(Counted {
        inner: S3Store::new(session.s3.clone(), layout, tenant_keys.clone()),
        puts: AtomicU64::new(0),
        gets: AtomicU64::new(0),
        fetched: AtomicU64::new(0),
    });
    let keys: Arc<dyn KeyService> = Arc::new(KmsKeys::new(session.kms, tenant_keys, true));
    let tenant: TenantId = "toyonaka".parse()?;
    keys.ensure_tenant_key(&tenant).await?;
    let before: usize = kms.calls().len();

    let (writer, pool) = (RecordingWriter::new(store.clone()), DataKeyPool::new(keys.clone(), 1));
    let media = Bytes::from((0..MEDIA).map(|n| ((n * 31) >> 3) as u8).collect::<Vec<_>>());
    let (mut took, mut sealed) = (Vec::new(), Vec::new());
    for _ in 0..CALLS {
        let pooled = pool.take_or_generate(&tenant).await?;
        let began = Instant::now();
        writer.put_key(&tenant, pooled.recording, &pooled.wrapped).await?;
        let context = ContainerContext::wav(tenant.clone(), pooled.recording, 0, 2);
        let (peaks, manifest) = (media.slice(..36_000), |_: &_| Ok(media.slice(..4_000)));
        let last = writer.put_last_segment(&context, &pooled.key, media.clone(), peaks, &manifest).await?;
        let object = last.segment;
        took.push(began.elapsed());
        sealed.push((pooled.recording, context, object));
    }
    took.sort_unstable();
    println!(
        "a call of 3 minutes  {:6.2} PUT to S3",
        store.puts.load(Ordering::Relaxed) as f64 / CALLS as f64
    );
    println!("a call of 3 minutes  {:6.2} calls of KMS", (kms.calls().len() - before) as f64 / CALLS as f64);
    println!(
        "sealing to radosgw   {:6.1} ms p50, {:.1} ms p99 (put and read back)",
        percentile(&took, 50),
        percentile(&took, 99)
    );

    let reader = RecordingReader::new(store.clone(), keys);
    let (mut first, mut worst_extra, mut asked) = (Vec::new(), 0_i64, 0_u64);
    for (number, (recording, context, object)) in sealed.iter().enumerate() {
        let (recording, from): (RecordingId, u64) =
            (*recording, (number as u64 * 7_919) % (MEDIA as u64 - 70_000));
        let place = SealedPlace {
            bucket: Bucket::Media,
            object_key: object.object_key.clone(),
            version_id: Some(object.version_id.clone()),
            container_len: Some(object.container_len),
        };
        let began = Instant::now();
        let segment = reader.open(&tenant, recording).await?.segment(place, context.clone()).await?;
        let fetched = store.fetched.load(Ordering::Relaxed);
        let read = segment.read(from..from + 64_000).await?;
        first.push(began.elapsed());
        asked += read.len() as u64;
        let extra = (store.fetched.load(Ordering::Relaxed) - fetched) as i64 - read.len() as i64;
        worst_extra = worst_extra.max(extra);
    }
    first.sort_unstable();
    println!(
        "playback, key cold   {:6.1} ms p50, {:.1} ms p95 to the first 64 kB (KMS, key object, 2 reads to open, 1 to play)",
        percentile(&first, 50),
        percentile(&first, 95)
    );
    println!("a range of 64,000    at most {worst_extra} octets more than asked; {asked} asked in all");
    Ok(())
}

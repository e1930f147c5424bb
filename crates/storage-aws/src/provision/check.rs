//! `rokuon storage check`: the settings of a customer's buckets compared, and what we rely on tried for real.

use std::collections::BTreeSet;
use std::sync::Arc;

use aws_sdk_s3::types::{BucketVersioningStatus, ObjectLockEnabled};
use chrono::{DateTime, Utc};
use rokuon_policy::backstop::BackstopClass;
use rokuon_policy::ids::TenantId;
use rokuon_storage::cell_key::CellKey;
use rokuon_storage::key_service::KeyService;
use rokuon_storage::object_store::Bucket;

use super::finding::{Finding, Findings, so};
use super::lifecycle::{self, Rule};
use super::{key_trial, object_trial};
use crate::failure::{code_of, of_store};
use crate::s3_store::S3Store;

/// What is checked.
pub struct Checked<'a> {
    /// The buckets.
    pub store: &'a S3Store,
    /// The keys.
    pub keys: Option<&'a Arc<dyn KeyService>>,
    /// The cell's own key.
    pub cell_key: Option<&'a dyn CellKey>,
    /// Whose keys are tried, and whose name the objects of the trial bear; they are erased again.
    pub tenant: &'a TenantId,
    /// The classes for which there must be rules.
    pub classes: &'a BTreeSet<BackstopClass>,
    /// Our clock.
    pub now: DateTime<Utc>,
}

/// Looks at every bucket and at the tenant's key. What is found is told; nothing stops it.
pub async fn check(checked: &Checked<'_>) -> Vec<Finding> {
    let mut all = Vec::new();
    for bucket in Bucket::ALL {
        let mut found = Findings::of(checked.store.layout.name(bucket));
        if settings(checked, bucket, &mut found).await {
            object_trial::run(checked, bucket, &mut found).await;
        }
        all.extend(found.all());
    }
    if let Some(keys) = checked.keys {
        let mut found = Findings::of(format!("KMS ({})", checked.tenant));
        key_trial::run(keys.as_ref(), checked.tenant, &mut found).await;
        all.extend(found.all());
    }
    if let Some(cell_key) = checked.cell_key {
        let mut found = Findings::of("KMS (cell_key)");
        key_trial::run_cell(cell_key, &mut found).await;
        all.extend(found.all());
    }
    all
}

/// Answers whether the bucket is there at all.
async fn settings(checked: &Checked<'_>, bucket: Bucket, found: &mut Findings) -> bool {
    let (client, name) = (&checked.store.client, checked.store.layout.name(bucket));
    let reached = client.head_bucket().bucket(name).send().await.map_err(|error| of_store(error).to_string());
    let is_there = reached.is_ok();
    found.needed("バケットがあり、私たちが届く", "the bucket is there and we reach it", reached.map(drop));
    if !is_there {
        return false;
    }
    let versions = client.get_bucket_versioning().bucket(name).send().await;
    let versions = versions.map_err(|error| of_store(error).to_string());
    found.needed(
        "版を残す設定である（上書きや削除で元が失われない）",
        "it keeps versions, so that nothing is lost by overwriting or deleting",
        versions.and_then(|seen| {
            so(seen.status == Some(BucketVersioningStatus::Enabled), || format!("{:?}", seen.status))
        }),
    );
    let lock = client.get_object_lock_configuration().bucket(name).send().await;
    let lock = lock.map_err(|error| of_store(error).to_string()).map(|lock| lock.object_lock_configuration);
    let enabled = lock.clone().and_then(|lock| {
        let is_on =
            lock.as_ref().and_then(|lock| lock.object_lock_enabled()) == Some(&ObjectLockEnabled::Enabled);
        so(is_on, || format!("{lock:?}"))
    });
    found.needed("オブジェクトロックが使える", "Object Lock can be used in it", enabled);
    found.needed(
        "既定の保持期間がない（期限に消せなくなるため）",
        "it has no default retention, which would keep us from erasing in time",
        lock.and_then(|lock| {
            let rule = lock.and_then(|lock| lock.rule);
            so(rule.is_none(), || format!("{rule:?}"))
        }),
    );
    rules(checked, bucket, found).await;
    let barred = client.get_public_access_block().bucket(name).send().await;
    let barred = barred.map_err(|error| of_store(error).to_string()).and_then(|barred| {
        let all = barred.public_access_block_configuration.is_some_and(|barred| {
            barred.block_public_acls == Some(true)
                && barred.ignore_public_acls == Some(true)
                && barred.block_public_policy == Some(true)
                && barred.restrict_public_buckets == Some(true)
        });
        so(all, || "not all four are on".to_owned())
    });
    found.advised("公開アクセスが塞がれている", "public access is barred", barred);
    let encrypted = client.get_bucket_encryption().bucket(name).send().await;
    let encrypted = encrypted.map_err(|error| of_store(error).to_string()).and_then(|encrypted| {
        let rules = encrypted.server_side_encryption_configuration.map(|all| all.rules).unwrap_or_default();
        so(!rules.is_empty(), || "none".to_owned())
    });
    found.advised("置かれたものは既定で暗号化される", "what is put is encrypted by default", encrypted);
    true
}

async fn rules(checked: &Checked<'_>, bucket: Bucket, found: &mut Findings) {
    let (client, name) = (&checked.store.client, checked.store.layout.name(bucket));
    let seen = match client.get_bucket_lifecycle_configuration().bucket(name).send().await {
        Ok(seen) => Ok(lifecycle::read(seen.rules())),
        Err(error) if code_of(&error).1 == "NoSuchLifecycleConfiguration" => Ok(BTreeSet::new()),
        Err(error) => Err(of_store(error).to_string()),
    };
    let list = |rules: Vec<&Rule>| rules.into_iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let wanted = lifecycle::wanted(checked.classes);
    found.needed(
        "私たちのもの以外のライフサイクル規則がない（保全中や期限前のものを消しうるため）",
        "it has no lifecycle rules but ours: others could erase what is held or not yet due",
        seen.clone().and_then(|seen| {
            let foreign: Vec<_> = seen.iter().filter(|rule| matches!(rule, Rule::Foreign(_))).collect();
            so(foreign.is_empty(), || list(foreign))
        }),
    );
    found.needed(
        "規程から作った規則がすべてある（rokuon storage apply で作れます）",
        "it has every rule made from the policies (`rokuon storage apply` writes them)",
        seen.and_then(|seen| {
            let missing: Vec<_> = wanted.difference(&seen).collect();
            so(missing.is_empty(), || format!("missing: {}", list(missing)))
        }),
    );
}

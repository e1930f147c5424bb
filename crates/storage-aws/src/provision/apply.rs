//! Makes the buckets and gives them their rules. Run again it changes nothing that is right already.

use std::collections::BTreeSet;

use aws_sdk_s3::Client;
use aws_sdk_s3::types::{
    BucketLocationConstraint, BucketVersioningStatus, CreateBucketConfiguration,
    PublicAccessBlockConfiguration, VersioningConfiguration,
};
use rokuon_policy::backstop::BackstopClass;
use rokuon_storage::object_store::{Bucket, StoreError, StoreErrorKind};

use super::lifecycle;
use crate::failure::{code_of, of_store};
use crate::s3_store::S3Layout;

/// What was done to one bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// It was made, with versions and Object Lock.
    Made,
    /// Versions were switched on.
    Versioned,
    /// Public access was barred.
    Barred,
    /// Its rules were written; so many.
    Ruled(usize),
}

/// Brings every bucket of the layout to what we rely on. Public access is barred only where `bars_public` says so: radosgw 16
/// takes that, and then refuses every put.
///
/// # Errors
/// The store refuses or fails; what was done before stands.
pub async fn apply(
    client: &Client,
    layout: &S3Layout,
    classes: &BTreeSet<BackstopClass>,
    bars_public: bool,
) -> Result<Vec<(String, Done)>, StoreError> {
    let mut done = Vec::new();
    for bucket in Bucket::ALL {
        let name = layout.name(bucket);
        for step in one(client, name, classes, bars_public).await? {
            done.push((name.to_owned(), step));
        }
    }
    Ok(done)
}

async fn one(
    client: &Client,
    name: &str,
    classes: &BTreeSet<BackstopClass>,
    bars_public: bool,
) -> Result<Vec<Done>, StoreError> {
    let mut done = Vec::new();
    if !is_there(client, name).await? {
        make(client, name).await?;
        done.push(Done::Made);
    }
    let versions = client.get_bucket_versioning().bucket(name).send().await.map_err(of_store)?;
    if versions.status != Some(BucketVersioningStatus::Enabled) {
        let on = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
        client
            .put_bucket_versioning()
            .bucket(name)
            .versioning_configuration(on)
            .send()
            .await
            .map_err(of_store)?;
        done.push(Done::Versioned);
    }
    if bars_public {
        bar_public(client, name).await?;
        done.push(Done::Barred);
    }
    let rules = lifecycle::wanted(classes);
    let written = lifecycle::configuration(&rules);
    let written = written.map_err(|error| StoreError::new(StoreErrorKind::Refused, error))?;
    let writing = client.put_bucket_lifecycle_configuration().bucket(name).lifecycle_configuration(written);
    writing.send().await.map_err(of_store)?;
    done.push(Done::Ruled(rules.len()));
    Ok(done)
}

async fn is_there(client: &Client, name: &str) -> Result<bool, StoreError> {
    match client.head_bucket().bucket(name).send().await {
        Ok(_) => Ok(true),
        Err(error) if code_of(&error).0 == 404 => Ok(false),
        Err(error) => Err(of_store(error)),
    }
}

async fn make(client: &Client, name: &str) -> Result<(), StoreError> {
    let region = client.config().region().map(ToString::to_string).unwrap_or_default();
    // us-east-1 is where buckets lie that say nothing.
    let place = (!region.is_empty() && region != "us-east-1").then(|| {
        let place = BucketLocationConstraint::from(region.as_str());
        CreateBucketConfiguration::builder().location_constraint(place).build()
    });
    let request = client.create_bucket().bucket(name).object_lock_enabled_for_bucket(true);
    request.set_create_bucket_configuration(place).send().await.map(drop).map_err(of_store)
}

async fn bar_public(client: &Client, name: &str) -> Result<(), StoreError> {
    let barred = PublicAccessBlockConfiguration::builder()
        .block_public_acls(true)
        .ignore_public_acls(true)
        .block_public_policy(true)
        .restrict_public_buckets(true)
        .build();
    let request = client.put_public_access_block().bucket(name).public_access_block_configuration(barred);
    request.send().await.map(drop).map_err(of_store)
}

//! Erasure in batches, one answer each.

use std::collections::HashMap;

use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use rokuon_storage::object_store::{Bucket, ObjectKey, ObjectStore, StoreError, StoreErrorKind};

use crate::failure::{of_store, store_kind};
use crate::s3_store::S3Store;

/// The most S3 takes at once.
const BATCH: usize = 1_000;

/// Erases versions. What the store denies is asked once more: a hold is told apart from a want of rights.
pub async fn erase(
    store: &S3Store,
    bucket: Bucket,
    versions: &[(ObjectKey, String)],
) -> Vec<Result<(), StoreError>> {
    let mut answers = Vec::with_capacity(versions.len());
    for batch in versions.chunks(BATCH) {
        match ask(store, bucket, batch).await {
            Ok(refused) => {
                for (key, version) in batch {
                    let answer = match refused.get(&(key.as_str(), version.as_str())) {
                        None => Ok(()),
                        Some(error) => why(store, bucket, key, version, error).await,
                    };
                    answers.push(answer);
                }
            }
            Err(error) => {
                answers.extend(batch.iter().map(|_| Err(StoreError::new(error.kind, error.to_string()))))
            }
        }
    }
    answers
}

/// A code and a message of the store.
type Told = (String, String);

/// Those the store did not erase, each with what it said.
async fn ask<'a>(
    store: &S3Store,
    bucket: Bucket,
    batch: &'a [(ObjectKey, String)],
) -> Result<HashMap<(&'a str, &'a str), Told>, StoreError> {
    let refused = |error| StoreError::new(StoreErrorKind::Refused, error);
    let mut delete = Delete::builder().quiet(true);
    for (key, version) in batch {
        let one = ObjectIdentifier::builder().key(key.as_str()).version_id(version).build();
        delete = delete.objects(one.map_err(refused)?);
    }
    let request = store.client.delete_objects().bucket(store.layout.name(bucket));
    let answer = request.delete(delete.build().map_err(refused)?).send().await.map_err(of_store)?;
    let mut kept = HashMap::new();
    for error in answer.errors() {
        let (key, version) = (error.key().unwrap_or_default(), error.version_id().unwrap_or_default());
        let told =
            (error.code().unwrap_or_default().to_owned(), error.message().unwrap_or_default().to_owned());
        // Some stores leave the version out of the answer: then it counts for every version of that key.
        for (asked_key, asked_version) in batch {
            if asked_key.as_str() == key && (version.is_empty() || asked_version == version) {
                kept.insert((asked_key.as_str(), asked_version.as_str()), told.clone());
            }
        }
    }
    Ok(kept)
}

async fn why(
    store: &S3Store,
    bucket: Bucket,
    key: &ObjectKey,
    version: &str,
    (code, message): &Told,
) -> Result<(), StoreError> {
    let kind = match code.as_str() {
        "NoSuchKey" | "NoSuchVersion" => return Ok(()),
        "AccessDenied" => match store.is_held(bucket, key, version).await {
            Ok(true) => StoreErrorKind::Held,
            _ => StoreErrorKind::Refused,
        },
        code => store_kind(0, code),
    };
    Err(StoreError::new(kind, format!("{code}: {message}")))
}

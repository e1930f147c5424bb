//! What is about to be erased of a recording, written down before the first object goes.

use std::collections::BTreeMap;

use rokuon_policy::closed_list;
use rokuon_policy::ids::RecordingId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use chrono::{DateTime, Utc};

use crate::error::DbError;
use crate::recordings::json;
use crate::row::Place;
use crate::tenant_tx::TenantTx;

closed_list! {
    /// Why objects go.
    pub enum ListCause {
        /// The recording is being destroyed.
        Destroyed = "destroyed",
        /// Its media lies on the second tier now.
        Moved = "moved",
    }
}

/// One version of one object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ListedObject {
    /// Its bucket.
    pub bucket: String,
    /// Its key.
    pub key: String,
    /// Its version.
    pub version: String,
    /// Its length in octets; 0 for a marker that hides what lies under it.
    pub bytes: u64,
}

/// A list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DestructionList {
    /// Of which recording.
    pub recording: RecordingId,
    /// What goes.
    pub objects: Vec<ListedObject>,
    /// When it was written down first.
    pub listed_at: DateTime<Utc>,
}

/// When everything on a list was erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Emptied {
    /// Its key.
    pub keys_erased: DateTime<Utc>,
    /// Its media.
    pub media_erased: DateTime<Utc>,
}

/// Writes lists down; says for which there was none before. What stands on one already stays on it: what was found anew is added.
///
/// # Errors
/// [`DbError`].
pub async fn put(
    tx: &mut TenantTx,
    cause: ListCause,
    lists: &[(RecordingId, Vec<ListedObject>)],
    now: DateTime<Utc>,
) -> Result<Vec<RecordingId>, DbError> {
    let ids: Vec<Uuid> = lists.iter().map(|(id, _)| id.0).collect();
    let objects: Vec<Value> = lists.iter().map(|(_, objects)| json(objects)).collect();
    let (tenant, connection) = tx.parts();
    // A row that was there before has the transaction that changed it in xmax.
    let rows: Vec<(Uuid, bool)> = sqlx::query_as(
        "INSERT INTO destruction_lists (tenant_id, recording_id, cause, objects, listed_at)
        SELECT $1, id, $3, objects, $5
        FROM unnest($2::uuid[], $4::jsonb[]) AS listed (id, objects)
        ON CONFLICT (tenant_id, recording_id, cause) DO UPDATE SET objects = (
            SELECT jsonb_agg(DISTINCT one)
            FROM jsonb_array_elements(destruction_lists.objects || excluded.objects) AS one
        )
        WHERE NOT destruction_lists.objects @> excluded.objects
        RETURNING recording_id, xmax = 0",
    )
    .bind(tenant)
    .bind(ids)
    .bind(cause.as_str())
    .bind(objects)
    .bind(now)
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().filter_map(|(id, new)| new.then_some(RecordingId(id))).collect())
}

/// The lists of some recordings.
///
/// # Errors
/// [`DbError`].
pub async fn of(
    tx: &mut TenantTx,
    cause: ListCause,
    recordings: &[RecordingId],
) -> Result<Vec<DestructionList>, DbError> {
    let ids: Vec<Uuid> = recordings.iter().map(|id| id.0).collect();
    let (tenant, connection) = tx.parts();
    let rows: Vec<(Uuid, Value, DateTime<Utc>)> = sqlx::query_as(
        "SELECT recording_id, objects, listed_at
        FROM destruction_lists
        WHERE tenant_id = $1 AND recording_id = ANY ($2) AND cause = $3",
    )
    .bind(tenant)
    .bind(ids)
    .bind(cause.as_str())
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(list).collect()
}

/// Some lists of a cause, in no order.
///
/// # Errors
/// [`DbError`].
pub async fn waiting(
    tx: &mut TenantTx,
    cause: ListCause,
    limit: u32,
) -> Result<Vec<DestructionList>, DbError> {
    let (tenant, connection) = tx.parts();
    let rows: Vec<(Uuid, Value, DateTime<Utc>)> = sqlx::query_as(
        "SELECT recording_id, objects, listed_at
        FROM destruction_lists
        WHERE tenant_id = $1 AND cause = $2
        LIMIT $3",
    )
    .bind(tenant)
    .bind(cause.as_str())
    .bind(i64::from(limit))
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(list).collect()
}

/// Everything on these lists was erased, and nothing is left: what remains of the destructions is to wait. What stands there already
/// stays. A recording of which nothing was found gets an empty list.
///
/// # Errors
/// [`DbError`].
pub async fn note_emptied(
    tx: &mut TenantTx,
    recordings: &[RecordingId],
    emptied: Emptied,
) -> Result<(), DbError> {
    let ids: Vec<Uuid> = recordings.iter().map(|id| id.0).collect();
    let (tenant, connection) = tx.parts();
    sqlx::query(
        "INSERT INTO destruction_lists (tenant_id, recording_id, cause, objects, listed_at, keys_erased_at, media_erased_at)
        SELECT $1, id, $3, '[]', $5, $4, $5
        FROM unnest($2::uuid[]) AS emptied (id)
        ON CONFLICT (tenant_id, recording_id, cause) DO UPDATE SET
            keys_erased_at = excluded.keys_erased_at,
            media_erased_at = excluded.media_erased_at
        WHERE destruction_lists.keys_erased_at IS NULL",
    )
    .bind(tenant)
    .bind(ids)
    .bind(ListCause::Destroyed.as_str())
    .bind(emptied.keys_erased)
    .bind(emptied.media_erased)
    .execute(connection)
    .await?;
    Ok(())
}

/// Which of these recordings are destroyed but for their certificates, and since when.
///
/// # Errors
/// [`DbError`].
pub async fn emptied(
    tx: &mut TenantTx,
    recordings: &[RecordingId],
) -> Result<BTreeMap<RecordingId, Emptied>, DbError> {
    let ids: Vec<Uuid> = recordings.iter().map(|id| id.0).collect();
    let (tenant, connection) = tx.parts();
    let rows: Vec<(Uuid, DateTime<Utc>, DateTime<Utc>)> = sqlx::query_as(
        "SELECT recording_id, keys_erased_at, media_erased_at
        FROM destruction_lists
        WHERE tenant_id = $1 AND recording_id = ANY ($2) AND cause = $3
            AND keys_erased_at IS NOT NULL AND media_erased_at IS NOT NULL",
    )
    .bind(tenant)
    .bind(ids)
    .bind(ListCause::Destroyed.as_str())
    .fetch_all(connection)
    .await?;
    let row = |(id, keys_erased, media_erased)| (RecordingId(id), Emptied { keys_erased, media_erased });
    Ok(rows.into_iter().map(row).collect())
}

/// Everything on them is gone.
///
/// # Errors
/// [`DbError`].
pub async fn strike(tx: &mut TenantTx, cause: ListCause, recordings: &[RecordingId]) -> Result<(), DbError> {
    let ids: Vec<Uuid> = recordings.iter().map(|id| id.0).collect();
    let (tenant, connection) = tx.parts();
    sqlx::query(
        "DELETE FROM destruction_lists
        WHERE tenant_id = $1 AND recording_id = ANY ($2) AND cause = $3",
    )
    .bind(tenant)
    .bind(ids)
    .bind(cause.as_str())
    .execute(connection)
    .await?;
    Ok(())
}

fn list((id, objects, listed_at): (Uuid, Value, DateTime<Utc>)) -> Result<DestructionList, DbError> {
    let objects = Place { table: "destruction_lists", row: &id }.json("objects", objects)?;
    Ok(DestructionList { recording: RecordingId(id), objects, listed_at })
}

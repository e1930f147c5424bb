//! Where the sealed pieces of recordings lie, and their move to the second tier.

use chrono::{DateTime, Utc};
use rokuon_policy::ids::RecordingId;
use uuid::Uuid;

use crate::error::DbError;
use crate::row::{Place, signed};
use crate::tenant_tx::TenantTx;

/// One sealed piece as its keeping sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptSegment {
    /// Of which recording.
    pub recording: RecordingId,
    /// Its number.
    pub number: u32,
    /// `media` or `secondary`.
    pub bucket: String,
    /// Its key there.
    pub object_key: String,
    /// Its version.
    pub version_id: String,
    /// Its length in octets.
    pub container_bytes: u64,
    /// SHA-256 of its octets.
    pub container_sha256: [u8; 32],
}

type Row = (Uuid, i32, String, String, String, i64, Vec<u8>);

/// The pieces of some recordings, by recording and number.
///
/// # Errors
/// [`DbError`].
pub async fn of(tx: &mut TenantTx, recordings: &[RecordingId]) -> Result<Vec<KeptSegment>, DbError> {
    let ids: Vec<Uuid> = recordings.iter().map(|id| id.0).collect();
    let (tenant, connection) = tx.parts();
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT recording_id, number, bucket, object_key, version_id, container_bytes, container_sha256
        FROM segments
        WHERE tenant_id = $1 AND recording_id = ANY ($2)
        ORDER BY recording_id, number",
    )
    .bind(tenant)
    .bind(ids)
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(segment).collect()
}

pub(crate) fn segment(row: Row) -> Result<KeptSegment, DbError> {
    let (id, number, bucket, object_key, version_id, bytes, sha256) = row;
    let place = Place { table: "segments", row: &id };
    Ok(KeptSegment {
        recording: RecordingId(id),
        number: place.number("number", number)?,
        container_bytes: place.number("container_bytes", bytes)?,
        container_sha256: place.bytes("container_sha256", sha256)?,
        bucket,
        object_key,
        version_id,
    })
}

/// A piece that lies elsewhere now: its octets were read back there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Switched {
    /// As it was.
    pub before: KeptSegment,
    /// The bucket it lies in now.
    pub bucket: String,
    /// Its version there.
    pub version_id: String,
}

/// Points rows at where the octets lie now; says whether each still pointed where it was thought to.
///
/// # Errors
/// [`DbError`].
pub async fn switch(tx: &mut TenantTx, switched: &[Switched]) -> Result<bool, DbError> {
    let column = |of: fn(&Switched) -> &str| switched.iter().map(of).collect::<Vec<_>>();
    let (tenant, connection) = tx.parts();
    let done = sqlx::query(
        "UPDATE segments s
        SET bucket = w.bucket, version_id = w.version_id
        FROM unnest($2::uuid[], $3::integer[], $4::text[], $5::text[], $6::text[], $7::text[])
            AS w (recording_id, number, bucket_before, version_before, bucket, version_id)
        WHERE s.tenant_id = $1 AND s.recording_id = w.recording_id AND s.number = w.number
            AND s.bucket = w.bucket_before AND s.version_id = w.version_before",
    )
    .bind(tenant)
    .bind(switched.iter().map(|one| one.before.recording.0).collect::<Vec<_>>())
    .bind(switched.iter().map(|one| i32::try_from(one.before.number).unwrap_or(i32::MAX)).collect::<Vec<_>>())
    .bind(column(|one| &one.before.bucket))
    .bind(column(|one| &one.before.version_id))
    .bind(column(|one| &one.bucket))
    .bind(column(|one| &one.version_id))
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == switched.len() as u64)
}

/// A recording lies on the second tier now; says whether it was there to be moved: sealed, unheld, of that epoch, and
/// none of it left on the first.
///
/// # Errors
/// [`DbError`].
pub async fn moved(
    tx: &mut TenantTx,
    recording: RecordingId,
    epoch: u64,
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    let (tenant, connection) = tx.parts();
    let done = sqlx::query(
        "UPDATE recordings
        SET state = 'secondary', tier = 'secondary', tier_moved_at = $4
        WHERE tenant_id = $1 AND recording_id = $2 AND epoch = $3 AND state = 'primary' AND active_holds = 0
            AND NOT EXISTS (
                SELECT FROM segments s
                WHERE s.tenant_id = $1 AND s.recording_id = $2 AND s.bucket <> 'secondary'
            )",
    )
    .bind(tenant)
    .bind(recording.0)
    .bind(signed(epoch))
    .bind(now)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

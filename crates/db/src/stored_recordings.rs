//! What the rows say must be in the store, for a stretch of recordings by id.

use chrono::{DateTime, Utc};
use rokuon_policy::ids::RecordingId;
use rokuon_policy::recording_state::RecordingState;
use uuid::Uuid;

use crate::error::DbError;
use crate::kept_segments::{self, KeptSegment};
use crate::row::Place;
use crate::tenant_tx::TenantTx;

/// A recording and its pieces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRecording {
    /// Which.
    pub id: RecordingId,
    /// Where it stands.
    pub state: RecordingState,
    /// Holds on it.
    pub active_holds: u32,
    /// When it was sealed or given up.
    pub finished_at: Option<DateTime<Utc>>,
    /// Its pieces.
    pub segments: Vec<KeptSegment>,
}

type Row = (Uuid, String, i32, Option<DateTime<Utc>>);

/// The kept recordings after `after` up to and with `until` (no bound when absent), by id: the order in which a store lists them.
///
/// # Errors
/// [`DbError`].
pub async fn kept(
    tx: &mut TenantTx,
    after: Option<RecordingId>,
    until: Option<RecordingId>,
) -> Result<Vec<StoredRecording>, DbError> {
    let (tenant, connection) = tx.parts();
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT recording_id, state, active_holds, finished_at
        FROM recordings
        WHERE tenant_id = $1 AND state IN ('primary', 'secondary', 'due', 'quarantined')
            AND ($2::uuid IS NULL OR recording_id > $2)
            AND ($3::uuid IS NULL OR recording_id <= $3)
        ORDER BY recording_id",
    )
    .bind(tenant)
    .bind(after.map(|id| id.0))
    .bind(until.map(|id| id.0))
    .fetch_all(connection)
    .await?;
    with_segments(tx, rows).await
}

/// Some recordings in whatever state; what is not there is left out.
///
/// # Errors
/// [`DbError`].
pub async fn find(tx: &mut TenantTx, ids: &[RecordingId]) -> Result<Vec<StoredRecording>, DbError> {
    let (tenant, connection) = tx.parts();
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT recording_id, state, active_holds, finished_at
        FROM recordings
        WHERE tenant_id = $1 AND recording_id = ANY ($2)
        ORDER BY recording_id",
    )
    .bind(tenant)
    .bind(ids.iter().map(|id| id.0).collect::<Vec<_>>())
    .fetch_all(connection)
    .await?;
    with_segments(tx, rows).await
}

async fn with_segments(tx: &mut TenantTx, rows: Vec<Row>) -> Result<Vec<StoredRecording>, DbError> {
    let mut found: Vec<StoredRecording> = rows
        .into_iter()
        .map(|(id, state, active_holds, finished_at)| {
            let place = Place { table: "recordings", row: &id };
            Ok(StoredRecording {
                id: RecordingId(id),
                state: place.parse("state", &state)?,
                active_holds: place.number("active_holds", active_holds)?,
                finished_at,
                segments: Vec::new(),
            })
        })
        .collect::<Result<_, DbError>>()?;
    let ids: Vec<RecordingId> = found.iter().map(|one| one.id).collect();
    for segment in kept_segments::of(tx, &ids).await? {
        if let Ok(place) = found.binary_search_by_key(&segment.recording, |one| one.id) {
            found[place].segments.push(segment);
        }
    }
    Ok(found)
}

//! Whether the counter on the recordings' rows is what the holds' rows add up to (I2).

use rokuon_policy::ids::RecordingId;
use uuid::Uuid;

use crate::error::DbError;
use crate::row::Place;
use crate::tenant_tx::TenantTx;

/// A recording whose counter is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Miscount {
    /// Which.
    pub recording: RecordingId,
    /// What its row says.
    pub on_row: u32,
    /// How many active holds rest on it.
    pub counted: u32,
}

/// Every recording of the tenant whose counter is not the number of its active holds: none, ever.
///
/// # Errors
/// [`DbError`].
pub async fn miscounts(tx: &mut TenantTx) -> Result<Vec<Miscount>, DbError> {
    let (tenant, connection) = tx.parts();
    let rows: Vec<(Uuid, i32, i64)> = sqlx::query_as(
        "SELECT r.recording_id, r.active_holds, count(o.recording_id)
        FROM recordings r
        LEFT JOIN hold_recordings o ON o.tenant_id = r.tenant_id AND o.recording_id = r.recording_id AND o.released_at IS NULL
        WHERE r.tenant_id = $1
        GROUP BY r.recording_id, r.active_holds
        HAVING r.active_holds <> count(o.recording_id)
        ORDER BY r.recording_id",
    )
    .bind(tenant)
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|(id, on_row, counted)| {
            let place = Place { table: "recordings", row: &id };
            Ok(Miscount {
                recording: RecordingId(id),
                on_row: place.number("active_holds", on_row)?,
                counted: place.number("active_holds", counted)?,
            })
        })
        .collect()
}

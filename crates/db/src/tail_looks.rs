//! What the last look at all tails in the store told of their age. One row of the platform's own.

use chrono::{DateTime, Utc};

use crate::database::Database;
use crate::error::DbError;
use crate::tenant_tx::TenantTx;

/// A look at all tails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TailLook {
    /// No tail holds anything of what was sealed before this.
    pub clear_before: DateTime<Utc>,
    /// When it began.
    pub looked_at: DateTime<Utc>,
}

/// Writes a look down; one that began before the one that stands there changes nothing, unless that one's clock was ahead. Says whether
/// it was written.
///
/// # Errors
/// [`DbError`].
pub async fn note(database: &Database, look: &TailLook) -> Result<bool, DbError> {
    let written = sqlx::query(
        "INSERT INTO tail_looks (clear_before, looked_at)
        VALUES ($1, $2)
        ON CONFLICT (one) DO UPDATE SET clear_before = excluded.clear_before, looked_at = excluded.looked_at
        WHERE tail_looks.looked_at < excluded.looked_at
            OR tail_looks.looked_at > excluded.looked_at + interval '1 minute'",
    )
    .bind(look.clear_before)
    .bind(look.looked_at)
    .execute(database.pool())
    .await?;
    Ok(written.rows_affected() == 1)
}

/// The newest look; none before the first.
///
/// # Errors
/// [`DbError`].
pub async fn newest(tx: &mut TenantTx) -> Result<Option<TailLook>, DbError> {
    let row: Option<(DateTime<Utc>, DateTime<Utc>)> =
        sqlx::query_as("SELECT clear_before, looked_at FROM tail_looks")
            .fetch_optional(tx.connection())
            .await?;
    Ok(row.map(|(clear_before, looked_at)| TailLook { clear_before, looked_at }))
}

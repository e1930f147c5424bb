//! What was played under a use: begun before the first byte, then what was handed out and what was heard.

use chrono::{DateTime, Utc};
use rokuon_policy::ids::UseId;
use serde_json::Value;

use crate::error::DbError;
use crate::recordings::json;
use crate::row::{Place, signed};
use crate::tenant_tx::TenantTx;

/// A play.
#[derive(Debug, Clone, PartialEq)]
pub struct Play {
    /// When the first byte was about to be sent.
    pub started_at: DateTime<Utc>,
    /// Bytes of the rendition handed out so far.
    pub served_bytes: u64,
    /// What was heard, in seconds: merged, in order.
    pub heard: Vec<[f64; 2]>,
    /// When the player said it was over.
    pub ended_at: Option<DateTime<Utc>>,
}

/// Begins the play of a use; says whether this was the first time, which is when `play.start` is written.
///
/// # Errors
/// [`DbError::Conflict`] `plays_use` for an unknown use.
pub async fn begin(tx: &mut TenantTx, id: UseId, now: DateTime<Utc>) -> Result<bool, DbError> {
    let (tenant, connection) = tx.parts();
    let written = sqlx::query(
        "INSERT INTO plays (tenant_id, use_id, started_at) VALUES ($1, $2, $3) ON CONFLICT (tenant_id, use_id) DO NOTHING",
    )
    .bind(tenant)
    .bind(id.0)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(written.rows_affected() == 1)
}

/// Adds bytes that were handed out.
///
/// # Errors
/// [`DbError`].
pub async fn served(tx: &mut TenantTx, id: UseId, bytes: u64) -> Result<(), DbError> {
    let (tenant, connection) = tx.parts();
    sqlx::query("UPDATE plays SET served_bytes = served_bytes + $3 WHERE tenant_id = $1 AND use_id = $2")
        .bind(tenant)
        .bind(id.0)
        .bind(signed(bytes))
        .execute(connection)
        .await?;
    Ok(())
}

/// Adds what was heard and, when `ended`, closes the play. Returns it as it stands, and whether it was closed just now
/// (which is when `play.stop` is written); `None` when it was never begun.
///
/// # Errors
/// [`DbError`].
pub async fn heard(
    tx: &mut TenantTx,
    id: UseId,
    ranges: &[[f64; 2]],
    ended: bool,
    now: DateTime<Utc>,
) -> Result<Option<(Play, bool)>, DbError> {
    let Some(mut play) = find_for_update(tx, id).await? else { return Ok(None) };
    let closes = ended && play.ended_at.is_none();
    play.heard = merged(&play.heard, ranges);
    if closes {
        play.ended_at = Some(now);
    }
    let (tenant, connection) = tx.parts();
    sqlx::query("UPDATE plays SET heard = $3, ended_at = $4 WHERE tenant_id = $1 AND use_id = $2")
        .bind(tenant)
        .bind(id.0)
        .bind(json(&play.heard))
        .bind(play.ended_at)
        .execute(connection)
        .await?;
    Ok(Some((play, closes)))
}

#[derive(sqlx::FromRow)]
struct Row {
    started_at: DateTime<Utc>,
    served_bytes: i64,
    heard: Value,
    ended_at: Option<DateTime<Utc>>,
}

async fn find_for_update(tx: &mut TenantTx, id: UseId) -> Result<Option<Play>, DbError> {
    let (tenant, connection) = tx.parts();
    let row: Option<Row> = sqlx::query_as(
        "SELECT
            started_at,
            served_bytes,
            heard,
            ended_at
        FROM plays
        WHERE tenant_id = $1 AND use_id = $2
        FOR UPDATE",
    )
    .bind(tenant)
    .bind(id.0)
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        let place = Place { table: "plays", row: &id };
        Ok(Play {
            started_at: row.started_at,
            served_bytes: place.number("served_bytes", row.served_bytes)?,
            heard: place.json("heard", row.heard)?,
            ended_at: row.ended_at,
        })
    })
    .transpose()
}

/// Both lists as one, in order, ranges that touch joined; what is not a range is left out.
fn merged(before: &[[f64; 2]], added: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let mut all: Vec<[f64; 2]> = before
        .iter()
        .chain(added)
        .copied()
        .filter(|[a, b]| a.is_finite() && b.is_finite() && *a >= 0.0 && b > a)
        .collect();
    all.sort_by(|[a, _], [b, _]| a.total_cmp(b));
    let mut out: Vec<[f64; 2]> = Vec::new();
    for [from, to] in all {
        match out.last_mut() {
            Some(last) if from <= last[1] => last[1] = last[1].max(to),
            _ => out.push([from, to]),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_that_touch_become_one_and_nonsense_is_left_out() {
        let heard = merged(
            &[[10.0, 12.5]],
            &[[0.0, 3.0], [2.0, 4.0], [4.0, 5.0], [9.0, 9.0], [f64::NAN, 1.0], [-1.0, 2.0]],
        );
        assert_eq!(heard, [[0.0, 5.0], [10.0, 12.5]]);
    }
}

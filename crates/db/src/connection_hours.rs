//! In which minutes each connection was heard: what silence is measured by.

use chrono::{DateTime, DurationRound, TimeDelta, Timelike, Utc};
use rokuon_policy::ids::ConnectionId;
use rokuon_policy::span::{Span, Spans};
use uuid::Uuid;

use crate::error::DbError;
use crate::tenant_tx::TenantTx;

/// Notes that something was heard of a connection.
///
/// # Errors
/// [`DbError::Conflict`] `connection_hours_connection` for an unknown connection.
pub async fn heard(tx: &mut TenantTx, id: ConnectionId, at: DateTime<Utc>) -> Result<(), DbError> {
    let Ok(hour) = at.duration_trunc(TimeDelta::hours(1)) else { return Ok(()) };
    let (tenant, connection) = tx.parts();
    sqlx::query(
        "INSERT INTO connection_hours (tenant_id, connection_id, hour, minutes)
        VALUES ($1, $2, $3, $4)
        ON CONFLICT (tenant_id, connection_id, hour)
            DO UPDATE SET minutes = connection_hours.minutes | excluded.minutes
            WHERE connection_hours.minutes & excluded.minutes = 0",
    )
    .bind(tenant)
    .bind(id.0)
    .bind(hour)
    .bind(1_i64 << at.minute())
    .execute(connection)
    .await?;
    Ok(())
}

/// The minutes of a stretch of time in which each connection was heard.
///
/// # Errors
/// [`DbError`].
pub async fn heard_within(tx: &mut TenantTx, span: Span) -> Result<Vec<(ConnectionId, Spans)>, DbError> {
    let (tenant, connection) = tx.parts();
    let rows: Vec<(Uuid, DateTime<Utc>, i64)> = sqlx::query_as(
        "SELECT connection_id, hour, minutes
        FROM connection_hours
        WHERE tenant_id = $1 AND hour > $2 AND hour < $3
        ORDER BY connection_id, hour",
    )
    .bind(tenant)
    .bind(span.from - TimeDelta::hours(1))
    .bind(span.until)
    .fetch_all(connection)
    .await?;
    let mut heard: Vec<(ConnectionId, Vec<Span>)> = Vec::new();
    for (id, hour, minutes) in rows {
        let id = ConnectionId(id);
        let in_hour = (0..60).filter(|minute| minutes >> minute & 1 == 1).map(|minute| {
            let from = hour + TimeDelta::minutes(minute);
            Span { from, until: from + TimeDelta::minutes(1) }
        });
        match heard.last_mut() {
            Some((last, spans)) if *last == id => spans.extend(in_hour),
            _ => heard.push((id, in_hour.collect())),
        }
    }
    Ok(heard.into_iter().map(|(id, spans)| (id, spans.into_iter().collect())).collect())
}

//! What a tenant expects of a connection: how long it may be silent, whether it announces, and a call that must come.

use chrono::{DateTime, Utc};
use rokuon_policy::ids::ConnectionId;
use rokuon_policy::pii::Pii;
use uuid::Uuid;

use crate::error::DbError;
use crate::row::{Place, revealed};
use crate::tenant_tx::TenantTx;

/// A test call that must come (a canary).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Canary {
    /// Digits of the party that places or takes it.
    pub digits: Pii<String>,
    /// At least once in so many minutes of operating hours.
    pub every_minutes: u32,
}

/// What is expected of one connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionWatch {
    /// Which.
    pub connection: ConnectionId,
    /// Silent for longer than so many minutes of operating hours is a gap; what is usual for it when absent.
    pub silent_after_minutes: Option<u32>,
    /// Whether its exchange tells callers that they are recorded.
    pub announces: bool,
    /// The call that must come.
    pub canary: Option<Canary>,
    /// When the last one came.
    pub canary_at: Option<DateTime<Utc>>,
    /// When somebody last said what is expected.
    pub set_at: Option<DateTime<Utc>>,
}

impl ConnectionWatch {
    /// What is expected of a connection of which nobody said anything.
    pub const fn usual(connection: ConnectionId) -> Self {
        Self {
            connection,
            silent_after_minutes: None,
            announces: false,
            canary: None,
            canary_at: None,
            set_at: None,
        }
    }
}

/// Sets what is expected. When the last canary came stays as it was.
///
/// # Errors
/// [`DbError::Conflict`] `connection_watches_connection` for an unknown connection, `connection_watches_silence` or
/// `connection_watches_canary` for figures out of range.
pub async fn set(tx: &mut TenantTx, watch: &ConnectionWatch, now: DateTime<Utc>) -> Result<(), DbError> {
    let minutes = |minutes: u32| i32::try_from(minutes).unwrap_or(i32::MAX);
    let digits = watch.canary.as_ref().map(|canary| canary.digits.clone());
    let (tenant, connection) = tx.parts();
    sqlx::query(
        "INSERT INTO connection_watches (
            tenant_id,
            connection_id,
            silent_after_minutes,
            announces,
            canary_digits,
            canary_every_minutes,
            set_at
        )
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (tenant_id, connection_id) DO UPDATE SET
            silent_after_minutes = excluded.silent_after_minutes,
            announces = excluded.announces,
            canary_digits = excluded.canary_digits,
            canary_every_minutes = excluded.canary_every_minutes,
            set_at = excluded.set_at",
    )
    .bind(tenant)
    .bind(watch.connection.0)
    .bind(watch.silent_after_minutes.map(minutes))
    .bind(watch.announces)
    .bind(revealed(&digits))
    .bind(watch.canary.as_ref().map(|canary| minutes(canary.every_minutes)))
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

/// Notes that a connection's canary came.
///
/// # Errors
/// [`DbError`].
pub async fn canary_came(tx: &mut TenantTx, id: ConnectionId, at: DateTime<Utc>) -> Result<(), DbError> {
    let (tenant, connection) = tx.parts();
    sqlx::query(
        "UPDATE connection_watches
        SET canary_at = greatest(canary_at, $3)
        WHERE tenant_id = $1 AND connection_id = $2",
    )
    .bind(tenant)
    .bind(id.0)
    .bind(at)
    .execute(connection)
    .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    connection_id: Uuid,
    silent_after_minutes: Option<i32>,
    announces: bool,
    canary_digits: Option<String>,
    canary_every_minutes: Option<i32>,
    canary_at: Option<DateTime<Utc>>,
    set_at: DateTime<Utc>,
}

/// What is expected of one connection, if somebody said something.
///
/// # Errors
/// [`DbError`].
pub async fn find(tx: &mut TenantTx, id: ConnectionId) -> Result<Option<ConnectionWatch>, DbError> {
    Ok(read(tx, Some(id)).await?.pop())
}

/// What is expected of the connections of which somebody said something.
///
/// # Errors
/// [`DbError`].
pub async fn list(tx: &mut TenantTx) -> Result<Vec<ConnectionWatch>, DbError> {
    read(tx, None).await
}

async fn read(tx: &mut TenantTx, id: Option<ConnectionId>) -> Result<Vec<ConnectionWatch>, DbError> {
    let (tenant, connection) = tx.parts();
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT
            connection_id,
            silent_after_minutes,
            announces,
            canary_digits,
            canary_every_minutes,
            canary_at,
            set_at
        FROM connection_watches
        WHERE tenant_id = $1 AND ($2::uuid IS NULL OR connection_id = $2)
        ORDER BY connection_id",
    )
    .bind(tenant)
    .bind(id.map(|id| id.0))
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let place = Place { table: "connection_watches", row: &row.connection_id };
            let minutes = |column, minutes: Option<i32>| {
                minutes.map(|minutes| place.number(column, minutes)).transpose()
            };
            let every = minutes("canary_every_minutes", row.canary_every_minutes)?;
            let canary = row.canary_digits.zip(every);
            Ok(ConnectionWatch {
                connection: ConnectionId(row.connection_id),
                silent_after_minutes: minutes("silent_after_minutes", row.silent_after_minutes)?,
                announces: row.announces,
                canary: canary
                    .map(|(digits, every_minutes)| Canary { digits: Pii::new(digits), every_minutes }),
                canary_at: row.canary_at,
                set_at: Some(row.set_at),
            })
        })
        .collect()
}

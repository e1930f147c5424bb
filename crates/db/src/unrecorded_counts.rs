//! Calls that were answered and not kept, as numbers a day; and calls that were refused.

use chrono::NaiveDate;
use rokuon_policy::ids::ConnectionId;
use uuid::Uuid;

use crate::error::DbError;
use crate::row::Place;
use crate::tenant_tx::TenantTx;

/// The reason of calls that were not answered at all (a wrong source, a full spool); counted here too.
pub const REFUSED: &str = "refused";

/// The reason of calls whose recording waited to be started by hand, and nobody did.
pub const NOT_STARTED: &str = "on_demand_not_started";

/// How many of one kind on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnrecordedCount {
    /// The civil day in Japan.
    pub day: NaiveDate,
    /// Where they came from.
    pub connection: ConnectionId,
    /// The connection's name.
    pub connection_name: String,
    /// Why: the rule that decided.
    pub reason: String,
    /// The article it stands on, empty when none.
    pub article: String,
    /// How many.
    pub count: u64,
}

/// Counts one more.
///
/// # Errors
/// [`DbError::Conflict`] `unrecorded_counts_connection` for an unknown connection.
pub async fn add(
    tx: &mut TenantTx,
    day: NaiveDate,
    connection: ConnectionId,
    reason: &str,
    article: &str,
) -> Result<(), DbError> {
    let (tenant, sql) = tx.parts();
    sqlx::query(
        "INSERT INTO unrecorded_counts (
            tenant_id,
            day,
            connection_id,
            reason,
            article,
            count
        )
        VALUES ($1, $2, $3, $4, $5, 1)
        ON CONFLICT (tenant_id, day, connection_id, reason, article)
            DO UPDATE SET count = unrecorded_counts.count + 1",
    )
    .bind(tenant)
    .bind(day)
    .bind(connection.0)
    .bind(reason)
    .bind(article)
    .execute(sql)
    .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    day: NaiveDate,
    connection_id: Uuid,
    name: String,
    reason: String,
    article: String,
    count: i64,
}

/// The counts of the days `from..=to`, newest day first.
///
/// # Errors
/// [`DbError`].
pub async fn list(
    tx: &mut TenantTx,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<UnrecordedCount>, DbError> {
    let (tenant, connection) = tx.parts();
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT
            u.day,
            u.connection_id,
            c.name,
            u.reason,
            u.article,
            u.count
        FROM unrecorded_counts u
        JOIN connections c USING (tenant_id, connection_id)
        WHERE u.tenant_id = $1 AND u.day BETWEEN $2 AND $3
        ORDER BY u.day DESC, c.name, u.reason, u.article",
    )
    .bind(tenant)
    .bind(from)
    .bind(to)
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let place = Place { table: "unrecorded_counts", row: &row.day };
            Ok(UnrecordedCount {
                day: row.day,
                connection: ConnectionId(row.connection_id),
                count: place.number("count", row.count)?,
                connection_name: row.name,
                reason: row.reason,
                article: row.article,
            })
        })
        .collect()
}

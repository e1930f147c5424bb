//! How many recordings became due and were destroyed on each civil day: what is usual for a tenant.

use chrono::{Days, NaiveDate};

use crate::error::DbError;
use crate::row::{Place, signed};
use crate::tenant_tx::TenantTx;

/// The counts of one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DestructionDay {
    /// The day.
    pub day: NaiveDate,
    /// Recordings that became due by their date or by capacity.
    pub became_due: u64,
    /// Recordings that were destroyed.
    pub destroyed: u64,
}

/// Adds to a day's counts, in the transaction that changes the recordings.
///
/// # Errors
/// [`DbError`].
pub async fn add(tx: &mut TenantTx, day: NaiveDate, became_due: u64, destroyed: u64) -> Result<(), DbError> {
    let (tenant, connection) = tx.parts();
    sqlx::query(
        "INSERT INTO destruction_days (tenant_id, day, became_due, destroyed)
        VALUES ($1, $2, $3, $4)
        ON CONFLICT (tenant_id, day) DO UPDATE SET
            became_due = destruction_days.became_due + excluded.became_due,
            destroyed = destruction_days.destroyed + excluded.destroyed",
    )
    .bind(tenant)
    .bind(day)
    .bind(signed(became_due))
    .bind(signed(destroyed))
    .execute(connection)
    .await?;
    Ok(())
}

/// The days that have counts, from the first to the last, oldest first.
///
/// # Errors
/// [`DbError`].
pub async fn within(
    tx: &mut TenantTx,
    first: NaiveDate,
    last: NaiveDate,
) -> Result<Vec<DestructionDay>, DbError> {
    let (tenant, connection) = tx.parts();
    let rows: Vec<(NaiveDate, i64, i64)> = sqlx::query_as(
        "SELECT day, became_due, destroyed
        FROM destruction_days
        WHERE tenant_id = $1 AND day BETWEEN $2 AND $3
        ORDER BY day",
    )
    .bind(tenant)
    .bind(first)
    .bind(last)
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|(day, became_due, destroyed)| {
            let place = Place { table: "destruction_days", row: &day };
            Ok(DestructionDay {
                day,
                became_due: place.number("became_due", became_due)?,
                destroyed: place.number("destroyed", destroyed)?,
            })
        })
        .collect()
}

/// What is usual: the mean of the thirty days before `day`, and what became due on `day` already.
///
/// # Errors
/// [`DbError`].
pub async fn usual(tx: &mut TenantTx, day: NaiveDate) -> Result<(u64, u64), DbError> {
    let first = day.checked_sub_days(Days::new(30)).unwrap_or(day);
    let days = within(tx, first, day).await?;
    let before: u64 = days.iter().filter(|one| one.day < day).map(|one| one.became_due).sum();
    let today = days.iter().find(|one| one.day == day).map_or(0, |one| one.became_due);
    Ok((before / 30, today))
}

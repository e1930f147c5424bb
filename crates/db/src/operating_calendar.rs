//! The tenant's own part of its operating calendar: weekly hours where the policy sets none, and days that differ.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc, Weekday};
use rokuon_policy::device::OperatingHours;
use rokuon_policy::operating_calendar::{SpecialDay, TenantHours};
use serde::{Deserialize, Serialize};

use crate::error::DbError;
use crate::row::Place;
use crate::tenant_tx::TenantTx;

/// Hours as the column holds them.
#[derive(Serialize, Deserialize)]
struct StoredHours {
    days: Vec<Weekday>,
    from: NaiveTime,
    until: NaiveTime,
}

/// The tenant's weekly hours, if it set any.
///
/// # Errors
/// [`DbError`].
pub async fn hours(tx: &mut TenantTx) -> Result<Option<TenantHours>, DbError> {
    let (tenant, connection) = tx.parts();
    let row: Option<(serde_json::Value, bool)> = sqlx::query_as(
        "SELECT hours, holidays_closed
        FROM operating_hours
        WHERE tenant_id = $1",
    )
    .bind(tenant)
    .fetch_optional(connection)
    .await?;
    let Some((hours, holidays_closed)) = row else { return Ok(None) };
    let place = Place { table: "operating_hours", row: tx.tenant() };
    let stored: Vec<StoredHours> = place.json("hours", hours)?;
    let hours = stored
        .into_iter()
        .map(|one| OperatingHours { days: one.days, from: one.from, until: one.until })
        .collect();
    Ok(Some(TenantHours { hours, holidays_closed }))
}

/// Sets the tenant's weekly hours; none: recording is owed at all times.
///
/// # Errors
/// [`DbError`].
pub async fn set_hours(tx: &mut TenantTx, hours: &TenantHours, now: DateTime<Utc>) -> Result<(), DbError> {
    let stored: Vec<StoredHours> = hours
        .hours
        .iter()
        .map(|one| StoredHours { days: one.days.clone(), from: one.from, until: one.until })
        .collect();
    let (tenant, connection) = tx.parts();
    sqlx::query(
        "INSERT INTO operating_hours (tenant_id, hours, holidays_closed, changed_at)
        VALUES ($1, $2, $3, $4)
        ON CONFLICT (tenant_id) DO UPDATE SET
            hours = excluded.hours,
            holidays_closed = excluded.holidays_closed,
            changed_at = excluded.changed_at",
    )
    .bind(tenant)
    .bind(crate::recordings::json(&stored))
    .bind(hours.holidays_closed)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

/// The special days `first..=last`, in order.
///
/// # Errors
/// [`DbError`].
pub async fn special_days(
    tx: &mut TenantTx,
    first: NaiveDate,
    last: NaiveDate,
) -> Result<Vec<SpecialDay>, DbError> {
    let (tenant, connection) = tx.parts();
    type Row = (NaiveDate, Option<NaiveTime>, Option<NaiveTime>, String);
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT day, from_time, until_time, note
        FROM special_days
        WHERE tenant_id = $1 AND listed AND day BETWEEN $2 AND $3
        ORDER BY day",
    )
    .bind(tenant)
    .bind(first)
    .bind(last)
    .fetch_all(connection)
    .await?;
    let special = |(day, from, until, note): (_, Option<NaiveTime>, Option<NaiveTime>, _)| SpecialDay {
        day,
        hours: from.zip(until),
        note,
    };
    Ok(rows.into_iter().map(special).collect())
}

/// Enters a special day, or changes it.
///
/// # Errors
/// [`DbError`].
pub async fn set_special_day(tx: &mut TenantTx, special: &SpecialDay) -> Result<(), DbError> {
    let (tenant, connection) = tx.parts();
    sqlx::query(
        "INSERT INTO special_days (tenant_id, day, open, from_time, until_time, note, listed)
        VALUES ($1, $2, $3, $4, $5, $6, true)
        ON CONFLICT (tenant_id, day) DO UPDATE SET
            open = excluded.open,
            from_time = excluded.from_time,
            until_time = excluded.until_time,
            note = excluded.note,
            listed = true",
    )
    .bind(tenant)
    .bind(special.day)
    .bind(special.hours.is_some())
    .bind(special.hours.map(|(from, _)| from))
    .bind(special.hours.map(|(_, until)| until))
    .bind(&special.note)
    .execute(connection)
    .await?;
    Ok(())
}

/// Takes a special day back; says whether there was one.
///
/// # Errors
/// [`DbError`].
pub async fn strike_special_day(tx: &mut TenantTx, day: NaiveDate) -> Result<bool, DbError> {
    let (tenant, connection) = tx.parts();
    let done =
        sqlx::query("UPDATE special_days SET listed = false WHERE tenant_id = $1 AND day = $2 AND listed")
            .bind(tenant)
            .bind(day)
            .execute(connection)
            .await?;
    Ok(done.rows_affected() == 1)
}

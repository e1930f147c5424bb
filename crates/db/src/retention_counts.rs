//! How many recordings are kept, by kind of media and tier, and in which months their periods end.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use rokuon_policy::civil::JST;
use rokuon_policy::media_kind::MediaKind;
use rokuon_policy::recording_state::Tier;

use crate::error::DbError;
use crate::row::Place;
use crate::tenant_tx::TenantTx;

/// What is kept of one kind on one tier: everything of which there is still something to hear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptCount {
    /// Which kind.
    pub media: MediaKind,
    /// Where.
    pub tier: Tier,
    /// How many recordings.
    pub recordings: u64,
    /// Of these, how many are held.
    pub held: u64,
    /// Of these, how many wait for destruction.
    pub due: u64,
    /// When the call of the oldest began.
    pub oldest: Option<DateTime<Utc>>,
}

/// How many recordings of one kind have their last day in one month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthCount {
    /// Which kind.
    pub media: MediaKind,
    /// The first day of the month in Japan; `None` where no date ends the period.
    pub month: Option<NaiveDate>,
    /// How many recordings.
    pub recordings: u64,
}

#[derive(sqlx::FromRow)]
struct KeptRow {
    media: String,
    tier: String,
    recordings: i64,
    held: i64,
    due: i64,
    oldest: Option<DateTime<Utc>>,
}

/// What is kept now.
///
/// # Errors
/// [`DbError`].
pub async fn kept(tx: &mut TenantTx) -> Result<Vec<KeptCount>, DbError> {
    let (tenant, connection) = tx.parts();
    let rows: Vec<KeptRow> = sqlx::query_as(
        "SELECT
            media,
            tier,
            count(*) AS recordings,
            count(*) FILTER (WHERE active_holds > 0) AS held,
            count(*) FILTER (WHERE state = 'due') AS due,
            min(started_at) AS oldest
        FROM recordings
        WHERE tenant_id = $1 AND state IN ('recording', 'sealing', 'primary', 'secondary', 'due', 'quarantined')
        GROUP BY media, tier
        ORDER BY media, tier",
    )
    .bind(tenant)
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let place = Place { table: "recordings", row: &row.media };
            Ok(KeptCount {
                media: place.parse("media", &row.media)?,
                tier: place.parse("tier", &row.tier)?,
                recordings: place.number("recording_id", row.recordings)?,
                held: place.number("active_holds", row.held)?,
                due: place.number("state", row.due)?,
                oldest: row.oldest,
            })
        })
        .collect()
}

/// In which months the periods of what is kept end, by kind, earliest first; what has no date comes last.
///
/// # Errors
/// [`DbError`].
pub async fn months(tx: &mut TenantTx) -> Result<Vec<MonthCount>, DbError> {
    let (tenant, connection) = tx.parts();
    // `keep_until` is the first instant after the last day.
    let rows: Vec<(String, Option<DateTime<Utc>>, i64)> = sqlx::query_as(
        "SELECT
            media,
            date_trunc('month', (keep_until - interval '1 second') AT TIME ZONE 'Asia/Tokyo') AT TIME ZONE 'Asia/Tokyo' AS month,
            count(*) AS recordings
        FROM recordings
        WHERE tenant_id = $1 AND state IN ('recording', 'sealing', 'primary', 'secondary', 'due', 'quarantined')
        GROUP BY 1, 2
        ORDER BY 1, 2 NULLS LAST",
    )
    .bind(tenant)
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|(media, month, recordings)| {
            let place = Place { table: "recordings", row: &media };
            let month = month.map(|begins| begins.with_timezone(&JST).date_naive());
            Ok(MonthCount {
                media: place.parse("media", &media)?,
                month: month.and_then(|day| day.with_day(1)),
                recordings: place.number("recording_id", recordings)?,
            })
        })
        .collect()
}

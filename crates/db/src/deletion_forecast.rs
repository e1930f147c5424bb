//! What will be destroyed by an instant if nobody does anything until then: counts by reason and article, and examples.

use chrono::{DateTime, Utc};
use rokuon_policy::article::Article;
use rokuon_policy::ids::RecordingId;
use rokuon_policy::keeping::DueReason;
use rokuon_policy::text::Text;
use uuid::Uuid;

use crate::error::DbError;
use crate::keeping::{self, KeptRow};
use crate::row::Place;
use crate::tenant_tx::TenantTx;

/// How many go for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForecastCount {
    /// Why.
    pub reason: DueReason,
    /// The article.
    pub article: Article,
    /// The rule in one sentence; that of an erasure stands in the policy.
    pub sentence: Option<Text>,
    /// How many.
    pub recordings: u64,
}

/// Whose turn comes before an instant, as `policy::keeping::forecast::by_the_end_of` says it of one recording.
const OVER: &str = "(
        r.state = 'due'
        OR r.due_reason = 'erasure'
        OR (r.keep_until IS NOT NULL AND greatest(r.keep_until, coalesce(r.keep_at_least_until, r.keep_until)) < $2)
    )
    AND r.state IN ('primary', 'secondary', 'quarantined', 'due')
    AND (r.hold_grace_until IS NULL OR r.hold_grace_until < $2)";

/// The counts, the largest first.
///
/// # Errors
/// [`DbError`].
pub async fn counts(tx: &mut TenantTx, end: DateTime<Utc>) -> Result<Vec<ForecastCount>, DbError> {
    type Row = (String, String, Option<String>, Option<String>, i64);
    let (tenant, connection) = tx.parts();
    let sql = format!(
        "SELECT coalesce(r.due_reason, 'expired'), coalesce(r.due_article, r.retention_article),
            CASE WHEN r.due_reason IS DISTINCT FROM 'erasure' THEN r.retention_ja END,
            CASE WHEN r.due_reason IS DISTINCT FROM 'erasure' THEN r.retention_en END,
            count(*)
        FROM recordings r
        WHERE r.tenant_id = $1 AND r.active_holds = 0 AND {OVER}
        GROUP BY 1, 2, 3, 4
        ORDER BY 5 DESC"
    );
    let rows: Vec<Row> =
        sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(tenant).bind(end).fetch_all(connection).await?;
    rows.into_iter()
        .map(|(reason, article, ja, en, count)| {
            let place = Place { table: "recordings", row: &"forecast" };
            Ok(ForecastCount {
                reason: place.parse("due_reason", &reason)?,
                article: place.parse("due_article", &article)?,
                sentence: ja.zip(en).map(|(ja, en)| Text::new(ja, en)),
                recordings: place.number("recording_id", count)?,
            })
        })
        .collect()
}

/// How many are held that would go too.
///
/// # Errors
/// [`DbError`].
pub async fn held(tx: &mut TenantTx, end: DateTime<Utc>) -> Result<u64, DbError> {
    let (tenant, connection) = tx.parts();
    let sql =
        format!("SELECT count(*) FROM recordings r WHERE r.tenant_id = $1 AND r.active_holds > 0 AND {OVER}");
    let (count,): (i64,) =
        sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(tenant).bind(end).fetch_one(connection).await?;
    Place { table: "recordings", row: &"forecast" }.number("recording_id", count)
}

/// Some of them, the oldest calls first: those that go, or those that are held.
///
/// # Errors
/// [`DbError`].
pub async fn examples(
    tx: &mut TenantTx,
    end: DateTime<Utc>,
    held: bool,
    limit: u32,
) -> Result<Vec<KeptRow>, DbError> {
    let (tenant, connection) = tx.parts();
    let sql = format!(
        "SELECT r.recording_id
        FROM recordings r
        WHERE r.tenant_id = $1 AND (r.active_holds > 0) = $3 AND {OVER}
        ORDER BY r.started_at
        LIMIT $4"
    );
    let ids: Vec<(Uuid,)> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant)
        .bind(end)
        .bind(held)
        .bind(i64::from(limit))
        .fetch_all(connection)
        .await?;
    let ids: Vec<RecordingId> = ids.into_iter().map(|(id,)| RecordingId(id)).collect();
    let mut rows = keeping::find(tx, &ids).await?;
    rows.sort_by_key(|row| row.kept.started_at);
    Ok(rows)
}

/// Recordings that are kept, by id, after `after`: what an amended policy is tried on.
///
/// # Errors
/// [`DbError`].
pub async fn kept(
    tx: &mut TenantTx,
    after: Option<RecordingId>,
    limit: u32,
) -> Result<Vec<KeptRow>, DbError> {
    let (tenant, connection) = tx.parts();
    let ids: Vec<(Uuid,)> = sqlx::query_as(
        "SELECT recording_id
        FROM recordings
        WHERE tenant_id = $1 AND state IN ('primary', 'secondary', 'due', 'quarantined')
            AND ($2::uuid IS NULL OR recording_id > $2)
        ORDER BY recording_id
        LIMIT $3",
    )
    .bind(tenant)
    .bind(after.map(|id| id.0))
    .bind(i64::from(limit))
    .fetch_all(connection)
    .await?;
    let ids: Vec<RecordingId> = ids.into_iter().map(|(id,)| RecordingId(id)).collect();
    let mut rows = keeping::find(tx, &ids).await?;
    rows.sort_by_key(|row| row.id);
    Ok(rows)
}

/// How many are kept, how many of them are held, and the newest sealed one: whose key shows whether keys can be had.
///
/// # Errors
/// [`DbError`].
pub async fn standing(tx: &mut TenantTx) -> Result<(u64, u64, Option<RecordingId>), DbError> {
    let (tenant, connection) = tx.parts();
    let (kept, held, newest): (i64, i64, Option<Uuid>) = sqlx::query_as(
        "SELECT count(*), count(*) FILTER (WHERE active_holds > 0),
            (SELECT n.recording_id FROM recordings n
             WHERE n.tenant_id = $1 AND n.state IN ('primary', 'secondary', 'due', 'quarantined')
                AND n.state IN ('primary', 'secondary')
             ORDER BY n.recording_id DESC LIMIT 1)
        FROM recordings
        WHERE tenant_id = $1 AND state IN ('primary', 'secondary', 'due', 'quarantined')",
    )
    .bind(tenant)
    .fetch_one(connection)
    .await?;
    let place = Place { table: "recordings", row: &"count" };
    Ok((place.number("recording_id", kept)?, place.number("active_holds", held)?, newest.map(RecordingId)))
}

//! What the retention kernel knows of recordings, and the work lists of the jobs: each a short reading of one index.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rokuon_policy::ids::RecordingId;
use rokuon_policy::keeping::{Cause, DueReason, KeptRecording};
use rokuon_policy::retention::RetentionDates;
use rokuon_policy::text::Text;
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

use crate::error::DbError;
use crate::row::Place;
use crate::tenant_tx::TenantTx;

/// A recording as the kernel judges it, with what else its keeping needs of the row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptRow {
    /// Which.
    pub id: RecordingId,
    /// What the kernel knows of it.
    pub kept: KeptRecording,
    /// The policy version its dates are of.
    pub policy_version: i32,
    /// Since when it waits for destruction.
    pub due_at: Option<DateTime<Utc>>,
    /// When its destruction was committed.
    pub destroying_at: Option<DateTime<Utc>>,
    /// When it was sealed.
    pub finished_at: Option<DateTime<Utc>>,
}

/// Which recordings a job looks for. Held ones are in none of these lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkList {
    /// Their period is over, or an approved erasure waited for them: earliest end first.
    Over,
    /// Their time on the first tier is over: earliest first.
    ToMove,
    /// They wait for destruction: longest first.
    Due,
    /// What is sealed, oldest call first: what gives way to capacity.
    Oldest,
}

#[derive(sqlx::FromRow)]
struct Row {
    recording_id: Uuid,
    media: String,
    state: String,
    tier: String,
    started_at: DateTime<Utc>,
    policy_version: i32,
    epoch: i64,
    active_holds: i32,
    hold_grace_until: Option<DateTime<Utc>>,
    keep_at_least_until: Option<DateTime<Utc>>,
    secondary_from: Option<DateTime<Utc>>,
    keep_until: Option<DateTime<Utc>>,
    retention_article: String,
    retention_ja: String,
    retention_en: String,
    due_at: Option<DateTime<Utc>>,
    due_reason: Option<String>,
    due_article: Option<String>,
    destroying_at: Option<DateTime<Utc>>,
    finished_at: Option<DateTime<Utc>>,
}

impl TryFrom<Row> for KeptRow {
    type Error = DbError;
    fn try_from(row: Row) -> Result<Self, DbError> {
        let place = Place { table: "recordings", row: &row.recording_id };
        let reason: Option<DueReason> = place.parse_optional("due_reason", row.due_reason.as_deref())?;
        let article = place.parse_optional("due_article", row.due_article.as_deref())?;
        Ok(Self {
            id: RecordingId(row.recording_id),
            kept: KeptRecording {
                state: place.parse("state", &row.state)?,
                tier: place.parse("tier", &row.tier)?,
                media: place.parse("media", &row.media)?,
                started_at: row.started_at,
                retention: RetentionDates {
                    keep_at_least_until: row.keep_at_least_until,
                    secondary_from: row.secondary_from,
                    keep_until: row.keep_until,
                    article: place.parse("retention_article", &row.retention_article)?,
                    sentence: Text::new(row.retention_ja, row.retention_en),
                },
                active_holds: place.number("active_holds", row.active_holds)?,
                hold_grace_until: row.hold_grace_until,
                cause: reason.zip(article).map(|(reason, article)| Cause { reason, article }),
                epoch: place.number("epoch", row.epoch)?,
            },
            policy_version: row.policy_version,
            due_at: row.due_at,
            destroying_at: row.destroying_at,
            finished_at: row.finished_at,
        })
    }
}

const COLUMNS: &str = "SELECT
    r.recording_id,
    r.media,
    r.state,
    r.tier,
    r.started_at,
    r.policy_version,
    r.epoch,
    r.active_holds,
    r.hold_grace_until,
    r.keep_at_least_until,
    r.secondary_from,
    r.keep_until,
    r.retention_article,
    r.retention_ja,
    r.retention_en,
    r.due_at,
    r.due_reason,
    r.due_article,
    r.destroying_at,
    r.finished_at
FROM recordings r
WHERE r.tenant_id = ";

/// Some recordings as the kernel judges them; what is not there is left out.
///
/// # Errors
/// [`DbError`].
pub async fn find(tx: &mut TenantTx, ids: &[RecordingId]) -> Result<Vec<KeptRow>, DbError> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let (tenant, connection) = tx.parts();
    let mut sql = QueryBuilder::<Postgres>::new(COLUMNS);
    sql.push_bind(tenant.to_owned()).push(" AND r.recording_id = ANY (").push_bind(ids).push(")");
    let rows: Vec<Row> = sql.build_query_as().fetch_all(connection).await?;
    rows.into_iter().map(KeptRow::try_from).collect()
}

/// The head of a work list at `now`. What the list names is only looked for: the kernel says what becomes of each.
///
/// # Errors
/// [`DbError`].
pub async fn list(
    tx: &mut TenantTx,
    list: WorkList,
    now: DateTime<Utc>,
    limit: u32,
) -> Result<Vec<KeptRow>, DbError> {
    let (tenant, connection) = tx.parts();
    let mut sql = QueryBuilder::<Postgres>::new(COLUMNS);
    sql.push_bind(tenant.to_owned());
    condition(&mut sql, list, now);
    sql.push(match list {
        WorkList::Over => " ORDER BY r.keep_until",
        WorkList::ToMove => " ORDER BY r.secondary_from",
        WorkList::Due => " ORDER BY r.due_at",
        WorkList::Oldest => " ORDER BY r.started_at",
    });
    sql.push(" LIMIT ").push_bind(i64::from(limit));
    let rows: Vec<Row> = sql.build_query_as().fetch_all(&mut *connection).await?;
    let mut found: Vec<KeptRow> = rows.into_iter().map(KeptRow::try_from).collect::<Result<_, _>>()?;
    if list == WorkList::Over && found.len() < limit as usize {
        found.extend(aside(tx, now, limit).await?);
        found.truncate(limit as usize);
    }
    Ok(found)
}

/// The next ones whose destruction was committed, behind `after` in the order of when that was: one whose end waits holds up nobody.
///
/// # Errors
/// [`DbError`].
pub async fn destroying(
    tx: &mut TenantTx,
    after: Option<(DateTime<Utc>, RecordingId)>,
    limit: u32,
) -> Result<Vec<KeptRow>, DbError> {
    let (tenant, connection) = tx.parts();
    let mut sql = QueryBuilder::<Postgres>::new(COLUMNS);
    sql.push_bind(tenant.to_owned()).push(" AND r.active_holds = 0 AND r.state = 'destroying'");
    if let Some((at, id)) = after {
        sql.push(" AND r.destroying_at >= ").push_bind(at);
        sql.push(" AND (r.destroying_at, r.recording_id) > (")
            .push_bind(at)
            .push(", ")
            .push_bind(id.0)
            .push(")");
    }
    sql.push(" ORDER BY r.destroying_at, r.recording_id LIMIT ").push_bind(i64::from(limit));
    let rows: Vec<Row> = sql.build_query_as().fetch_all(connection).await?;
    rows.into_iter().map(KeptRow::try_from).collect()
}

/// How many a work list names at `now`.
///
/// # Errors
/// [`DbError`].
pub async fn count(tx: &mut TenantTx, list: WorkList, now: DateTime<Utc>) -> Result<u64, DbError> {
    let (tenant, connection) = tx.parts();
    let mut sql = QueryBuilder::<Postgres>::new("SELECT count(*) FROM recordings r WHERE r.tenant_id = ");
    sql.push_bind(tenant.to_owned());
    condition(&mut sql, list, now);
    let (count,): (i64,) = sql.build_query_as().fetch_one(&mut *connection).await?;
    let count = Place { table: "recordings", row: &"count" }.number("count", count)?;
    Ok(if list == WorkList::Over { aside(tx, now, u32::MAX).await?.len() as u64 + count } else { count })
}

/// Each condition as the index of its list says it.
fn condition(sql: &mut QueryBuilder<Postgres>, list: WorkList, now: DateTime<Utc>) {
    sql.push(" AND r.active_holds = 0 ");
    match list {
        WorkList::Over => sql
            .push("AND r.state IN ('primary', 'secondary') AND r.due_reason IS NULL AND r.keep_until <= ")
            .push_bind(now),
        WorkList::ToMove => sql
            .push("AND r.state = 'primary' AND r.secondary_from IS NOT NULL AND r.secondary_from <= ")
            .push_bind(now)
            .push(" AND (r.hold_grace_until IS NULL OR r.hold_grace_until <= ")
            .push_bind(now)
            .push(")"),
        WorkList::Due => sql
            .push("AND r.state = 'due' AND (r.hold_grace_until IS NULL OR r.hold_grace_until <= ")
            .push_bind(now)
            .push(")"),
        WorkList::Oldest => sql
            .push("AND r.state IN ('primary', 'secondary') AND (r.keep_at_least_until IS NULL OR r.keep_at_least_until <= ")
            .push_bind(now)
            .push(") AND (r.hold_grace_until IS NULL OR r.hold_grace_until <= ")
            .push_bind(now)
            .push(")"),
    };
}

/// What is over besides: approved erasures that waited, and broken recordings whose period ended. Few at any time.
async fn aside(tx: &mut TenantTx, now: DateTime<Utc>, limit: u32) -> Result<Vec<KeptRow>, DbError> {
    let (tenant, connection) = tx.parts();
    let mut sql = QueryBuilder::<Postgres>::new(COLUMNS);
    sql.push_bind(tenant.to_owned())
        .push(" AND r.active_holds = 0 AND r.state IN ('primary', 'secondary', 'quarantined') AND r.due_reason = 'erasure' UNION ALL ");
    sql.push(COLUMNS).push_bind(tenant.to_owned());
    sql.push(
        " AND r.active_holds = 0 AND r.state = 'quarantined' AND r.due_reason IS NULL AND r.keep_until <= ",
    )
    .push_bind(now)
    .push(" LIMIT ")
    .push_bind(i64::from(limit));
    let rows: Vec<Row> = sql.build_query_as().fetch_all(connection).await?;
    rows.into_iter().map(KeptRow::try_from).collect()
}

/// Octets of sealed media by recording.
///
/// # Errors
/// [`DbError`].
pub async fn octets_of(
    tx: &mut TenantTx,
    ids: &[RecordingId],
) -> Result<BTreeMap<RecordingId, u64>, DbError> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let (tenant, connection) = tx.parts();
    let rows: Vec<(Uuid, i64)> = sqlx::query_as(
        "SELECT recording_id, sum(container_bytes)::bigint
        FROM segments
        WHERE tenant_id = $1 AND recording_id = ANY ($2)
        GROUP BY recording_id",
    )
    .bind(tenant)
    .bind(ids)
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|(id, octets)| {
            let octets = Place { table: "segments", row: &id }.number("container_bytes", octets)?;
            Ok((RecordingId(id), octets))
        })
        .collect()
}

/// What the tenant's sealed media takes in the store, by tier's bucket: recordings and octets. What is due already counts no more.
///
/// # Errors
/// [`DbError`].
pub async fn used(tx: &mut TenantTx) -> Result<Vec<(String, u64, u64)>, DbError> {
    let (tenant, connection) = tx.parts();
    let rows: Vec<(String, i64, i64)> = sqlx::query_as(
        "SELECT s.bucket, count(DISTINCT s.recording_id), sum(s.container_bytes)::bigint
        FROM recordings r
        JOIN segments s USING (tenant_id, recording_id)
        WHERE r.tenant_id = $1 AND r.state IN ('primary', 'secondary', 'quarantined')
        GROUP BY s.bucket
        ORDER BY s.bucket",
    )
    .bind(tenant)
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|(bucket, recordings, octets)| {
            let place = Place { table: "segments", row: &bucket };
            let counted =
                (place.number("recording_id", recordings)?, place.number("container_bytes", octets)?);
            Ok((bucket, counted.0, counted.1))
        })
        .collect()
}

/// How many should be destroyed by now: committed over an hour ago, or over for more than a day with nothing that keeps them. A
/// thousand of those that are not even due are counted at most.
///
/// # Errors
/// [`DbError`].
pub async fn late(tx: &mut TenantTx, now: DateTime<Utc>) -> Result<u64, DbError> {
    let (tenant, connection) = tx.parts();
    let (late,): (i64,) = sqlx::query_as(
        "SELECT (SELECT count(*) FROM recordings
                WHERE tenant_id = $1 AND state = 'destroying' AND destroying_at < $2::timestamptz - interval '1 hour')
            + (SELECT count(*) FROM recordings
                WHERE tenant_id = $1 AND state = 'due' AND active_holds = 0 AND due_at < $2::timestamptz - interval '24 hours'
                    AND (hold_grace_until IS NULL OR hold_grace_until < $2::timestamptz - interval '24 hours'))
            + (SELECT count(*) FROM (
                SELECT FROM recordings
                WHERE tenant_id = $1 AND state IN ('primary', 'secondary') AND active_holds = 0 AND due_reason IS NULL
                    AND keep_until < $2::timestamptz - interval '24 hours'
                    AND (keep_at_least_until IS NULL OR keep_at_least_until < $2::timestamptz - interval '24 hours')
                LIMIT 1000) AS over)",
    )
    .bind(tenant)
    .bind(now)
    .fetch_one(connection)
    .await?;
    Place { table: "recordings", row: &"count" }.number("recording_id", late)
}

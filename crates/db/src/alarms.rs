//! What is wrong, from when to when, and who has taken it up.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rokuon_policy::alarm::{AlarmKind, Finding};
use rokuon_policy::ids::PersonId;
use uuid::Uuid;

use crate::error::DbError;
use crate::row::{Place, signed};
use crate::tenant_tx::TenantTx;

/// An alarm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    /// Its id.
    pub id: Uuid,
    /// What, on what, and how much.
    pub finding: Finding,
    /// Since when.
    pub opened_at: DateTime<Utc>,
    /// When it was last found so.
    pub seen_at: DateTime<Utc>,
    /// When it was found over.
    pub closed_at: Option<DateTime<Utc>>,
    /// Who took it up, when, and what they wrote down.
    pub acknowledged: Option<Acknowledged>,
}

/// Somebody took an alarm up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledged {
    /// Who.
    pub by: PersonId,
    /// When.
    pub at: DateTime<Utc>,
    /// What they wrote down.
    pub note: String,
}

/// What a round of the watch changed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changed {
    /// Alarms that opened.
    pub opened: Vec<Alarm>,
    /// Alarms that closed.
    pub closed: Vec<Alarm>,
    /// How many are open now.
    pub open: usize,
}

/// Begins a round over the tenant, unless another process is at it or was less than `rest` ago. The round ends with the transaction.
///
/// # Errors
/// [`DbError`].
pub async fn begin_round(
    tx: &mut TenantTx,
    now: DateTime<Utc>,
    rest: chrono::TimeDelta,
) -> Result<bool, DbError> {
    let (tenant, connection) = tx.parts();
    let (mine,): (bool,) =
        sqlx::query_as("SELECT pg_try_advisory_xact_lock(hashtextextended('watch ' || $1, 0))")
            .bind(tenant)
            .fetch_one(&mut *connection)
            .await?;
    if !mine {
        return Ok(false);
    }
    let written = sqlx::query(
        "INSERT INTO watch_rounds (tenant_id, looked_at)
        VALUES ($1, $2)
        ON CONFLICT (tenant_id) DO UPDATE SET looked_at = excluded.looked_at
            WHERE watch_rounds.looked_at <= $3 OR watch_rounds.looked_at > $2",
    )
    .bind(tenant)
    .bind(now)
    .bind(now - rest)
    .execute(connection)
    .await?;
    Ok(written.rows_affected() == 1)
}

/// Opens what was found and is not open, closes what is open and was not found.
///
/// # Errors
/// [`DbError`].
pub async fn settle(tx: &mut TenantTx, found: &[Finding], now: DateTime<Utc>) -> Result<Changed, DbError> {
    let open: BTreeMap<(AlarmKind, String), Alarm> = open(tx)
        .await?
        .into_iter()
        .map(|alarm| ((alarm.finding.kind, alarm.finding.subject.clone()), alarm))
        .collect();
    let mut changed = Changed { open: found.len(), ..Changed::default() };
    let mut still = Vec::new();
    for finding in found {
        match open.get(&(finding.kind, finding.subject.clone())) {
            Some(alarm) => {
                still.push(alarm.id);
                see(tx, alarm.id, finding.figure, now).await?;
            }
            None => changed.opened.push(raise(tx, finding, now).await?),
        }
    }
    for alarm in open.into_values().filter(|alarm| !still.contains(&alarm.id)) {
        close(tx, alarm.id, now).await?;
        changed.closed.push(Alarm { closed_at: Some(now), ..alarm });
    }
    Ok(changed)
}

async fn raise(tx: &mut TenantTx, finding: &Finding, now: DateTime<Utc>) -> Result<Alarm, DbError> {
    let id = Uuid::now_v7();
    let since = finding.since.unwrap_or(now).min(now);
    let (tenant, connection) = tx.parts();
    sqlx::query(
        "INSERT INTO alarms (tenant_id, alarm_id, kind, subject, figure, opened_at, seen_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(tenant)
    .bind(id)
    .bind(finding.kind.as_str())
    .bind(&finding.subject)
    .bind(finding.figure.map(signed))
    .bind(since)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(Alarm {
        id,
        finding: finding.clone(),
        opened_at: since,
        seen_at: now,
        closed_at: None,
        acknowledged: None,
    })
}

async fn see(tx: &mut TenantTx, id: Uuid, figure: Option<u64>, now: DateTime<Utc>) -> Result<(), DbError> {
    let (tenant, connection) = tx.parts();
    sqlx::query("UPDATE alarms SET figure = $3, seen_at = $4 WHERE tenant_id = $1 AND alarm_id = $2")
        .bind(tenant)
        .bind(id)
        .bind(figure.map(signed))
        .bind(now)
        .execute(connection)
        .await?;
    Ok(())
}

async fn close(tx: &mut TenantTx, id: Uuid, now: DateTime<Utc>) -> Result<(), DbError> {
    let (tenant, connection) = tx.parts();
    sqlx::query(
        "UPDATE alarms
        SET closed_at = greatest($3, opened_at)
        WHERE tenant_id = $1 AND alarm_id = $2 AND closed_at IS NULL",
    )
    .bind(tenant)
    .bind(id)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

/// Notes that somebody took an alarm up; says whether there is such an alarm. A second note takes the first one's place.
///
/// # Errors
/// [`DbError`].
pub async fn acknowledge(tx: &mut TenantTx, id: Uuid, acknowledged: &Acknowledged) -> Result<bool, DbError> {
    let (tenant, connection) = tx.parts();
    let done = sqlx::query(
        "UPDATE alarms
        SET acknowledged_by = $3, acknowledged_at = $4, note = $5
        WHERE tenant_id = $1 AND alarm_id = $2",
    )
    .bind(tenant)
    .bind(id)
    .bind(acknowledged.by.0)
    .bind(acknowledged.at)
    .bind(&acknowledged.note)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

#[derive(sqlx::FromRow)]
struct Row {
    alarm_id: Uuid,
    kind: String,
    subject: String,
    figure: Option<i64>,
    opened_at: DateTime<Utc>,
    seen_at: DateTime<Utc>,
    closed_at: Option<DateTime<Utc>>,
    acknowledged_by: Option<Uuid>,
    acknowledged_at: Option<DateTime<Utc>>,
    note: Option<String>,
}

impl TryFrom<Row> for Alarm {
    type Error = DbError;
    fn try_from(row: Row) -> Result<Self, DbError> {
        let place = Place { table: "alarms", row: &row.alarm_id };
        Ok(Self {
            id: row.alarm_id,
            finding: Finding {
                kind: place.parse("kind", &row.kind)?,
                subject: row.subject,
                figure: row.figure.map(|figure| place.number("figure", figure)).transpose()?,
                since: Some(row.opened_at),
            },
            opened_at: row.opened_at,
            seen_at: row.seen_at,
            closed_at: row.closed_at,
            acknowledged: row.acknowledged_by.zip(row.acknowledged_at).map(|(by, at)| Acknowledged {
                by: PersonId(by),
                at,
                note: row.note.unwrap_or_default(),
            }),
        })
    }
}

const COLUMNS: &str = "SELECT
    alarm_id,
    kind,
    subject,
    figure,
    opened_at,
    seen_at,
    closed_at,
    acknowledged_by,
    acknowledged_at,
    note
FROM alarms
WHERE tenant_id = ";

/// The alarms that are open, oldest first.
///
/// # Errors
/// [`DbError`].
pub async fn open(tx: &mut TenantTx) -> Result<Vec<Alarm>, DbError> {
    let (tenant, connection) = tx.parts();
    let mut sql = sqlx::QueryBuilder::new(COLUMNS);
    sql.push_bind(tenant.to_owned()).push(" AND closed_at IS NULL ORDER BY opened_at, alarm_id");
    let rows: Vec<Row> = sql.build_query_as().fetch_all(connection).await?;
    rows.into_iter().map(Alarm::try_from).collect()
}

/// The newest alarms, open and closed.
///
/// # Errors
/// [`DbError`].
pub async fn newest(tx: &mut TenantTx, limit: u32) -> Result<Vec<Alarm>, DbError> {
    let (tenant, connection) = tx.parts();
    let mut sql = sqlx::QueryBuilder::new(COLUMNS);
    sql.push_bind(tenant.to_owned())
        .push(" ORDER BY (closed_at IS NULL) DESC, opened_at DESC, alarm_id LIMIT ")
        .push_bind(i64::from(limit));
    let rows: Vec<Row> = sql.build_query_as().fetch_all(connection).await?;
    rows.into_iter().map(Alarm::try_from).collect()
}

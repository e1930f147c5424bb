//! Calls an exchange says there were: those to compare, what was found of each, and how many of each kind.

use chrono::{DateTime, TimeDelta, Utc};
use rokuon_policy::expected_call::{
    ExpectedCall, ExpectedCause, ExpectedVerdict, Explanation, KnownCall, SKEW,
};
use rokuon_policy::ids::CallId;
use rokuon_policy::span::Span;
use uuid::Uuid;

use crate::error::DbError;
use crate::row::Place;
use crate::tenant_tx::TenantTx;

/// For so long a call that was not found is looked for again: its rows may have waited for a database that was away.
pub const LOOKED_FOR: TimeDelta = TimeDelta::days(7);
/// How often that is.
const AGAIN_AFTER: TimeDelta = TimeDelta::minutes(5);

/// An expected call and what was found of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundExpected {
    /// Its id.
    pub id: Uuid,
    /// The exchange's word.
    pub call: ExpectedCall,
    /// What was found.
    pub explanation: Explanation,
    /// The call it was found to be.
    pub found: Option<CallId>,
    /// When it was last compared.
    pub compared_at: Option<DateTime<Utc>>,
}

#[derive(sqlx::FromRow)]
struct Row {
    expected_id: Uuid,
    started_at: DateTime<Utc>,
    duration_seconds: Option<i32>,
    caller_digits: Option<String>,
    called_digits: Option<String>,
    direction: Option<String>,
    verdict: String,
    cause: Option<String>,
    article: Option<String>,
    call_id: Option<Uuid>,
    compared_at: Option<DateTime<Utc>>,
}

impl TryFrom<Row> for FoundExpected {
    type Error = DbError;
    fn try_from(row: Row) -> Result<Self, DbError> {
        let place = Place { table: "expected_calls", row: &row.expected_id };
        Ok(Self {
            id: row.expected_id,
            call: ExpectedCall {
                started_at: row.started_at,
                duration: row.duration_seconds.map(|seconds| TimeDelta::seconds(i64::from(seconds))),
                caller: row.caller_digits,
                called: row.called_digits,
                direction: place.parse_optional("direction", row.direction.as_deref())?,
            },
            explanation: Explanation {
                verdict: place.parse("verdict", &row.verdict)?,
                cause: place.parse_optional("cause", row.cause.as_deref())?,
                article: place.parse_optional("article", row.article.as_deref())?,
            },
            found: row.call_id.map(CallId),
            compared_at: row.compared_at,
        })
    }
}

const COLUMNS: &str = "SELECT
    expected_id,
    started_at,
    duration_seconds,
    caller_digits,
    called_digits,
    direction,
    verdict,
    cause,
    article,
    call_id,
    compared_at
FROM expected_calls
WHERE tenant_id = ";

/// The expected calls whose turn it is, of the six hours from the earliest one on: those that wait, and now and then those that
/// were not found.
///
/// # Errors
/// [`DbError`].
pub async fn due(tx: &mut TenantTx, now: DateTime<Utc>) -> Result<Vec<FoundExpected>, DbError> {
    let (tenant, connection) = tx.parts();
    let mut sql = sqlx::QueryBuilder::new(
        "WITH turn AS (SELECT expected_id, started_at FROM expected_calls WHERE tenant_id = ",
    );
    sql.push_bind(tenant.to_owned());
    sql.push(" AND (verdict = 'waiting' OR verdict IN ('missing', 'unexplained') AND started_at > ");
    sql.push_bind(now - LOOKED_FOR);
    sql.push(" AND compared_at < ").push_bind(now - AGAIN_AFTER);
    sql.push(")) ").push(COLUMNS).push_bind(tenant.to_owned());
    sql.push(
        " AND expected_id IN (
            SELECT expected_id FROM turn
            WHERE started_at < (SELECT min(started_at) FROM turn) + interval '6 hours')
        ORDER BY started_at, expected_id",
    );
    let rows: Vec<Row> = sql.build_query_as().persistent(false).fetch_all(connection).await?;
    rows.into_iter().map(FoundExpected::try_from).collect()
}

/// The calls we know around some expected ones that do not answer for another one yet.
///
/// # Errors
/// [`DbError`].
pub async fn candidates(tx: &mut TenantTx, span: Span) -> Result<Vec<KnownCall>, DbError> {
    type Candidate = (Uuid, DateTime<Utc>, Option<i64>, Option<String>, Option<String>, bool);
    let (tenant, connection) = tx.parts();
    let rows: Vec<Candidate> = sqlx::query_as(
        "SELECT
            c.call_id,
            c.started_at,
            c.duration_ms,
            c.caller_digits,
            c.called_digits,
            coalesce(r.state <> 'failed', false)
        FROM calls c
        LEFT JOIN recordings r USING (tenant_id, call_id)
        WHERE c.tenant_id = $1
            AND c.started_at >= $2
            AND c.started_at < $3
            AND NOT EXISTS (
                SELECT FROM expected_calls e WHERE e.tenant_id = c.tenant_id AND e.call_id = c.call_id)
        ORDER BY c.started_at, c.call_id",
    )
    .bind(tenant)
    .bind(span.from - SKEW)
    .bind(span.until + SKEW)
    .fetch_all(connection)
    .await?;
    let known = |(call, started_at, ms, caller, called, kept): Candidate| KnownCall {
        call: CallId(call),
        started_at,
        duration: ms.map(TimeDelta::milliseconds),
        caller,
        called,
        kept,
    };
    Ok(rows.into_iter().map(known).collect())
}

/// Writes what was found of some expected calls.
///
/// # Errors
/// [`DbError::Conflict`] `expected_calls_one_call` for a call that answers for another one already.
pub async fn settle(
    tx: &mut TenantTx,
    settled: &[(Uuid, Explanation, Option<CallId>)],
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let texts = |of: fn(&Explanation) -> Option<String>| -> Vec<Option<String>> {
        settled.iter().map(|(_, explanation, _)| of(explanation)).collect()
    };
    let (tenant, connection) = tx.parts();
    sqlx::query(
        "UPDATE expected_calls e
        SET verdict = u.verdict, cause = u.cause, article = u.article, call_id = u.call, compared_at = $2
        FROM unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::uuid[]) AS u (id, verdict, cause, article, call)
        WHERE e.tenant_id = $1 AND e.expected_id = u.id",
    )
    .bind(tenant)
    .bind(now)
    .bind(settled.iter().map(|(id, _, _)| *id).collect::<Vec<_>>())
    .bind(texts(|said| Some(said.verdict.as_str().to_owned())))
    .bind(texts(|said| said.cause.map(|cause| cause.as_str().to_owned())))
    .bind(texts(|said| said.article.as_ref().map(ToString::to_string)))
    .bind(settled.iter().map(|(_, _, call)| call.map(|call| call.0)).collect::<Vec<_>>())
    .execute(connection)
    .await?;
    Ok(())
}

/// How many expected calls of a stretch of time have each verdict and cause.
///
/// # Errors
/// [`DbError`].
pub async fn counts(
    tx: &mut TenantTx,
    span: Span,
) -> Result<Vec<(ExpectedVerdict, Option<ExpectedCause>, u64)>, DbError> {
    let (tenant, connection) = tx.parts();
    let rows: Vec<(String, Option<String>, i64)> = sqlx::query_as(
        "SELECT verdict, cause, count(*)
        FROM expected_calls
        WHERE tenant_id = $1 AND started_at >= $2 AND started_at < $3
        GROUP BY verdict, cause
        ORDER BY verdict, cause",
    )
    .bind(tenant)
    .bind(span.from)
    .bind(span.until)
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|(verdict, cause, count)| {
            let place = Place { table: "expected_calls", row: &verdict };
            Ok((
                place.parse("verdict", &verdict)?,
                place.parse_optional("cause", cause.as_deref())?,
                place.number("count", count)?,
            ))
        })
        .collect()
}

/// The expected calls of a stretch of time with one of these verdicts, newest first.
///
/// # Errors
/// [`DbError`].
pub async fn list(
    tx: &mut TenantTx,
    span: Span,
    verdicts: &[ExpectedVerdict],
    limit: u32,
) -> Result<Vec<FoundExpected>, DbError> {
    let words: Vec<String> = verdicts.iter().map(|verdict| verdict.as_str().to_owned()).collect();
    let (tenant, connection) = tx.parts();
    let mut sql = sqlx::QueryBuilder::new(COLUMNS);
    sql.push_bind(tenant.to_owned());
    sql.push(" AND started_at >= ").push_bind(span.from).push(" AND started_at < ").push_bind(span.until);
    sql.push(" AND verdict = ANY (").push_bind(words).push(") ORDER BY started_at DESC, expected_id LIMIT ");
    sql.push_bind(i64::from(limit));
    let rows: Vec<Row> = sql.build_query_as().fetch_all(connection).await?;
    rows.into_iter().map(FoundExpected::try_from).collect()
}

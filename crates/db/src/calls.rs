//! The call log's writing side: a call begins, becomes better known, ends. Safe to repeat.

use chrono::{DateTime, Utc};
use rokuon_policy::decision::Decision;
use rokuon_policy::ids::{CallId, ConnectionId, DepartmentId, RecordingId};
use rokuon_policy::media_kind::MediaKind;
use rokuon_policy::recording_scope::{Direction, RecordingStart};
use rokuon_policy::retention::RetentionDates;
use rokuon_policy::text::Text;

use crate::announcements::Announcement;
use crate::error::DbError;
use crate::legs::{self, LegRole, Party};
use crate::recordings;
use crate::row::revealed;
use crate::tenant_tx::TenantTx;

/// What is known of a call; it may become better known while the call lasts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownFacts {
    /// Its direction.
    pub direction: Option<Direction>,
    /// Left.
    pub caller: Party,
    /// Right.
    pub called: Party,
    /// The line's key; it must be in the table of lines.
    pub line: Option<String>,
    /// The department the recording belongs to.
    pub department: Option<DepartmentId>,
    /// Whether line and department are certain.
    pub line_proved: bool,
    /// Why the call is kept.
    pub decision: Decision,
}

/// A call that is kept has begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallStarted {
    /// The call.
    pub call: CallId,
    /// Its recording.
    pub recording: RecordingId,
    /// Where it came from.
    pub connection: ConnectionId,
    /// Call-ID of the recording session.
    pub sip_call_id: String,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// What is known of it.
    pub facts: KnownFacts,
    /// How its recording starts.
    pub start: RecordingStart,
    /// Whether the other party was told, as far as that is known at the beginning.
    pub announcement: Announcement,
    /// What is doubtful about it.
    pub doubts: Vec<Text>,
    /// What is kept.
    pub media: MediaKind,
    /// The policy version it is kept under.
    pub policy_version: i32,
    /// Its retention by that policy.
    pub retention: RetentionDates,
    /// The epoch of the worker that writes; see [`recordings::take_over`].
    pub epoch: u64,
}

/// Writes the call, its legs and its recording (state `recording`). A repeated write changes nothing; says whether it was
/// the first.
///
/// # Errors
/// [`DbError::Conflict`] `calls_line`, `calls_department`, `calls_connection`, `recordings_policy_version` for something
/// unknown, `calls_digits_are_digits` for a number that was not normalised.
pub async fn start(tx: &mut TenantTx, started: &CallStarted) -> Result<bool, DbError> {
    let facts = &started.facts;
    let (tenant, connection) = tx.parts();
    let written = sqlx::query(
        "INSERT INTO calls (
            tenant_id,
            call_id,
            connection_id,
            sip_call_id,
            started_at,
            direction,
            caller_digits,
            caller_name,
            called_digits,
            called_name,
            line_key,
            department_id,
            line_proved,
            decision_rule,
            decision_article,
            decision_ja,
            decision_en,
            announcement,
            announcement_by
        )
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
        ON CONFLICT (tenant_id, call_id) DO NOTHING",
    )
    .bind(tenant)
    .bind(started.call.0)
    .bind(started.connection.0)
    .bind(&started.sip_call_id)
    .bind(started.started_at)
    .bind(facts.direction.map(Direction::as_str))
    .bind(revealed(&facts.caller.number))
    .bind(revealed(&facts.caller.name))
    .bind(revealed(&facts.called.number))
    .bind(revealed(&facts.called.name))
    .bind(&facts.line)
    .bind(facts.department.as_ref().map(DepartmentId::as_str))
    .bind(facts.line_proved)
    .bind(facts.decision.rule)
    .bind(facts.decision.article.as_str())
    .bind(&facts.decision.sentence.ja)
    .bind(&facts.decision.sentence.en)
    .bind(started.announcement.status.as_str())
    .bind(started.announcement.by.as_str())
    .execute(connection)
    .await?
    .rows_affected();
    if written == 0 {
        return Ok(false);
    }
    legs::put(tx, started.call, LegRole::Caller, &facts.caller).await?;
    legs::put(tx, started.call, LegRole::Called, &facts.called).await?;
    recordings::begin::begin(tx, started).await?;
    Ok(true)
}

/// Writes what has become known meanwhile. Says whether there is such a call.
///
/// # Errors
/// As [`start`].
pub async fn update_facts(tx: &mut TenantTx, call: CallId, facts: &KnownFacts) -> Result<bool, DbError> {
    let (tenant, connection) = tx.parts();
    let written = sqlx::query(
        "UPDATE calls
        SET
            direction = $3,
            caller_digits = $4,
            caller_name = $5,
            called_digits = $6,
            called_name = $7,
            line_key = $8,
            department_id = $9,
            line_proved = $10,
            decision_rule = $11,
            decision_article = $12,
            decision_ja = $13,
            decision_en = $14
        WHERE tenant_id = $1 AND call_id = $2",
    )
    .bind(tenant)
    .bind(call.0)
    .bind(facts.direction.map(Direction::as_str))
    .bind(revealed(&facts.caller.number))
    .bind(revealed(&facts.caller.name))
    .bind(revealed(&facts.called.number))
    .bind(revealed(&facts.called.name))
    .bind(&facts.line)
    .bind(facts.department.as_ref().map(DepartmentId::as_str))
    .bind(facts.line_proved)
    .bind(facts.decision.rule)
    .bind(facts.decision.article.as_str())
    .bind(&facts.decision.sentence.ja)
    .bind(&facts.decision.sentence.en)
    .execute(connection)
    .await?
    .rows_affected();
    if written == 0 {
        return Ok(false);
    }
    legs::put(tx, call, LegRole::Caller, &facts.caller).await?;
    legs::put(tx, call, LegRole::Called, &facts.called).await?;
    Ok(true)
}

/// Marks a call as a test call by which its connection proves itself: it stays out of the usual lists.
///
/// # Errors
/// [`DbError`].
pub async fn mark_canary(tx: &mut TenantTx, call: CallId) -> Result<(), DbError> {
    let (tenant, connection) = tx.parts();
    sqlx::query("UPDATE calls SET canary = true WHERE tenant_id = $1 AND call_id = $2")
        .bind(tenant)
        .bind(call.0)
        .execute(connection)
        .await?;
    Ok(())
}

/// Writes when the call ended and how long it was. A repeated write changes nothing.
///
/// # Errors
/// [`DbError::Conflict`] `calls_in_order` when it would end before it began.
pub async fn end(
    tx: &mut TenantTx,
    call: CallId,
    ended_at: DateTime<Utc>,
    duration_ms: u64,
) -> Result<(), DbError> {
    put_end(tx, call, ended_at, duration_ms, false).await
}

/// The same of a call whose end was written too early, because its host was lost: what is known now counts.
///
/// # Errors
/// As for [`end`].
pub async fn end_after_all(
    tx: &mut TenantTx,
    call: CallId,
    ended_at: DateTime<Utc>,
    duration_ms: u64,
) -> Result<(), DbError> {
    put_end(tx, call, ended_at, duration_ms, true).await
}

async fn put_end(
    tx: &mut TenantTx,
    call: CallId,
    ended_at: DateTime<Utc>,
    duration_ms: u64,
    even_if_ended: bool,
) -> Result<(), DbError> {
    let (tenant, connection) = tx.parts();
    sqlx::query(
        "UPDATE calls
        SET ended_at = $3, duration_ms = $4
        WHERE tenant_id = $1 AND call_id = $2 AND ($5 OR ended_at IS NULL)",
    )
    .bind(tenant)
    .bind(call.0)
    .bind(ended_at)
    .bind(crate::row::signed(duration_ms))
    .bind(even_if_ended)
    .execute(connection)
    .await?;
    Ok(())
}

/// Removes a call of which nothing is sealed yet, because it turned out not to be recorded at all (T-2). Says whether
/// there was one; the caller counts it in [`crate::unrecorded_counts`].
///
/// # Errors
/// [`DbError::Conflict`] `segments_recording` when something of it is sealed.
pub async fn forget(tx: &mut TenantTx, call: CallId) -> Result<bool, DbError> {
    let (tenant, connection) = tx.parts();
    let removed = sqlx::query(
        "DELETE FROM recordings WHERE tenant_id = $1 AND call_id = $2 AND state = 'recording' AND active_holds = 0",
    )
    .bind(tenant)
    .bind(call.0)
    .execute(&mut *connection)
    .await?
    .rows_affected();
    if removed == 0 {
        return Ok(false);
    }
    for table in [
        "DELETE FROM legs WHERE tenant_id = $1 AND call_id = $2",
        "DELETE FROM calls WHERE tenant_id = $1 AND call_id = $2",
    ] {
        sqlx::query(table).bind(tenant).bind(call.0).execute(&mut *connection).await?;
    }
    Ok(true)
}

//! Lists of holds: those that rest, those to be looked at again, those whose release was asked for, those released.

use chrono::{DateTime, NaiveDate, Utc};
use rokuon_policy::ids::{DepartmentId, HoldId, RecordingId};
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

use super::{COLUMNS, Hold, Row};
use crate::cursor::TimeCursor;
use crate::error::DbError;
use crate::recording_search::VisibleDepartments;
use crate::tenant_tx::TenantTx;

/// Which holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoldState {
    /// Those that rest on recordings.
    Active,
    /// Of those, the ones whose review day has come.
    ReviewDue,
    /// Of those, the ones whose release somebody asked for.
    ReleaseAsked,
    /// Those released.
    Released,
}

/// What to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldFilter {
    /// Which; all when absent.
    pub state: Option<HoldState>,
    /// On this recording.
    pub recording: Option<RecordingId>,
    /// On a recording the caller may see.
    pub visible: VisibleDepartments,
    /// Today in Japan.
    pub today: NaiveDate,
    /// The end of the page before.
    pub after: Option<TimeCursor>,
    /// Page length, 1–200.
    pub limit: u32,
}

/// A page of holds, newest first, and where the next one begins.
///
/// # Errors
/// [`DbError`].
pub async fn list(
    tx: &mut TenantTx,
    filter: &HoldFilter,
) -> Result<(Vec<Hold>, Option<TimeCursor>), DbError> {
    let limit = filter.limit.clamp(1, 200);
    let mut sql = QueryBuilder::<Postgres>::new("SELECT ");
    sql.push(COLUMNS).push(" FROM holds h WHERE h.tenant_id = ").push_bind(tx.tenant().as_str().to_owned());
    match filter.state {
        None => {}
        Some(HoldState::Active) => {
            sql.push(" AND h.released_at IS NULL");
        }
        Some(HoldState::ReviewDue) => {
            sql.push(" AND h.released_at IS NULL AND h.review_on <= ").push_bind(filter.today);
        }
        Some(HoldState::ReleaseAsked) => {
            sql.push(" AND h.released_at IS NULL AND h.release_asked_at IS NOT NULL");
        }
        Some(HoldState::Released) => {
            sql.push(" AND h.released_at IS NOT NULL");
        }
    }
    resting_on(&mut sql, filter.recording, &filter.visible);
    after(&mut sql, filter.after, "h.placed_at", "h.hold_id");
    sql.push(" ORDER BY h.placed_at DESC, h.hold_id DESC LIMIT ").push_bind(i64::from(limit) + 1);
    let rows: Vec<Row> = sql.build_query_as().persistent(false).fetch_all(tx.connection()).await?;
    let more = rows.len() > limit as usize;
    let items: Vec<Hold> =
        rows.into_iter().take(limit as usize).map(Hold::try_from).collect::<Result<_, _>>()?;
    let next = items.last().filter(|_| more).map(|last| TimeCursor { at: last.placed_at, id: last.id.0 });
    Ok((items, next))
}

/// Whether the caller may see the hold: it was placed on a recording of what they may see.
///
/// # Errors
/// [`DbError`].
pub async fn is_visible(
    tx: &mut TenantTx,
    id: HoldId,
    visible: &VisibleDepartments,
) -> Result<bool, DbError> {
    let mut sql = QueryBuilder::<Postgres>::new("SELECT EXISTS (SELECT FROM holds h WHERE h.hold_id = ");
    sql.push_bind(id.0);
    resting_on(&mut sql, None, visible);
    sql.push(")");
    let (seen,): (bool,) = sql.build_query_as().fetch_one(tx.connection()).await?;
    Ok(seen)
}

fn resting_on(
    sql: &mut QueryBuilder<Postgres>,
    recording: Option<RecordingId>,
    visible: &VisibleDepartments,
) {
    if recording.is_none() && *visible == VisibleDepartments::All {
        return;
    }
    sql.push(
        " AND EXISTS (SELECT FROM hold_recordings o
            JOIN recordings r ON r.tenant_id = o.tenant_id AND r.recording_id = o.recording_id
            JOIN calls c ON c.tenant_id = r.tenant_id AND c.call_id = r.call_id
            WHERE o.tenant_id = h.tenant_id AND o.hold_id = h.hold_id",
    );
    on_seen_recording(sql, recording, visible);
    sql.push(")");
}

/// The conditions on `r` and `c` for one recording and for what the caller may see.
pub(crate) fn on_seen_recording(
    sql: &mut QueryBuilder<Postgres>,
    recording: Option<RecordingId>,
    visible: &VisibleDepartments,
) {
    if let Some(recording) = recording {
        sql.push(" AND r.recording_id = ").push_bind(recording.0);
    }
    if let VisibleDepartments::Only { departments, unproved } = visible {
        let ids: Vec<String> = departments.iter().map(DepartmentId::to_string).collect();
        sql.push(" AND ((c.line_proved AND c.department_id = ANY (").push_bind(ids).push("))");
        sql.push(if *unproved { " OR NOT c.line_proved)" } else { ")" });
    }
}

/// Goes on behind the end of the page before, newest first.
pub(crate) fn after(
    sql: &mut QueryBuilder<Postgres>,
    after: Option<TimeCursor>,
    at: &'static str,
    id: &'static str,
) {
    if let Some(TimeCursor { at: end, id: last }) = after {
        let bound: (DateTime<Utc>, Uuid) = (end, last);
        sql.push(" AND (").push(at).push(", ").push(id).push(") < (").push_bind(bound.0);
        sql.push(", ").push_bind(bound.1).push(")");
    }
}

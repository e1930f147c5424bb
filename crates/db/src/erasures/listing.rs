//! Lists of erasures.

use rokuon_policy::ids::{ErasureId, RecordingId};
use sqlx::{Postgres, QueryBuilder};

use super::{COLUMNS, Erasure, ErasureState, Row};
use crate::cursor::TimeCursor;
use crate::error::DbError;
use crate::holds::listing::{after, on_seen_recording};
use crate::recording_search::VisibleDepartments;
use crate::tenant_tx::TenantTx;

/// What to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasureFilter {
    /// How far; all when absent.
    pub state: Option<ErasureState>,
    /// Approved ones of which a recording still waits behind holds.
    pub waiting: bool,
    /// Of this recording.
    pub recording: Option<RecordingId>,
    /// Of a recording the caller may see.
    pub visible: VisibleDepartments,
    /// The end of the page before.
    pub after: Option<TimeCursor>,
    /// Page length, 1–200.
    pub limit: u32,
}

/// A page of erasures, newest first, and where the next one begins.
///
/// # Errors
/// [`DbError`].
pub async fn list(
    tx: &mut TenantTx,
    filter: &ErasureFilter,
) -> Result<(Vec<Erasure>, Option<TimeCursor>), DbError> {
    let limit = filter.limit.clamp(1, 200);
    let mut sql = QueryBuilder::<Postgres>::new("SELECT ");
    sql.push(COLUMNS)
        .push(" FROM erasures e WHERE e.tenant_id = ")
        .push_bind(tx.tenant().as_str().to_owned());
    if let Some(state) = filter.state {
        sql.push(" AND e.state = ").push_bind(state.as_str());
    }
    if filter.waiting {
        sql.push(
            " AND EXISTS (SELECT FROM erasure_recordings w
                WHERE w.tenant_id = e.tenant_id AND w.erasure_id = e.erasure_id AND w.state = 'waiting')",
        );
    }
    about(&mut sql, filter.recording, &filter.visible);
    after(&mut sql, filter.after, "e.asked_at", "e.erasure_id");
    sql.push(" ORDER BY e.asked_at DESC, e.erasure_id DESC LIMIT ").push_bind(i64::from(limit) + 1);
    let rows: Vec<Row> = sql.build_query_as().persistent(false).fetch_all(tx.connection()).await?;
    let more = rows.len() > limit as usize;
    let items: Vec<Erasure> =
        rows.into_iter().take(limit as usize).map(Erasure::try_from).collect::<Result<_, _>>()?;
    let next = items.last().filter(|_| more).map(|last| TimeCursor { at: last.asked_at, id: last.id.0 });
    Ok((items, next))
}

/// Whether the caller may see the erasure: it is about a recording of what they may see.
///
/// # Errors
/// [`DbError`].
pub async fn is_visible(
    tx: &mut TenantTx,
    id: ErasureId,
    visible: &VisibleDepartments,
) -> Result<bool, DbError> {
    let mut sql =
        QueryBuilder::<Postgres>::new("SELECT EXISTS (SELECT FROM erasures e WHERE e.erasure_id = ");
    sql.push_bind(id.0);
    about(&mut sql, None, visible);
    sql.push(")");
    let (seen,): (bool,) = sql.build_query_as().fetch_one(tx.connection()).await?;
    Ok(seen)
}

fn about(sql: &mut QueryBuilder<Postgres>, recording: Option<RecordingId>, visible: &VisibleDepartments) {
    if recording.is_none() && *visible == VisibleDepartments::All {
        return;
    }
    sql.push(
        " AND EXISTS (SELECT FROM erasure_recordings o
            JOIN recordings r ON r.tenant_id = o.tenant_id AND r.recording_id = o.recording_id
            JOIN calls c ON c.tenant_id = r.tenant_id AND c.call_id = r.call_id
            WHERE o.tenant_id = e.tenant_id AND o.erasure_id = e.erasure_id",
    );
    on_seen_recording(sql, recording, visible);
    sql.push(")");
}

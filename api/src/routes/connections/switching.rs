//! A connection is switched off or on again.

use axum::http::StatusCode;
use rokuon_db::connection_terms::ConnectionState;
use rokuon_db::{connection_edits, connections};
use rokuon_policy::ids::ConnectionId;
use serde_json::json;
use uuid::Uuid;

use crate::access::acts::Act;
use crate::access::permitted::Permitted;
use crate::problem::{Code, Problem};
use crate::routes::connections::list::today;

/// Puts it into `state` with the act's audit event; `(ja, en)` is what is said where it already is.
pub(super) async fn switch<A: Act>(
    permitted: &Permitted<A>,
    id: Uuid,
    state: ConnectionState,
    (ja, en): (&'static str, &'static str),
) -> Result<StatusCode, Problem> {
    let id = ConnectionId(id);
    let (day, began) = today(permitted);
    let mut tx = permitted.tx().await?;
    connections::find(&mut tx, id, day, began).await?.ok_or_else(|| Problem::new(Code::NotFound))?;
    if !connection_edits::switch(&mut tx, id, state).await? {
        return Err(Problem::new(Code::Conflict).detail(ja, en));
    }
    let event = permitted.event(json!({})).decided_by(&permitted.decision).on("connection", id);
    tx.commit_with(event).await.map_err(Problem::unavailable)?;
    Ok(StatusCode::NO_CONTENT)
}

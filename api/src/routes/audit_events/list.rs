//! `GET /v1/audit-events`: read the audit trail.

use chrono::{DateTime, Utc};
use rokuon_db::audit_search::{self, AuditFilter};
use rokuon_policy::ids::PersonId;
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::access::acts::{Act, AuditRead};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::extract::query::{Query, cursor, page_size};
use crate::problem::Problem;
use crate::routes::audit_events::model::{AuditEvent, Page};

/// Which events.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Events at or after this.
    pub from: Option<DateTime<Utc>>,
    /// Events before this.
    pub to: Option<DateTime<Utc>>,
    /// The person who acted.
    pub actor: Option<Uuid>,
    /// A kind, such as `play.start`, or its first part, such as `play`.
    #[param(max_length = 64, example = "play.start")]
    pub kind: Option<String>,
    /// The id of what was acted on.
    #[param(max_length = 64)]
    pub object: Option<String>,
    /// `next_cursor` of the page before.
    #[param(max_length = 200)]
    pub cursor: Option<String>,
    /// How many a page; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
}

/// Read the audit trail
#[utoipa::path(
    get,
    path = "/v1/audit-events",
    operation_id = "audit_events_list",
    tag = "audit-events",
    params(ListQuery),
    responses((status = 200, description = "Found", body = Page)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(AuditRead::NAME)),
        ("x-rokuon-audit" = json!(AuditRead::EVENT)),
    ),
)]
pub async fn list(
    permitted: Permitted<AuditRead>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page>, Problem> {
    let limit = page_size(query.limit)?;
    let filter = AuditFilter {
        from: query.from,
        to: query.to,
        actor: query.actor.map(PersonId),
        kind: query.kind.clone(),
        object_kind: None,
        object_id: query.object.clone(),
        after: cursor(query.cursor.as_deref())?,
    };
    let mut tx = permitted.tx().await?;
    let page = audit_search::search(&mut tx, &filter, limit).await?;
    let asked = json!({
        "from": query.from, "to": query.to, "actor": query.actor, "kind": query.kind, "object": query.object,
        "found": page.items.len(),
    });
    let event = permitted.event(asked).decided_by(&permitted.decision);
    tx.commit_with(event).await.map_err(Problem::unavailable)?;
    let next_cursor = page.next.map(|next| next.to_string());
    Ok(Json(Page { items: page.items.into_iter().map(AuditEvent::from).collect(), next_cursor }))
}

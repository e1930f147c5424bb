//! `GET /v1/audit-events`: read the audit trail.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::access::acts::{Act, AuditRead};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::extract::query::Query;
use crate::problem::{Code, Problem};
use crate::routes::audit_events::model::Page;

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
    Err(Problem::new(Code::Unavailable))
}

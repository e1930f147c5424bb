//! `POST /v1/connections/{id}/rotate`: give a connection a new credential.

use chrono::{DateTime, TimeDelta, Utc};
use rokuon_db::{connection_credentials, connections};
use rokuon_policy::ids::ConnectionId;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::access::acts::{Act, ConnectionRotate};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::extract::path::Path;
use crate::problem::{Code, Problem};
use crate::routes::connections::list::today;
use crate::routes::connections::model::Secret;
use crate::routes::connections::secrets::fresh_credential;

/// How long the old credential stays good when nothing is said.
const USUAL_OVERLAP: u32 = 24;

/// How to replace a credential.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ConnectionRotateRequest)]
pub struct RotateRequest {
    /// For how many hours the old one stays good beside the new one, 0 to 336: the time to change the PBX. 24 when absent; 0 when the old
    /// one may be known to others.
    #[serde(default)]
    #[schema(required = false, maximum = 336)]
    pub overlap_hours: Option<u32>,
}

/// The new credential, and how long the old one stays good.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ConnectionRotated)]
pub struct Rotated {
    /// Shown this once.
    pub secret: Secret,
    /// When the old one ends; absent where there was none or it has ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_until: Option<DateTime<Utc>>,
}

/// Give a connection a new credential
///
/// Old and new are good together until the stated time. The secret in the answer is shown this once.
#[utoipa::path(
    post,
    path = "/v1/connections/{id}/rotate",
    operation_id = "connections_rotate",
    tag = "connections",
    params(("id" = Uuid, Path, description = "The connection")),
    request_body = RotateRequest,
    responses((status = 200, description = "Made", body = Rotated)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(ConnectionRotate::NAME)),
        ("x-rokuon-audit" = json!(ConnectionRotate::EVENT)),
        ("x-rokuon-problems" = json!(["conflict"])),
    ),
)]
pub async fn rotate(
    permitted: Permitted<ConnectionRotate>,
    Path(id): Path<Uuid>,
    Json(body): Json<RotateRequest>,
) -> Result<Json<Rotated>, Problem> {
    let overlap = TimeDelta::hours(i64::from(body.overlap_hours.unwrap_or(USUAL_OVERLAP)));
    if overlap > connection_credentials::LONGEST_OVERLAP {
        return Err(Problem::field("overlap_hours", "0〜336時間です", "must be 0 to 336"));
    }
    let (id, now) = (ConnectionId(id), permitted.now);
    let (day, began) = today(&permitted);
    let mut tx = permitted.tx().await?;
    let found = connections::find(&mut tx, id, day, began).await?;
    let found = found.ok_or_else(|| Problem::new(Code::NotFound))?;
    let made = fresh_credential(found.kind, found.security.digest_required, &found.address_user)?;
    let Some((fresh, secret)) = made else {
        return Err(Problem::new(Code::Conflict).detail(
            "この接続は、当方が発行した認証情報を使っていません。",
            "This connection uses no credential of ours.",
        ));
    };
    connection_credentials::add(&mut tx, id, &fresh, now + overlap, now).await?;
    let dates = connection_credentials::dates(&mut tx, id, now).await?;
    let previous_until = dates.and_then(|dates| dates.previous_until);
    let detail = json!({ "credential": fresh.id, "previous_until": previous_until });
    let event = permitted.event(detail).decided_by(&permitted.decision).on("connection", id);
    tx.commit_with(event).await.map_err(Problem::unavailable)?;
    Ok(Json(Rotated { secret, previous_until }))
}

//! `POST /v1/connections`: connect a cloud PBX, trunk, handset or camera.

use axum::http::StatusCode;
use rokuon_db::connection_terms::ConnectionKind;
use rokuon_db::connections::{self, NewConnection};
use rokuon_policy::ids::ConnectionId;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::access::acts::{Act, ConnectionConnect};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::problem::Problem;
use crate::routes::connections::draft::{AccountRequest, Draft};
use crate::routes::connections::list::today;
use crate::routes::connections::model::{Connection, Kind, Made};
use crate::routes::connections::secrets::{fresh_credential, put_secrets, sealed_account};
use crate::routes::connections::security::Security;

/// What is needed to make a connection.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectRequest {
    /// How its calls will arrive.
    #[serde(default)]
    #[schema(required = false)]
    pub kind: Kind,
    /// What to call it.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// The networks (CIDR) its calls may come from: at least one, except of WHIP, where none means anywhere. Of a registration: the
    /// networks of the cloud PBX.
    #[serde(default)]
    #[schema(max_items = 32, example = json!(["192.0.2.0/24"]))]
    pub networks: Vec<String>,
    /// The line taken when a call names none.
    #[serde(default)]
    pub default_line: Option<String>,
    /// What it asks of whoever calls.
    #[serde(default)]
    #[schema(required = false)]
    pub security: Security,
    /// The account with which we register: of a registration alone, and there required.
    #[serde(default)]
    #[schema(required = false)]
    pub account: Option<AccountRequest>,
}

/// Connect a cloud PBX, trunk, handset or camera
///
/// The secret in the answer is shown this once.
#[utoipa::path(
    post,
    path = "/v1/connections",
    operation_id = "connections_connect",
    tag = "connections",
    request_body = ConnectRequest,
    responses((status = 201, description = "Made", body = Made)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(ConnectionConnect::NAME)),
        ("x-rokuon-audit" = json!(ConnectionConnect::EVENT)),
        ("x-rokuon-problems" = json!(["unavailable"])),
    ),
)]
pub async fn connect(
    permitted: Permitted<ConnectionConnect>,
    Json(body): Json<ConnectRequest>,
) -> Result<(StatusCode, Json<Made>), Problem> {
    let draft = Draft {
        kind: body.kind,
        name: &body.name,
        networks: &body.networks,
        default_line: body.default_line.as_deref(),
        security: &body.security,
        account: body.account.as_ref(),
        has_account: false,
    };
    let checked = draft.check(&permitted.rules)?;
    let kind = ConnectionKind::from(body.kind);
    let new = NewConnection {
        id: ConnectionId(Uuid::now_v7()),
        kind,
        name: body.name.trim().to_owned(),
        address_user: connections::fresh_address_user()?,
        networks: checked.networks,
        default_line: body.default_line,
        security: checked.security,
    };
    let made = fresh_credential(kind, new.security.digest_required, &new.address_user)?;
    let account = sealed_account(&permitted, new.id, checked.account, None).await?;
    let now = permitted.now;
    let (day, began) = today(&permitted);
    let mut tx = permitted.tx().await?;
    connections::create(&mut tx, &new, now).await?;
    put_secrets(&mut tx, new.id, made.as_ref(), account.as_ref(), now).await?;
    let shown = connections::find(&mut tx, new.id, day, began).await?;
    let shown = shown.ok_or_else(|| Problem::internal("a connection just made"))?;
    let detail = json!({
        "kind": kind,
        "networks": new.networks,
        "default_line": new.default_line,
        "security": Security::of(&new.security),
        "credential": made.as_ref().map(|(fresh, _)| fresh.id),
        "registrar": account.as_ref().map(|account| &account.registrar_host),
    });
    let event = permitted.event(detail).decided_by(&permitted.decision).on("connection", new.id);
    tx.commit_with(event).await.map_err(Problem::unavailable)?;
    let connection = Connection::of(shown, permitted.app.config(), now);
    Ok((StatusCode::CREATED, Json(Made { connection, secret: made.map(|(_, secret)| secret) })))
}

//! `POST /v1/devices/{id}/token`: give a device the token it publishes with.

use axum::http::StatusCode;
use chrono::TimeDelta;
use rokuon_db::connection_credentials::{self, FreshCredential};
use rokuon_db::connection_terms::{ConnectionKind, ConnectionSecurity};
use rokuon_db::connections::{self, NewConnection};
use rokuon_db::devices;
use rokuon_policy::ids::{ConnectionId, DeviceId};
use serde_json::json;
use uuid::Uuid;

use crate::access::acts::{Act, DeviceToken};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::extract::path::Path;
use crate::problem::{Code, Problem};
use crate::routes::connections::list::today;
use crate::routes::devices::model::{Token, TokenRequest};

/// The longest the token before stays good, in hours.
const LONGEST_OVERLAP: u32 = 336;

/// Issue a device's token
///
/// The device publishes with it by WHIP. It is shown this once and kept as a hash; a new one ends the one before, at once or
/// after the hours asked for. The first one makes the device's connection.
#[utoipa::path(
    post,
    path = "/v1/devices/{id}/token",
    operation_id = "devices_issue_token",
    tag = "devices",
    params(("id" = Uuid, Path, description = "The device")),
    request_body = TokenRequest,
    responses((status = 201, description = "Issued", body = Token)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(DeviceToken::NAME)),
        ("x-rokuon-audit" = json!(DeviceToken::EVENT)),
        ("x-rokuon-problems" = json!(["conflict"])),
    ),
)]
pub async fn issue_token(
    permitted: Permitted<DeviceToken>,
    Path(id): Path<Uuid>,
    Json(body): Json<TokenRequest>,
) -> Result<(StatusCode, Json<Token>), Problem> {
    if body.previous_valid_hours > LONGEST_OVERLAP {
        return Err(Problem::field("previous_valid_hours", "336時間までです", "must be at most 336"));
    }
    let id = DeviceId(id);
    let mut tx = permitted.tx().await?;
    let device = devices::find(&mut tx, id).await?.ok_or_else(|| Problem::new(Code::NotFound))?;
    if device.in_use_until.is_some() {
        return Err(
            Problem::new(Code::Conflict).detail("使用を終えた装置です。", "The device is out of use.")
        );
    }
    let (day, began) = today(&permitted);
    let known = match device.connection {
        Some(connection) => connections::find(&mut tx, connection, day, began).await?,
        None => None,
    };
    let rotates = known.is_some();
    let (connection, user) = match known {
        Some(known) if known.kind != ConnectionKind::Whip => {
            return Err(Problem::new(Code::Conflict).detail(
                "この装置の接続はトークンを使いません。",
                "This device's connection uses no token.",
            ));
        }
        Some(known) => (known.id, known.address_user),
        None => {
            let new = NewConnection {
                id: ConnectionId(Uuid::now_v7()),
                kind: ConnectionKind::Whip,
                name: format!("{} {}", device.entry.number, device.entry.name).chars().take(100).collect(),
                address_user: connections::fresh_address_user()?,
                networks: Vec::new(),
                default_line: None,
                security: ConnectionSecurity::default(),
            };
            connections::create(&mut tx, &new, permitted.now).await?;
            devices::connect(&mut tx, id, new.id).await?;
            (new.id, new.address_user)
        }
    };
    let fresh = FreshCredential::token()?;
    let others_end = permitted.now + TimeDelta::hours(i64::from(body.previous_valid_hours));
    connection_credentials::add(&mut tx, connection, &fresh, others_end, permitted.now).await?;
    let detail = json!({ "connection": connection, "previous_valid_hours": body.previous_valid_hours });
    let event = permitted.event(detail).decided_by(&permitted.decision).on("device", id);
    tx.commit_with(event).await.map_err(Problem::unavailable)?;
    let endpoint =
        permitted.app.config().whip_addresses.iter().map(|base| format!("{base}/{user}")).collect();
    let previous_until = (rotates && body.previous_valid_hours > 0).then_some(others_end);
    Ok((StatusCode::CREATED, Json(Token { endpoint, token: fresh.secret.to_string(), previous_until })))
}

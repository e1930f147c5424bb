//! `POST /v1/connections/{id}/edit`: change a connection.

use rokuon_db::connection_credentials;
use rokuon_db::connection_edits::{self, ConnectionEdit as Edit};
use rokuon_db::{connections, registration_accounts};
use rokuon_policy::ids::ConnectionId;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::access::acts::{Act, ConnectionEdit};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::extract::path::Path;
use crate::problem::{Code, Problem};
use crate::routes::connections::draft::{AccountRequest, Draft};
use crate::routes::connections::list::today;
use crate::routes::connections::model::{Connection, Made};
use crate::routes::connections::secrets::{fresh_credential, put_secrets, sealed_account};
use crate::routes::connections::security::Security;

/// A connection as it shall be: everything here replaces what was. The kind and the address stay.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ConnectionEditRequest)]
pub struct EditRequest {
    /// The version that was read. Where it is another now, nothing is changed.
    #[serde(default)]
    #[schema(required = false)]
    pub version: Option<i32>,
    /// What to call it.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// The networks (CIDR) its calls may come from.
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
    /// The account with which we register; absent it stays, and so does its password when that is absent.
    #[serde(default)]
    #[schema(required = false)]
    pub account: Option<AccountRequest>,
}

/// Change a connection
///
/// Where a digest is asked for from now on and there is no credential yet, one is made, and the answer shows its secret this once.
/// Live calls go on as they are.
#[utoipa::path(
    post,
    path = "/v1/connections/{id}/edit",
    operation_id = "connections_edit",
    tag = "connections",
    params(("id" = Uuid, Path, description = "The connection")),
    request_body = EditRequest,
    responses((status = 200, description = "Changed", body = Made)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(ConnectionEdit::NAME)),
        ("x-rokuon-audit" = json!(ConnectionEdit::EVENT)),
        ("x-rokuon-problems" = json!(["conflict", "unavailable"])),
    ),
)]
pub async fn edit(
    permitted: Permitted<ConnectionEdit>,
    Path(id): Path<Uuid>,
    Json(body): Json<EditRequest>,
) -> Result<Json<Made>, Problem> {
    let (id, now) = (ConnectionId(id), permitted.now);
    let (day, began) = today(&permitted);
    let mut tx = permitted.tx().await?;
    let found = connections::find(&mut tx, id, day, began).await?;
    let found = found.ok_or_else(|| Problem::new(Code::NotFound))?;
    let known = registration_accounts::find(&mut tx, id).await?;
    let credential = connection_credentials::dates(&mut tx, id, now).await?;
    tx.commit_read_only().await?;
    let draft = Draft {
        kind: found.kind.into(),
        name: &body.name,
        networks: &body.networks,
        default_line: body.default_line.as_deref(),
        security: &body.security,
        account: body.account.as_ref(),
        has_account: known.is_some(),
    };
    let checked = draft.check(&permitted.rules)?;
    let kept = known.map(|known| known.account.sealed_password);
    let account = sealed_account(&permitted, id, checked.account, kept).await?;
    let edit = Edit {
        name: body.name.trim().to_owned(),
        networks: checked.networks,
        default_line: body.default_line,
        security: checked.security,
    };
    let fresh = match credential {
        Some(_) => None,
        None => fresh_credential(found.kind, edit.security.digest_required, &found.address_user)?,
    };
    let mut tx = permitted.tx().await?;
    if !connection_edits::edit(&mut tx, id, body.version.unwrap_or(found.version), &edit).await? {
        return Err(Problem::new(Code::Conflict).detail(
            "ほかの人が先に変更しました。開き直してから、もう一度変更してください。",
            "Somebody else changed it first. Open it again and repeat your change.",
        ));
    }
    put_secrets(&mut tx, id, fresh.as_ref(), account.as_ref(), now).await?;
    let shown = connections::find(&mut tx, id, day, began).await?;
    let shown = shown.ok_or_else(|| Problem::internal("a connection just changed"))?;
    let before = json!({
        "name": found.name,
        "networks": found.networks,
        "default_line": found.default_line,
        "security": Security::of(&found.security),
    });
    let after = json!({
        "name": edit.name,
        "networks": edit.networks,
        "default_line": edit.default_line,
        "security": Security::of(&edit.security),
    });
    let detail = json!({
        "before": before,
        "after": after,
        "credential": fresh.as_ref().map(|(fresh, _)| fresh.id),
        "account_changed": account.is_some(),
    });
    let event = permitted.event(detail).decided_by(&permitted.decision).on("connection", id);
    tx.commit_with(event).await.map_err(Problem::unavailable)?;
    let connection = Connection::of(shown, permitted.app.config(), now);
    Ok(Json(Made { connection, secret: fresh.map(|(_, secret)| secret) }))
}

//! `POST /v1/connections`: connect a cloud PBX or trunk.

use axum::http::StatusCode;
use ipnet::IpNet;
use rokuon_db::connection_terms::{ConnectionKind, ConnectionSecurity};
use rokuon_db::connections::{self, NewConnection};
use rokuon_policy::ids::ConnectionId;
use serde_json::json;
use uuid::Uuid;

use crate::access::acts::{Act, ConnectionConnect};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::problem::{Code, Problem};
use crate::routes::connections::list::today;
use crate::routes::connections::model::{ConnectRequest, Connection};
use crate::tenant_rules::TenantRules;

/// Connect a cloud PBX or trunk
#[utoipa::path(
    post,
    path = "/v1/connections",
    operation_id = "connections_connect",
    tag = "connections",
    request_body = ConnectRequest,
    responses((status = 201, description = "Made", body = Connection)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(ConnectionConnect::NAME)),
        ("x-rokuon-audit" = json!(ConnectionConnect::EVENT)),
    ),
)]
pub async fn connect(
    permitted: Permitted<ConnectionConnect>,
    Json(body): Json<ConnectRequest>,
) -> Result<(StatusCode, Json<Connection>), Problem> {
    let networks = check(&body, &permitted.rules)?;
    let new = NewConnection {
        id: ConnectionId(Uuid::now_v7()),
        kind: ConnectionKind::Siprec,
        name: body.name.trim().to_owned(),
        address_user: connections::fresh_address_user()?,
        networks,
        default_line: body.default_line,
        security: ConnectionSecurity::default(),
    };
    let (day, began) = today(&permitted);
    let mut tx = permitted.tx().await?;
    connections::create(&mut tx, &new, permitted.now).await?;
    let made = connections::find(&mut tx, new.id, day, began).await?;
    let made = made.ok_or_else(|| Problem::internal("a connection just made"))?;
    let detail = json!({ "networks": new.networks, "default_line": new.default_line });
    let event = permitted.event(detail).decided_by(&permitted.decision).on("connection", new.id);
    tx.commit_with(event).await.map_err(Problem::unavailable)?;
    let shown = Connection::of(made, &permitted.app.config().sip_addresses, permitted.now);
    Ok((StatusCode::CREATED, Json(shown)))
}

/// The networks asked for, when every field is right.
fn check(body: &ConnectRequest, rules: &TenantRules) -> Result<Vec<IpNet>, Problem> {
    let mut problem = Problem::new(Code::InvalidFields);
    let mut wrong = false;
    let mut fault = |field: String, ja: &str, en: &str| {
        wrong = true;
        problem = problem.clone().and_field(field, ja, en);
    };
    let name = body.name.trim();
    if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        fault("name".into(), "1〜100文字です", "must have 1 to 100 characters");
    }
    if !(1..=32).contains(&body.networks.len()) {
        fault("networks".into(), "1〜32件です", "must have 1 to 32 entries");
    }
    let mut networks = Vec::with_capacity(body.networks.len());
    for (place, text) in body.networks.iter().take(32).enumerate() {
        match text.trim().parse::<IpNet>() {
            Ok(network) if network.prefix_len() > 0 => networks.push(network.trunc()),
            Ok(_) => fault(
                format!("networks[{place}]"),
                "全てのアドレスは指定できません",
                "must not be everything",
            ),
            Err(_) => {
                fault(format!("networks[{place}]"), "CIDR表記ではありません", "is not in CIDR notation")
            }
        }
    }
    if body.default_line.as_ref().is_some_and(|key| !rules.lines.iter().any(|line| line.key == *key)) {
        fault("default_line".into(), "登録のない回線です", "is not a line");
    }
    if wrong { Err(problem) } else { Ok(networks) }
}

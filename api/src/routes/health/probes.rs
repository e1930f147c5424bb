//! `GET /healthz` and `GET /readyz`: for the machine that watches this process.

use axum::extract::State;
use axum::http::StatusCode;
use rokuon_policy::ids::{RecordingId, TenantId};
use uuid::Uuid;

use crate::app::App;
use crate::extract::json::Json;
use crate::routes::health::model::{PartHealth, Readiness};

/// Whether the process lives
#[utoipa::path(
    get,
    path = "/healthz",
    operation_id = "health_live",
    tag = "health",
    responses((status = 200, description = "It lives", body = String, content_type = "text/plain", example = "ok")),
    extensions(
        ("x-rokuon-capability" = json!("none: says nothing of any tenant")),
        ("x-rokuon-audit" = json!("none: says nothing of any tenant")),
    ),
)]
pub async fn live() -> &'static str {
    "ok"
}

/// Whether the process can serve
///
/// 503 with the same body when a part it needs does not answer.
#[utoipa::path(
    get,
    path = "/readyz",
    operation_id = "health_ready",
    tag = "health",
    responses(
        (status = 200, description = "It can", body = Readiness),
        (status = 503, description = "It cannot", body = Readiness),
    ),
    extensions(
        ("x-rokuon-capability" = json!("none: says nothing of any tenant")),
        ("x-rokuon-audit" = json!("none: says nothing of any tenant")),
    ),
)]
pub async fn ready(State(app): State<App>) -> (StatusCode, Json<Readiness>) {
    let store = app.reader().open(&probe(), RecordingId(Uuid::nil())).await;
    // nothing is there, but somebody says so
    let store_answers = store.is_err_and(|error| error.is_gone());
    let parts = vec![
        PartHealth { name: "database".into(), ok: app.db().ping().await.is_ok() },
        PartHealth { name: "store".into(), ok: store_answers },
    ];
    let ready = parts.iter().all(|part| part.ok);
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Readiness { ready, parts }))
}

/// A tenant that nobody is.
fn probe() -> TenantId {
    "readiness-probe".parse().expect("it is a slug")
}

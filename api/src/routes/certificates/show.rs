//! `GET /v1/certificates/{id}`: one proof of destruction.

use rokuon_db::certificates::{self, Certificate as Known};
use serde_json::json;
use uuid::Uuid;

use crate::access::acts::{Act, CertificateView};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::extract::path::Path;
use crate::problem::{Code, Problem};
use crate::routes::certificates::model::Certificate;

/// One proof of destruction
#[utoipa::path(
    get,
    path = "/v1/certificates/{id}",
    operation_id = "certificates_show",
    tag = "certificates",
    params(("id" = Uuid, Path, description = "The certificate")),
    responses((status = 200, description = "Found", body = Certificate)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(CertificateView::NAME)),
        ("x-rokuon-audit" = json!(CertificateView::EVENT)),
    ),
)]
pub async fn show(
    permitted: Permitted<CertificateView>,
    Path(id): Path<Uuid>,
) -> Result<Json<Certificate>, Problem> {
    Ok(Json(Certificate::from(&load(&permitted, id, "json").await?)))
}

/// Finds it and writes down that it was looked at.
///
/// # Errors
/// `not-found`, `unavailable`.
pub(super) async fn load(
    permitted: &Permitted<CertificateView>,
    id: Uuid,
    form: &str,
) -> Result<Known, Problem> {
    let mut tx = permitted.tx().await?;
    let found = certificates::find(&mut tx, id).await?.ok_or_else(|| Problem::new(Code::NotFound))?;
    let detail = json!({ "form": form, "recording": found.recording });
    let event = permitted.event(detail).decided_by(&permitted.decision).on("certificate", id);
    tx.commit_with(event).await.map_err(Problem::unavailable)?;
    Ok(found)
}

//! `GET /v1/certificates/{id}/text`: one proof of destruction as the signed text, to be handed on and checked elsewhere.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use uuid::Uuid;

use crate::access::acts::{Act, CertificateView};
use crate::access::permitted::Permitted;
use crate::extract::path::Path;
use crate::problem::Problem;
use crate::routes::certificates::show::load;

/// One proof of destruction as the signed text
///
/// A C2SP signed note: what the certificate says, a blank line, the platform's Ed25519 signature. `rokuon verify` checks it
/// without this service.
#[utoipa::path(
    get,
    path = "/v1/certificates/{id}/text",
    operation_id = "certificates_text",
    tag = "certificates",
    params(("id" = Uuid, Path, description = "The certificate")),
    responses((status = 200, description = "The note", body = String, content_type = "text/plain; charset=utf-8")),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(CertificateView::NAME)),
        ("x-rokuon-audit" = json!(CertificateView::EVENT)),
    ),
)]
pub async fn text(permitted: Permitted<CertificateView>, Path(id): Path<Uuid>) -> Result<Response, Problem> {
    let found = load(&permitted, id, "text").await?;
    let name = format!("attachment; filename=\"certificate-{id}.txt\"");
    let name = HeaderValue::try_from(name).map_err(Problem::internal)?;
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, plain), (header::CONTENT_DISPOSITION, name)], found.note).into_response())
}

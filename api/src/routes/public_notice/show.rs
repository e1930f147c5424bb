//! `GET /v1/public/{tenant}`: a municipality's public notice.

use crate::extract::json::Json;
use crate::extract::path::Path;
use crate::problem::{Code, Problem};
use crate::routes::public_notice::model::PublicPage;

/// A municipality's public notice
#[utoipa::path(
    get,
    path = "/v1/public/{tenant}",
    operation_id = "public_notice_show",
    tag = "public",
    params(("tenant" = String, Path, description = "The municipality's key", example = "aozora")),
    responses((status = 200, description = "Found", body = PublicPage)),
    extensions(
        ("x-rokuon-capability" = json!("none: published for citizens")),
        ("x-rokuon-audit" = json!("none: published for citizens")),
        ("x-rokuon-problems" = json!(["not-found"])),
    ),
)]
pub async fn show(Path(tenant): Path<String>) -> Result<Json<PublicPage>, Problem> {
    Err(Problem::new(Code::Unavailable))
}

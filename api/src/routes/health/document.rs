//! `GET /v1/openapi.json`: this document.

use std::sync::LazyLock;

use axum::http::header;
use axum::response::IntoResponse;

use crate::openapi;

static DOCUMENT: LazyLock<String> = LazyLock::new(openapi::openapi_json);

/// This document
#[utoipa::path(
    get,
    path = "/v1/openapi.json",
    operation_id = "openapi_document",
    tag = "health",
    responses((status = 200, description = "OpenAPI 3.1", body = Object, content_type = "application/json")),
    extensions(
        ("x-rokuon-capability" = json!("none: the shape of the API is public")),
        ("x-rokuon-audit" = json!("none: the shape of the API is public")),
    ),
)]
pub async fn document() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT.as_str())
}

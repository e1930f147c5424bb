//! The portal's own files: hashed ones for ever, the page itself never from a cache.

use std::path::Path;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, Method, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use tower_http::compression::CompressionLayer;
use tower_http::services::{ServeDir, ServeFile};

use crate::layers::security_headers::is_api;
use crate::problem::{Code, Problem};

/// The page by which a browser records: a document of its own, since it alone may use the microphone.
pub const CAPTURE_PAGE: &str = "/capture";

/// What answers a path that is no route: the portal's files and its page, or a 404 problem.
pub fn files(portal_dir: Option<&Path>) -> Router {
    let router = match portal_dir {
        Some(folder) => {
            let page = ServeFile::new(folder.join("index.html"));
            Router::new()
                .route_service(CAPTURE_PAGE, ServeFile::new(folder.join("capture.html")))
                .fallback_service(ServeDir::new(folder).fallback(page))
        }
        None => Router::new().fallback(|| async { Problem::new(Code::NotFound) }),
    };
    router.layer(from_fn(sort_out)).layer(CompressionLayer::new())
}

/// Lets only reads of files and pages through, and says how long a browser may keep them.
async fn sort_out(request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let accepts =
        request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_file = path.rsplit('/').next().is_some_and(|name| name.contains('.'));
    if is_api(&path) || !is_read || !(is_file || accepts.contains("text/html") || accepts.contains("*/*")) {
        return Problem::new(Code::NotFound).into_response();
    }
    let mut response = next.run(request).await;
    let is_page = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if is_file && is_page && !path.ends_with(".html") {
        return Problem::new(Code::NotFound).into_response();
    }
    let for_ever = path.starts_with("/assets/") && response.status().is_success() && !is_page;
    let keep = if for_ever { "public, max-age=31536000, immutable" } else { "no-cache" };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    response
}

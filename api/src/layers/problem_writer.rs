//! Writes each problem in the caller's language, with the request's id.

use axum::extract::Request;
use axum::http::header;
use axum::middleware::Next;
use axum::response::Response;

use crate::layers::request_id::RequestId;
use crate::problem::{Language, Problem};

/// Replaces the body of an answer that carries a [`Problem`].
pub async fn write(request: Request, next: Next) -> Response {
    let accepted = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let language = Language::preferred(accepted);
    let instance = request.extensions().get::<RequestId>().map(|id| id.instance()).unwrap_or_default();
    let is_head = request.method() == axum::http::Method::HEAD;
    let mut response = next.run(request).await;
    let Some(problem) = response.extensions_mut().remove::<Problem>() else { return response };
    let mut written = problem.write(language, &instance);
    // on a 405 the router names the methods that there are
    if let Some(methods) = response.headers_mut().remove(header::ALLOW) {
        written.headers_mut().insert(header::ALLOW, methods);
    }
    if is_head {
        *written.body_mut() = axum::body::Body::empty();
    }
    written
}

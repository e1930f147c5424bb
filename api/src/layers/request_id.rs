//! Each request gets an id of its own: it stands in the log, in problems and in the audit trail.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;
use uuid::Uuid;

/// The id of the request being answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestId(pub Uuid);

impl RequestId {
    /// As problems write it: `urn:uuid:…`.
    pub fn instance(self) -> String {
        self.0.urn().to_string()
    }
}

/// Gives the request its id and its span. Paths hold ids only; queries may hold numbers and are not logged.
pub async fn give(mut request: Request, next: Next) -> Response {
    let id = Uuid::now_v7();
    request.extensions_mut().insert(RequestId(id));
    let span = tracing::info_span!("request", %id, method = %request.method(), path = request.uri().path());
    async move {
        let response = next.run(request).await;
        tracing::debug!(status = response.status().as_u16(), "answered");
        response
    }
    .instrument(span)
    .await
}

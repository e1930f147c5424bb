//! Figures of this process for Prometheus: routes and statuses, never a tenant, a person or a number.

use std::sync::LazyLock;
use std::time::Instant;

use axum::Router;
use axum::extract::{MatchedPath, Request};
use axum::http::header;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

/// Upper bounds in seconds.
const BUCKETS: &[f64] = &[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// The process's recorder; `None` when another was installed before ours.
static RECORDER: LazyLock<Option<PrometheusHandle>> = LazyLock::new(|| {
    let builder =
        PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_seconds".into()), BUCKETS).ok()?;
    builder.install_recorder().ok()
});

/// Installs the process's recorder if none is there yet. Everything that counts before this is lost.
pub fn install() {
    LazyLock::force(&RECORDER);
}

/// `GET /metrics`, for a listener of its own.
pub fn router() -> Router {
    install();
    Router::new().route("/metrics", get(render))
}

async fn render() -> impl IntoResponse {
    let text = RECORDER.as_ref().map(PrometheusHandle::render).unwrap_or_default();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text)
}

/// Counts each request by its route (not its path) and status.
pub async fn count(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("other", MatchedPath::as_str).to_owned();
    let method = request.method().as_str().to_owned();
    let began = Instant::now();
    let response = next.run(request).await;
    let status = response.status().as_u16().to_string();
    metrics::histogram!("rokuon_api_request_seconds", "route" => route.clone(), "method" => method.clone())
        .record(began.elapsed().as_secs_f64());
    metrics::counter!("rokuon_api_requests_total", "route" => route, "method" => method, "status" => status)
        .increment(1);
    response
}

//! What the endpoint answers when it does not do what was asked (RFC 9457), in both languages: staff read it at the device.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rokuon_db::connection_events::ConnectionEvent;
use rokuon_policy::decision::Decision;
use serde_json::json;

use crate::registrar::observing::Sighting;

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhipProblem {
    status: StatusCode,
    slug: &'static str,
    ja: String,
    en: String,
    article: Option<String>,
    retry_after: bool,
    /// What the connection's test page is told.
    seen: Option<(ConnectionEvent, &'static str)>,
}

impl WhipProblem {
    /// A refusal in these words; `slug` is the stable end of its type.
    pub fn new(status: StatusCode, slug: &'static str, ja: impl Into<String>, en: impl Into<String>) -> Self {
        Self { status, slug, ja: ja.into(), en: en.into(), article: None, retry_after: false, seen: None }
    }

    /// The same, told to the connection's test page as this; `why` is a word of a closed set, or empty.
    #[must_use]
    pub fn seen_as(self, event: ConnectionEvent, why: &'static str) -> Self {
        Self { seen: Some((event, why)), ..self }
    }

    /// What the connection's test page is told.
    pub fn sighting(&self) -> Option<Sighting> {
        let (event, why) = self.seen?;
        let seen = Sighting::of(event).status(self.status.as_u16());
        Some(if why.is_empty() { seen } else { seen.with(json!({ "why": why })) })
    }

    /// No token, or one that opens nothing.
    pub fn not_authorised() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "token-refused",
            "装置のトークンがないか、使えなくなっています。装置台帳で発行し直してください。",
            "The device's token is missing or no longer valid; issue a new one in the device register.",
        )
        .seen_as(ConnectionEvent::TokenUnknown, "")
    }

    /// The policy does not keep what the device sends.
    pub fn not_kept(decision: &Decision) -> Self {
        let article = Some(decision.article.to_string());
        let sentence = &decision.sentence;
        Self { article, ..Self::new(StatusCode::FORBIDDEN, "not-recorded", &sentence.ja, &sentence.en) }
            .seen_as(ConnectionEvent::NotKept, "")
    }

    /// Something we need is away, or all places are taken: it may be tried again.
    pub fn busy(slug: &'static str, ja: &str, en: &str) -> Self {
        let why = match slug {
            "full" => "full",
            "draining" => "draining",
            _ => "recorder",
        };
        Self { retry_after: true, ..Self::new(StatusCode::SERVICE_UNAVAILABLE, slug, ja, en) }
            .seen_as(ConnectionEvent::RecorderBusy, why)
    }

    /// There is no such session (any more).
    pub fn no_session() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "no-session",
            "この録音は終了しています。",
            "There is no such session.",
        )
    }

    /// The stable end of its type.
    pub const fn slug(&self) -> &'static str {
        self.slug
    }
}

/// Seconds after which a refused client may try again.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("5");

impl IntoResponse for WhipProblem {
    fn into_response(self) -> Response {
        let body = json!({
            "type": format!("urn:rokuon:problem:{}", self.slug),
            "title": self.ja,
            "status": self.status.as_u16(),
            "detail": self.en,
            "article": self.article,
        });
        metrics::counter!("rokuon_whip_refused_total", "reason" => self.slug).increment(1);
        let kind = [(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"))];
        let mut response = (self.status, kind, body.to_string()).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            // RFC 9725 §4.5, RFC 6750 §3.
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"rokuon\""));
        }
        if self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER);
        }
        response
    }
}

//! The HTTP side of WHIP (RFC 9725 §4): POST opens, PATCH trickles or restarts, DELETE ends; CORS for browsers of other pages.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use rokuon_db::connection_events::ConnectionEvent;
use rokuon_policy::pii::Pii;
use rokuon_whip::ice::IceCredentials;
use rokuon_whip::trickle::{Fragment, restart_answer};
use tokio::sync::{oneshot, watch};

use super::bearer::token_of;
use super::judging::SaidByClient;
use super::listener::PeerAddress;
use super::opening::Opening;
use super::problem::WhipProblem;
use super::session_order::{IfMatch, Patched, SessionName, SessionOrder};
use crate::desk::signalling::Phase;
use crate::registrar::observing::Sighting;

/// Where clients publish; a token says for whom.
pub const PATH: &str = "/whip";
/// Largest offer.
const LARGEST_BODY: usize = 64 * 1024;
const SDP: &str = "application/sdp";
const FRAGMENT: &str = "application/trickle-ice-sdpfrag";

/// What the routes share.
pub struct Endpoint {
    /// How sessions are opened.
    pub opening: Opening,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Whether the worker takes anything new.
    pub phases: watch::Receiver<Phase>,
}

type Shared = State<Arc<Endpoint>>;

/// The routes.
pub fn router(endpoint: Arc<Endpoint>) -> Router {
    Router::new()
        .route(PATH, any(unknown_method).get(nothing).options(options).post(publish))
        .route("/whip/{user}", any(unknown_method).get(nothing).options(options).post(publish_to))
        .route(
            "/whip/sessions/{name}",
            any(unknown_method).get(session).options(options).patch(patch).delete(end),
        )
        .route("/healthz", get(|| async { StatusCode::NO_CONTENT }))
        .fallback(|| async { StatusCode::NOT_FOUND })
        .with_state(endpoint)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(from_fn(allow_other_pages))
}

async fn publish(
    State(endpoint): Shared,
    ConnectInfo(PeerAddress(peer)): ConnectInfo<PeerAddress>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    match endpoint.publish(peer, None, &headers, &body).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    }
}

/// The same at a connection's own address: its token opens no other.
async fn publish_to(
    State(endpoint): Shared,
    ConnectInfo(PeerAddress(peer)): ConnectInfo<PeerAddress>,
    Path(user): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    match endpoint.publish(peer, Some(&user), &headers, &body).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    }
}

async fn patch(
    State(endpoint): Shared,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    match endpoint.patch(&name, &headers, &body).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    }
}

async fn end(State(endpoint): Shared, Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some(token) = token_of(&headers) else { return WhipProblem::not_authorised().into_response() };
    let name = SessionName::received(&name);
    // Whatever the version: a client that wants to end is let go (RFC 9725 §4.2).
    match endpoint.ask(|answer| SessionOrder::End(name, token, answer)).await {
        Ok(true) => StatusCode::OK.into_response(),
        Ok(false) => WhipProblem::no_session().into_response(),
        Err(problem) => problem.into_response(),
    }
}

/// GET and HEAD are kept for later versions: they succeed and say nothing (RFC 9725 §4.1).
async fn nothing() -> StatusCode {
    StatusCode::NO_CONTENT
}

async fn session(State(endpoint): Shared, Path(name): Path<String>) -> Response {
    let name = SessionName::received(&name);
    match endpoint.ask(|answer| SessionOrder::Exists(name, answer)).await {
        Ok(true) => StatusCode::NO_CONTENT.into_response(),
        Ok(false) => WhipProblem::no_session().into_response(),
        Err(problem) => problem.into_response(),
    }
}

async fn options() -> Response {
    let accepted = [
        (HeaderName::from_static("accept-post"), HeaderValue::from_static(SDP)),
        (HeaderName::from_static("accept-patch"), HeaderValue::from_static(FRAGMENT)),
    ];
    (StatusCode::NO_CONTENT, accepted).into_response()
}

async fn unknown_method() -> Response {
    let allowed = [(header::ALLOW, HeaderValue::from_static("GET, HEAD, OPTIONS, POST, PATCH, DELETE"))];
    (StatusCode::METHOD_NOT_ALLOWED, allowed).into_response()
}

/// A token is the only credential and no cookie counts, so any page may try (RFC 9725 §4.1).
async fn allow_other_pages(request: axum::extract::Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PATCH, DELETE, OPTIONS"),
        (
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            "Authorization, Content-Type, If-Match, Rokuon-Notice, Rokuon-Other-Party, Rokuon-Direction",
        ),
        (header::ACCESS_CONTROL_EXPOSE_HEADERS, "Location, ETag, Link, Retry-After, Rokuon-Recording"),
        (header::ACCESS_CONTROL_MAX_AGE, "600"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

impl Endpoint {
    async fn publish(
        &self,
        peer: SocketAddr,
        user: Option<&str>,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Response, WhipProblem> {
        let source = self.source(peer.ip(), headers);
        let published = self.publish_from(source, user, headers, body).await;
        if let Err(problem) = &published
            && let Some(seen) = problem.sighting()
        {
            let connection = self.opening.meant(token_of(headers).as_ref(), user);
            self.opening.saw(connection.as_deref(), source, seen);
        }
        published
    }

    async fn publish_from(
        &self,
        source: IpAddr,
        user: Option<&str>,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Response, WhipProblem> {
        let (token, connection) = self.opening.authorise(token_of(headers), source)?;
        let saw = |event| self.opening.saw(Some(&connection), source, Sighting::of(event));
        saw(ConnectionEvent::Reached);
        saw(ConnectionEvent::Secured);
        if user.is_some_and(|user| user != connection.address_user) {
            return Err(WhipProblem::not_authorised());
        }
        saw(ConnectionEvent::Authenticated);
        must_be(headers, SDP).map_err(|problem| problem.seen_as(ConnectionEvent::NoOffer, "not_sdp"))?;
        if !matches!(*self.phases.borrow(), Phase::Serving) {
            return Err(WhipProblem::busy(
                "draining",
                "録音装置は停止の準備中です。",
                "The recorder is about to stop.",
            ));
        }
        let answered = self.opening.open(token, connection.clone(), &said(headers), body).await?;
        saw(ConnectionEvent::MediaAgreed);
        let location = format!("/whip/sessions/{}", answered.name.as_str());
        let parts = [
            (header::CONTENT_TYPE, SDP.to_owned()),
            (header::LOCATION, location),
            (header::ETAG, format!("\"{}\"", answered.etag)),
            (
                HeaderName::from_static("rokuon-recording"),
                if answered.waits { "waiting" } else { "running" }.to_owned(),
            ),
        ];
        Ok((StatusCode::CREATED, parts, answered.sdp).into_response())
    }

    async fn patch(&self, name: &str, headers: &HeaderMap, body: &[u8]) -> Result<Response, WhipProblem> {
        let token = token_of(headers).ok_or_else(WhipProblem::not_authorised)?;
        must_be(headers, FRAGMENT)?;
        let name = SessionName::received(name);
        let if_match = if_match(headers).ok_or_else(|| {
            WhipProblem::new(
                StatusCode::PRECONDITION_REQUIRED,
                "if-match-missing",
                "If-Match が必要です。",
                "If-Match is required.",
            )
        })?;
        let fragment = Fragment::parse(body).map_err(|problem| {
            let ja = "ICE の断片を読み取れません。";
            WhipProblem::new(StatusCode::BAD_REQUEST, "fragment-refused", ja, problem.to_string())
        })?;
        let mut octets = [0; 24];
        getrandom::fill(&mut octets).map_err(|_| unavailable())?;
        let ours = IceCredentials::from_entropy(&octets);
        let theirs = fragment.ice;
        let patched =
            self.ask(|answer| SessionOrder::Patch { name, token, if_match, theirs, ours, answer }).await?;
        match patched {
            Patched::Trickled => Ok(StatusCode::NO_CONTENT.into_response()),
            Patched::Restarted { ours, etag, mids } => {
                let mids = mids.iter().map(String::as_str).collect::<Vec<_>>();
                let fragment = restart_answer(&ours, &self.opening.candidates, &mids);
                let parts =
                    [(header::CONTENT_TYPE, FRAGMENT.to_owned()), (header::ETAG, format!("\"{etag}\""))];
                Ok((StatusCode::OK, parts, fragment).into_response())
            }
            Patched::Stale => Err(WhipProblem::new(
                StatusCode::PRECONDITION_FAILED,
                "stale",
                "古い接続情報に対する変更です。",
                "The version named is not the present one.",
            )),
            Patched::Gone => Err(WhipProblem::no_session()),
        }
    }

    async fn ask<T>(&self, order: impl FnOnce(oneshot::Sender<T>) -> SessionOrder) -> Result<T, WhipProblem> {
        let (answer, answered) = oneshot::channel();
        self.opening.media.send(order(answer)).map_err(|_| unavailable())?;
        answered.await.map_err(|_| unavailable())
    }

    /// Who sent the request: the peer, or what a trusted proxy in front says.
    fn source(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let peer = peer.to_canonical();
        if !self.trusted_proxies.contains(&peer) {
            return peer;
        }
        let said = headers.get_all("x-forwarded-for").iter().filter_map(|v| v.to_str().ok());
        let hops = said.flat_map(|v| v.split(',')).filter_map(|v| v.trim().parse::<IpAddr>().ok());
        hops.map(|ip| ip.to_canonical()).rfind(|ip| !self.trusted_proxies.contains(ip)).unwrap_or(peer)
    }
}

fn unavailable() -> WhipProblem {
    WhipProblem::busy("not-ready", "いまは応答できません。", "Not available now.")
}

fn must_be(headers: &HeaderMap, wanted: &str) -> Result<(), WhipProblem> {
    let value = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let kind = value.split(';').next().unwrap_or_default().trim();
    if kind.eq_ignore_ascii_case(wanted) {
        return Ok(());
    }
    let en = format!("Send {wanted}.");
    Err(WhipProblem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type", "送信の形式が違います。", en))
}

fn if_match(headers: &HeaderMap) -> Option<IfMatch> {
    let value = headers.get(header::IF_MATCH)?.to_str().ok()?.trim();
    if value == "*" {
        return Some(IfMatch::Any);
    }
    let versions =
        value.split(',').map(|one| one.trim().trim_start_matches("W/").trim_matches('"').to_owned());
    Some(IfMatch::These(versions.collect()))
}

/// What the client says of its call.
fn said(headers: &HeaderMap) -> SaidByClient {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).map(str::trim);
    SaidByClient {
        other_party: text("rokuon-other-party").map(|number| Pii::new(number.chars().take(64).collect())),
        direction: text("rokuon-direction").and_then(|word| word.parse().ok()),
        notice_given: text("rokuon-notice").is_some_and(|word| word.eq_ignore_ascii_case("given")),
    }
}

//! Opening a session: token, device, judgement, data key, the first journal entry; and only then the answer.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use axum::http::StatusCode;
use rokuon_capture::journal::{AsReceived, CallOpened};
use rokuon_db::connection_events::ConnectionEvent;
use rokuon_db::connection_terms::ConnectionKind;
use rokuon_policy::civil::civil_day;
use rokuon_policy::clock::Clock;
use rokuon_policy::ids::{CallId, RecordingId};
use rokuon_secure_media::dtls::identity::DtlsIdentity;
use rokuon_storage::data_key_pool::DataKeyPool;
use rokuon_whip::answer::AnswerParts;
use rokuon_whip::ice::IceCredentials;
use rokuon_whip::offer::{Offer, OfferProblem};
use rokuon_whip::whip_session::WhipSession;
use serde_json::json;
use tokio::sync::oneshot;
use uuid::Uuid;

use super::bearer::{TokenHash, connection_of};
use super::judging::{Judged, SaidByClient, judge_session, setups};
use super::problem::WhipProblem;
use super::session_order::{NewSession, Occupied, SessionName, SessionOrder};
use crate::recorder::command::{Command, NewCall, OpenCall};
use crate::registrar::observing::Sighting;
use crate::registrar::{Note, Registrar, StartedCall};
use crate::routing::table::{ConnectionRoute, RoutingTable, TenantRoutes};

/// How long a POST waits for a data key before it is answered 503.
const KEY_WAIT: Duration = Duration::from_secs(2);
/// Consent, not silence, ends a session: a muted microphone is no fault.
const NEVER_SILENT: Duration = Duration::from_secs(24 * 3_600);

/// What sessions are opened with.
pub struct Opening {
    /// Whose token is whose.
    pub routes: Arc<ArcSwap<RoutingTable>>,
    /// Data keys.
    pub keys: Arc<DataKeyPool>,
    /// The recording thread.
    pub recorder: Sender<Command>,
    /// The thread beside it that opens calls.
    pub openings: Sender<NewCall>,
    /// The media thread.
    pub media: Sender<SessionOrder>,
    /// The way into the database.
    pub registrar: Registrar,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Our certificate.
    pub identity: DtlsIdentity,
    /// Where media can be sent.
    pub candidates: Vec<SocketAddr>,
}

/// A session that is answered.
pub struct Answered {
    /// Its name.
    pub name: SessionName,
    /// Its version.
    pub etag: String,
    /// The answer.
    pub sdp: String,
    /// Nothing is recorded until somebody starts it.
    pub waits: bool,
}

impl Opening {
    /// Tells the test page of a connection, or of those that the source may belong to where none is known.
    pub fn saw(&self, connection: Option<&ConnectionRoute>, source: IpAddr, seen: Sighting) {
        match connection {
            Some(connection) => {
                self.registrar.observe(connection, seen.from(source));
            }
            None => self.registrar.observe_source(source, &seen.from(source)),
        }
    }

    /// Which connection a token opens, or an address names.
    pub fn meant(&self, token: Option<&TokenHash>, user: Option<&str>) -> Option<Arc<ConnectionRoute>> {
        let routes = self.routes.load();
        let opened = token.and_then(|token| connection_of(&routes, token, self.clock.now()));
        let named =
            |user: &str| routes.of_kind(ConnectionKind::Whip).find(|c| c.address_user == user).cloned();
        opened.or_else(|| user.and_then(named))
    }

    /// Whether a token opens anything from this source, and what.
    pub fn authorise(
        &self,
        token: Option<TokenHash>,
        source: IpAddr,
    ) -> Result<(TokenHash, Arc<ConnectionRoute>), WhipProblem> {
        let token = token.ok_or_else(WhipProblem::not_authorised)?;
        let connection = connection_of(&self.routes.load(), &token, self.clock.now())
            .ok_or_else(WhipProblem::not_authorised)?;
        let source = source.to_canonical();
        if !connection.networks.is_empty() && !connection.networks.iter().any(|n| n.contains(&source)) {
            return Err(WhipProblem::new(
                StatusCode::FORBIDDEN,
                "network-refused",
                "この接続に許可されていないネットワークからの送信です。",
                "The connection may not be used from this network.",
            )
            .seen_as(ConnectionEvent::SourceNotAllowed, ""));
        }
        Ok((token, connection))
    }

    /// Opens a session.
    pub async fn open(
        &self,
        token: TokenHash,
        connection: Arc<ConnectionRoute>,
        said: &SaidByClient,
        raw_offer: &[u8],
    ) -> Result<Answered, WhipProblem> {
        let offer = Offer::parse(raw_offer).map_err(|problem| refused_offer(&problem))?;
        let routes = self.routes.load().tenant(&connection.tenant).cloned().ok_or_else(not_ready)?;
        self.may_begin(token).await?;
        let judged = self.judge(&routes, &connection, said, &offer)?;
        let ours = IceCredentials::from_entropy(&entropy()?);
        let name = SessionName::from_entropy(&entropy()?);
        let (ssrc, session_id) = numbers()?;
        let session = WhipSession::new(&self.identity, &offer, ours.clone(), ssrc, Instant::now()).map_err(
            |error| {
                tracing::error!(%error, "a WHIP session could not be prepared");
                not_ready()
            },
        )?;
        let parts =
            AnswerParts { session_id, identity: &self.identity, ice: &ours, candidates: &self.candidates };
        let sdp = parts.answer(&offer);
        let recording = self.open_recording(&connection, &judged, &offer, raw_offer, &sdp).await?;
        let new = NewSession {
            name: name.clone(),
            token,
            recording,
            session,
            ufrag: ours.ufrag.clone(),
            etag: ours.ufrag.clone(),
            mids: offer.media.iter().filter(|m| m.taken.is_some()).filter_map(|m| m.mid.clone()).collect(),
        };
        let (begun, beginning) = oneshot::channel();
        if self.media.send(SessionOrder::Begin(Box::new(new), begun)).is_err() || beginning.await.is_err() {
            let _stopping = self.recorder.send(Command::Close { recording, cause: "worker_stopped" });
            return Err(not_ready());
        }
        Ok(Answered { name, etag: ours.ufrag, sdp, waits: judged.waits })
    }

    async fn may_begin(&self, token: TokenHash) -> Result<(), WhipProblem> {
        let (answer, answered) = oneshot::channel();
        self.media.send(SessionOrder::MayBegin(token, answer)).map_err(|_| not_ready())?;
        match answered.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(Occupied::TokenInUse)) => Err(WhipProblem::new(
                StatusCode::CONFLICT,
                "token-in-use",
                "この装置はすでに録音中です。",
                "This device is being recorded already.",
            )
            .seen_as(ConnectionEvent::RecorderBusy, "token_in_use")),
            Ok(Err(Occupied::Full)) => Err(WhipProblem::busy(
                "full",
                "同時に録音できる装置の数に達しています。少し待ってからやり直してください。",
                "As many devices are being recorded as can be; try again shortly.",
            )),
            Err(_) => Err(not_ready()),
        }
    }

    fn judge(
        &self,
        routes: &TenantRoutes,
        connection: &ConnectionRoute,
        said: &SaidByClient,
        offer: &Offer,
    ) -> Result<Judged, WhipProblem> {
        let device = routes.devices.iter().find(|device| device.connection == Some(connection.id));
        if device.is_some_and(|device| !device.is_in_use(civil_day(self.clock.now()))) {
            return Err(WhipProblem::new(
                StatusCode::FORBIDDEN,
                "device-not-in-use",
                "この装置は台帳で使用期間外です。",
                "The device is not in use by the register.",
            )
            .seen_as(ConnectionEvent::NotKept, "device_not_in_use"));
        }
        judge_session(routes, connection, device, said, offer).map_err(|decision| {
            self.registrar.note(Note::NotKept {
                tenant: connection.tenant.clone(),
                connection: connection.id,
                rule: decision.rule.to_owned(),
                article: decision.article.clone(),
            });
            WhipProblem::not_kept(&decision)
        })
    }

    async fn open_recording(
        &self,
        connection: &Arc<ConnectionRoute>,
        judged: &Judged,
        offer: &Offer,
        raw_offer: &[u8],
        answer: &str,
    ) -> Result<RecordingId, WhipProblem> {
        let asked = tokio::time::timeout(KEY_WAIT, self.keys.take_or_generate(&connection.tenant)).await;
        let Ok(Ok(pooled)) = asked else { return Err(not_ready()) };
        let (recording, call, now) = (pooled.recording, CallId(Uuid::now_v7()), self.clock.now());
        let opened = CallOpened {
            tenant: connection.tenant.clone(),
            recording,
            call,
            connection: connection.id,
            opened_at: now,
            streams: setups(offer),
            local_ports: Vec::new(),
            // No dialog that a restart could take up: its keys die with the process, so what was journaled is sealed.
            dialog: json!({ "whip": true }),
            routing: serde_json::to_value(&judged.routing).unwrap_or_default(),
            sdp: vec![
                AsReceived::new(now, "application/sdp", raw_offer),
                AsReceived::new(now, "application/sdp", answer.as_bytes()),
            ],
            metadata: Vec::new(),
            software_version: env!("CARGO_PKG_VERSION").to_owned(),
            continuation: None,
            repeated: false,
        };
        let open = OpenCall {
            opened,
            key: pooled.key,
            wrapped: pooled.wrapped,
            sockets: Vec::new(),
            on_hold: Vec::new(),
            // What is fed is in the clear already.
            protection: Vec::new(),
            paused: judged.waits,
            connection: Arc::clone(connection),
            silent_after: NEVER_SILENT,
        };
        let (answer, durable) = oneshot::channel();
        self.openings.send(NewCall::Open(Box::new(open), answer)).map_err(|_| not_ready())?;
        match durable.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tracing::error!(%error, "a WHIP session was refused");
                return Err(not_ready());
            }
            Err(_) => return Err(not_ready()),
        }
        self.registrar.note(Note::Started(Box::new(StartedCall {
            recording,
            call,
            started_at: now,
            // There is no Call-ID; the session's own name is a secret.
            sip_call_id: format!("whip:{recording}"),
            routing: judged.routing.clone(),
        })));
        Ok(recording)
    }
}

fn refused_offer(problem: &OfferProblem) -> WhipProblem {
    let status = match problem {
        OfferProblem::NotSdp(_) => StatusCode::BAD_REQUEST,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let (event, why) = match problem {
        OfferProblem::NotSdp(_) => (ConnectionEvent::NoOffer, "not_sdp"),
        OfferProblem::NothingToRecord => (ConnectionEvent::NoCodec, ""),
        OfferProblem::NoFingerprint => (ConnectionEvent::SrtpUnusable, "no_fingerprint"),
        OfferProblem::NoIceCredentials => (ConnectionEvent::NoOffer, "no_ice"),
        OfferProblem::NoRtcpMux => (ConnectionEvent::NoOffer, "no_rtcp_mux"),
    };
    WhipProblem::new(
        status,
        "offer-refused",
        "装置が送った接続情報では録音できません（音声・映像の形式か、暗号化の情報が足りません）。",
        problem.to_string(),
    )
    .seen_as(event, why)
}

fn not_ready() -> WhipProblem {
    WhipProblem::busy(
        "not-ready",
        "いまは録音を始められません。少し待ってからやり直してください。",
        "No recording can begin now; try again shortly.",
    )
}

fn entropy() -> Result<[u8; 24], WhipProblem> {
    let mut octets = [0; 24];
    getrandom::fill(&mut octets).map_err(|_| not_ready())?;
    Ok(octets)
}

fn numbers() -> Result<(u32, u64), WhipProblem> {
    let [a, b, c, d, e, f, g, h, i, j, k, l, ..] = entropy()?;
    Ok((u32::from_be_bytes([a, b, c, d]), u64::from_be_bytes([e, f, g, h, i, j, k, l])))
}

//! A WHIP client's offer, read as leniently as it can be without guessing (RFC 9725 §4.2, RFC 8829 §5.3).

use rokuon_secure_media::dtls::fingerprint::Fingerprint;
use rokuon_secure_media::dtls::handshake::DtlsRole;
use rokuon_sip::sdp::direction::Direction;
use rokuon_sip::sdp::session_description::{MediaDescription, SdpError, SessionDescription};

use crate::codecs::{Format, MediaKind, choose};
use crate::ice::IceCredentials;

/// Why an offer cannot be answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OfferProblem {
    /// Not a session description at all.
    #[error(transparent)]
    NotSdp(#[from] SdpError),
    /// Nothing in it can be recorded: no audio or video that is sent to us in a format we file.
    #[error("the offer sends no audio or video in a format that can be recorded")]
    NothingToRecord,
    /// `a=ice-ufrag` or `a=ice-pwd` is missing or too short (RFC 8839 §5.4).
    #[error("the offer carries no ICE credentials")]
    NoIceCredentials,
    /// No fingerprint in a hash that still holds (RFC 8122 §5).
    #[error("the offer carries no certificate fingerprint that can be checked")]
    NoFingerprint,
    /// `a=rtcp-mux` is missing; a WHIP session has one transport (RFC 9725 §4.2).
    #[error("the offer does not multiplex RTCP with RTP")]
    NoRtcpMux,
}

/// One m-line of the offer and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferedMedia {
    /// Its position, which names the stream.
    pub index: u8,
    /// `audio`, `video`, `application` … as offered.
    pub kind_word: String,
    /// The transport as offered.
    pub protocol: String,
    /// The formats as offered, for an answer that turns the line down.
    pub formats: Vec<String>,
    /// `a=mid`.
    pub mid: Option<String>,
    /// What is taken of it; `None` turns it down.
    pub taken: Option<TakenMedia>,
}

/// What is taken of an m-line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenMedia {
    /// Sound or pictures.
    pub kind: MediaKind,
    /// The payload types that are taken; the first is the codec it is filed in.
    pub formats: Vec<Format>,
}

/// An offer that can be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The client's ICE credentials.
    pub ice: IceCredentials,
    /// Fingerprints of the certificate the client will show; one of them must fit.
    pub fingerprints: Vec<Fingerprint>,
    /// Our part in DTLS (RFC 8842 §5.2): we begin only where the client says that it waits.
    pub role: DtlsRole,
    /// Every m-line in order.
    pub media: Vec<OfferedMedia>,
}

impl Offer {
    /// Reads an offer: at most one audio and one video stream are taken (RFC 9725 §4.2), the first of each that can be filed;
    /// every other m-line is turned down, never the whole offer.
    pub fn parse(raw: &[u8]) -> Result<Self, OfferProblem> {
        let session = SessionDescription::parse(raw)?;
        let group = session_values(&session, "group").find_map(|value| {
            value.strip_prefix("BUNDLE").map(|mids| mids.split_ascii_whitespace().collect::<Vec<_>>())
        });
        let mut media = Vec::new();
        let (mut audio, mut video, mut transport) = (false, false, None::<&MediaDescription>);
        for (position, description) in session.media.iter().enumerate() {
            let mid = description.all("mid").next().map(str::to_owned);
            let kind = match description.kind.as_str() {
                "audio" => Some(MediaKind::Audio),
                "video" => Some(MediaKind::Video),
                _ => None,
            };
            let seen = match kind {
                Some(MediaKind::Audio) => &mut audio,
                Some(MediaKind::Video) => &mut video,
                None => &mut false,
            };
            // Only what shares the first stream's transport can be received (RFC 9143 §7.3.1).
            let joins = transport.is_none()
                || group.as_ref().is_some_and(|mids| mid.as_deref().is_some_and(|mid| mids.contains(&mid)));
            let taken = kind.filter(|_| !*seen && joins && sends(&session, description)).and_then(|kind| {
                let formats = choose(kind, description);
                (!formats.is_empty()).then_some(TakenMedia { kind, formats })
            });
            if taken.is_some() {
                *seen = true;
                transport = transport.or(Some(description));
            }
            media.push(OfferedMedia {
                index: u8::try_from(position).unwrap_or(u8::MAX),
                kind_word: description.kind.clone(),
                protocol: description.protocol.clone(),
                formats: description.formats.clone(),
                mid,
                taken,
            });
        }
        let Some(first) = transport else { return Err(OfferProblem::NothingToRecord) };
        // In a bundle the transport may be described on any of its lines (RFC 9143 §7.1.3); the stream's own comes first.
        let bundled = || {
            session
                .media
                .iter()
                .filter(|m| m.port != Some(0) || m.attributes.iter().any(|a| a.name == "bundle-only"))
        };
        let find = |name: &'static str| {
            let own = first.all(name).next();
            own.or_else(|| session_values(&session, name).next())
                .or_else(|| bundled().find_map(|m| m.all(name).next()))
        };
        let flagged = |name: &str| first.attributes.iter().chain(&session.attributes).any(|a| a.name == name);
        if !flagged("rtcp-mux") && !flagged("rtcp-mux-only") {
            return Err(OfferProblem::NoRtcpMux);
        }
        let ice = find("ice-ufrag")
            .zip(find("ice-pwd"))
            .and_then(|(ufrag, password)| IceCredentials::received(ufrag, password))
            .ok_or(OfferProblem::NoIceCredentials)?;
        let mut fingerprints = first.all("fingerprint").filter_map(Fingerprint::parse).collect::<Vec<_>>();
        if fingerprints.is_empty() {
            fingerprints = session_values(&session, "fingerprint")
                .chain(bundled().flat_map(|m| m.all("fingerprint")))
                .filter_map(Fingerprint::parse)
                .collect();
        }
        if fingerprints.is_empty() {
            return Err(OfferProblem::NoFingerprint);
        }
        let role = match find("setup") {
            Some("passive") => DtlsRole::Active,
            _ => DtlsRole::Passive,
        };
        Ok(Self { ice, fingerprints, role, media })
    }

    /// The m-lines that are taken.
    pub fn taken(&self) -> impl Iterator<Item = (u8, &TakenMedia)> {
        self.media.iter().filter_map(|media| Some((media.index, media.taken.as_ref()?)))
    }
}

fn session_values<'a>(session: &'a SessionDescription, name: &'a str) -> impl Iterator<Item = &'a str> + 'a {
    session.attributes.iter().filter(move |a| a.name == name).filter_map(|a| a.value.as_deref())
}

/// Whether the client sends on the line: `sendonly`, or the `sendrecv` of clients that keep the default.
fn sends(session: &SessionDescription, media: &MediaDescription) -> bool {
    let bundle_only = media.attributes.iter().any(|a| a.name == "bundle-only");
    let offered = media.port != Some(0) || bundle_only;
    let direction = media.direction.or(session.direction).unwrap_or(Direction::SendRecv);
    offered && matches!(direction, Direction::SendRecv | Direction::SendOnly)
}

#[cfg(test)]
pub(crate) mod tests;

//! How a stream is protected: what an offer asks for, and what an answer takes of it.

use super::crypto::{CryptoLine, crypto_lines};
use super::dtls::{self, Fingerprint, Setup};
use super::session_description::{MediaDescription, SessionDescription};

/// The protection an m-line offers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum OfferedSecurity {
    /// None that we could serve.
    #[default]
    Plain,
    /// Keys in the description (RFC 4568): worth something only where the description itself came over TLS.
    Sdes(Vec<CryptoLine>),
    /// Keys agreed on the media path (RFC 5764).
    Dtls {
        /// Hashes of the peer's certificate, the strongest first; never empty.
        fingerprints: Vec<Fingerprint>,
        /// The peer's role.
        setup: Setup,
    },
}

/// The protection our description gives an m-line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum OwnSecurity {
    /// None.
    #[default]
    Plain,
    /// One line with our key, its tag that of the line chosen; in an offer of ours the lines we can serve.
    Sdes(Vec<CryptoLine>),
    /// Our certificate and role.
    Dtls {
        /// The hash of our certificate.
        fingerprint: Fingerprint,
        /// Our role.
        setup: Setup,
    },
}

/// Whether a profile of RTP is one we know, and whether it insists on protection.
pub(super) fn is_secure_profile(protocol: &str) -> Option<bool> {
    match protocol {
        "RTP/AVP" | "RTP/AVPF" => Some(false),
        "RTP/SAVP" | "RTP/SAVPF" | "UDP/TLS/RTP/SAVP" | "UDP/TLS/RTP/SAVPF" => Some(true),
        _ => None,
    }
}

/// What an m-line offers. One that offers both ways is read as DTLS, whose keys no proxy sees; plain profiles may
/// offer protection too (RFC 8643).
pub(super) fn offered_security(session: &SessionDescription, media: &MediaDescription) -> OfferedSecurity {
    let fingerprints = dtls::fingerprints(session, media);
    if !fingerprints.is_empty() {
        return OfferedSecurity::Dtls { fingerprints, setup: dtls::setup(session, media) };
    }
    if media.protocol.starts_with("UDP/TLS/") {
        return OfferedSecurity::Plain;
    }
    match crypto_lines(media.all("crypto")) {
        lines if lines.is_empty() => OfferedSecurity::Plain,
        lines => OfferedSecurity::Sdes(lines),
    }
}

/// The lines of a media description of ours.
pub(super) fn write(sdp: &mut String, security: &OwnSecurity) {
    match security {
        OwnSecurity::Plain => {}
        OwnSecurity::Sdes(lines) => {
            for line in lines {
                sdp.push_str(&format!("a=crypto:{}\r\n", line.value()));
            }
        }
        OwnSecurity::Dtls { fingerprint, setup } => {
            sdp.push_str(&format!("a=fingerprint:{}\r\na=setup:{}\r\n", fingerprint.value(), setup.as_str()));
        }
    }
}

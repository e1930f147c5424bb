//! How a connection has to be secured, as it is asked for and shown.

use rokuon_db::connection_terms::{ConnectionSecurity, MediaSecurity, RequiredTransport, SipTransport};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// At most so many TLS client certificates may be named.
pub const MOST_CERTIFICATES: usize = 8;

/// How the sound has to be secured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MediaSecurity)]
pub enum Media {
    /// SRTP where it is offered, else in the clear.
    #[default]
    PlainAllowed,
    /// Calls whose media is not encrypted are refused.
    SrtpRequired,
}

/// What signalling has to come over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RequiredTransport)]
pub enum Required {
    /// UDP, TCP or TLS.
    #[default]
    Any,
    /// TLS only.
    Tls,
}

/// A transport of SIP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SipTransport)]
pub enum Transport {
    /// Datagrams.
    #[default]
    Udp,
    /// A plain stream.
    Tcp,
    /// A stream under TLS.
    Tls,
}

impl From<SipTransport> for Transport {
    fn from(transport: SipTransport) -> Self {
        match transport {
            SipTransport::Udp => Self::Udp,
            SipTransport::Tcp => Self::Tcp,
            SipTransport::Tls => Self::Tls,
        }
    }
}

impl From<Transport> for SipTransport {
    fn from(transport: Transport) -> Self {
        match transport {
            Transport::Udp => Self::Udp,
            Transport::Tcp => Self::Tcp,
            Transport::Tls => Self::Tls,
        }
    }
}

/// What a connection asks of whoever calls, beside the right address from the right network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = ConnectionSecurity)]
pub struct Security {
    /// Of the sound.
    #[schema(required = false)]
    pub media: Media,
    /// Of the signalling.
    #[schema(required = false)]
    pub transport: Required,
    /// Whether media may come from another address of its networks than was signalled. Many PBXs need it.
    #[schema(required = false)]
    pub learns_source: bool,
    /// SHA-256 fingerprints of the TLS client certificates it may show, in hexadecimal, with or without colons. With none it
    /// need not show one.
    #[schema(required = false, max_items = 8)]
    pub tls_client_sha256: Vec<String>,
    /// Whether it has to prove itself with a user name and password (SIP digest).
    #[schema(required = false)]
    pub digest_required: bool,
}

impl Default for Security {
    fn default() -> Self {
        Self::of(&ConnectionSecurity::default())
    }
}

impl Security {
    /// As it is shown.
    pub fn of(security: &ConnectionSecurity) -> Self {
        Self {
            media: match security.media {
                MediaSecurity::PlainAllowed => Media::PlainAllowed,
                MediaSecurity::SrtpRequired => Media::SrtpRequired,
            },
            transport: match security.transport {
                RequiredTransport::Any => Required::Any,
                RequiredTransport::Tls => Required::Tls,
            },
            learns_source: security.learns_source,
            tls_client_sha256: security.tls_client_sha256.iter().map(fingerprint).collect(),
            digest_required: security.digest_required,
        }
    }

    /// As it is kept, given its certificates read.
    pub fn kept(&self, tls_client_sha256: Vec<[u8; 32]>) -> ConnectionSecurity {
        ConnectionSecurity {
            media: match self.media {
                Media::PlainAllowed => MediaSecurity::PlainAllowed,
                Media::SrtpRequired => MediaSecurity::SrtpRequired,
            },
            transport: match self.transport {
                Required::Any => RequiredTransport::Any,
                Required::Tls => RequiredTransport::Tls,
            },
            learns_source: self.learns_source,
            tls_client_sha256,
            digest_required: self.digest_required,
        }
    }
}

/// A fingerprint as `openssl x509 -fingerprint -sha256` prints it.
fn fingerprint(sha256: &[u8; 32]) -> String {
    sha256.iter().map(|octet| format!("{octet:02X}")).collect::<Vec<_>>().join(":")
}

/// A fingerprint in hexadecimal, with colons or spaces between the octets or without.
pub fn read_fingerprint(text: &str) -> Option<[u8; 32]> {
    let digits: Vec<u8> = text
        .chars()
        .filter(|c| !matches!(c, ':' | ' '))
        .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect::<Option<_>>()?;
    let octets: Vec<u8> =
        digits.chunks(2).filter_map(|two| Some((two.first()? << 4) | two.get(1)?)).collect();
    (digits.len() == 64).then(|| octets.try_into().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_read_as_people_paste_it() {
        let shown = fingerprint(&[0xAB; 32]);
        assert_eq!(shown.len(), 95);
        for text in [&shown, &shown.to_lowercase(), &shown.replace(':', ""), &shown.replace(':', " ")] {
            assert_eq!(read_fingerprint(text), Some([0xAB; 32]), "{text}");
        }
        let odd = shown.replacen("AB", "A", 1);
        for text in
            ["", "AB:CD", &shown[..94], &odd, &shown.replace("AB", "XY"), &shown.replace("AB", "ああ")]
        {
            assert_eq!(read_fingerprint(text), None, "{text}");
        }
    }
}
